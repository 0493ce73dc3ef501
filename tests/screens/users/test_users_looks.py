"""How the list of users and its dialogs look."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk
from textual import events


def look(snap_compare: Any, folder: Path, size: tuple[int, int], story: looks.Story) -> bool:
    """The list of users after a story."""
    return looks.look(snap_compare, folder, size, story, keys=("2",))


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15)])
def test_the_list(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The address never gives way; from 110 columns on the details stand beside the table."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("j", "space")

    assert look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_the_form_that_keeps_going(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """What became of each row above, the next one below, with the keys that help."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("n")
        rows = "ana@new.example\nBo Kaya <bo@new.example>\ntamar@gelashvili.example\namelie@tidewheel.example"
        desk.app.post_message(events.Paste(rows))
        await desk.until(lambda: "tamar@gelashvili.example" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "Add 4 users" in desk.text)
        await desk.press("y")
        await desk.until(lambda: "2 added" in desk.text and "This address is already on the list" in desk.text)

    assert look(snap_compare, tmp_path, size, story)


@pytest.mark.parametrize("size", looks.SIZES)
def test_asking_before_a_removal(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Everybody by name, the seats, what can be taken back, and the number to type."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press(*["space"] * 12, "d")

    assert look(snap_compare, tmp_path, size, story)


def test_results_of_a_removal(snap_compare: Any, tmp_path: Path) -> None:
    """Row by row, until Esc."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("space", "space", "d", "y")
        await desk.until(lambda: "2 removed" in desk.text)
        await desk.settled()

    assert look(snap_compare, tmp_path, (80, 24), story)
