"""Everything the first screen paints, in one answer."""
