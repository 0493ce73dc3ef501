"""What the screens of several areas are made of."""
