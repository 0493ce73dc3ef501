"""Signing in with an organisation's own provider (OpenID Connect): settings, asking, and what its answers prove."""
