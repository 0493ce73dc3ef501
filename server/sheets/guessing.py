"""Which encodings a few lines without proof may be in, the likeliest first.

`charset-normalizer` says which of them come out as a mess. It needs more text than a list of names has to tell those
apart that are left, so these are put in order by what names look like: no capital letter behind a small one, no two
scripts in a word, no letters together that no language has together, no character that is hardly used.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from contract.encodings import ENCODINGS

UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
"""Encodings of two or four bytes for each character: told from the others by their zeros."""

CANDIDATES = tuple(name for name in ENCODINGS if name != "utf-8" and name not in UNMARKED)
"""Encodings in which an ASCII character is the byte it is in ASCII."""

_LANGUAGES = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüßé",  # German
    "áéíóúüñçàèòï·",  # Spanish, Catalan
    "áâãàçéêíóôõú",  # Portuguese
    "åäöéæøü",  # Swedish, Danish, Norwegian, Finnish
    "àèéìíòóùúî",  # Italian
    "áéíóúëïöüèê",  # Dutch, Irish
    "ąćęłńóśźż",  # Polish
    "áäčďéěíĺľňóôŕřšťúůýž",  # Czech, Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovenian, Serbian
    "çğıöşüâîİ",  # Turkish
    "ăâîșțşţ",  # Romanian
    "äõöüšž",  # Estonian
    "ąčęėįšųūž",  # Lithuanian
    "āčēģīķļņōŗšūž",  # Latvian
    "áðéíóúýþæö",  # Icelandic
)
"""Letters beside those of ASCII that one word may have together, the commonest languages first."""

_WORD = re.compile(r"[^\x00-&(-@\[-`{-\x7f\u3000]+")
_CONTROLS = re.compile(r"[\x80-\x9f]")
_MARKS = frozenset("'’‘·ªº°€\u2013\u200c\u200d・ー々")
"""What stands in names without being a letter."""

_CHECKED = 400
"""Words that are looked at."""

_COMMON = {
    "cp932": (0x81, 0x98),
    "euc_jp": (0xA1, 0xCF),
    "gb18030": (0xB0, 0xD7),
    "big5": (0xA4, 0xC6),
    "cp949": (0xB0, 0xC8),
}
"""First bytes of the characters that are in use; the rest of these sets is for rare ones."""

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "HEBREW", "ARABIC", "THAI")
_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HALFWIDTH": "CJK"}
_MESS = 0.5
"""How much more a word in a mess counts than one of odd letters."""


def likely(lines: Sequence[bytes], candidates: Sequence[str] = CANDIDATES) -> list[str]:
    """The encodings that all of these lines fit, the likeliest first; of several that read them alike, one."""
    sample = b"\n".join(lines)
    texts: dict[str, str] = {}
    for name in candidates:
        try:
            text = sample.decode(name)
        except UnicodeError:
            continue
        if text not in texts.values() and not _CONTROLS.search(text):
            texts[name] = text
    mess = _mess(sample, list(texts))
    weights = {name: _oddity(text, name) + _MESS * mess.get(name, 1.0) for name, text in texts.items()}
    return sorted(weights, key=lambda name: (round(weights[name], 3), candidates.index(name)))


def _mess(sample: bytes, names: list[str]) -> dict[str, float]:
    """How much of a mess the detector finds in what comes out, from 0; a name that it gives up on is left out."""
    if not names:
        return {}
    from charset_normalizer import from_bytes
    from charset_normalizer.utils import iana_name

    codecs_of = {iana_name(name): name for name in names}
    found = from_bytes(sample, cp_isolation=list(codecs_of), preemptive_behaviour=False, enable_fallback=False)
    alike = {each: match.chaos for match in found for each in match.could_be_from_charset}
    return {codecs_of[each]: chaos for each, chaos in alike.items() if each in codecs_of}


def _oddity(text: str, name: str) -> float:
    """How odd the words with other letters than ASCII's are, from 0, on average."""
    words = [word for word in _WORD.findall(text) if not word.isascii()][:_CHECKED]
    return sum(_odd(word, name) for word in words) / len(words) if words else 0.0


@lru_cache(maxsize=4096)
def _odd(word: str, name: str) -> float:
    others = [char for char in word if not char.isascii() and char not in _MARKS]
    strange = sum(unicodedata.category(char)[0] not in "LM" for char in others)
    scripts = {_TOGETHER.get(each, each) for each in map(_script, word) if each}
    found = strange + 2.0 * (len(scripts) > 1) + _case(word)
    if scripts == {"LATIN"}:
        found += _foreign(others)
    elif not scripts <= {"LATIN", "CYRILLIC", "GREEK", "CJK", "HANGUL", "HEBREW", "ARABIC", "THAI"}:
        found += 1
    return found + sum(_rare(char, name) for char in others)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    if char in _MARKS or not unicodedata.category(char).startswith("L"):
        return ""
    return "LATIN" if char.isascii() else unicodedata.name(char, "?").partition(" ")[0]


def _case(word: str) -> float:
    """Capitals inside a word, or a small letter among capitals: a name has neither, where it is not ASCII."""
    pairs = [(one, two) for one, two in pairwise(word) if not (one.isascii() and two.isascii())]
    found = float(sum(one.islower() and two.isupper() for one, two in pairs))
    threes = zip(word, word[1:], word[2:], strict=False)
    found += sum(
        one.isupper() and two.isupper() and three.islower()
        for one, two, three in threes
        if not (one.isascii() and two.isascii())
    )
    capitals = [char for char in word if char.isascii() and char.isalpha()]
    if len(capitals) > 1 and all(map(str.isupper, capitals)):
        found += sum(char.islower() for char in word if not char.isascii())
    return found


def _foreign(letters: Sequence[str]) -> float:
    """Letters that no language has together count one; otherwise a little more the rarer the language is."""
    wanted = {char if char == "İ" else char.lower() for char in letters if unicodedata.category(char)[0] == "L"}
    place = next((at for at, language in enumerate(_LANGUAGES) if wanted <= set(language)), None)
    return 1.0 if place is None else place * 0.01


def _rare(char: str, name: str) -> float:
    if name not in _COMMON:
        return 0.0
    first, last = _COMMON[name]
    code = char.encode(name)
    if len(code) == 1:
        return 0.5
    kana = name in {"cp932", "euc_jp"} and unicodedata.name(char, "").startswith(("HIRAGANA", "KATAKANA"))
    return 0.0 if kana or first <= code[0] <= last else 0.4
