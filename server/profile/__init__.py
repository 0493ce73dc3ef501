"""What an account itself may see and do."""
