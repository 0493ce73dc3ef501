"""What the terminal must be told and asked besides what Textual does."""
