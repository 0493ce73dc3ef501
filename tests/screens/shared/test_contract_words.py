"""On a contract plan no screen and no dialog has a word about paying (D17): told over the real server."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from harness import NOW, Desk, Office, serving
from sqlalchemy import Connection
from textual import events

from client.errors import HeadcountError
from contract.quotes import Change
from contract.sandbox import ClockBody
from contract.transfers import Direction
from contract.users import UserSource
from server.catalogue import default_catalogue
from server.operations.provisioning import Founding, found
from server.seed.history import Chronicle
from server.seed.people import Person
from tui.presentation.errors import told

OWNER = Person("Hana", "Harbour", "hana", "Harbour master")
PEOPLE = [Person("User", f"Number{number}", f"number{number}", "Pilot") for number in range(5)]
APPLICANTS = [Person("Ann", "Tide", "ann@elsewhere.example", ""), Person("Ben", "Tide", "ben@elsewhere.example", "")]
MONEY = re.compile(
    r"\b(pa(y|ys|id|ying|yable|yment|yments)|unpaid|overdue|price[sd]?|pricing|invoices?d?|bill(s|ed|ing)?|"
    r"charge[sd]?|cost(s|ing)?|refund(s|ed)?|credit(s|ed)?|buy|bought|purchase[sd]?|money|EUR|USD)\b",
    re.IGNORECASE,
)
"""What nobody on a contract should have to read."""


@dataclass
class Reading:
    """Everything that was seen, step by step, and the lines that speak of money."""

    desk: Desk
    found: list[str] = field(default_factory=list)

    def look(self, step: str) -> None:
        """Read the screen."""
        for line in self.desk.lines:
            if match := MONEY.search(line):
                said = f"{step}: “{match.group()}” in {line.strip()}"
                if said not in self.found:
                    self.found.append(said)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and read what each leads to."""
        for key in keys:
            await self.desk.press(key)
            self.look(f"{self.desk.app.current_mode} {type(self.desk.app.screen).__name__} after {key}")


def contract(connection: Connection) -> str:
    """A contract for six users, five of them listed; two people ask to join, one of them giving up a plan."""
    wanted = Founding(organisation="Harbour", owner=OWNER.email, plan="contract", seats=6)
    founded = found(connection, wanted, default_catalogue(), NOW)
    chronicle = Chronicle(connection, founded, default_catalogue(), OWNER)
    for person in PEOPLE:
        chronicle.join(person, UserSource.HAND)
    for person, gives_up in zip(APPLICANTS, ("", "Professional, monthly"), strict=True):
        chronicle.ask(person, Direction.INCOMING, message="May I?", gives_up=gives_up)
    chronicle.close()
    return founded.token


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An organisation with a contract."""
    with serving(tmp_path, seed=contract) as served:
        yield served


@contextlib.asynccontextmanager
async def reading(office: Office, area: str, size: tuple[int, int]) -> AsyncIterator[Reading]:
    """Somebody who reads every word."""
    async with office.at_work(area=area, size=size) as desk:
        read = Reading(desk)
        read.look(f"{area} at first")
        yield read
        assert not read.found, "\n".join(read.found)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_overview(office: Office, size: tuple[int, int]) -> None:
    """Every key of it, the help and the palette."""
    async with reading(office, "overview", size) as read:
        assert "Contract" in read.desk.text
        await read.press("plus", "minus", "e", "c", "d", "p", "b", "P", "o", "6", "question_mark", "escape")
        commands = read.desk.app.get_system_commands(read.desk.app.screen)
        for command in commands:
            said = f"{command.title} {command.help}"
            if MONEY.search(said):
                read.found.append(f"palette: {said}")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_users(office: Office, size: tuple[int, int]) -> None:
    """The list, the details, adding, adding too many, editing, removing, taking it back, the filter."""
    async with reading(office, "users", size) as read:
        assert "of 5" in read.desk.text
        await read.press("enter", "escape", "P", "question_mark", "escape", "e", "escape", "n")
        await read.desk.type("sixth@harbour.example")
        await read.press("enter", "enter", "enter", "enter")
        await read.desk.until(lambda: "● active" in read.desk.text)
        read.look("added")
        await read.desk.type("seventh@harbour.example")
        await read.press("enter", "enter", "enter", "enter")
        await read.desk.until(lambda: "seventh@harbour.example" in read.desk.text)
        read.look("refused")
        await read.press("escape", "escape", "n")
        read.desk.app.post_message(events.Paste("eight@harbour.example\nnine@harbour.example"))
        await read.desk.settled()
        read.look("pasted")
        await read.press("enter", "escape", "escape", "escape")
        await read.press("space", "space", "d", "y")
        await read.desk.until(lambda: "2 removed" in read.desk.text)
        await read.press("z", "escape", "slash")
        await read.desk.type("status:x")
        await read.press("enter")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_transfers(office: Office, size: tuple[int, int]) -> None:
    """All sides, deciding both ways, what is given up, the results, and taking them back."""
    async with reading(office, "transfers", size) as read:
        assert "Ann" in read.desk.text
        await read.press("enter", "escape", "asterisk", "a")
        assert "gives up" in read.desk.text
        await read.press("y")
        await read.desk.until(lambda: "1 accepted" in read.desk.text)
        read.look("accepted")
        await read.press("z", "y", "escape", "question_mark", "escape", "x", "enter", "y")
        await read.press("escape", "tab", "t", "escape", "tab", "enter", "escape")


async def test_what_happens_by_itself(office: Office) -> None:
    """A renewal of a contract charges nothing and says nothing of it; nor does a refused question about a price."""
    async with reading(office, "overview", (120, 40)) as read:
        client = read.desk.app.session.client
        await client.set_clock(ClockBody(advance="P32D"))
        await read.desk.until(lambda: "renewed" in read.desk.text)
        read.look("renewed")
        with pytest.raises(HeadcountError) as refusal:
            await client.quote(Change(seats=9))
        assert not MONEY.search(told(refusal.value))
