"""Terminals that measure characters in their own ways: what one writes for a terminal must be right on each of them."""

import unicodedata
from collections.abc import Callable
from typing import Any, Final

import pyte
from rich.cells import get_character_cell_size
from wcwidth import wcwidth

from tui.terminal.ambiguous_width import is_ambiguous, is_doubtful

__all__ = ["CLUSTERS", "MODELS", "Disagreeing", "Width"]

Width = Callable[[str], int]
"""The cells that one code point takes; with 0 it joins the cell before."""

CLUSTERS: Final = {
    "joined emoji": "👩\u200d👩\u200d👧",
    "rainbow flag": "🏳\ufe0f\u200d🌈",
    "letters of a flag": "🇩🇪",
    "half a flag": "🇩",
    "emoji shown as emoji": "❤\ufe0f",
    "emoji shown as text": "⌚\ufe0e",
    "skin tone": "👍🏽",
    "skin tone alone": "🏽",
    "keycap": "1\ufe0f\u20e3",
    "emoji": "😀",
    "emoji that used to be narrow": "⚡",
    "new emoji": "🫩",
    "Devanagari": "नमस्ते",
    "Devanagari conjunct": "क्षि",
    "Tamil": "தமிழ்",
    "Bengali": "কোনো",
    "Thai": "ที่",
    "Thai am": "กำ",
    "Lao am": "ລຳ",
    "Khmer": "ខ្មែរ",
    "Burmese": "မြန်",
    "Tibetan": "བོད",
    "Hangul parts": "\u1112\u1161\u11ab",
    "Hangul beginnings": "\u1112\u1112",
    "Hangul with an end": "하\u11ab",
    "halfwidth voiced": "ﾊﾞ",
    "Arabic ligature": "لا",
    "Arabic word": "ﷺ",
    "Hebrew": "שלום",
    "two marks": "ē\u0302",
    "mark around": "a\u20dd",
    "private use": "\ue0b0",
    "private use beyond": "\U000f0001",
    "unassigned": "\u0378",
    "unassigned beyond": "\U0001ffff",
    "soft hyphen": "a\u00ad",
    "legacy computing": "\U0001fb00",
    "sharp s": "ẞ",
    "stacked": "Z\u0337\u0358\u0310",
    "kana mark": "か\u3099",
}
"""What terminals disagree about, by what it is."""


def _doubtful(width: int) -> Width:
    return lambda character: width if is_doubtful(character) else get_character_cell_size(character)


def _by_number(character: str) -> int:
    return ord(character) % 3 if is_doubtful(character) else get_character_cell_size(character)


def _east_asian(character: str) -> int:
    return 2 if is_ambiguous(character) else get_character_cell_size(character)


def _all_wide(character: str) -> int:
    return 2 if is_ambiguous(character) or is_doubtful(character) else get_character_cell_size(character)


def _spacing(character: str) -> int:
    """Marks that take room beside their letter are one wide, as an old terminal has it."""
    return 1 if unicodedata.category(character) in {"Mc", "Cf"} else get_character_cell_size(character)


MODELS: Final[dict[str, Width]] = {
    "as counted": get_character_cell_size,
    "wcwidth": lambda character: max(0, wcwidth(character)),
    "nothing": _doubtful(0),
    "narrow": _doubtful(1),
    "wide": _doubtful(2),
    "any": _by_number,
    "spacing marks": _spacing,
    "East Asian": _east_asian,
    "East Asian and wide": _all_wide,
}
"""Ways to measure, from terminals and worse."""


class Disagreeing(pyte.Screen):
    """A terminal that measures by `width`.

    Half a wide character that is written over takes the other half with it. At the right edge a wide character that has
    no room moves back, as in VTE, or is left out.

    Args:
        joins: whether a doubtful character behind another becomes part of it, however it got there.
    """

    def __init__(self, columns: int, lines: int, width: Width, *, moves_back: bool = True, joins: bool = False) -> None:
        super().__init__(columns, lines)
        self._width = width
        self._moves_back = moves_back
        self._joins = joins

    def draw(self, data: str) -> None:
        """Put characters where the cursor is, one by one."""
        for character in data:
            width = self._width(character)
            if width == 0 or (self._joins and self._joins_before(character)):
                self._join(character)
            else:
                self._put(character, width)

    def _joins_before(self, character: str) -> bool:
        before = self.buffer[self.cursor.y][self.cursor.x - 1].data if self.cursor.x else ""
        return is_doubtful(character) and any(map(is_doubtful, before))

    def _join(self, character: str) -> None:
        line, x = self.buffer[self.cursor.y], self.cursor.x - 1
        while x > 0 and line[x].data == "":
            x -= 1
        if x >= 0:
            line[x] = line[x]._replace(data=line[x].data + character)

    def _put(self, character: str, width: int) -> None:
        if self.cursor.x + width > self.columns:
            if width > 1 and not self._moves_back and self.cursor.x < self.columns:
                return
            self.cursor.x = self.columns - width
        line, x = self.buffer[self.cursor.y], self.cursor.x
        for place in range(x, x + width):
            self._break(line, place)
        line[x] = self.cursor.attrs._replace(data=character)
        for place in range(x + 1, x + width):
            line[place] = self.cursor.attrs._replace(data="")
        self.cursor.x = x + width

    def _break(self, line: Any, x: int) -> None:
        """Blank the wide character of which a cell is part."""
        if line[x].data == "" and x > 0:
            line[x - 1] = line[x - 1]._replace(data=" ")
        if x + 1 < self.columns and line[x + 1].data == "":
            line[x + 1] = line[x + 1]._replace(data=" ")
