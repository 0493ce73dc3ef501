"""How the Overview and its dialog look, in every kind of terminal."""

from pathlib import Path
from typing import Any

import pytest
from harness import Desk
from looks import SIZES, look

from tui.terminal.preflight import Terminal


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


async def lost(desk: Desk) -> None:
    """The line is cut."""
    desk.wire.cut = True
    await desk.press("R")
    await desk.until(lambda: "as of" in desk.lines[0])


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
