"""The question before people are added, by hand, from the directory or by a file: one summary for each way in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from contract.imports import Import, ImportRow
from contract.joining import JoiningPreview
from contract.subscription import Overview
from tui.presentation.confirmation import Also, Summary
from tui.presentation.lines import line
from tui.presentation.seat_choice import Choice, Room, choice_lines, room_for, seat_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import named
from tui.presentation.wording import count

__all__ = ["Addition", "import_addition"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Addition(Generic[T]):
    """What is asked before people are added: who, in the order in which they take free seats, and what it comes to.

    `names` are their lines, the first of very many where there are more `people`. `chosen` is what was marked or typed,
    for whoever asks. `what` one of them is called, `where` is the end of the title. `remarks` are said besides, `rest`
    what becomes of those who don't fit when only the others are added. `preview` is what the server says it comes to.
    """

    people: int
    names: Sequence[str]
    chosen: Sequence[T]
    overview: Overview
    opener: str
    what: str = "user"
    verb: str = "Add"
    where: str = ""
    hidden: str = ""
    remarks: Sequence[Line] = ()
    rest: tuple[str, str] = ("stays off the list", "stay off the list")
    back: str = "z undoes it."
    may_buy: bool = False
    preview: JoiningPreview | None = None

    @property
    def joining(self) -> int:
        """How many would join, for the server to say what that comes to."""
        return self.people

    def previewed(self, preview: JoiningPreview) -> "Addition[T]":
        """The same with what the server says it comes to."""
        return replace(self, preview=preview)

    def as_of(self, overview: Overview | None) -> "Addition[T]":
        """The same with the seats as they are now."""
        now = overview or self.overview
        same = now.subscription == self.overview.subscription and now.seats == self.overview.seats
        return replace(self, overview=now, preview=self.preview if same else None)

    @property
    def room(self) -> Room:
        """How the seats work out for them."""
        return room_for(self.overview, self.people, may_buy=self.may_buy, preview=self.preview)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen."""
        return self.room.choices

    def many(self, choice: Choice) -> int:
        """How many a choice adds."""
        return self.room.fit if choice is Choice.FITTING else self.people

    def summary(self, choice: Choice) -> Summary:
        """What the dialog says, and the command line."""
        room, many = self.room, self.many(choice)
        of = f"{many:,} of {count(self.people, self.what)}" if many < self.people else count(many, self.what)
        choices = choice_lines(room, choice, self.rest)
        remarks = ["", *self.remarks] if self.remarks else []
        return Summary(
            title=f"{self.verb} {of}{self.where}",
            verb=f"{self.verb} {many:,}",
            lines=[*seat_lines(self.overview, room, self.preview), *remarks, *(["", *choices] if choices else [])],
            items=self._items(choice),
            hidden=self.hidden,
            back=self.back,
            opener=self.opener,
        )

    @property
    def buying_title(self) -> str:
        """What the dialog about the price of the missing seats is headed with."""
        return f"Buy {count(self.room.buy, 'seat')} and {self.verb.lower()} {count(self.people, self.what)}"

    def also(self) -> Also:
        """The same after a purchase of the seats that are missing, by one yes."""
        one = self.people == 1
        return Also(
            verb=f"{self.verb.lower()} {self.people:,}",
            lines=[f"Then {count(self.people, self.what)} {'is' if one else 'are'} added, and active at once."],
            back=self.back,
            undone="Nobody was added.",
        )

    def listed(self) -> list[Line]:
        """Everybody it is about, a line each."""
        return self._items(Choice.BUYING)

    def _items(self, choice: Choice) -> list[Line]:
        shown: list[Line] = [self._item(place, name, choice) for place, name in enumerate(self.names)]
        more = self.people - len(self.names)
        return [*shown, line((f"and {more:,} more", "dim"))] if more > 0 else shown

    def _item(self, place: int, name: str, choice: Choice) -> Line:
        room, said = self.room, clean(name, 300)
        if place < room.fit or choice is Choice.BUYING:
            return said
        if choice is Choice.FITTING:
            return line((f"{said}  {self.rest[0]}", "dim"))
        refused = room.contract or place >= self.people - room.refused
        return line(said, ("  refused" if refused else "  NOT PAID", "warn"))


def import_addition(
    current: Import, rows: Sequence[ImportRow], overview: Overview, *, back: str, may_buy: bool
) -> Addition[ImportRow]:
    """About the rows that are left of an import; the first of them are known."""
    return Addition(
        people=current.remaining,
        names=[named(row.cells.first_name, row.cells.last_name, row.cells.email) for row in rows],
        chosen=tuple(rows),
        overview=overview,
        opener="imports.apply",
        verb="Import",
        rest=("stays in the file", "stay in the file"),
        back=back,
        may_buy=may_buy,
    )
