"""Sample data: a lively organisation for the demo, and many users for measuring."""
