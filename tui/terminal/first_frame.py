"""The app's frame on the terminal before Textual is imported, so that something is seen at once.

`painted` is a context: inside it the app is imported and run. The app takes the frame over (see `TerminalDriver` and
`DiffDisplay`): it knows what the terminal shows and writes only what differs. Keys typed meanwhile wait, unseen, until
the app reads them. If the app never gets that far, the terminal is given back. What is not needed for painting is
imported after it.
"""

import os
import termios

from tui.terminal.pen import PLAIN, Pen, marks_blanks, paper, switch
from tui.terminal.preflight import Terminal
from tui.terminal.restore import attributes_of, give_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any

__all__ = ["FirstFrame", "Span", "layout", "painted", "pen_for"]

_INPUT = 0
_OUTPUT = 2
_CUBE = (0, 95, 135, 175, 215, 255)
_CUBE_START, _GREYS_START = 16, 232


class Span(tuple[str, Pen]):
    """Text of one-cell characters in one manner; a line goes on to the edge in the manner of its last span."""

    __slots__ = ()

    def __new__(cls, text: str, pen: Pen = PLAIN) -> "Span":  # noqa: PYI034 - Self is in typing
        """A span of these two."""
        return super().__new__(cls, (text, pen))


class FirstFrame:
    """What is on the terminal, for the app to take over; a context that gives the terminal back if it did not.

    Args:
        terminal: what `preflight` found.
        lines: the lines of the screen from the top.
    """

    def __init__(self, terminal: Terminal, lines: "Sequence[Sequence[Span]]") -> None:
        self.terminal = terminal
        self.lines = lines
        self.attributes = attributes_of()
        self.taken_over = False
        """Set by the app once it answers for the terminal."""
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> "FirstFrame":  # noqa: PYI034 - Self is in typing
        _hold_typed_keys(self.attributes)
        _write(_sequence(self.terminal, self.lines))
        self._watch_signals()
        return self

    def __exit__(self, *_: object) -> None:
        import signal

        if not self.taken_over:
            give_back(self.attributes)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _watch_signals(self) -> None:
        """Let SIGTERM, SIGHUP and SIGQUIT leave this context instead of ending the process."""
        import signal

        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, _end)


def painted(terminal: Terminal, lines: "Sequence[Sequence[Span]]") -> FirstFrame:
    """A context in which `lines` are on the alternate screen: import and run the app in it."""
    return FirstFrame(terminal, lines)


def pen_for(terminal: Terminal, foreground: int, background: int, *, bold: bool = False) -> Pen:
    """A pen of two of the 256 colours, as Textual writes them on this terminal; greys are 232-255."""
    attributes = "1" if bold else ""
    if terminal.no_color or terminal.sixteen_colours:
        return Pen(attributes)
    return Pen(attributes, f"38;{_colour(foreground, terminal)}", f"48;{_colour(background, terminal)}")


def layout(
    terminal: Terminal,
    top: "Sequence[Span]",
    bottom: "Sequence[Span]",
    *,
    body: Pen,
    message: str = "loading…",
) -> list[list[Span]]:
    """Lines for the whole screen: `top` on the first, `bottom` on the last, `message` in the middle of the body."""
    if terminal.ascii_only:
        message = message.replace("…", "...")
    lines: list[list[Span]] = [[Span("", body)] for _ in range(terminal.lines)]
    middle = " " * max((terminal.columns - len(message)) // 2, 0)
    lines[terminal.lines // 2] = [Span(middle + message, body)]
    lines[0], lines[-1] = list(top), list(bottom)
    return lines


def _end(number: int, _frame: "FrameType | None") -> None:
    raise SystemExit(128 + number)


def _hold_typed_keys(attributes: "list[Any] | None") -> None:
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


def _sequence(terminal: Terminal, lines: "Sequence[Sequence[Span]]") -> str:
    parts = ["\x1b[?1049h\x1b[?25l\x1b[?2026h"]
    pen = PLAIN
    for number, line in enumerate(lines, 1):
        parts.append(f"\x1b[{number};1H")
        size = 0
        for text, wanted in line:
            text = text[: terminal.columns - size]  # noqa: PLW2901 - the rest does not fit
            parts += [switch(pen, wanted), _placed(text, size)]
            pen, size = wanted, size + len(text)
        if size < terminal.columns:
            parts.append(_rest(terminal, pen, terminal.columns - size))
    return "".join([*parts, "\x1b[m\x1b[?2026l"])


def _placed(text: str, x: int) -> str:
    """`text` at column `x`, what follows a character beyond ASCII placed anew: some terminals draw it wide."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else f"{c}\x1b[{x + number + 1}G" for number, c in enumerate(text, 1))


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
    if index < _GREYS_START:
        return f"2;{_cube(index)}" if terminal.true_colours else f"5;{index}"
    level = 8 + 10 * (index - _GREYS_START)
    # Rich divides the greys into 25 equal steps, which does not always hit the palette's own
    return f"2;{level};{level};{level}" if terminal.true_colours else f"5;{_GREYS_START - 1 + round(level / 255 * 25)}"


def _cube(index: int) -> str:
    red, rest = divmod(index - _CUBE_START, 36)
    green, blue = divmod(rest, 6)
    return f"{_CUBE[red]};{_CUBE[green]};{_CUBE[blue]}"
