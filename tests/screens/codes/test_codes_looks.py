"""How the invitation codes and their dialogs look."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk


def _look(snap_compare: Any, folder: Path, size: tuple[int, int], story: looks.Story) -> bool:
    return looks.look(snap_compare, folder, size, story, keys=("5",))


async def _make(desk: Desk, code: str, uses: str, days: str) -> None:
    """A code by the form."""
    await desk.press("n")
    await desk.type(code)
    await desk.press("enter")
    await desk.type(uses)
    await desk.press("enter")
    await desk.type(days)
    await desk.press("enter")
    await desk.until(lambda: "Share" in desk.text)
    await desk.press("escape")
    await desk.settled()


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15)])
def test_the_codes(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """State, uses and end of each; beside the table who came in, where there is room."""

    async def story(desk: Desk) -> None:
        """One in force, one that was switched off, and the demo's."""
        await _make(desk, "Team-Lyon-27", "12", "30")
        await _make(desk, "Autumn-Fair", "", "")
        await desk.press("x")
        await desk.until(lambda: "Switched off" in desk.text)
        await desk.press("escape", "s", "G")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_one_code(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """All of it with everybody who came in."""

    async def story(desk: Desk) -> None:
        """Enter."""
        await desk.press("enter")
        await desk.settled()

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_making_one(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """What is wrong stands at its field."""

    async def story(desk: Desk) -> None:
        """A day that is over."""
        await desk.press("n")
        await desk.type("Team-Lyon-27")
        await desk.press("enter")
        await desk.type("12")
        await desk.press("enter")
        await desk.type("2026-11-19")
        await desk.press("enter")

    assert _look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_handing_one_out(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The message is shown as well as copied."""

    async def story(desk: Desk) -> None:
        """A message."""
        await desk.press("m")
        await desk.until(lambda: "clipboard" in desk.text)

    assert _look(snap_compare, tmp_path, size, story)


def test_asking_before_deleting(snap_compare: Any, tmp_path: Path) -> None:
    """Who came in stays; switching off is offered instead."""

    async def story(desk: Desk) -> None:
        """Delete."""
        await desk.press("d")

    assert _look(snap_compare, tmp_path, (80, 24), story)
