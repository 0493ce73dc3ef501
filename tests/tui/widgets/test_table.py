"""The table told in key presses, against a million rows that answer when they are let."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fake_rows import COLUMNS, FakeRows, TableApp, person, text_of
from textual.pilot import Pilot
from textual.strip import Strip

from tui.widgets.table.data import Phase, Query, Row
from tui.widgets.table.paint import row_strip
from tui.widgets.table.table import VirtualTable


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for a condition, not for a time."""
    async with asyncio.timeout(20):
        while not condition():
            await pilot.pause()
            await asyncio.sleep(0.002)


@asynccontextmanager
async def running(
    source: FakeRows, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[VirtualTable, Pilot[None]]]:
    """The table on a screen, focused, its first rows here."""
    app = TableApp(source)
    async with app.run_test(size=size) as pilot:
        app.table.focus()
        if source.gate is None:
            await until(pilot, lambda: not app.table.busy)
            await pilot.pause()
        yield app.table, pilot


async def test_the_end_of_a_million_rows_is_one_request() -> None:
    """End asks for the last page only."""
    async with running(FakeRows()) as (table, pilot):
        await pilot.press("end")
        await until(pilot, lambda: table.row is not None and not table.busy)
        assert table.app.source.asked == [("", 0, 100), ("", 999_900, 100)]  # type: ignore[attr-defined]
        assert table.status == "1,000,000 of 1,000,000"


async def test_a_burst_of_scrolling_asks_only_for_where_it_stops() -> None:
    """Thirty pages at once are not thirty requests, and never more than two are in flight."""
    source = FakeRows()
    async with running(source) as (table, pilot):
        for _ in range(30):
            table.action_page(10)
        await until(pilot, lambda: table.row is not None and not table.busy)
        assert len(source.asked) <= 3
        assert source.most_at_once <= 2


