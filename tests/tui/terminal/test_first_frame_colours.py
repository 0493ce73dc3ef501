"""The first frame uses the very codes that Textual will use, or all of it would be drawn twice."""

import colorsys

import pytest
from rich._palettes import EIGHT_BIT_PALETTE
from rich.color import Color, ColorSystem
from rich.style import Style

from tui.terminal.cells import pen_of
from tui.terminal.first_frame import Span, layout, pen_for
from tui.terminal.pen import Pen
from tui.terminal.preflight import Terminal


@pytest.mark.parametrize("system", [ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR])
def test_every_palette_entry(system: ColorSystem) -> None:
    """Each colour and each grey of the ramp comes out as Rich writes the same colour of a theme."""
    terminal = Terminal(true_colours=system is ColorSystem.TRUECOLOR)
    for index in range(16, 256):
        triplet = EIGHT_BIT_PALETTE[index]
        if index < 232 and colorsys.rgb_to_hls(*triplet.normalized)[2] < 0.15:
            continue  # greyish colours of the cube become greys of the ramp
        style = Style(color=Color.from_triplet(triplet), bold=True)
        expected = pen_of(style, system)
        assert pen_for(terminal, index, index, bold=True).foreground == expected.foreground, index


def test_without_colours() -> None:
    """Sixteen colours and NO_COLOR leave the terminal's own."""
    assert pen_for(Terminal(no_color=True), 252, 233, bold=True) == Pen("1")
    assert pen_for(Terminal(sixteen_colours=True), 252, 233) == Pen()


def test_the_layout_fills_the_screen() -> None:
    """One line per row: the bars at the edges and the message in the middle."""
    lines = layout(Terminal(lines=15, columns=60, ascii_only=True), [Span("top")], [Span("bottom")], body=Pen())
    assert len(lines) == 15
    assert lines[0] == [("top", Pen())]
    assert lines[-1] == [("bottom", Pen())]
    assert lines[7][0][0] == " " * 25 + "loading..."


def test_facts_do_not_change() -> None:
    """What is known of a terminal is fixed; another one may differ."""
    changed = Terminal(columns=99)._replace(ascii_only=True)
    assert (changed.columns, changed.ascii_only) == (99, True)
    with pytest.raises(AttributeError, match="is a fact"):
        Terminal().columns = 3
