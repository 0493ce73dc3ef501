"""Which characters terminals may draw in another number of cells than is counted here.

Terminals measure by tables of their own, each of some version of Unicode, some by single code points and some by
clusters. `FrameWriter` draws what is named here so that whatever else stands in the row keeps its place on all of them.
"""

import unicodedata
from functools import lru_cache
from typing import Final
from unicodedata import ucd_3_2_0 as old_unicode

from rich.cells import get_character_cell_size

__all__ = ["is_ambiguous", "is_doubtful"]

_VIRAMA: Final = 9
"""The combining class of the sign that makes letters of one script join."""

_VOWEL: Final = "\u1161"
"""A part of a Korean syllable, which joins those that begin one."""

_PAGE: Final = 0x100
_FROM_THE_RIGHT: Final = frozenset({"R", "AL", "AN"})
_WIDE: Final = frozenset("WF")


@lru_cache(8192)
def is_doubtful(cluster: str) -> bool:
    """Whether it may take any number of cells, none included.

    Only a single character is beyond doubt, and of these one that every table has had since Unicode 3.2, that is as
    wide there as today, and that joins no other: no mark, nothing unseen, unassigned or private, nothing written from
    the right (which has ligatures), no letter of a script that joins letters.
    """
    if len(cluster) != 1:
        return len(cluster) > 1
    if cluster.isascii():
        return False
    return (
        unicodedata.category(cluster)[0] in "CM"
        or unicodedata.bidirectional(cluster) in _FROM_THE_RIGHT
        or old_unicode.category(cluster) == "Cn"
        or not _width(cluster) == _old_width(cluster) == get_character_cell_size(cluster)
        or _joins_letters(ord(cluster) // _PAGE)
        or len(unicodedata.normalize("NFC", cluster + _VOWEL)) == 1
        or _hides_a_mark(cluster)
    )


@lru_cache(8192)
def is_ambiguous(cluster: str) -> bool:
    """Whether it takes one cell, but two on terminals set up for East Asian fonts: many letters, lines and signs."""
    if cluster.isascii() or is_doubtful(cluster):
        return False
    return "A" in (unicodedata.east_asian_width(cluster), old_unicode.east_asian_width(cluster))


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _old_width(character: str) -> int:
    return 2 if old_unicode.east_asian_width(character) in _WIDE else 1


@lru_cache(256)
def _joins_letters(page: int) -> bool:
    """Whether the 256 characters around belong to a script with a virama: Devanagari, Thai, Khmer and the like."""
    return any(unicodedata.combining(chr(code)) == _VIRAMA for code in range(page * _PAGE, (page + 1) * _PAGE))


def _hides_a_mark(character: str) -> bool:
    """Whether it is a letter with a mark in disguise: the halfwidth voiced sound mark."""
    if not unicodedata.decomposition(character).startswith("<"):
        return False
    return any(unicodedata.category(part)[0] == "M" for part in unicodedata.normalize("NFKD", character))
