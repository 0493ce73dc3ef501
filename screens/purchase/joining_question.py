"""What a screen asks before people join, whichever way they come in."""

from collections.abc import Sequence
from typing import Protocol

from tui.presentation.confirmation import Also
from tui.presentation.joining import Question
from tui.presentation.tones import Line

__all__ = ["JoiningQuestion"]


class JoiningQuestion(Question, Protocol):
    """With what a dialog has besides: the command behind it, the purchase on its way, everybody in a list."""

    @property
    def opener(self) -> str:
        """The id of the command that was given."""

    @property
    def buying_title(self) -> str:
        """What the dialog about the price of the missing seats is headed with."""

    def also(self) -> Also:
        """The same after a purchase of the missing seats, by one yes."""

    def listed(self) -> Sequence[Line]:
        """Everybody it is about, a line each."""
