"""What is asked before people join, whichever way they come in: what a screen and a command both need of it."""

from typing import Protocol, Self

from contract.joining import JoiningPreview
from contract.subscription import Overview
from tui.presentation.confirmation import Summary
from tui.presentation.seat_choice import Choice, Room

__all__ = ["Question"]


class Question(Protocol):
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

    def previewed(self, preview: JoiningPreview) -> Self:
        """The same with what the server says it comes to."""

    def summary(self, choice: Choice) -> Summary:
        """What the dialog says, and the command line."""
