"""What is asked before people join, whichever way they come in."""

from collections.abc import Sequence
from typing import Protocol, Self

from contract.joining import JoiningPreview
from contract.subscription import Overview
from tui.presentation.confirmation import Also, Summary
from tui.presentation.seat_choice import Choice, Room
from tui.presentation.tones import Line

__all__ = ["JoiningQuestion"]


class JoiningQuestion(Protocol):
    """Who joins, how the seats work out for them, and what may be chosen; a value that never changes."""

    @property
    def overview(self) -> Overview:
        """The seats as they were known when it was asked."""

    @property
    def joining(self) -> int:
        """How many would join; 0 when the question is about something else."""

    @property
    def room(self) -> Room:
        """How the seats work out for them."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen."""

    @property
    def opener(self) -> str:
        """The id of the command that was given."""

    @property
    def buying_title(self) -> str:
        """What the dialog about the price of the missing seats is headed with."""

    def previewed(self, preview: JoiningPreview) -> Self:
        """The same with what the server says it comes to."""

    def summary(self, choice: Choice) -> Summary:
        """What the dialog says."""

    def also(self) -> Also:
        """The same after a purchase of the missing seats, by one yes."""

    def listed(self) -> Sequence[Line]:
        """Everybody it is about, a line each."""
