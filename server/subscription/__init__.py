"""The subscription and the catalogue."""
