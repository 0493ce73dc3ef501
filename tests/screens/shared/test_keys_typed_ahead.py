"""Keys typed ahead of a dialog find it whole or wait for it, wherever the line cuts them.

`HEADCOUNT_AHEAD` is how often each dialog is opened (1; 200 for the full count), `HEADCOUNT_SEED` the seed of the cuts.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness import Desk, Office, serving
from terminal_talk import Talk
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Label

from tui.terminal.app import TerminalApp
from tui.terminal.key_parser import Key, KeyParser

TIMES = int(os.environ.get("HEADCOUNT_AHEAD", "1"))
SEED = int(os.environ.get("HEADCOUNT_SEED", "20261120"))
DIALOGS = {
    "confirming seats": "1++cyyyyyy",
    "plans": "1pjjkk\r\ryyyy",
    "billing cycle": "1bjk\ryyyy",
    "paying for users": "1P *\\jkcyyyy",
    "typing seats": "1e40\rcyyyy",
    "a new user": "2nann@x.example\r\r\r\r\x1b\r",
    "editing a user": "2exyz\t\t\r\r",
    "removing a user": "2dyyhl\r\t\r",
    "removing all": "2*d40yyjk\x7f\r",
    "paying from the list": "2P *ccyyyy",
    "exporting": "2E\t\tjk",
    "opening a user": "2\rjky",
    "help": "2?jk  yq",
    "commands by name": "2:remo\x1b",
    "filter": "2/dee\x1bj",
    "accepting": "3ayyyfb",
    "accepting all": "3*aybyyf",
    "declining": "3xtoo late\r\ryyy",
    "sending a request": "3tbob@x.example\r\r\r\r",
    "a request": "3\rjkayy",
    "adding a member": "4jjjjayyyh\t\r",
    "a member": "4\rjkyu",
    "a new code": "5nSPRING\r\r\r\r",
    "a message": "5mymjk",
    "editing a code": "5e9\r\r\r",
    "deleting a code": "5dyyyhl",
    "a code": "5\rjkdyy",
    "invoices": "6\t\t\rjky",
    "events": "7\rjky",
}


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One server for all; no command reaches it."""
    with tempfile.TemporaryDirectory(prefix="hc-") as folder, serving(Path(folder)) as office:
        yield office


def refuse_commands(desk: Desk) -> list[str]:
    """From now on every command but a question about a price fails at the wire, so that no round changes the next."""
    passing: Any = desk.wire.handle_async_request
    refused: list[str] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or request.url.path.endswith(("/quotes", "/selections")):
            return await passing(request)  # type: ignore[no-any-return]
        refused.append(f"{request.method} {request.url.path}")
        return httpx.Response(500, request=request, content=b"")

    desk.wire.handle_async_request = handle  # type: ignore[method-assign]
    return refused


@pytest.mark.timeout(3_600)
async def test_every_dialog_takes_keys_that_came_in_the_write_that_opened_it(office: Office) -> None:
    """Opener and keys of each dialog together, cut anywhere: the app goes on, and never touches what is not there."""
    talk, rounds = Talk(SEED), 0
    async with office.at_work() as desk:
        refuse_commands(desk)
        for _ in range(TIMES):
            for name, keys in DIALOGS.items():
                parser = KeyParser(mouse=False)
                for wait, part in talk.pieces(keys.encode(), waits=(0.0, 0.0, 0.001, 0.01)):
                    await asyncio.sleep(wait)
                    for message in [*parser.feed(part), *(parser.tick() if wait else [])]:
                        desk.app.post_message(message)
                await desk.keys_done()
                for _ in range(3):
                    desk.app.post_message(Key("escape", "\x1b"))
                await desk.keys_done()
                assert desk.app._running, (SEED, rounds, name)
                assert desk.app._exception is None, (SEED, rounds, name)
                rounds += 1
        await desk.until_quietly(lambda: not desk.wire.under_way)
    print(f"{rounds:,} rounds, seed {SEED}")  # noqa: T201 - the figure is what one wants to know


class Slow(ModalScreen[None]):
    """A dialog whose parts take their time, and whose key looks for one of them."""

    BINDINGS = [("y", "yes")]  # noqa: RUF012 - Textual's shape
    pressed = 0

    async def _on_compose(self, event: Any) -> None:
        await asyncio.sleep(0.05)
        await super()._on_compose(event)

    def compose(self) -> ComposeResult:
        """One part."""
        yield Label("here")

    def action_yes(self) -> None:
        """What needs the part."""
        self.pressed += len(self.query_one(Label).styles.display[:1])


class Opening(TerminalApp[None]):
    """`c` opens it."""

    BINDINGS = [("c", "open")]  # noqa: RUF012 - as above

    def action_open(self) -> None:
        """The dialog."""
        self.push_screen(Slow())


async def test_a_key_waits_for_the_dialog_it_is_for() -> None:
    """`cyyy` in one packet: every `y` finds the dialog mounted, and none is lost."""
    app: App[None] = Opening()
    async with app.run_test() as pilot:
        for message in KeyParser().feed(b"cyyy"):
            app.post_message(message)
        while not (isinstance(app.screen, Slow) and app.screen.pressed == 3):
            await pilot.pause()
