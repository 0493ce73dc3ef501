"""How the list of users and its dialogs look."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from harness import Desk, Wire, serving
from textual import events
from textual.pilot import Pilot

SIZES = [(80, 24), (120, 40)]
Story = Callable[[Desk], Awaitable[None]]


def look(snap_compare: Any, folder: Path, size: tuple[int, int], story: Story) -> bool:
    """Compare what a story in the list of users leads to."""
    with serving(folder) as office:
        app, wire = office.app()

        async def run(pilot: Pilot[Any]) -> None:
            """Go there."""
            desk = _at(pilot, wire)
            await desk.settled()
            await desk.press("2")
            await story(desk)
            await desk.pilot.pause(0.3)

        return bool(snap_compare(app, terminal_size=size, run_before=run))


def _at(pilot: Pilot[Any], wire: Wire) -> Desk:
    return Desk(pilot.app, pilot, wire)  # type: ignore[arg-type] # it is the app that was made above


@pytest.mark.parametrize("size", [*SIZES, (60, 15)])
def test_the_list(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The address never gives way; from 110 columns on the details stand beside the table."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("j", "space")

    assert look(snap_compare, tmp_path, size, story)


def test_the_form_that_keeps_going(snap_compare: Any, tmp_path: Path) -> None:
    """What became of each row above, the next one below, with the keys that help."""

    async def story(desk: Desk) -> None:
        """What is pressed."""
        await desk.press("n")
        rows = "ana@new.example\nBo Kaya <bo@new.example>\ntamar@gelashvili.example\namelie@tidewheel.example"
        desk.app.post_message(events.Paste(rows))
        await desk.press("enter")
        await desk.until(lambda: "2 added" in desk.text)
        await desk.type("cy")

    assert look(snap_compare, tmp_path, (80, 24), story)


@pytest.mark.parametrize("size", SIZES)
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
