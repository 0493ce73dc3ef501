"""How the Overview and its dialog look, in every kind of terminal."""

from pathlib import Path
from typing import Any

import pytest
from harness import Desk
from looks import SIZES, Story, look

from screens.overview.screen import OverviewScreen
from screens.purchase import quote_dialog
from screens.shared.confirm import Confirm
from tui.terminal.preflight import Terminal


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Countdowns stand still."""
    monkeypatch.setattr(quote_dialog, "monotonic", lambda: 0.0)


async def priced(desk: Desk) -> None:
    """A draft of five more seats, priced."""
    await desk.press(*["plus"] * 5)
    await desk.until(lambda: "holds until" in desk.text)


async def asked(desk: Desk) -> None:
    """The dialog before the money is spent."""
    await priced(desk)
    await desk.press("c")


async def paid(desk: Desk) -> None:
    """The result, and everything that follows from it."""
    await asked(desk)
    await desk.press("y")
    await desk.until(lambda: "Done: 42 seats" in desk.text and "40 of 42" in desk.text)
    await desk.settled()


async def plans(desk: Desk) -> None:
    """The plans, priced."""
    await desk.press("p")
    await desk.until(lambda: "EUR 81.40 now" in desk.text and "EUR 4,718.60 now" in desk.text)


async def cycles(desk: Desk) -> None:
    """Both cycles, priced."""
    await desk.press("b")
    await desk.until(lambda: "EUR 2,318.60 now" in desk.text)


async def readable(desk: Desk) -> None:
    """Wait until the dialog takes a yes."""
    await desk.until(lambda: isinstance(desk.app.screen, Confirm) and desk.app.screen.is_ready)


async def upward(desk: Desk) -> None:
    """The dialog before another plan is paid."""
    await plans(desk)
    await desk.press("enter")
    await readable(desk)


async def ending(desk: Desk) -> None:
    """The dialog before the subscription is cancelled."""
    await desk.app.run_action("end", desk.app.screen)
    await readable(desk)


async def moved(desk: Desk) -> None:
    """The price had expired under the open dialog, and is another object now."""
    await asked(desk)
    overview, dialog = desk.app.screen_stack[0], desk.app.screen
    assert isinstance(overview, OverviewScreen)
    assert isinstance(dialog, quote_dialog.QuoteDialog)
    overview.purchase.price_expired(dialog)
    await desk.until(lambda: "The price had expired" in desk.text)
    await readable(desk)


async def lost(desk: Desk) -> None:
    """The line is cut."""
    desk.wire.cut = True
    await desk.press("R")
    await desk.until(lambda: "as of" in desk.lines[1])


@pytest.mark.parametrize("size", [*SIZES, (60, 15)])
def test_the_overview(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Plan, what waits, seats, what happened: complete at 80×24, usable at 60×15."""
    assert look(snap_compare, tmp_path, size)


@pytest.mark.parametrize("size", SIZES)
def test_a_priced_draft(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """What it costs now and why, and what the renewal will cost."""
    assert look(snap_compare, tmp_path, size, priced)


@pytest.mark.parametrize("size", SIZES)
def test_asking_before_paying(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The effect by name, the money to the cent, and the focus on Cancel."""
    assert look(snap_compare, tmp_path, size, asked)


@pytest.mark.parametrize("size", SIZES)
def test_after_paying(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The result stays, and meter, chart, attention and events have followed."""
    assert look(snap_compare, tmp_path, size, paid)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("story", [plans, cycles, upward, ending, moved])
def test_larger_changes(snap_compare: Any, tmp_path: Path, size: tuple[int, int], story: Story) -> None:
    """What may be chosen at which price, and each dialog before it is done, complete at 80×24."""
    assert look(snap_compare, tmp_path, size, story)


def test_too_small(snap_compare: Any, tmp_path: Path) -> None:
    """Below 60×15 one sentence says what is needed."""
    assert look(snap_compare, tmp_path, (50, 12))


def test_in_ascii(snap_compare: Any, tmp_path: Path) -> None:
    """Nothing but ASCII, and every state still has its sign and word."""
    assert look(snap_compare, tmp_path, (80, 24), priced, terminal=Terminal(ascii_only=True))


def test_without_colour(snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR: bold, reverse and words carry everything."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert look(snap_compare, tmp_path, (80, 24), asked, terminal=Terminal(no_color=True))
