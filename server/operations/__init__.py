"""What an operator does: provisioning, verifying, backing up, checking prices."""
