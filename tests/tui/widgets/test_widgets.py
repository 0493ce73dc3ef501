"""The smaller widgets, as a user meets them on a screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from fake_rows import FakeRows, text_of
from gallery import FRAME, Gallery, Overview, Users
from textual.pilot import Pilot
from textual.screen import Screen

from tui.input.areas import TITLES
from tui.widgets.app_bar import AppBar, link_line
from tui.widgets.filter_bar import FilterBar
from tui.widgets.gauges import compress
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.table.table import VirtualTable


@asynccontextmanager
async def showing(screen: Screen[None], size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Gallery, Pilot[None]]]:
    """A gallery that is ready to be looked at."""
    app = Gallery(screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the table has what it asked for, and it is painted."""
    while pilot.app.screen.query_one(VirtualTable).busy:
        await pilot.pause()
    await pilot.pause()


AREAS = ["1 Overview", "2 Users 39", "3 Transfers 7", "4 Members", "5 Codes", "6 Billing", "7 Activity"]
WHO = ["Acme · jane@acme.example · owner", "READ-ONLY", "● live"]


@pytest.mark.parametrize(
    ("width", "seen", "gone"),
    [
        (125, [*AREAS, *WHO, "headcount", "acme-prod"], []),
        (95, [*AREAS, *WHO, "headcount", "acme-prod"], []),
        (80, [*AREAS, *WHO, "headcount", "acme-prod"], []),
        (79, ["1 Overview", "2 Users 39", "READ-ONLY", "● live", "acme-prod"], ["headcount", "jane@", "Activity"]),
        (66, ["1 Overview", " 2 39  3 7  4  5 ", "READ-ONLY", "● live"], ["headcount", "Users"]),
        (60, ["1 Overview", " 2 39  3 7  4  5 ", "READ-ONLY", "● live"], ["acme-prod"]),
    ],
)
async def test_the_app_bar_gives_way_in_order(width: int, seen: list[str], gone: list[str]) -> None:
    """From 80 columns on every area has its name, and who one is stands below; READ-ONLY and the connection always."""
    async with showing(Overview(), (width, 24)) as (app, pilot):
        facts = {"read_only": True, "colour": "no such colour", "areas": tuple(TITLES)[:7]}
        app.screen.query_one(AppBar).show(replace(FRAME, **facts))  # type: ignore[arg-type]
        await pilot.pause()
        bar = "\n".join(text_of(app)[: app.screen.query_one(AppBar).size.height])
        assert [part for part in seen if part not in bar] == []
        assert [part for part in gone if part in bar] == []


@pytest.mark.parametrize(
    "facts",
    [
        {"counts": {"users": 1_000_000, "transfers": 12_345}},
        {"counts": {"users": 1_000_000, "transfers": 12_345}, "fresh": frozenset({"transfers", "codes", "billing"})},
        {
            "organisation": "Tidewheel Works and Partners International " * 3,
            "account": f"{'a' * 60}@{'b' * 60}.example",
        },
        {"organisation": "東京" * 40, "link": link_line(retry="in 15 s", as_of="Thu 14:02")},
    ],
)
async def test_long_names_and_large_counts_leave_names_of_areas_and_role(facts: dict[str, Any]) -> None:
    """At 80 columns a count gets short before an area loses its name, and a name is cut before the role is."""
    async with showing(Overview(), (80, 24)) as (app, pilot):
        app.screen.query_one(AppBar).show(replace(FRAME, read_only=True, areas=tuple(TITLES)[:7], **facts))
        await pilot.pause()
        areas, who = text_of(app)[:2]
        assert [name for name in AREAS if name.split()[1] not in areas] == []
        assert " · owner " in who
        assert "READ-ONLY  " in who


def test_the_connection_is_a_glyph_and_words() -> None:
    """Live, reconnecting with the age of the data, and connecting for the first time."""
    assert link_line(live=True) == ("● live", "ok")
    assert link_line(retry="in 4 s", as_of="14:02") == ("○ reconnecting in 4 s  as of 14:02", "warn")
    assert link_line() == ("○ connecting", "dim")


async def test_letters_typed_into_the_filter_are_never_commands() -> None:
    """`/`, then letters that are commands elsewhere: they filter, and nothing else happens."""
    async with showing(Users(FakeRows(size=100))) as (app, pilot):
        await pilot.press("slash", "d", "n")
        await settled(pilot)
        bar = app.screen.query_one(FilterBar)
        assert bar.text == "dn"
        assert app.screen.query_one(VirtualTable).total == 1
        assert bar.status == "1 of 1"
        await pilot.press("enter", "escape")
        await settled(pilot)
        assert bar.text == ""
        assert app.screen.query_one(VirtualTable).total == 100


