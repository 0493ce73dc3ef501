"""A terminal that talks to the app by itself, everywhere in it: nothing is changed, opened or typed, and it goes on.

`HEADCOUNT_FUZZ` are the seconds that each fuzzer runs (0: each kind once; for the full count an hour), `HEADCOUNT_SEED`
its seed.
"""

import contextlib
import hashlib
import itertools
import os
import re
import sqlite3
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Desk, Office, serving
from ptyterm import PtyProgram
from terminal_talk import REPLIES, Talk

from contract.people import Role
from tui.input.areas import AREAS
from tui.input.commands import for_area
from tui.terminal.key_parser import KeyParser

FUZZ = float(os.environ.get("HEADCOUNT_FUZZ", "0"))
SEED = int(os.environ.get("HEADCOUNT_SEED", "20261120"))
REPLIES_EACH = 100 if FUZZ else 10
"""Random answers on each screen."""
ROUNDS = 30 if FUZZ else 4
"""Times that a terminal talks around a key on each screen."""
HEADCOUNT = ["-c", "from cli.main import run; run()"]
PLACES = {
    "overview": ["1"],
    "a draft of seats": ["1", "plus"],
    "confirming seats": ["1", "plus", "c"],
    "typing seats": ["1", "e"],
    "plans": ["1", "p"],
    "paying for users": ["1", "P"],
    "users": ["2"],
    "filtering users": ["2", "slash"],
    "a new user": ["2", "n"],
    "editing a user": ["2", "e"],
    "removing a user": ["2", "d"],
    "removing all": ["2", "asterisk", "d"],
    "requests": ["3"],
    "accepting all": ["3", "asterisk", "a"],
    "declining": ["3", "x"],
    "sending a request": ["3", "t"],
    "members": ["4"],
    "adding a member": ["4", "a"],
    "codes": ["5"],
    "a new code": ["5", "n"],
    "deleting a code": ["5", "d"],
    "billing": ["6"],
    "activity": ["7"],
    "help": ["2", "question_mark"],
    "commands by name": ["2", "colon"],
}
ANY_KEY = "abcdeimnoprstuxyzACDELPTVYZ+*/?\r\t\x03"
COMMANDS = [{key for command in for_area(area) for key in command.keys.split(",")} for area in AREAS]
"""The keys of each area; where there is no fuzzing, others are tried in one of them only."""
QUIET_TABLES = ("quotes", "asks", "tokens", "wrong_guesses", "sandbox_state")
"""Asking for a price changes nothing; neither does using a token."""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One server for all."""
    with tempfile.TemporaryDirectory(prefix="hc-") as folder, serving(Path(folder)) as office:
        yield office


def state(office: Office) -> str:
    """A digest of everything the server knows, but for what reading leaves behind."""
    seen = hashlib.sha256()
    with sqlite3.connect(f"file:{office.folder}/headcount.db?mode=ro", uri=True) as database:
        names = database.execute("select name from sqlite_master where type = 'table' order by name").fetchall()
        for (name,) in names:
            if "_search" not in name and name not in QUIET_TABLES:
                seen.update(repr((name, database.execute(f'select * from "{name}"').fetchall())).encode())  # noqa: S608 - its own name
    return seen.hexdigest()


def shown(desk: Desk) -> str:
    """The screen, but for what counts down."""
    return re.sub(r"─* holds \d+:\d\d ", "", desk.text)


class Ear:
    """The app's terminal, with a clock that passes as the talk says."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.now = desk, 100.0
        self.parser = KeyParser(mouse=False, clock=lambda: self.now)

    async def hear(self, *parts: tuple[float, bytes], pause: bool = True) -> None:
        """Bytes, each after so many seconds; then, unless that is left off, what they do."""
        for wait, data in parts:
            self.now += wait
            for message in [*self.parser.tick(), *self.parser.feed(data)]:
                self.desk.app.post_message(message)
        self.now += 0.7
        for message in self.parser.tick():
            self.desk.app.post_message(message)
        if pause:
            await self.desk.keys_done()


