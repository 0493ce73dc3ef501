"""The measurements behind every figure in the documents: `python -m bench`.

Machines differ, so what is claimed are ratios within one run against a named peer or floor, and counts that no machine
changes (bytes, requests, statements). `start`, `keys`, `jobs` and `server` are the four groups.
"""
