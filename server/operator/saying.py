"""How commands speak: the standard output has what a script wants and nothing else, the standard error the rest."""

import json
import sys
from typing import Any

from server.platform.streams import show_once
from server.platform.text import made_safe
from server.settings import SettingsError


def say(text: str) -> None:
    """A sentence for who typed the command."""
    sys.stderr.write(text + "\n")


def print_row(*fields: object) -> None:
    """One line of a list: two blanks between its fields, and nothing in them that a terminal would obey."""
    sys.stdout.write("  ".join(made_safe(str(each)) or "-" for each in fields) + "\n")


def print_json(answer: dict[str, Any]) -> None:
    """One JSON document."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=True, indent=2) + "\n")


def counted(number: int, what: str) -> str:
    """A number and its word."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def shown_once(secret: str, instead: str, what: str = "token") -> None:
    """Print a secret while nothing is written for good yet: one that nobody can read must not be there either.

    Raises:
        SettingsError: it can't be printed; what belongs to it is undone.
    """
    if not show_once(secret):
        message = f"the {what} could not be shown, so {instead}"
        raise SettingsError(message)
