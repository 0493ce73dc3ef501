"""The rows of the form that adds users: what was typed or pasted, and what became of it. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from client.errors import HeadcountError
from contract.mailbox import Written, email_key, split_name, trimmed, written
from contract.problems import ItemProblem, ProblemCode
from contract.users import NewUser, User
from screens.shared.new_user import FIELDS, SHORTEST_ADDRESS, field_errors, too_long
from tui.presentation.lines import line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import outcome, person, reason

__all__ = ["Entry", "Stage", "from_lines", "lines_of", "tally", "waiting_in"]


class Stage(Enum):
    """Where an entry stands."""

    WAITING = auto()
    SENDING = auto()
    ADDED = auto()
    FAILED = auto()
    NEEDS_TRANSFER = auto()
    ASKED = auto()


@dataclass(slots=True)
class Entry:
    """Somebody to add. `said` is the outcome in words, `user` is there once it is one, `wrong` names the fields."""

    new: NewUser
    stage: Stage = Stage.WAITING
    said: str = ""
    user: User | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)

    def added(self, user: User) -> None:
        """It is a user now."""
        self.stage, self.user, self.said = Stage.ADDED, user, clean(user.remark)

    def failed(self, error: HeadcountError, words: str) -> None:
        """It is none, and why."""
        outside = error.code is ProblemCode.NEEDS_TRANSFER
        self.stage = Stage.NEEDS_TRANSFER if outside else Stage.FAILED
        self.said = "belongs to an account outside" if outside else words
        self.wrong = field_errors(error)

    def refused(self, problem: ItemProblem) -> None:
        """It is none, as one item of a batch."""
        outside = problem.code is ProblemCode.NEEDS_TRANSFER
        self.stage = Stage.NEEDS_TRANSFER if outside else Stage.FAILED
        self.said = "belongs to an account outside" if outside else reason(problem)
        at = problem.pointer.rsplit("/", 1)[-1]
        self.wrong = {at if at in FIELDS else "email": self.said}

    @property
    def line(self) -> Line:
        """Who, and what became of it."""
        name = f"{self.new.first_name} {self.new.last_name}".strip()
        who = person(name or self.new.email, self.new.email)
        match self.stage:
            case Stage.WAITING:
                return line(("· ", "dim"), who)
            case Stage.SENDING:
                return line(("· ", "dim"), who, ("  saving…", "dim"))
            case Stage.ADDED if self.user:
                remark = [(f"  {self.said}", "warn")] if self.said else []
                return line(("✓ ", "ok"), who, "  ", outcome(self.user), *remark)
            case Stage.ASKED:
                return line(("✓ ", "ok"), who, ("  transfer request sent", "ok"))
            case _:
                return line(("! ", "bad"), who, (f"  {self.said}", "warn" if self._outside else "bad"))

    @property
    def _outside(self) -> bool:
        return self.stage is Stage.NEEDS_TRANSFER


def from_lines(text: str) -> tuple[list[NewUser], int]:
    """The people in pasted lines, each mailbox once, and how many were left out: no address, or a text too long.

    A line is an address, or several as a mail program writes them (`Ann Lee <ann@x.example>; <bo@x.example>`), or
    cells between tabs, semicolons or commas: address, first name, last name, position, with the address anywhere.
    An address that is none stands among them: the server says what is wrong with it.
    """
    found: dict[str, NewUser] = {}
    without = 0
    for row in filter(None, map(str.strip, text.splitlines())):
        for new in _from_line(row):
            if new is None:
                without += 1
            else:
                found.setdefault(email_key(new.email) or new.email, new)
    return list(found.values()), without


def _from_line(row: str) -> list[NewUser | None]:
    if "@" not in row:
        return [None]
    if "\t" not in row:
        people = written(row)
        if "<" in row or all("@" in each.email for each in people):
            return _people(people)
    cells = row.split("\t") if "\t" in row else re.split("[;,]", row)
    places = [place for place, cell in enumerate(cells) if "@" in cell]
    if len(places) > 1:
        return _people([Written(row)])
    at = places[0]
    others = [cell.strip(" \"'") for cell in (*cells[:at], *cells[at + 1 :])]
    return _people(written(cells[at]), others)


def _people(found: Sequence[Written], others: Sequence[str] = ()) -> list[NewUser | None]:
    """Whoever may be sent, of addresses and the cells beside them, else the name beside each; None for nobody."""
    return [_person(each, others or split_name(each.name)) for each in found]


def _person(found: Written, others: Sequence[str]) -> NewUser | None:
    email = found.email if len(found.email) <= FIELDS["email"] else trimmed(found.email)[0]
    texts = dict(zip(FIELDS, [email, *others], strict=False))
    if "@" not in email or len(email) < SHORTEST_ADDRESS or too_long(texts):
        return None
    return NewUser(**texts)


def waiting_in(entries: Iterable[Entry]) -> list[Entry]:
    """Those that are still to be added."""
    return [entry for entry in entries if entry.stage is Stage.WAITING]


def lines_of(entries: Iterable[Entry]) -> list[Line]:
    """One line for each."""
    return [entry.line for entry in entries]


def tally(entries: Sequence[Entry]) -> str:
    """What has been done so far: `3 added, 1 failed`."""
    counts = {stage: sum(entry.stage is stage for entry in entries) for stage in Stage}
    said = [
        (counts[Stage.ADDED], "added"),
        (counts[Stage.ASKED], "asked to join"),
        (counts[Stage.NEEDS_TRANSFER], "to be sent a transfer request"),
        (counts[Stage.FAILED], "failed"),
        (counts[Stage.SENDING], "in progress"),
        (counts[Stage.WAITING], "not added yet"),
    ]
    return ", ".join(f"{number:,} {words}" for number, words in said if number)
