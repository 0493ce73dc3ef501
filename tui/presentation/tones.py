"""What each tone of a text means, and which theme shows them. No Textual, so that commands without a screen may use it.

Sixteen-colour terminals get Textual's `ansi-dark`, and `NO_COLOR` means no colour at all: only bold, reverse
and words.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from tui.presentation.text import clean

__all__ = [
    "BOLD",
    "DARK",
    "MUTED",
    "PLAIN",
    "STYLE_WORDS",
    "Line",
    "Piece",
    "Span",
    "Tone",
    "parts",
    "pieces",
    "plain",
    "theme_name",
    "wants_ansi",
]

BOLD, MUTED, PLAIN = "strong", "dim", ""
"""The tones of figures: the one that counts, what is beside it, and all others."""

DARK = "headcount"
"""The name of our own theme."""

_LONGEST = 1_000
_LONGEST_PRINTED = 500

Tone = Literal["", "ok", "warn", "bad", "dim", "accent", "strong", "reverse"]
"""How a piece of text looks. Never the only carrier of a meaning."""

Piece = str | tuple[str, str]
"""Text, or text and its tone; a tone may also be one of Textual's style words in `STYLE_WORDS`."""

Span = tuple[str, str]
"""A piece of text and its tone."""

Line = Piece | Sequence[Piece]
"""One line of text from anywhere: plain, in one tone, or a list of pieces. Nothing in it is ever read as markup."""

STYLE_WORDS: Mapping[str, Tone] = {
    "bold": "strong",
    "bold reverse": "reverse",
    "$success": "ok",
    "$text-success": "ok",
    "$warning": "warn",
    "$text-warning": "warn",
    "$error": "bad",
    "$text-error": "bad",
    "$accent": "accent",
    "$text-accent": "accent",
    "$foreground-muted": "dim",
}
"""Textual's words for our tones."""


def wants_ansi(environ: Mapping[str, str]) -> bool | None:
    """What `App(ansi_color=…)` must be told before it starts: True under `NO_COLOR`, else the theme decides.

    Set later, Textual's filter for colourless output draws black on black.
    """
    return True if "NO_COLOR" in environ else None


def theme_name(environ: Mapping[str, str], wanted: str = "auto") -> str:
    """The theme to use: `dark` and `ansi` are the user's word, `auto` looks at NO_COLOR, COLORTERM and TERM."""
    if wanted == "ansi" or "NO_COLOR" in environ:
        return "ansi-dark"
    if wanted == "dark" or environ.get("COLORTERM", "") in {"truecolor", "24bit"}:
        return DARK
    term = environ.get("TERM", "")
    return DARK if "256color" in term or term.endswith(("-direct", "kitty", "alacritty")) else "ansi-dark"


def parts(line: Line) -> list[Piece]:
    """A line as its pieces, as they are; a tuple is one piece, a list is many."""
    if isinstance(line, str):
        return [line]
    if isinstance(line, tuple):
        return [(str(line[0]), str(line[1]))]
    return [*line]


def pieces(line: Line) -> list[tuple[str, str]]:
    """A line as clean pieces with their tones."""
    return [
        (clean(part, _LONGEST), "")
        if isinstance(part, str)
        else (clean(part[0], _LONGEST), STYLE_WORDS.get(part[1], part[1]))
        for part in parts(line)
    ]


def plain(line: Line) -> str:
    """A line without its tones, safe to print."""
    return clean("".join(part if isinstance(part, str) else part[0] for part in parts(line)), _LONGEST_PRINTED)
