"""The table of commands and what keys mean."""
