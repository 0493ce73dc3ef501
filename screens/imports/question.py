"""The question before an import: the summary of every way in, and how the rows are done. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contract.imports import Import, ImportRow, ImportStatus
from contract.joining import JoiningPreview
from contract.subscription import Overview
from contract.users import BatchMode
from screens.imports.text import MODES, blocked, encoding_lines, left_out
from tui.presentation.additions import Addition, import_addition
from tui.presentation.confirmation import Also, Summary
from tui.presentation.lines import Hanging
from tui.presentation.seat_choice import Choice, Room
from tui.presentation.tones import Line, Piece
from tui.presentation.wording import count

__all__ = ["ImportQuestion", "import_question"]

_NAME = 14


@dataclass(frozen=True, slots=True)
class ImportQuestion:
    """What is asked before rows are applied: `addition` says what it comes to, `mode` and `ask` how it is done."""

    current: Import
    addition: Addition[ImportRow]
    mode: BatchMode = BatchMode.BEST_EFFORT
    ask: bool = False
    stop_keys: str = "s"

    @property
    def overview(self) -> Overview:
        """The seats as they were known when it was asked."""
        return self.addition.overview

    @property
    def joining(self) -> int:
        """How many would join."""
        return self.addition.joining

    @property
    def room(self) -> Room:
        """How the seats work out for them."""
        return self.addition.room

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen: those that fit are done by a mode of their own."""
        return tuple(
            each for each in self.addition.choices if each is not Choice.FITTING or BatchMode.UNTIL_FULL in self.modes
        )

    @property
    def modes(self) -> list[BatchMode]:
        """The ways to do it that can be had."""
        return [mode for mode in MODES if not blocked(self.current, mode)]

    @property
    def opener(self) -> str:
        """The id of the command that was given."""
        return self.addition.opener

    @property
    def buying_title(self) -> str:
        """What the dialog about the price of the missing seats is headed with."""
        return self.addition.buying_title

    def previewed(self, preview: JoiningPreview) -> "ImportQuestion":
        """The same with what the server says it comes to."""
        return replace(self, addition=self.addition.previewed(preview))

    def as_of(self, current: Import, overview: Overview | None) -> "ImportQuestion":
        """The same with the seats and the rows as they are now."""
        return replace(self, current=current, addition=self.addition.as_of(overview))

    def summary(self, choice: Choice) -> Summary:
        """What the dialog says."""
        current, said = self.current, self.addition.summary(choice)
        become = "becomes a user" if current.remaining == 1 else "become users"
        done = f" {current.applied:,} are done already." if current.applied else ""
        rows: list[Line] = [[(f"{count(current.remaining, 'row')} {become}.", "strong"), done]]
        if others := left_out(current):
            rows.append((f"Not imported: {others}.", "dim"))
        rows += encoding_lines(current, "If they are wrong, cancel and choose another with o.")
        back = f"{said.back} {self.stop_keys} or ctrl+c stops it; it can be continued later."
        verb = "Continue" if current.applied else said.verb
        gap = [] if len(self.choices) > 1 else [""]
        return replace(said, verb=verb, lines=[*rows, *said.lines, *gap, *self._how()], back=back)

    def also(self) -> Also:
        """The same after a purchase of the missing seats, by one yes."""
        return self.addition.also()

    def listed(self) -> Sequence[Line]:
        """The first of those it is about, a line each."""
        return self.addition.listed()

    def _how(self) -> list[Line]:
        lines: list[Line] = []
        for mode, (name, does) in MODES.items():
            here, why = mode is self.mode, blocked(self.current, mode)
            tone = "dim" if why else "strong" if here else ""
            sign: Piece = ("> " if here else "  ", "accent")
            lines.append(Hanging(_NAME + 2, sign, (name.ljust(_NAME), tone), (why or does, "dim" if why else "")))
        outside = "people with an account outside"
        asks = f"{outside} are sent a transfer request" if self.ask else f"{outside} stay in the file"
        return [*lines, Hanging(_NAME + 2, "  ", f"ask: {'yes' if self.ask else 'no'}".ljust(_NAME), asks)]


def import_question(
    current: Import, rows: Sequence[ImportRow], overview: Overview, *, stop_keys: str, may_buy: bool
) -> ImportQuestion:
    """About the rows that are left of an import; the first of them are known."""
    addition = import_addition(current, rows, overview, back="z undoes the import.", may_buy=may_buy)
    question = ImportQuestion(current, addition, stop_keys=stop_keys)
    begun = current.mode if current.status is ImportStatus.STOPPED else None
    return replace(question, mode=begun if begun in question.modes else BatchMode.BEST_EFFORT)
