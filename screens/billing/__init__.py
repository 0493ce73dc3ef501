"""Billing: invoices, payments, and what is to come."""
