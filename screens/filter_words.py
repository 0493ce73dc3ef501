"""What is typed into a filter: `status:not_paid` words narrow a field, the rest is searched for."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple


class FilterError(Exception):
    """A word that can't be understood; the message says which values there are."""


class Words(NamedTuple):
    """The free text, and the value of each field that was narrowed."""

    text: str
    fields: dict[str, str]


def parse(typed: str, fields: Mapping[str, type[StrEnum]]) -> Words:
    """Split what was typed. A word with an unknown field before its colon is searched for as it stands.

    A value may be shortened as long as it is clear: `status:not` means `not_paid`.

    Raises:
        FilterError: for a value that its field does not have.
    """
    free: list[str] = []
    narrowed: dict[str, str] = {}
    for word in typed.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() in fields:
            narrowed[name.lower()] = _value(name.lower(), value.lower(), fields[name.lower()])
        else:
            free.append(word)
    return Words(" ".join(free), narrowed)


def _value(name: str, typed: str, kind: type[StrEnum]) -> str:
    wanted = typed.replace("-", "_").replace("notpaid", "not_paid")
    exact = [each.value for each in kind if each.value == wanted]
    found = exact or [each for each in _starting(kind, wanted) if wanted]
    if len(found) != 1:
        there_are = ", ".join(each.value for each in kind)
        message = f"{name}: takes {there_are}"
        raise FilterError(message)
    return found[0]


def _starting(kind: type[StrEnum], start: str) -> Iterator[str]:
    return (each.value for each in kind if each.value.startswith(start))
