"""Invitation codes: made, handed out, switched off."""
