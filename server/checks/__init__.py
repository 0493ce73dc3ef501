"""Checking the billing rules against worked numbers from outside."""
