"""Textual's driver for Unix terminals, with what it lacks.

It leaves within milliseconds (Textual's key thread sleeps twice on the way out), waits for keys without waking up,
loses none typed before the app is ready, takes over a terminal on which the first frame is painted, and survives a
terminal that is gone. Of the terminal it asks one thing, once: whether it shows frames as a whole (mode 2026). What
would make it talk by itself is left off: focus reports, its size in the input, keys in kitty's encoding.
"""

import os
import selectors
import signal
from collections.abc import Callable, Iterable
from threading import Event
from types import FrameType
from typing import IO, Any, Final

from textual.app import App
from textual.drivers.linux_driver import (
    KITTY_DISAMBIGUATE_ESCAPE_CODES,
    KITTY_REPORT_ALL_KEYS,
    KITTY_REPORT_ASSOCIATED_TEXT,
    LinuxDriver,
)
from textual.message import Message

from tui.terminal.first_frame import FirstFrame
from tui.terminal.key_parser import KeyParser

__all__ = ["TerminalDriver"]

ALTERNATE_SCREEN: Final = "\x1b[?1049h"
PATIENCE: Final = 1.0
"""Seconds after which keys are read although the app has not said that it is ready."""

CHUNK: Final = 4096

_INSTEAD: Final = {
    # kitty would send every key, y among them, as a sequence: push "as ever", which Textual's end takes off again,
    # and leave the application keypad, whose digits and Enter are sequences too
    f"\x1b[>{KITTY_DISAMBIGUATE_ESCAPE_CODES | KITTY_REPORT_ALL_KEYS | KITTY_REPORT_ASSOCIATED_TEXT}u": "\x1b[>0u\x1b>",
    # a widget whose focus goes with the terminal's would leave letters to the screen, as commands
    "\x1b[?1004h": "",
}
"""What is written instead of what Textual asks for."""


class TerminalDriver(LinuxDriver):
    """See the module."""

    first_frame: FirstFrame | None = None
    """What is on the terminal when the driver starts for the first time."""

    on_terminal_changed: Callable[[], None] | None = None
    """Called when what the terminal shows has become unknown: at a resize, and after other programs had it."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = _PatientFile(self._file) if self._file is not None else None
        self._parser = KeyParser(mouse=self._mouse)
        self._asked = False
        self._ready = Event()
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)

    def accept_keys(self) -> None:
        """Let the app have the keys, those typed so far included: everything that reacts to them is in place."""
        self._ready.set()

    def write(self, data: str) -> None:
        """Queue `data`; entering the alternate screen again would clear the first frame."""
        if data == ALTERNATE_SCREEN and self.first_frame is not None:
            return
        if data := _INSTEAD.get(data, data):
            super().write(data)

    def start_application_mode(self) -> None:
        """Set the modes; a painted first frame stays as it is."""
        frame = self.first_frame
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual leaves it without types
        if frame is not None:
            self.attrs_before = frame.attributes
            frame.taken_over, self.first_frame = True, None
        elif self.on_terminal_changed is not None:
            self.on_terminal_changed()
        self._watch_size()

    def _request_terminal_sync_mode_support(self) -> None:
        """Ask once: what the answer is does not change."""
        if not self._asked:
            self._asked = True
            super()._request_terminal_sync_mode_support()

    def _query_in_band_window_resize(self) -> None:
        """Don't ask for sizes in the input: SIGWINCH tells them, and a wrong one would be believed."""

    def disable_input(self) -> None:
        """As Textual's, but the key thread is woken."""
        self._ready.set()
        os.write(self._wake_writer, b"x")
        super().disable_input()
        os.read(self._wake_reader, CHUNK)

    def run_input_thread(self) -> None:
        """Read keys until told to stop. What a sequence cut by the end before has begun is still known."""
        self._ready.wait(PATIENCE)
        self._parser.begin()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                events = selector.select(self._parser.wait)
                if any(key.fd == self.fileno for key, _ in events):
                    if not self._read():
                        return
                else:
                    self._pass_on(self._parser.tick())

    def _read(self) -> bool:
        """Pass on what was typed; false once nothing can come any more."""
        try:
            data = os.read(self.fileno, CHUNK)
        except OSError:
            return False
        if data:
            self._pass_on(self._parser.feed(data))
        return bool(data)

    def _pass_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size of the terminal the keys come from, also when standard output goes elsewhere."""
        try:
            columns, lines = os.get_terminal_size(self.fileno)
        except OSError:
            return super()._get_terminal_size()
        return (columns, lines) if columns and lines else (80, 24)

    def _watch_size(self) -> None:
        """Tell of every resize, also of one that is taken back before Textual sees it."""
        textual = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            if self.on_terminal_changed is not None:
                self.on_terminal_changed()
            if callable(textual):
                textual(number, frame)

        signal.signal(signal.SIGWINCH, resized)


class _PatientFile:
    """A terminal's file that takes writes in silence once the terminal is gone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> None:
        """Write what can be written."""
        if not self._gone:
            self._attempt(lambda: self._file.write(text))

    def flush(self) -> None:
        """Pass on what is buffered."""
        if not self._gone:
            self._attempt(self._file.flush)

    def fileno(self) -> int:
        """The descriptor."""
        return self._file.fileno()

    def _attempt(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError:
            self._gone = True
