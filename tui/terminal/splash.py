"""The frame that is known before anything is loaded: the app's top row, an empty body that says so, its row of keys.

Written by hand, since the widgets that draw it later need Textual; a test compares both.
"""

from tui.terminal.first_frame import Span, layout, pen_for
from tui.terminal.preflight import Terminal

__all__ = ["splash"]

_TEXT, _DIM, _ACCENT = 252, 245, 179
_BAR, _GROUND = 235, 233
_AREAS = (" 1 Overview ", " 2 Users ", " 3 Transfers ", " 4 Members ", " 5 Codes ")


def splash(terminal: Terminal) -> list[list[Span]]:
    """Lines for the whole screen."""
    bar = pen_for(terminal, _TEXT, _BAR)
    mark = "|" if terminal.ascii_only else "▌"
    top = [
        Span(f" {mark}headcount ", pen_for(terminal, _ACCENT, _BAR, bold=True)),
        Span(_AREAS[0], pen_for(terminal, _BAR, _TEXT, bold=True)),
        Span("".join(_AREAS[1:]), pen_for(terminal, _DIM, _BAR)),
        Span("", bar),
    ]
    return layout(terminal, top, [Span("", bar)], body=pen_for(terminal, _DIM, _GROUND))
