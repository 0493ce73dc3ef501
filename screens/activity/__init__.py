"""Activity: what happened, found, followed and saved."""
