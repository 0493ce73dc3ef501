"""Colours that survive SSH, and text that is never markup."""

import pytest

from tui.presentation.glyphs import ASCII, UNICODE
from tui.presentation.text import cells
from tui.presentation.tones import pieces, theme_name, wants_ansi
from tui.widgets.themes import HEADCOUNT

LEVELS = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
GREYS = tuple(range(0x08, 0xEF, 10))


def in_palette(colour: str) -> bool:
    """Whether a colour is an entry of the 256-colour palette (the cube or the ramp of greys)."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return {red, green, blue} <= set(LEVELS) or (red == green == blue and red in GREYS)


def test_every_colour_is_one_of_the_256() -> None:
    """What sshd leaves of the colours is what was designed."""
    own = [HEADCOUNT.primary, HEADCOUNT.secondary, HEADCOUNT.accent, HEADCOUNT.foreground, HEADCOUNT.background]
    own += [HEADCOUNT.surface, HEADCOUNT.panel, HEADCOUNT.success, HEADCOUNT.warning, HEADCOUNT.error]
    own += [value for value in HEADCOUNT.variables.values() if value.startswith("#")]
    assert [colour for colour in own if colour is None or not in_palette(colour)] == []


@pytest.mark.parametrize(
    ("environ", "wanted", "theme"),
    [
        ({"TERM": "xterm-256color"}, "auto", "headcount"),
        ({"TERM": "screen.xterm-256color"}, "auto", "headcount"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "auto", "headcount"),
        ({"TERM": "linux"}, "auto", "ansi-dark"),
        ({"TERM": "xterm"}, "dark", "headcount"),
        ({"TERM": "xterm-256color"}, "ansi", "ansi-dark"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "dark", "ansi-dark"),
    ],
)
def test_the_theme_fits_the_terminal(environ: dict[str, str], wanted: str, theme: str) -> None:
    """Sixteen colours get the theme of sixteen, NO_COLOR wins over everything."""
    assert theme_name(environ, wanted) == theme
    assert wants_ansi(environ) is (True if "NO_COLOR" in environ else None)


def test_a_line_is_text_a_pair_or_a_list() -> None:
    """All three become clean pieces, and Textual's style words our tones."""
    assert pieces("a\x1b") == [("a␛", "")]
    assert pieces(("x", "$foreground-muted")) == [("x", "dim")]
    assert pieces(["[b]", ("y", "bold")]) == [("[b]", ""), ("y", "strong")]


def test_every_sign_is_one_cell_and_has_an_ascii_stand_in() -> None:
    """So that nothing moves when the signs change."""
    for name in UNICODE.__slots__:
        one, other = getattr(UNICODE, name), getattr(ASCII, name)
        if isinstance(one, str):
            assert len(one) == len(other) == cells(one)
            assert other.isascii()
