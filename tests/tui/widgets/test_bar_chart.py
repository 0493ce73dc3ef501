"""Columns of amounts: what is paid, and what a credit pays of it."""

import pytest
from textual.app import App, ComposeResult

from tui.presentation.glyphs import glyphs_for
from tui.widgets.bar_chart import Bar, BarChart


class ChartApp(App[None]):
    """An app with one chart."""

    CSS = "BarChart { height: 6; }"

    def __init__(self, bars: list[Bar], *, ascii_only: bool = False) -> None:
        super().__init__()
        self.bars, self.glyphs = bars, glyphs_for(ascii_only=ascii_only)

    def compose(self) -> ComposeResult:
        """Only the chart."""
        yield BarChart()

    def on_mount(self) -> None:
        """Show them."""
        self.query_one(BarChart).show(self.bars)


async def drawn(bars: list[Bar], *, size: tuple[int, int] = (80, 24), here: int = 0, ascii_only: bool = False) -> str:
    """The chart's rows."""
    app = ChartApp(bars, ascii_only=ascii_only)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        chart = app.query_one(BarChart)
        chart.point_at(here)
        return "\n".join(chart.draw(y).text.rstrip() for y in range(chart.size.height))


async def test_figures_stand_on_the_columns_where_there_is_room() -> None:
    """The tallest fills all rows but the one for its figure; half of it is half as tall."""
    rows = (await drawn([Bar("Dec", 400, figure="4.00"), Bar("Jan", 200, figure="2.00")])).splitlines()
    assert rows[0].strip() == "4.00"
    assert rows[1].strip() == "█" * 10
    assert "2.00" in rows[2]
    assert rows[-1].split() == ["Dec", "Jan"]


async def test_a_column_in_two_parts_loses_neither() -> None:
    """A cent beside a fortune is a row of its own, paid or covered."""
    rows = await drawn([Bar("Dec", 1, covered=9_999, figure="0.01"), Bar("Jan", 9_999, covered=1), Bar("Feb", 0, 5)])
    columns = [[row[start : start + 10] for row in rows.splitlines()[:-1]] for start in (2, 13)]
    assert all(any("█" in cell for cell in column) and any("░" in cell for cell in column) for column in columns)


@pytest.mark.parametrize("bars", [[], [Bar("Dec", 0)]])
async def test_nothing_is_drawn_of_nothing(bars: list[Bar]) -> None:
    """No columns, and one of nothing, do no harm."""
    assert "█" not in await drawn(bars)


async def test_the_column_under_the_cursor_is_always_seen() -> None:
    """When not all fit, the others give way."""
    bars = [Bar(f"m{number}", number) for number in range(36)]
    assert "m0" in await drawn(bars)
    assert "m35" in await drawn(bars, here=35)


async def test_ascii() -> None:
    """Every sign has a stand-in."""
    assert (await drawn([Bar("Dec", 3, covered=3, figure="0.03")], ascii_only=True)).isascii()
