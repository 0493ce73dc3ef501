"""How a cell is drawn, as the codes a terminal understands, and the shortest way from one manner to another."""

from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["PLAIN", "Pen", "marks_blanks", "paper", "switch"]

_SEEN_ON_BLANKS: Final = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Underline, reverse, strike and the like: what shows where there is no character."""


class Pen(NamedTuple):
    """Codes of `CSI … m`, each part empty where the terminal's default holds."""

    attributes: str = ""
    foreground: str = ""
    background: str = ""


PLAIN: Final = Pen()


@lru_cache(4096)
def paper(pen: Pen) -> Pen:
    """What remains of a pen on a blank: mostly its background alone."""
    return pen if marks_blanks(pen) else Pen(background=pen.background)


@lru_cache(4096)
def marks_blanks(pen: Pen) -> bool:
    """Whether a blank drawn by this pen shows more than the background."""
    return bool(pen.attributes) and not _SEEN_ON_BLANKS.isdisjoint(pen.attributes.split(";"))


@lru_cache(4096)
def switch(old: Pen, new: Pen) -> str:
    """The sequence that takes the terminal from `old` to `new`, empty if they are the same."""
    if old == new:
        return ""
    if new == PLAIN or not _extends(old.attributes, new.attributes):
        codes = ["0" if new != PLAIN else "", *filter(None, new)]
    else:
        codes = [new.attributes[len(old.attributes) :].lstrip(";")]
        codes += [new.foreground or "39"] if new.foreground != old.foreground else []
        codes += [new.background or "49"] if new.background != old.background else []
    return f"\x1b[{';'.join(filter(None, codes))}m"


def _extends(old: str, new: str) -> bool:
    """Whether attributes only have to be added."""
    return not old or new == old or new.startswith(f"{old};")
