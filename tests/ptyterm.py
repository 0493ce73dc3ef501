"""A real program on a real (pseudo-)terminal: keys in, bytes and a screen out."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyte

ROOT = Path(__file__).parents[1]
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_REMOVED = ("COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "STY", "TERM_PROGRAM", "TEXTUAL", "TMUX", "LC_ALL")


class PtyProgram:
    """Runs `argv` (Python scripts with this interpreter) on a terminal of its own.

    Attributes:
        raw: every byte the program has written.
        screen: what a terminal would show, a pyte screen.
    """

    def __init__(
        self, argv: Sequence[str], columns: int = 80, lines: int = 24, env: Mapping[str, str | None] | None = None
    ) -> None:
        self.master, self.slave = os.openpty()
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._pending = b""
        self._set_size(columns, lines)
        self.settings_before = termios.tcgetattr(self.slave)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *argv],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=_own_this_terminal,  # noqa: PLW1509 - the test process has no threads when it starts a program
            env=_environment(env or {}),
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)

    def send(self, keys: str | bytes) -> None:
        """Type `keys`."""
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def read(self, timeout: float = 0.0) -> bool:
        """Take what has been written, waiting at most `timeout` seconds for the first of it; whether there was any."""
        if self.master < 0 or not select.select([self.master], [], [], timeout)[0]:
            return False
        data = os.read(self.master, 65536)
        self.raw += data
        self._show(data)
        return True

    def wait_for(self, condition: Callable[[], bool], timeout: float = 30.0) -> None:
        """Read until `condition` holds."""
        end = time.perf_counter() + timeout
        while not condition():
            if time.perf_counter() > end:
                message = f"not within {timeout} s; the screen:\n{self.text()}"
                raise AssertionError(message)
            self.read(0.02)

    def wait_for_text(self, text: str, timeout: float = 30.0) -> None:
        """Read until the screen shows `text`."""
        self.wait_for(lambda: text in self.text(), timeout)

    def settle(self, quiet: float = 0.1, timeout: float = 30.0) -> None:
        """Read until nothing has come for `quiet` seconds."""
        end = time.perf_counter() + timeout
        while self.read(quiet) and time.perf_counter() < end:
            pass

    def type(self, keys: str | bytes, quiet: float = 0.08, patience: float = 1.0) -> int:
        """Type, wait that long at most for the first byte, and read until it is quiet; how many bytes came."""
        before = len(self.raw)
        self.send(keys)
        self.read(patience)
        self.settle(quiet)
        return len(self.raw) - before

    def resize(self, columns: int, lines: int) -> None:
        """Change the terminal's size, which the program is told."""
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def hang_up(self) -> None:
        """Close the terminal as a dropped connection does."""
        os.close(self.master)
        self.master = -1

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    def wait(self, timeout: float = 30.0) -> int:
        """Read until the program has ended; its exit code."""
        if self.master >= 0:
            self.wait_for(lambda: self.process.poll() is not None, timeout)
            self.settle(0.02)
        return self.process.wait(timeout)

    def text(self) -> str:
        """What the screen shows, without blanks at the ends of lines."""
        return _text_of(self.screen)

    def text_drawn_since(self, offset: int) -> str:
        """What an empty screen would show of everything written from that byte on."""
        screen = pyte.Screen(self.screen.columns, self.screen.lines)
        pyte.ByteStream(screen).feed(_UNKNOWN_TO_PYTE.sub(b"", bytes(self.raw[offset:])))
        return _text_of(screen)

    def cells(self) -> list[list[tuple[Any, ...]]]:
        """Every cell as shown: character, colours, attributes; of a blank only what can be seen of it."""
        return [[_seen(self.screen.buffer[y][x]) for x in range(self.screen.columns)] for y in range(self.screen.lines)]

    def modes(self) -> dict[int, bool]:
        """Each private mode the program has changed, and whether it is on now."""
        changes = ((numbers, state == b"h") for numbers, state in _MODE.findall(bytes(self.raw)))
        return {int(number): on for numbers, on in changes for number in numbers.split(b";")}

    def is_restored(self) -> bool:
        """Whether modes and line settings are as before the program started."""
        modes = self.modes()
        as_usual = all(on == (mode in {7, 25}) for mode, on in modes.items())
        return as_usual and termios.tcgetattr(self.slave) == self.settings_before

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _show(self, data: bytes) -> None:
        """Feed the emulator whole sequences only, without those it would print."""
        data = self._pending + data
        start = data.rfind(b"\x1b")
        whole = start < 0 or re.match(rb"\x1b(?:[^\[\]]|\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*\x07)", data[start:])
        self._pending = b"" if whole else data[start:]
        data = data if whole else data[:start]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))


def _text_of(screen: pyte.Screen) -> str:
    rows, columns = range(screen.lines), range(screen.columns)
    return "\n".join("".join(screen.buffer[y][x].data for x in columns).rstrip() for y in rows)


def _own_this_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # a job in the background of a script has these ignored, and so would its children
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _REMOVED}
    wanted = kept | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)} | dict(changes)
    return {name: value for name, value in wanted.items() if value is not None}


def _seen(cell: Any) -> tuple[Any, ...]:
    """A pyte cell, reduced to what the eye gets."""
    marks = (cell.underscore, cell.strikethrough, cell.reverse)
    if cell.data == " " and not any(marks):
        return (" ", cell.bg)
    return (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, *marks)
