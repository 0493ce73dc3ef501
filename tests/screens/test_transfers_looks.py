"""How the transfer requests and their dialogs look."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk


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
        await desk.press("space", "space", "a", "y")
        await desk.until(lambda: "2 accepted" in desk.text)
        await desk.settled()

    assert _look(snap_compare, tmp_path, size, story)


def test_the_history(snap_compare: Any, tmp_path: Path) -> None:
    """Both ways, all states, newest first."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("tab", "tab")

    assert _look(snap_compare, tmp_path, (120, 40), story)


def test_asking_somebody(snap_compare: Any, tmp_path: Path) -> None:
    """A small form with what is wrong at its field."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("t")
        await desk.type("nobody")
        await desk.press("enter", "enter")

    assert _look(snap_compare, tmp_path, (80, 24), story)
