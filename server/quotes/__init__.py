"""Quotes: price a change with the rules that will make it, then make it for exactly that price (D4–D9)."""
