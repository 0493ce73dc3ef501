"""A TOML file that people write: read with what is wrong in our own words, and where in it a name stands."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from typing import Any

__all__ = ["TomlError", "line_of", "read_toml"]

_AT = re.compile(r"\(at line (\d+), column \d+\)")
_WORDS = (
    (r"Cannot|Duplicate", "this name is given twice"),
    (r"Expected '='", "write it as name = value"),
    (r"Expected '\]", "the [section] is not closed"),
    (r"Unclosed", "a list or table is not closed"),
    (r"Unterminated|Illegal character|Unescaped|Escaped|Invalid hex", "a text in quotes is not closed or not allowed"),
    (r"Invalid value|Invalid date", 'the value can\'t be read: text needs quotes, as in name = "text"'),
    (r"Expected newline", "something stands after the value: one setting a line"),
    (r"Expected", "a text in quotes is not closed or not allowed"),
    (r"Invalid (?:statement|initial)|Found invalid", "a line starts with a name, a [section] or #"),
)
_KEY = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_SECTION = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_PAIR = re.compile(rf"\s*({_KEYS})\s*=")


class TomlError(ValueError):
    """This is no TOML: in which line, counted from 1, and why, as part of a sentence."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


def read_toml(content: bytes) -> dict[str, Any]:
    """What a file says, as plain data.

    Raises:
        TomlError: it is not TOML in UTF-8. What stands in it is not repeated: it may be a secret.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TomlError(line, "it is not written in UTF-8") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error)
        found = _AT.search(said)
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        reason = next((words for pattern, words in _WORDS if re.search(pattern, said)), "this is not TOML")
        raise TomlError(line, reason) from None


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, counted from 1, where a name stands, or what it would stand in; 0 when nothing of it is there."""
    best, depth = 0, 0
    section: tuple[str | int, ...] = ()
    tables: Counter[tuple[str, ...]] = Counter()
    within = ""
    for number, line in enumerate(text.splitlines(), 1):
        if within:
            within = "" if line.count(within) % 2 else within
            continue
        if found := _SECTION.match(line):
            names = _names(found[2])
            section = (*names, tables[names]) if found[1] == "[[" else names
            tables[names] += found[1] == "[["
            here = section
        elif found := _PAIR.match(line):
            here = (*section, *_names(found[1]))
            within = next((quotes for quotes in ('"""', "'''") if line.count(quotes) % 2), "")
        else:
            continue
        common = min(len(here), len(path))
        if common > depth and tuple(path[:common]) == here[:common]:
            best, depth = number, common
    return best


def _names(written: str) -> tuple[str, ...]:
    return tuple(each.strip("\"'") for each in re.findall(_KEY, written))
