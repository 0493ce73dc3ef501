"""What a dialog asks before anything that costs money or removes somebody: data alone, no screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.presentation.tones import Line

__all__ = ["MOST_UNTYPED", "Also", "Summary"]

MOST_UNTYPED = 10
"""Removing more objects than this asks for their number."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a dialog says.

    `verb` is what happens in words for the button ("Accept 7"). `lines` say what will happen in numbers, `items` name
    every object, `hidden` how many of them a filter hides, `money` the amounts to the cent, `final` what can't be
    undone, `back` how it can be. With `type_number` that number must be typed first. `opener` is the id of the command
    that opened it, `stay` what the other button says.
    """

    title: str
    verb: str
    lines: Sequence[Line] = ()
    items: Sequence[Line] = ()
    hidden: str = ""
    money: Sequence[Line] = ()
    final: str = ""
    back: str = ""
    type_number: int | None = None
    opener: str = ""
    danger: bool = False
    stay: str = "Cancel"


@dataclass(frozen=True, slots=True)
class Also:
    """What the same yes does after a payment: `verb` for the button, `lines`, `final` and `back` in the dialog.

    `undone` is what is said when it comes to nothing (`Nothing was accepted.`).
    """

    verb: str
    lines: Sequence[Line]
    undone: str
    final: str = ""
    back: str = ""
