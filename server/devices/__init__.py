"""Signing devices in: a short code, confirmed by its person in a browser (RFC 8628)."""
