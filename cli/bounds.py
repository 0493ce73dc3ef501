"""Numbers and texts of options, within the limits of the API: what is outside is refused by name, and never changed."""

import argparse
from collections.abc import Callable

__all__ = ["text", "whole"]


_SHOWN = 40


def whole(least: int, most: int, what: str = "how many") -> Callable[[str], int]:
    """Reads a whole number from `least` (0 or more) to `most`; `what` it is of.

    What it makes raises `argparse.ArgumentTypeError` with both limits for anything else.
    """

    def read(typed: str) -> int:
        if typed.isascii() and typed.isdigit() and len(typed) <= len(str(most)) and least <= int(typed) <= most:
            return int(typed)
        shown = typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"
        message = f"say {what} as a whole number from {least:,} to {most:,}, not {shown!r}"
        raise argparse.ArgumentTypeError(message)

    return read


def text(most: int) -> Callable[[str], str]:
    """Reads a text of at most `most` characters.

    What it makes raises `argparse.ArgumentTypeError` with the limit for a longer one.
    """

    def read(typed: str) -> str:
        if len(typed) <= most:
            return typed
        message = f"at most {most:,} characters, not {len(typed):,}"
        raise argparse.ArgumentTypeError(message)

    return read
