"""The signs the screens draw with, once in Unicode and once in ASCII.

All of them are one cell wide and in the Basic Multilingual Plane; none is an emoji. A sign never stands alone: a word
says the same.
"""

from dataclasses import dataclass

__all__ = ["ASCII", "UNICODE", "Glyphs", "glyphs_for"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs; `chart` goes from least to most."""

    ascii: bool
    brand: str
    live: str
    waiting: str
    good: str
    bad: str
    changed: str
    point: str
    marked: str
    up: str
    down: str
    full: str
    empty: str
    pending: str
    minus: str
    dash: str
    caret: str
    chart: str


UNICODE = Glyphs(
    ascii=False,
    brand="▌",
    live="●",
    waiting="○",
    good="✓",
    bad="!",
    changed="~",
    point="▸",
    marked="●",
    up="▲",
    down="▼",
    full="━",
    empty="─",
    pending="·",
    minus="−",
    dash="…",
    caret="▏",
    chart="▁▂▃▄▅▆▇█",
)

ASCII = Glyphs(
    ascii=True,
    brand="|",
    live="*",
    waiting="o",
    good="+",
    bad="!",
    changed="~",
    point=">",
    marked="*",
    up="^",
    down="v",
    full="#",
    empty=".",
    pending=".",
    minus="-",
    dash="~",
    caret="_",
    chart=".:-=+*%#",
)


def glyphs_for(*, ascii_only: bool) -> Glyphs:
    """The set that the settings ask for."""
    return ASCII if ascii_only else UNICODE
