"""Logging to the standard error: one line an event, nothing secret in it."""

import logging
import sys


def configure(*, access: bool = True) -> None:
    """Send our loggers and uvicorn's errors to the standard error; uvicorn's own access log stays off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name, level in {
        "headcount": logging.INFO,
        "headcount.access": logging.INFO if access else logging.WARNING,
        "uvicorn.error": logging.WARNING,
    }.items():
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.propagate = name == "headcount.access"
    for name in ("headcount", "uvicorn.error"):
        logging.getLogger(name).handlers = [handler]
