"""What a command says to a person, and what it asks one. Data goes to the standard output; this goes beside it.

No stream can stop a command: `server.platform.streams` sees to that, from the first line of the process.
"""

import sys

from server.platform.streams import install, unseen

__all__ = ["agreed", "answered", "can_ask", "open_streams", "read_line", "say", "seen"]

_STAND_IN = "headcount-stand-in"


def open_streams() -> None:
    """Make the standard streams safe to write to; letters that the encoding lacks lose their accents, or become `?`."""
    import codecs

    codecs.register_error(_STAND_IN, _stand_in)
    install(_STAND_IN)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from tui.presentation.text import to_ascii

    return to_ascii(error.object[error.start : error.end]), error.end


def say(message: str, code: int) -> int:
    """Print on standard error, where no pipe takes it for data; answers the exit code."""
    print(message, file=sys.stderr)
    return code


def can_ask() -> bool:
    """Whether there is somebody who sees a question and can type an answer."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not unseen(sys.stderr)


def seen() -> bool:
    """Whether somebody who is asked on the terminal sees there, too, what was written to the standard output."""
    return sys.stdout.isatty() and not unseen(sys.stdout)


def agreed(question: str) -> bool:
    """Ask on the terminal; only yes is yes."""
    return (answered(f"{question} [y/N] ") or "").casefold() in {"y", "yes"}


def answered(question: str) -> str | None:
    """What is typed after a question; None when nothing is, or when the question could not be shown."""
    sys.stderr.write(question)
    return None if unseen(sys.stderr) else read_line()


def read_line() -> str | None:
    """A line of the standard input without the blanks around it; None at its end, or when it can't be read.

    What a terminal answers by itself is none of what was typed.
    """
    from tui.terminal.key_gate import typed_in

    try:
        line = sys.stdin.readline()
        line = typed_in(line) if sys.stdin.isatty() else line
    except OSError:
        return None
    return line.strip() if line else None