def whole_escape(talk: Talk, reply: bytes) -> list[tuple[float, bytes]]:
    """The same in pieces, but for ESC alone: that with nothing behind it for a while is Esc, whatever comes later.

    What comes later may then be keys, where it begins like no answer that is known (`ESC`, `]`, `q` in three pieces):
    `q` leaves the app, as it should.
    """
    pieces = list(talk.pieces(reply))
    return [(0.0, reply)] if pieces[0][1] == b"\x1b" else pieces


async def test_whatever_the_terminal_says_the_screen_stays_as_it_is(office: Office) -> None:
    """Every known answer and many unknown ones, on every screen, form and dialog: not a cell, not a command."""
    talk = Talk(SEED)
    async with office.at_work() as desk:
        for place, keys in PLACES.items():
            await desk.press(*keys)
            if "plus" in keys:
                await desk.until(lambda: "getting the price" not in desk.text and "holds" in desk.text)
            before, written = shown(desk), desk.wire.calls("POST", "PATCH", "PUT", "DELETE")
            ear = Ear(desk)
            await ear.hear(*((0.0, reply) for reply in REPLIES.values()))
            await ear.hear(
                *itertools.chain.from_iterable(whole_escape(talk, talk.reply()) for _ in range(REPLIES_EACH))
            )
            assert shown(desk) == before, (SEED, place)
            assert desk.wire.calls("POST", "PATCH", "PUT", "DELETE") == written
            await desk.pilot.press("escape", "escape", "escape", "1", "d")


async def test_esc_and_any_key_in_one_breath_change_nothing(office: Office) -> None:
    """Alt and a key, or what looks like it: it may open and move, but no command that changes something runs."""
    before = state(office)
    async with office.at_work() as desk:
        for number, area in enumerate("1234567"):
            for each in (key for at, key in enumerate(ANY_KEY) if FUZZ or key in COMMANDS[number] or at % 7 == number):
                leaving = [(0.2, b"\x1b")] * 3
                ear = Ear(desk)
                await ear.hear((0.0, area.encode()), (0.2, b"\x1b" + each.encode() + b"y\r"), *leaving, pause=False)
            await desk.settled()
        commands = [call for call in desk.wire.calls("POST", "PATCH", "PUT", "DELETE") if not call.endswith("/quotes")]
        assert commands == []
    assert state(office) == before


async def test_a_key_that_changes_something_asks_for_itself_behind_esc(office: Office) -> None:
    """On Codes `x` switches a code off: together with Esc it does not, and says so; alone it does."""
    async with office.at_work() as desk:
        await desk.press("5")
        ear = Ear(desk)
        await ear.hear((0.0, b"\x1bx"))
        await desk.settled()
        assert "Esc and x arrived together: press it again if you meant it." in desk.words
        assert desk.wire.calls("PATCH", "POST") == []
        await ear.hear((0.0, b"x"))
        await desk.settled()
        assert len(desk.wire.calls("PATCH", "POST")) == 1
        await desk.press("x")


async def test_a_talking_terminal_changes_nothing_for_as_long_as_it_talks(office: Office) -> None:
    """The fuzzer in one process: every area, answers late, cut and broken, and keys in between that arrive."""
    talk, before, cases, end = Talk(SEED), state(office), 0, time.monotonic() + FUZZ
    async with office.at_work() as desk:
        while not cases or time.monotonic() < end:
            for area in "1234567":
                ear = Ear(desk)
                await ear.hear((0.0, area.encode()))
                for _ in range(ROUNDS):
                    await ear.hear(
                        *whole_escape(talk, talk.reply()), (0.7, b"j"), *whole_escape(talk, talk.reply()), pause=False
                    )
                    await ear.hear((0.0, talk.reply()[: talk.chance.randrange(2, 20)]), (12.0, b"k"), pause=False)
                    cases += 3
                await ear.hear((0.0, b"\x1b"), (0.2, b"\x1b"), (0.2, b"\x1b"), (0.2, b"2"), (0.7, b"g"))
                await desk.until_quietly(lambda: desk.app.current_mode == "users")
        await desk.settled()
        commands = [call for call in desk.wire.calls("POST", "PATCH", "PUT", "DELETE") if not call.endswith("/quotes")]
        assert commands == [], (SEED, cases)
    assert state(office) == before
    print(f"{cases:,} answers in the app, seed {SEED}")  # noqa: T201 - the figure is what one wants to know


