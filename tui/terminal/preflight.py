"""What must be known of the terminal before Textual is imported, since Textual reads the environment at import.

`preflight` refuses terminals on which a full-screen program cannot work, repairs what can be repaired, and tells the
rest of the app what it found. It runs before the first frame and therefore imports next to nothing.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

__all__ = ["Terminal", "Unsuitable", "preflight"]

_HINT = "Commands without a screen still work, such as headcount seats show and headcount events."
_HOPELESS = frozenset({"", "dumb", "unknown", "emacs"})
_NO_UNICODE = ("linux", "vt1", "vt2")
_CAPABLE = ("-256color", "-direct", "kitty", "ghostty", "alacritty", "foot", "wezterm", "contour")
_TRUE_COLOUR = frozenset({"truecolor", "24bit"})
_COLOUR_SYSTEMS = frozenset({"auto", "standard", "256", "truecolor"})
_SLOW = {"TEXTUAL_FPS": "15", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}


class Unsuitable(Exception):  # noqa: N818 - what it says of the terminal reads as a sentence where it is raised
    """The terminal cannot show the app; the message says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} {_HINT}")


class Terminal:
    """What is known of the terminal, never changed afterwards; the defaults describe a good one of 80×24."""

    __slots__ = (
        "ascii_only",
        "columns",
        "erases_with_background",
        "lines",
        "mouse",
        "no_color",
        "sixteen_colours",
        "slow",
        "true_colours",
    )

    columns: int
    lines: int
    ascii_only: bool
    sixteen_colours: bool
    true_colours: bool
    no_color: bool
    slow: bool
    mouse: bool
    erases_with_background: bool
    """Whether erasing leaves the current background colour; GNU screen leaves the default one."""

    def __init__(
        self,
        *,
        columns: int = 80,
        lines: int = 24,
        ascii_only: bool = False,
        sixteen_colours: bool = False,
        true_colours: bool = False,
        no_color: bool = False,
        slow: bool = False,
        mouse: bool = True,
        erases_with_background: bool = True,
    ) -> None:
        facts = locals()
        for name in self.__slots__:
            object.__setattr__(self, name, facts[name])

    def _replace(self, **changes: int) -> "Terminal":
        """Another terminal with some facts changed, as of a named tuple."""
        facts: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return Terminal(**(facts | changes))

    def __setattr__(self, name: str, value: object) -> None:
        message = f"{name} is a fact"
        raise AttributeError(message)


def preflight(*, ascii_only: bool = False, slow: bool = False, mouse: bool = True, no_color: bool = False) -> Terminal:
    """Look at standard input, standard error and the environment before Textual is imported.

    The arguments are what the user asked for; what the terminal needs is added. Changes the environment where Textual
    or Rich would misread it, and makes standard error write UTF-8.

    Raises:
        Unsuitable: standard input or error is no terminal, or TERM names one without cursor movement.
    """
    columns, lines = _size(_tty(sys.__stdin__, "input"), _tty(sys.__stderr__, "error output"))
    term = os.environ.get("TERM", "")
    if term in _HOPELESS:
        reason = (
            f"TERM={term or '(not set)'} cannot show a full-screen program. Set TERM, for example to xterm-256color."
        )
        raise Unsuitable(reason)
    _repair_environment(slow=slow, no_color=no_color)
    return Terminal(
        columns=columns,
        lines=lines,
        ascii_only=_repair_encoding() or ascii_only or term.startswith(_NO_UNICODE),
        sixteen_colours=_has_sixteen_colours(term),
        true_colours=_has_true_colours(),
        no_color="NO_COLOR" in os.environ,
        slow=slow,
        mouse=mouse,
        erases_with_background=not term.startswith("screen") or "TMUX" in os.environ,
    )


def _tty(stream: "TextIO | None", role: str) -> int:
    """The file descriptor of a standard stream that is a terminal."""
    if stream is None or stream.closed or not stream.isatty():
        reason = f"Standard {role} is not a terminal, and the app needs one to show itself and to read keys."
        raise Unsuitable(reason)
    return stream.fileno()


def _size(*descriptors: int) -> tuple[int, int]:
    """Columns and lines, 80×24 where the terminal does not say (a serial line)."""
    for descriptor in descriptors:
        columns, lines = os.get_terminal_size(descriptor)
        if columns and lines:
            # an exported COLUMNS or LINES would freeze the size that Textual sees
            os.environ.pop("COLUMNS", None)
            os.environ.pop("LINES", None)
            return columns, lines
    return 80, 24


def _repair_encoding() -> bool:
    """Make standard error write UTF-8; true if it did not, since then nobody knows what the terminal can show."""
    stream = sys.__stderr__
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "").replace("_", "")
    if encoding == "utf8":
        return False
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")
    return True


def _repair_environment(*, slow: bool, no_color: bool) -> None:
    """Settings that Textual and Rich take from the environment, without the values they cannot stand."""
    if no_color:
        os.environ["NO_COLOR"] = "1"
    elif not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)
    if os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto") not in _COLOUR_SYSTEMS:
        del os.environ["TEXTUAL_COLOR_SYSTEM"]
    if _is_capable_unknown_to_rich():
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "256")
    if slow:
        for name, value in _SLOW.items():
            os.environ.setdefault(name, value)


def _has_sixteen_colours(term: str) -> bool:
    forced = os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    if forced != "auto":
        return forced == "standard"
    return not _names_true_colour() and not term.endswith(_CAPABLE)


def _is_capable_unknown_to_rich() -> bool:
    """Whether TERM names a terminal of 256 colours for which Rich would use 16."""
    term = os.environ.get("TERM", "")
    return term.endswith(_CAPABLE) and not term.endswith(("-256color", "-kitty")) and not _names_true_colour()


def _names_true_colour() -> bool:
    return os.environ.get("COLORTERM", "").strip().lower() in _TRUE_COLOUR


def _has_true_colours() -> bool:
    forced = os.environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    return forced == "truecolor" if forced != "auto" else _names_true_colour()
