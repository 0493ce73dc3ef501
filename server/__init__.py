"""The reference subscription API."""
