"""Collecting money: the gateway interface and the sandbox behind it."""
