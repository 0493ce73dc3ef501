"""Files of people: planned, mended, applied (D20)."""