async def test_a_step_builds_two_lines_whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step builds the two rows it concerns, a scroll step the new one; with a million rows as with 100."""
    built: list[str] = []

    def counted(row: Row, *args: Any, **kwargs: Any) -> Strip:
        built.append(row.id)
        return row_strip(row, *args, **kwargs)

    monkeypatch.setattr("tui.widgets.table.view.row_strip", counted)
    for size in (100, 1_000_000):
        async with running(FakeRows(size=size)) as (table, pilot):
            built.clear()
            table.action_move(1)
            await pilot.pause()
            assert sorted(built) == ["usr_0", "usr_1"]
            table.action_move(21)
            await pilot.pause()
            built.clear()
            table.action_move(1)
            await pilot.pause()
            assert built == ["usr_23"]


async def test_a_filter_drops_stale_answers() -> None:
    """What was asked before the filter changed is thrown away, and the old rows stay until the new ones are here."""
    source = FakeRows()
    async with running(source) as (table, pilot):
        source.gate = asyncio.Event()
        table.set_query(Query(text="a"))
        await pilot.pause()
        table.set_query(Query(text="ab"))
        await until(pilot, lambda: source.asked[-1][0] == "ab")
        assert source.cancelled == 1
        assert table.total == 1_000_000
        assert "ana.silva0@" in text_of(pilot.app)[1]
        source.gate.set()
        await until(pilot, lambda: table.total == 10_000)
        assert table.pages.query.text == "ab"


async def test_the_cursor_follows_its_row() -> None:
    """When rows come in above a list that was scrolled, the cursor stays on its person and on its line."""
    source = FakeRows(order=list(range(50)))
    async with running(source) as (table, pilot):
        table.go(30)
        line = table.cursor - table.top
        assert (table.cursor_id, table.top > 0) == ("usr_30", True)
        source.order = [90, 91, *range(50)]
        table.reload()
        await until(pilot, lambda: not table.busy)
        assert (table.cursor, table.cursor_id, table.cursor - table.top) == (32, "usr_30", line)


async def test_a_reload_does_not_flash_and_a_failed_one_keeps_the_rows() -> None:
    """The old rows stay while the answer is on its way, and when it never comes."""
    source = FakeRows(size=40)
    async with running(source) as (table, pilot):
        source.failing = {0}
        table.reload()
        await until(pilot, lambda: bool(table.stale_reason))
        assert table.phase is Phase.READY
        assert table.status == "1 of 40  not refreshed"
        assert "ana.silva0@" in text_of(pilot.app)[1]
        source.failing = set()
        await pilot.press("r")
        await until(pilot, lambda: not table.busy)
        assert table.stale_reason == ""


async def test_a_row_that_is_gone_leaves_the_cursor_where_it_was() -> None:
    """The cursor stays at its place when its person was removed."""
    source = FakeRows(order=list(range(5)))
    async with running(source) as (table, pilot):
        await pilot.press("end")
        source.order = [0, 1, 2]
        table.reload()
        await until(pilot, lambda: not table.busy)
        assert (table.cursor, table.cursor_id) == (2, "usr_2")


async def test_marks_survive_a_filter() -> None:
    """Marked people stay marked when a filter hides them, and the number hidden is known."""
    async with running(FakeRows(size=100)) as (table, pilot):
        await pilot.press("space", "space")
        table.set_query(Query(text="a"))
        await until(pilot, lambda: table.total == 10)
        assert (table.mark_count, table.hidden_count) == (2, 1)
        table.set_query(Query())
        await until(pilot, lambda: table.total == 100)
        assert (table.mark_count, table.hidden_count) == (2, 0)
        assert [row.id for row in await table.marked_rows()] == ["usr_0", "usr_1"]


async def test_star_marks_what_is_not_loaded_and_can_name_it() -> None:
    """`*` on 1,000 rows marks all of them; asked for their names, the table fetches what it lacks."""
    async with running(FakeRows(size=1_000)) as (table, pilot):
        await pilot.press("asterisk", "space")
        assert table.mark_count == 999
        rows = await table.marked_rows()
        assert len(rows) == 999
        assert rows[0].id == "usr_1"
        await pilot.press("backslash")
        assert table.mark_count == 0


async def test_a_range_is_marked_from_v_to_v() -> None:
    """V, then V at the other end, marks everything between, also when it is not loaded."""
    async with running(FakeRows()) as (table, pilot):
        await pilot.press("V", "j", "j", "V")
        await until(pilot, lambda: table.anchor_id is None)
        assert list(table.marks.chosen) == ["usr_0", "usr_1", "usr_2"]
        await pilot.press("V")
        table.go(1_500)
        await until(pilot, lambda: table.row is not None)
        await pilot.press("V")
        await until(pilot, lambda: table.anchor_id is None)
        assert table.mark_count == 1_501


async def test_a_failing_page_says_so_and_r_tries_again() -> None:
    """A page that does not come is rows with the reason and the key; nothing else is lost."""
    source = FakeRows(failing={999_900})
    async with running(source) as (table, pilot):
        await pilot.press("G")
        await until(pilot, lambda: bool(table.pages.failed))
        await pilot.pause()
        assert "! the server answered 503  r tries again" in text_of(pilot.app)[-1]
        source.failing = set()
        await pilot.press("r")
        await until(pilot, lambda: table.row is not None)
        assert "jo.park999999@" in text_of(pilot.app)[-1]


async def test_four_sentences_and_the_key_that_helps() -> None:
    """Loading, nothing there, nothing matches and failed read differently, each with its key."""
    source = FakeRows(size=0, gate=asyncio.Event())
    async with running(source) as (table, pilot):
        assert "Loading users…" in "".join(text_of(pilot.app))
        assert source.gate is not None
        source.gate.set()
        await until(pilot, lambda: table.phase is Phase.EMPTY)
        assert table.sentence == "No users yet. n adds one by hand."
        table.set_query(Query(text="none"))
        await until(pilot, lambda: table.phase is Phase.NO_MATCH)
        assert table.sentence == "No users match “none”. Esc clears the filter."
        source.failing = {0}
        table.set_query(Query(text="b"))
        await until(pilot, lambda: table.phase is Phase.FAILED)
        await pilot.pause()
        assert "The users could not be loaded: the server answered 503. r tries again." in "".join(text_of(pilot.app))


async def test_hostile_names_stand_there_literally() -> None:
    """Escape sequences, markup and a text that turns the direction are shown, not obeyed."""
    names = ("\x1b]0;owned\x07", "[@click=app.quit]x[/]", "a\u202eb", "two\nlines", "[/b] Bob")
    source = FakeRows(size=5, make=lambda index: Row(f"u{index}", (names[index], "n", "● active", "x")))
    async with running(source) as (_, pilot):
        seen = "\n".join(text_of(pilot.app))
        for shown in ("␛]0;owned␇", "[@click=app.quit]x[/]", "a<U+202E>b", "two␊lines", "[/b] Bob"):
            assert shown in seen
        assert "\x1b" not in seen


async def test_sorting_turns_and_shows_an_arrow() -> None:
    """`s` goes through the sortable columns, `S` turns round, and the header says so."""
    async with running(FakeRows(size=50)) as (table, pilot):
        await pilot.press("s")
        await until(pilot, lambda: table.pages.query.sort == "email")
        assert "E-mail ▲" in text_of(pilot.app)[0]
        await pilot.press("S")
        await until(pilot, lambda: table.pages.query.descending)
        assert table.cursor_id == "usr_0"
        await pilot.press("s", "s")
        await until(pilot, lambda: table.pages.query.sort is None)


async def test_enter_y_and_the_mouse() -> None:
    """Enter opens the row, y copies its address, a click moves, a click on the header sorts."""
    async with running(FakeRows(size=50)) as (table, pilot):
        await pilot.press("enter", "y", "Y")
        assert pilot.app.heard[:2] == ["usr_0", "ana.silva0@example.com"]  # type: ignore[attr-defined]
        assert pilot.app.heard[2].count("\t") == 3  # type: ignore[attr-defined]
        await pilot.click(VirtualTable, offset=(5, 4))
        assert table.cursor == 3
        await pilot.click(VirtualTable, offset=(5, 0))
        await until(pilot, lambda: table.pages.query.sort == "email")


async def test_a_narrower_terminal_drops_columns_and_keeps_the_cursor_in_view() -> None:
    """Columns give way, and the row under the cursor is still on the screen."""
    async with running(FakeRows(size=500), size=(80, 40)) as (table, pilot):
        table.go(35)
        await pilot.resize_terminal(44, 12)
        await pilot.pause()
        assert [place.column.key for place in table.places] == ["email", "status"]
        assert table.top <= 35 < table.top + table.rows_high


async def test_another_source_starts_afresh() -> None:
    """Nothing of the old list stays: rows, cursor and marks are those of the new one."""
    async with running(FakeRows(size=50)) as (table, pilot):
        await pilot.press("space", "end")
        table.set_source(FakeRows(size=3, make=lambda index: person(index + 700)))
        await until(pilot, lambda: table.total == 3)
        assert (table.cursor, table.cursor_id, table.mark_count) == (0, "usr_700", 0)


def test_the_columns_of_the_fake_are_those_of_its_rows() -> None:
    """The builder itself is sound."""
    assert len(person(0).cells) == len(COLUMNS)


async def test_old_rows_do_not_pass_for_the_answer_to_a_slow_filter() -> None:
    """While the answer to another query takes long, the count says so instead of counting what was there before."""
    source = FakeRows(size=40)
    async with running(source) as (table, pilot):
        source.gate = asyncio.Event()
        table.set_query(Query(text="x"))
        assert table.status == "1 of 40"
        await until(pilot, lambda: table.status == "looking…")
        source.gate.set()
        await until(pilot, lambda: table.status == "1 of 4")


async def test_the_cursor_stays_on_its_person_when_rows_arrive_above_by_the_page() -> None:
    """A reload in which a hundred and twenty rows came before the cursor's: it is found on its new page, same line."""
    source = FakeRows(order=list(range(1_000)))
    async with running(source) as (table, pilot):
        table.go(90)
        await until(pilot, lambda: not table.busy)
        line = table.cursor - table.top
        source.order = [*range(5_000, 5_120), *range(1_000)]
        table.reload()
        await until(pilot, lambda: not table.busy and table.total == 1_120)
        assert (table.row, table.cursor) == (person(90), 210)
        assert table.cursor - table.top == line


async def test_a_list_at_its_top_stays_there_when_rows_arrive_above() -> None:
    """Who has not scrolled sees what came in first; the cursor stays on its person as long as that is in sight."""
    source = FakeRows(order=list(range(1_000)))
    async with running(source) as (table, pilot):
        table.go(3)
        source.order = [5_000, *range(1_000)]
        table.reload()
        await until(pilot, lambda: not table.busy and table.total == 1_001)
        assert (table.row, table.cursor, table.top) == (person(3), 4, 0)


async def test_a_list_that_had_less_room_for_a_while_goes_back_to_where_it_was() -> None:
    """A message of two rows takes a row from the list and gives it back: nothing stays scrolled."""
    async with running(FakeRows(size=1_000)) as (table, pilot):
        table.go(table.rows_high - 1)
        assert table.top == 0
        await pilot.resize_terminal(80, 22)
        await until(pilot, lambda: table.top == 2)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: table.top == 0)
        assert table.cursor == table.rows_high - 1
