"""Lines of styled text, put together from pieces."""

from collections.abc import Iterable

from tui.theme import Line, Piece

__all__ = ["keys_line", "line"]


def line(*pieces: Piece) -> Line:
    """One line in several tones."""
    return list(pieces)


def keys_line(keys: Iterable[tuple[str, str]]) -> Line:
    """Keys with what they do, three blanks between."""
    pieces: list[Piece] = []
    for key, does in keys:
        pieces += ["   " if pieces else "", (key, "key"), (f" {does}", "dim")]
    return pieces
