"""What is typed into a filter: `status:not_paid added:>2026-10-01` narrow a field, the rest is searched for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from contract.field_words import nearest, suggested
from tui.presentation.day_spans import DaySpanError, day_span

__all__ = ["DAYS", "FilterError", "Words", "not_meant", "parse"]

DAYS = ("days",)
"""In the place of a field's values: it takes a span of days."""


class FilterError(Exception):
    """A word that can't be understood; the message says which values there are."""


class Words(NamedTuple):
    """The free text, and the value of each field that was narrowed."""

    text: str
    fields: dict[str, str]


def parse(typed: str, fields: Mapping[str, Sequence[str]]) -> Words:
    """Split what was typed; `fields` maps each field to the values it takes.

    A word with something else before its colon is searched for as it stands, unless it is nearly a field. A value may
    be shortened as long as it is clear: `status:not` means `not_paid`. Days are left as they were typed.

    Raises:
        FilterError: for a value that its field does not have, or that is no span of days, and for nearly a field.
    """
    free: list[str] = []
    narrowed: dict[str, str] = {}
    for word in typed.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() in fields:
            narrowed[name.lower()] = _value(name.lower(), value.lower(), fields[name.lower()])
        else:
            not_meant(name if colon else "", fields)
            free.append(word)
    return Words(" ".join(free), narrowed)


def _value(name: str, typed: str, values: Sequence[str]) -> str:
    if values is DAYS:
        try:
            day_span(typed)
        except DaySpanError as error:
            message = f"{name}: {error}"
            raise FilterError(message) from error
        return typed
    wanted = typed.replace("-", "_").replace("notpaid", "not_paid")
    exact = [value for value in values if value == wanted]
    found = exact or [value for value in values if wanted and value.startswith(wanted)]
    if len(found) != 1:
        near = suggested(typed, values)
        message = f"{name}: takes {', '.join(values)}{f'.{near}' if near else ''}"
        raise FilterError(message)
    return found[0]


def not_meant(name: str, fields: Iterable[str]) -> None:
    """Refuse a word before a colon that is nearly a field: searched for as it stands it would find nobody.

    Raises:
        FilterError: with the field that was probably meant.
    """
    if near := nearest(name, fields):
        message = f"There is no filter {name}: here. Did you mean {near}:?"
        raise FilterError(message)