async def test_escape_leaves_the_filter_and_clears_it() -> None:
    """Esc while typing ends typing and takes the filter away."""
    async with showing(Users()) as (app, pilot):
        await pilot.press("slash", "a", "escape")
        await settled(pilot)
        bar = app.screen.query_one(FilterBar)
        assert (bar.is_open, bar.text) == (False, "")
        assert isinstance(app.focused, VirtualTable)


async def test_marks_are_told_with_what_the_filter_hides() -> None:
    """The action row counts the marks, says how many are hidden, and offers what may be done."""
    async with showing(Users(FakeRows(size=100))) as (app, pilot):
        await settled(pilot)
        await pilot.press("space", "space", "slash", "a")
        await settled(pilot)
        assert " 2 marked, 1 of them hidden by the filter" in text_of(app)[-2]
        assert "d remove 2…" in text_of(app)[-2]


async def test_a_new_filter_says_that_everything_is_no_longer_marked() -> None:
    """`*` and then a filter: the marks are gone, and the screen says so."""
    async with showing(Users(FakeRows(size=1_000))) as (app, pilot):
        await settled(pilot)
        await pilot.press("asterisk", "slash", "a")
        await settled(pilot)
        assert "no longer marked" in " ".join(text_of(app)[-3:])


async def test_a_long_error_is_seen_whole_and_escape_takes_it_away() -> None:
    """What failed, why and the request id stand there on up to three rows."""
    async with showing(Users()) as (app, pilot):
        await settled(pilot)
        assert isinstance(app.screen, Users)
        app.screen.show_error("The payment was refused: the card has expired. Nothing changed. " * 2 + "Request req_1")
        await pilot.pause()
        assert "Request req_1" in " ".join(text_of(app)[-4:])
        await pilot.press("escape")
        await pilot.pause()
        assert "Request req_1" not in " ".join(text_of(app))


async def test_held_keys_and_typed_numbers_make_a_draft() -> None:
    """+ steps on, e lets digits replace the number; what is below or above the limits is refused and stays typed."""
    async with showing(Overview()) as (app, pilot):
        stepper = app.screen.query_one(Stepper)
        await pilot.press("plus", "plus", "plus", "minus")
        assert stepper.total == 44
        await pilot.press("e", "1", "2", "0", "enter")
        assert stepper.total == 120
        await pilot.press("e", "7")
        assert "Enter takes it  Esc leaves it" in "\n".join(text_of(app))
        await pilot.press("escape")
        assert stepper.total == 120
        for typed, limit in (
            ("3", "At least 36."),
            ("9999999", "At most 1,000,000."),
            ("12345678", "At most 1,000,000."),
        ):
            await pilot.press("e", *typed, "enter")
            assert (stepper.total, stepper.typing) == (120, True)
            assert limit in "\n".join(text_of(app))
            await pilot.press("escape")
        await pilot.press("e", "5", "0", "plus")
        assert (stepper.total, stepper.typing) == (51, False)


async def test_titles_and_lines_of_panels_are_text() -> None:
    """Markup in a name is shown, in titles too."""
    async with showing(Overview()) as (app, pilot):
        panel = app.screen.query_one("#plan", Panel)
        panel.show_titles("[@click=app.quit]x", "[/]\x1b[31m")
        panel.show(["[b]not bold"])
        await pilot.pause()
        seen = "\n".join(text_of(app))
        assert "[@click=app.quit]x" in seen
        assert "[/]␛[31m" in seen
        assert "[b]not bold" in seen


async def test_a_terminal_that_is_too_small_says_so() -> None:
    """Below 60×15 one sentence stands instead of the screen."""
    async with showing(Users(), (59, 14)) as (app, pilot):
        seen = "\n".join(text_of(app))
        assert "Terminal too small" in seen
        assert "59×14, needed 60×15" in seen
        assert "q quits" in seen
        await pilot.resize_terminal(60, 15)
        await pilot.pause()
        assert "E-mail" in "\n".join(text_of(app))


async def test_ascii_means_ascii() -> None:
    """With the ASCII signs nothing else reaches the terminal."""
    app = Gallery(Overview(), ascii_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "\n".join(text_of(app)).isascii()


def test_compressing_keeps_every_peak() -> None:
    """Fewer columns than values: each shows the largest of its share."""
    assert compress([1, 9, 2, 3, 8, 1], 3) == [9, 3, 8]
    assert compress([1, 2], 5) == [1, 2]


async def test_no_colour_leaves_the_table_without_any_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that bypass the style cache still pass the filter that takes colours away."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = Gallery(Users())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        strips = app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        colours = {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert colours <= {"default"}
        assert any(style.reverse for style in styles)
