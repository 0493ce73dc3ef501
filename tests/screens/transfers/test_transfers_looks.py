"""How the transfer requests and their dialogs look."""

from pathlib import Path
from typing import Any

import looks
import pytest
from answers import make_event
from harness import Desk

from client.protocol import new_key
from contract.events import EventKind
from contract.quotes import Change
from screens.purchase import quote_dialog
from screens.purchase.quote_dialog import QuoteDialog
from screens.shared.confirm import Confirm
from screens.transfers.screen import TransfersScreen


async def buy_seats(desk: Desk, seats: int) -> None:
    """So many seats are paid for."""
    client = desk.app.session.client
    quote = await client.quote(Change(seats=seats))
    await client.confirm(quote.id, key=new_key())
    desk.app.action_refresh_all()
    await desk.settled()


def _look(snap_compare: Any, folder: Path, size: tuple[int, int], story: looks.Story) -> bool:
    return looks.look(snap_compare, folder, size, story, keys=("3",))


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15)])
def test_incoming(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Who waits, what they give up, and what may be done with the marks."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("asterisk", "j")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
def test_asking_before_accepting(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Every request by name, what is given up, how the seats work out."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("asterisk", "a")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_results_of_accepting(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Row by row, until Esc, with the key that takes it back."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("space", "space", "a")
        await desk.press("y")
        await desk.until(lambda: "2 accepted" in desk.text)
        await desk.settled()

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
@pytest.mark.parametrize("choice", ["all", "first"])
def test_choosing_who_is_accepted(snap_compare: Any, tmp_path: Path, size: tuple[int, int], choice: str) -> None:
    """Three fit, four don't: what may be chosen, and who waits on."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await buy_seats(desk, 43)
        await desk.press("asterisk", "a")
        await desk.press(*(["f"] if choice == "first" else []))

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_buying_seats_on_the_way(
    snap_compare: Any, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The price, what it buys, and who is accepted by the same yes."""
    monkeypatch.setattr(quote_dialog, "monotonic", lambda: 0.0)

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("asterisk", "a")
        await desk.press("b")
        await desk.until(lambda: isinstance(desk.app.screen, QuoteDialog))
        await desk.until(lambda: getattr(desk.app.screen, "reason_to_wait", "?") == "")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_others_decide_under_the_question(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Who was faster is named and left out."""

    async def story(desk: Desk) -> None:
        """What is pressed, and what a colleague does."""
        await desk.press("asterisk", "a")
        row = desk.table.row
        assert row is not None
        event = make_event(EventKind.TRANSFER_DECLINED, row.cells[0], actor="jane@tidewheel.example")
        thing = event.object.model_copy(update={"id": row.id})
        desk.app.session.fates.hear(event.model_copy(update={"object": thing}))
        desk.app.session.touch(EventKind.TRANSFER_DECLINED)
        await desk.until(lambda: "Accept 6" in desk.text)
        await desk.until(lambda: getattr(desk.app.screen, "reason_to_wait", "?") == "")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_saving_the_results(
    snap_compare: Any, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file goes; the results stay behind it."""
    monkeypatch.chdir("/")

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("space", "space", "a")
        await desk.press("y")
        await desk.until(lambda: "2 accepted" in desk.text)
        await desk.settled()
        await desk.press("w")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_taking_back_what_was_decided_before_the_start(
    snap_compare: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    """How many, when, until when, and who."""

    async def story(desk: Desk) -> None:
        """What is pressed, in an app that does not know of it."""
        await desk.press("space", "space", "a")
        await desk.press("y")
        await desk.until(lambda: "2 accepted" in desk.text)
        await desk.settled()
        screen = desk.app.screen
        assert isinstance(screen, TransfersScreen)
        screen.decisions.last = None
        await desk.press("escape", "z")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))

    assert _look(snap_compare, tmp_path, size, story)


def test_the_history(snap_compare: Any, tmp_path: Path) -> None:
    """Both ways, all states, newest first."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("tab", "tab")

    assert _look(snap_compare, tmp_path, (120, 40), story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_asking_somebody(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """A small form with what is wrong at its field."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("t")
        await desk.type("nobody")
        await desk.press("enter", "enter")

    assert _look(snap_compare, tmp_path, size, story)
