"""Importing a file of people: the plan, mending it, applying it."""
