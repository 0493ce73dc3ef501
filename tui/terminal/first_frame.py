"""The app's frame on the terminal before Textual is imported, so that something is seen at once.

`painted` is a context: inside it the app is imported and run. The app takes the frame over (see `TerminalDriver` and
`DiffDisplay`): it knows what the terminal shows and writes only what differs. Keys typed meanwhile wait, unseen, until
the app reads them. If the app never gets that far, the terminal is given back.
"""

import os
import signal
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NamedTuple

from tui.terminal.pen import PLAIN, Pen, marks_blanks, paper, switch
from tui.terminal.preflight import Terminal
from tui.terminal.restore import attributes_of, give_back

__all__ = ["FirstFrame", "Span", "layout", "painted", "pen_for"]

_INPUT: Final = 0
_OUTPUT: Final = 2
_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_CUBE: Final = (0, 95, 135, 175, 215, 255)
_CUBE_START, _GREYS_START = 16, 232


class Span(NamedTuple):
    """Text of one-cell characters in one manner."""

    text: str
    pen: Pen = PLAIN


class FirstFrame:
    """What was painted, and the terminal's settings from before."""

    def __init__(self, lines: Sequence[Sequence[Span]], width: int, attributes: list[Any] | None) -> None:
        self.lines = lines
        self.width = width
        self.attributes = attributes
        self.taken_over = False
        """Set by the app once it answers for the terminal."""


def pen_for(terminal: Terminal, foreground: int, background: int, *, bold: bool = False) -> Pen:
    """A pen of two of the 256 colours (16-255), as Textual writes them on this terminal."""
    attributes = "1" if bold else ""
    if terminal.no_color or terminal.sixteen_colours:
        return Pen(attributes)
    return Pen(attributes, f"38;{_colour(foreground, terminal)}", f"48;{_colour(background, terminal)}")


def layout(
    terminal: Terminal, top: Sequence[Span], bottom: Sequence[Span], *, body: Pen, message: str = "loading…"
) -> list[list[Span]]:
    """Lines for the whole screen: `top` on the first, `bottom` on the last, `message` in the middle of the body."""
    if terminal.ascii_only:
        message = message.replace("…", "...")
    lines: list[list[Span]] = [[Span("", body)] for _ in range(terminal.lines)]
    middle = " " * max((terminal.columns - len(message)) // 2, 0)
    lines[terminal.lines // 2] = [Span(middle + message, body)]
    lines[0], lines[-1] = list(top), list(bottom)
    return lines


@contextmanager
def painted(terminal: Terminal, lines: Sequence[Sequence[Span]]) -> Iterator[FirstFrame]:
    """Paint `lines` on the alternate screen; afterwards give the terminal back unless the app has done it.

    A line goes on to the edge in the manner of its last span. SIGTERM, SIGHUP and SIGQUIT end the program cleanly.
    """
    attributes = attributes_of()
    frame = FirstFrame(lines, terminal.columns, attributes)
    previous = {each: signal.getsignal(each) for each in _SIGNALS}
    for each, handler in previous.items():
        if handler is not signal.SIG_IGN:
            signal.signal(each, _end)
    try:
        _hold_typed_keys(attributes)
        _write(_sequence(terminal, lines))
        yield frame
    finally:
        if not frame.taken_over:
            give_back(attributes)
        for each, handler in previous.items():
            signal.signal(each, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _hold_typed_keys(attributes: list[Any] | None) -> None:
    """No echo, no line editing, no translation of Enter; only Ctrl+C still interrupts a long import."""
    if attributes is None:
        return
    raw = [*attributes[:6], list(attributes[6])]
    raw[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
    raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    disabled = bytes([os.fpathconf(_INPUT, "PC_VDISABLE") & 0xFF])
    for key in (termios.VSUSP, termios.VQUIT):
        raw[6][key] = disabled
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    termios.tcsetattr(_INPUT, termios.TCSANOW, raw)


def _sequence(terminal: Terminal, lines: Sequence[Sequence[Span]]) -> str:
    parts = ["\x1b[?1049h\x1b[?25l\x1b[?2026h"]
    pen = PLAIN
    for number, line in enumerate(lines, 1):
        parts.append(f"\x1b[{number};1H")
        size = 0
        for text, wanted in line:
            text = text[: terminal.columns - size]  # noqa: PLW2901 - the rest does not fit
            parts += [switch(pen, wanted), text]
            pen, size = wanted, size + len(text)
        if size < terminal.columns:
            parts.append(_rest(terminal, pen, terminal.columns - size))
    return "".join([*parts, "\x1b[m\x1b[?2026l"])


def _rest(terminal: Terminal, pen: Pen, width: int) -> str:
    """The end of a line in the manner of its last character."""
    erasable = not marks_blanks(pen) and (terminal.erases_with_background or not paper(pen).background)
    return "\x1b[K" if erasable else " " * width


def _write(text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(_OUTPUT, data) :]


def _colour(index: int, terminal: Terminal) -> str:
    """A palette entry in the words of a terminal of 256 or of 16 million colours."""
    if not terminal.true_colours:
        return f"5;{index}"
    if index >= _GREYS_START:
        return "2;{0};{0};{0}".format(8 + 10 * (index - _GREYS_START))
    red, rest = divmod(index - _CUBE_START, 36)
    green, blue = divmod(rest, 6)
    return f"2;{_CUBE[red]};{_CUBE[green]};{_CUBE[blue]}"
