"""How it looks: every widget in its place, at both sizes, in sixteen colours, without colour, and in ASCII."""

from collections.abc import Awaitable, Callable

import pytest
from fake_rows import FakeRows
from gallery import ACCEPT, REMOVE, Gallery, Overview, Users
from textual.pilot import Pilot
from textual.screen import Screen

from screens.shared.help import Help
from tui.presentation.confirmation import Summary
from tui.widgets.table.table import VirtualTable

SIZES = [(80, 24), (120, 40)]
Compare = Callable[..., bool]
Before = Callable[[Pilot[None]], Awaitable[None]]


def ids(size: tuple[int, int]) -> str:
    """How a size reads in a test's name."""
    return f"{size[0]}x{size[1]}"


async def rows_here(pilot: Pilot[None]) -> None:
    """Wait for the table, if there is one."""
    for table in pilot.app.screen.query(VirtualTable):
        while table.busy:
            await pilot.pause()
    await pilot.pause()


def keys(*pressed: str) -> Before:
    """Wait, press, wait."""

    async def before(pilot: Pilot[None]) -> None:
        await rows_here(pilot)
        await pilot.press(*pressed)
        await rows_here(pilot)

    return before


def dialog(summary: Summary, *pressed: str) -> Before:
    """Open the dialog over the list."""

    async def before(pilot: Pilot[None]) -> None:
        await rows_here(pilot)
        assert isinstance(pilot.app, Gallery)
        pilot.app.ask(summary)
        await pilot.pause()
        await pilot.press(*pressed)
        await pilot.pause()

    return before


async def help_open(pilot: Pilot[None]) -> None:
    """Open the help over the list."""
    await rows_here(pilot)
    pilot.app.push_screen(Help("transfers"))
    await pilot.pause()


SCENES: dict[str, tuple[Callable[[], Screen[None]], Before]] = {
    "overview": (Overview, keys()),
    "stepper_typing": (Overview, keys("e", "5")),
    "users": (Users, keys("j", "space", "space", "V")),
    "filter": (Users, keys("space", "j", "space", "slash", "a")),
    "empty": (lambda: Users(FakeRows(size=0)), keys()),
    "no_match": (Users, keys("slash", *"none")),
    "failed": (lambda: Users(FakeRows(failing={0})), keys()),
    "accept": (Users, dialog(ACCEPT)),
    "remove": (Users, dialog(REMOVE, "2", "y")),
    "help": (Users, help_open),
}


@pytest.mark.parametrize("size", SIZES, ids=ids)
@pytest.mark.parametrize("scene", SCENES)
def test_scene(snap_compare: Compare, scene: str, size: tuple[int, int]) -> None:
    """Each scene looks as it did at both sizes."""
    make, before = SCENES[scene]
    assert snap_compare(Gallery(make()), terminal_size=size, run_before=before)


@pytest.mark.parametrize("scene", ["overview", "users", "accept"])
def test_sixteen_colours(snap_compare: Compare, scene: str) -> None:
    """With the sixteen colours of the terminal everything can still be told apart."""
    make, before = SCENES[scene]
    assert snap_compare(Gallery(make(), theme="ansi-dark"), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("scene", ["overview", "users", "accept"])
def test_no_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch, scene: str) -> None:
    """Under NO_COLOR the cursor is reversed, the header underlined, and nothing is coloured."""
    monkeypatch.setenv("NO_COLOR", "1")
    make, before = SCENES[scene]
    assert snap_compare(Gallery(make()), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("scene", ["overview", "users", "accept"])
def test_ascii(snap_compare: Compare, scene: str) -> None:
    """With ASCII signs the frames and gauges are ASCII too."""
    make, before = SCENES[scene]
    assert snap_compare(Gallery(make(), ascii_only=True), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("size", [(60, 15), (50, 12)], ids=ids)
def test_small(snap_compare: Compare, size: tuple[int, int]) -> None:
    """60×15 is usable, less says that it is too small."""
    assert snap_compare(Gallery(Users()), terminal_size=size, run_before=keys())
