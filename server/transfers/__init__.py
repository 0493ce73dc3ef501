"""Transfer requests, both ways (D22-D27)."""
