"""Invoices: what was charged, line by line."""