def test_a_real_terminal_that_talks_changes_nothing_and_every_key_between_arrives(office: Office) -> None:
    """The fuzzer on a real terminal, from before the first frame on, with the waits in earnest: the cursor counts."""
    talk, before, moves, cases = Talk(SEED), state(office), 0, 0
    with at_home(office) as env, PtyProgram(HEADCOUNT, env={**env, "HEADCOUNT_MOUSE": "false"}) as program:
        program.wait_for(lambda: b"loading" in program.raw)
        for reply in REPLIES.values():
            program.send(reply)
        program.wait_for_text("● live", 30)
        program.settle(0.3)
        assert "My subscription" in program.text()
        program.send("2")
        program.wait_for_text("1 of ")
        end = time.monotonic() + FUZZ
        while time.monotonic() < end or cases < 20:
            for wait, data in whole_escape(talk, talk.reply()):
                time.sleep(wait)
                program.send(data)
            cases += 1
            if talk.chance.random() < 0.3:
                moves += 1
                program.send("j" if moves % 2 else "k")
                at = f"{1 + moves % 2} of "
                program.wait_for(lambda at=at: f" {at}" in program.text(), 10)  # type: ignore[misc]
        assert program.process.poll() is None
        program.send("q")
        assert program.wait() == 0
    assert state(office) == before
    print(f"{cases:,} answers on a terminal, {moves:,} keys, seed {SEED}")  # noqa: T201 - as above


@pytest.mark.parametrize("said", [REPLIES["DA1"], REPLIES["window title"], b"\x1by"], ids=["DA1", "title", "alt y"])
def test_what_the_terminal_says_at_a_question_of_the_command_line_is_no_yes(office: Office, said: bytes) -> None:
    """`[y/N]`: neither an answer of the terminal's nor Esc and y together deletes the code."""
    before = state(office)
    with sqlite3.connect(f"file:{office.folder}/headcount.db?mode=ro", uri=True) as database:
        ((code,),) = database.execute("select code from invitation_codes").fetchall()
    with at_home(office) as env, PtyProgram([*HEADCOUNT, "codes", "delete", code], env=env) as program:
        program.wait_for_text("[y/N]", 30)
        _without_echo(program)
        program.send(said + b"\n")
        assert program.wait() != 0
    assert state(office) == before


def _without_echo(program: PtyProgram) -> None:
    """The emulator does not know what would be echoed."""
    settings = termios.tcgetattr(program.slave)
    settings[3] &= ~termios.ECHO
    termios.tcsetattr(program.slave, termios.TCSANOW, settings)


@contextlib.contextmanager
def at_home(office: Office) -> Iterator[dict[str, str | None]]:
    """The environment of the owner, with a profile of the office."""
    with tempfile.TemporaryDirectory(prefix="hc-") as home:
        config, token = Path(home) / ".config/headcount/config.toml", Path(home) / "token"
        config.parent.mkdir(parents=True)
        token.write_text(office.tokens[Role.OWNER])
        token.chmod(0o600)
        config.write_text(f'[profiles.acme]\nurl = "unix://{office.socket}"\ntoken_file = "{token}"\n')
        config.chmod(0o600)
        yield {"HOME": home, "XDG_DATA_HOME": None, "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None}
