"""Everything that happened: the list and the stream (D29)."""
