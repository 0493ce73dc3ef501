"""Everything with a price: quotes, their confirmation, and what became of them."""
