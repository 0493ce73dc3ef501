"""Giving the terminal back by the shortest way, for when Textual cannot do it any more.

Needed for the first frame, and therefore imports next to nothing.
"""

import os
import sys
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["RESTORE", "attributes_of", "give_back", "leave"]

RESTORE = (
    "\x1b[?2026l\x1b[r\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[m"
)
"""Every mode that Textual or we may have set, set back; harmless where it is not set."""

_INPUT = 0
_OUTPUT = 2


def attributes_of(descriptor: int = _INPUT) -> "list[Any] | None":
    """The line discipline's settings, nothing where there is no terminal."""
    try:
        return termios.tcgetattr(descriptor)
    except termios.error:
        return None


def give_back(attributes: "list[Any] | None") -> None:
    """Set modes and settings back without ever waiting for a terminal that does not read."""
    import contextlib

    with contextlib.suppress(termios.error, OSError):
        if attributes is not None:
            termios.tcsetattr(_INPUT, termios.TCSANOW, attributes)
    with contextlib.suppress(OSError):
        os.set_blocking(_OUTPUT, False)
        os.write(_OUTPUT, RESTORE.encode())
    with contextlib.suppress(OSError):
        # the shell shares this open file and expects it to wait
        os.set_blocking(_OUTPUT, True)


def leave(code: int) -> None:
    """End the process at once with `code`, after writing out what is buffered; open threads are not waited for.

    Interpreter teardown takes longer than everything else between `q` and the shell's prompt.
    """
    import contextlib

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
