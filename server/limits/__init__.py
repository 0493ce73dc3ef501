"""What is counted against limits: an admin's spending, addresses found to be outside."""
