"""How much of a long list is wanted."""

import argparse

__all__ = ["add_how_many", "how_many"]

USUAL = 50


def add_how_many(command: argparse.ArgumentParser) -> None:
    """`--limit N` or `--all`, for a list that may be long."""
    group = command.add_mutually_exclusive_group()
    group.add_argument("--limit", type=int, default=USUAL, metavar="N", help=f"how many (default {USUAL})")
    group.add_argument("--all", action="store_true", help="to the end, however long")


def how_many(options: argparse.Namespace, *, least: int = 1) -> int | None:
    """The most items that are wanted, `least` or more; None for all."""
    return None if options.all else max(least, options.limit)
