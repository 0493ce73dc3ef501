"""Invitation codes: making, changing, deleting and using them (D21)."""
