"""Numbers and texts of options, within the limits of the API: what is outside is refused by name, and never changed."""

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from contract.money import Money

__all__ = ["limit", "money", "text", "whole"]


_SHOWN = 40


def whole(least: int, most: int, what: str = "this") -> Callable[[str], int]:
    """Reads a whole number from `least` (0 or more) to `most`; `what` it is of.

    What it makes raises `argparse.ArgumentTypeError` with both limits for anything else.
    """

    def read(typed: str) -> int:
        if typed.isascii() and typed.isdigit() and len(typed) <= len(str(most)) and least <= int(typed) <= most:
            return int(typed)
        shown = typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"
        message = f"give {what} as a whole number from {least:,} to {most:,}, not {shown!r}"
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


_AMOUNT = re.compile(r"([A-Z]{3}) ?(\d{1,12})(?:\.(\d{1,4}))?")


def limit(typed: str) -> "Money | Literal['none']":
    """Reads an amount as `money` does, or `none`.

    Raises:
        argparse.ArgumentTypeError: it is neither.
    """
    return "none" if typed.strip().casefold() == "none" else money(typed)


def money(typed: str) -> "Money":
    """Reads an amount such as `EUR 100` or `EUR 100.00`, never rounded.

    Raises:
        argparse.ArgumentTypeError: it is none, or has other decimals than its currency.
    """
    from contract.money import Money, minor_units

    found = _AMOUNT.fullmatch(typed.strip())
    decimals = minor_units(found[1]) if found else 0
    if found is None or len(found[3] or "") not in {0, decimals}:
        message = f"write an amount such as EUR 100.00, not {typed[:_SHOWN]!r}"
        raise argparse.ArgumentTypeError(message)
    return Money(amount=int(found[2] + (found[3] or "").ljust(decimals, "0")), currency=found[1])
