"""Text from outside, made safe to show on one line, and measured and cut in terminal cells.

Names, addresses and messages come from other people and may hold any code point. `clean` belongs where such a string
enters the app; `fit`, `cells` and `to_ascii` then work on strings that are clean.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from rich.cells import cell_len, get_character_cell_size

__all__ = ["cells", "clean", "cluster_end", "cluster_start", "fit", "to_ascii"]

MAX_MARKS: Final = 3
"""How many combining marks in a row are kept: more would grow over the neighbouring rows."""

LONGEST_LETTER: Final = 12
"""Characters, marks included, that are one letter: of a longer chain nobody can tell, and it is cut anywhere."""

_UNSEEN: Final = frozenset(["Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_VIRAMA: Final = 9
"""The combining class of the sign that joins the letter before it and the one behind."""

_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F
_FLAG_A: Final = 0x1F1E6
_FLAG_Z: Final = 0x1F1FF
_TONES: Final = "\U0001f3fb-\U0001f3ff"
_EMOJI: Final = "\u2190-\u2bff\U0001f000-\U0001faff"
_JOINING: Final = "\u0600-\u109f\u1780-\u18af"

_SELECTORS: Final = re.compile("(?<=[0-9#*\u0080-\U0010ffff])[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SKIN_TONE: Final = re.compile(f"(?<=[{_EMOJI}])[{_TONES}]")
_EMOJI_TAIL: Final = re.compile(f"(?<=[{_EMOJI}])\u200d[{_EMOJI}]")
_SCRIPT_JOINER: Final = re.compile(f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])")


def clean(value: str, limit: int = 200) -> str:
    """`value` as one harmless line of at most `limit` characters (1 or more); cleaning twice changes nothing.

    Control characters become their pictures (`␛`), everything unseen or that turns the direction of writing
    becomes its number (`<U+202E>`), emoji lose the parts about whose width terminals disagree, at most three combining
    marks follow one another, the rest is in normal form C. What is too long ends in `…`.
    """
    if len(value) <= limit and value.isascii() and value.isprintable():
        return value
    beginning = value[: limit * 4]
    shown = _limit_marks(unicodedata.normalize("NFC", "".join(map(_shown, _plain_emoji(beginning)))))
    if len(shown) > limit or len(beginning) < len(value):
        return shown[: cluster_start(shown, limit - 1)] + "…"
    return shown


def cells(text: str) -> int:
    """How many terminal cells a clean `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int, *, ascii_only: bool = False, align: Literal["left", "right"] = "left") -> str:
    """A clean `text` padded with blanks or cut to exactly `width` cells; what was cut ends in `…`, or `~` in ASCII."""
    if width <= 0:
        return ""
    if ascii_only:
        text = to_ascii(text)
    size = cells(text)
    if size > width:
        text = _head(text, width - 1) + ("~" if ascii_only else "…")
        size = cells(text)
    padding = " " * (width - size)
    return padding + text if align == "right" else text + padding


def cluster_start(text: str, place: int) -> int:
    """Where the letter begins, with all its marks, inside which `place` is; `place` itself if it is between two."""
    start = place
    while 0 < start < len(text) and _joins(text[start - 1], text[start]):
        start -= 1
        if place - start > LONGEST_LETTER:
            return place
    return start


def cluster_end(text: str, place: int) -> int:
    """Where the letter ends, with all its marks, that begins at `place`."""
    end = place + 1
    while end < len(text) and end - place < LONGEST_LETTER and _joins(text[end - 1], text[end]):
        end += 1
    return min(end, len(text))


@lru_cache(8192)
def _joins(before: str, character: str) -> bool:
    """Whether a character is drawn as part of the one before it: a mark, open or hidden, or a letter joined to it."""
    if character.isascii():
        return False
    category = unicodedata.category(character)
    return (
        category[0] == "M"
        or get_character_cell_size(character) == 0
        or (category == "Lo" and unicodedata.combining(before) == _VIRAMA)
        or (
            unicodedata.decomposition(character).startswith("<")
            and any(unicodedata.category(part)[0] == "M" for part in unicodedata.normalize("NFKD", character))
        )
    )


def to_ascii(text: str) -> str:
    """A clean `text` in ASCII: letters lose their accents, our own glyphs have stand-ins, others are `?`.

    The number of cells stays the same.
    """
    return text if text.isascii() else "".join(map(_ascii_cell, unicodedata.normalize("NFC", text)))


def _plain_emoji(value: str) -> str:
    """Without variation selectors, skin tones, what is joined to an emoji, and the joiners that only shape a script."""
    value = _SELECTORS.sub("", value)
    value = _SKIN_TONE.sub("", value)
    value = _EMOJI_TAIL.sub("", value)
    return _SCRIPT_JOINER.sub("", value)


@lru_cache(4096)
def _shown(character: str) -> str:
    """What stands for one character on the screen: mostly itself."""
    code, category = ord(character), unicodedata.category(character)
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "␡"
    if _FLAG_A <= code <= _FLAG_Z:
        return chr(ord("A") + code - _FLAG_A)
    if category == "Cc" or category in _UNSEEN or character in _BLANK_LETTERS or _is_bare_modifier(code):
        return f"<U+{code:04X}>"
    return character


def _is_bare_modifier(code: int) -> bool:
    """Whether it is a variation selector or skin tone: one that modifies nothing is still here."""
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x1F3FB <= code <= 0x1F3FF  # noqa: PLR2004 - Unicode's own ranges


def _limit_marks(text: str) -> str:
    """At most `MAX_MARKS` combining marks in a row, and none without a character to stand on."""
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if _is_mark(character) else 0
        if marks and not kept:
            kept.append("◌")
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _is_mark(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in {"Mn", "Me"}


def _head(text: str, width: int) -> str:
    """The longest beginning of `text` that takes at most `width` cells."""
    if text.isascii():
        return text[:width]
    for index, character in enumerate(text):
        width -= get_character_cell_size(character)
        if width < 0:
            return text[: cluster_start(text, index)]
    return text


_STAND_INS: Final = {
    **dict.fromkeys("─━═╌┄┈╴╶╸╺▔▁⎯‐‑‒–—−", "-"),
    **dict.fromkeys("│┃║╎┆┊╵╷▏▎▕▌▐⎸", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+"),
    **dict.fromkeys("█▉▊▋▓▇▆▅■", "#"),
    **dict.fromkeys("▄▃▂▀▒", "="),
    **dict.fromkeys("░·", "."),
    **dict.fromkeys("●•✓✔", "*"),
    **dict.fromkeys("○◌", "o"),
    **dict.fromkeys("▸▶►›→", ">"),
    **dict.fromkeys("◂◀◄‹←", "<"),
    **dict.fromkeys("▲▴↑", "^"),
    **dict.fromkeys("▼▾↓", "v"),
    **dict.fromkeys("‘’", "'"),
    **dict.fromkeys("“”", '"'),
    "✗": "x",
    "×": "x",
    "…": "~",
}


@lru_cache(4096)
def _ascii_cell(character: str) -> str:
    """ASCII of the same width for one character; nothing for a combining mark."""
    if character.isascii():
        return character
    if character in _STAND_INS:
        return _STAND_INS[character]
    width = get_character_cell_size(character)
    plain = unicodedata.normalize("NFKD", character)[0]
    return plain if width == 1 and plain.isascii() and plain.isprintable() else "?" * width
