"""The terminal app: what several screens share."""
