"""What is wrong with one value, in our own words: no library's sentence reaches whoever typed it.

Server, client, settings and command line check with the same library and so say the same of the same mistake.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

__all__ = ["FALLBACK", "NO_SUCH_FIELD", "REQUIRED", "in_words", "nearest", "place", "sentence", "suggested", "told"]

REQUIRED = "This is missing."
NO_SUCH_FIELD = "Unknown field."
FALLBACK = "This can't be used here."
"""For a kind of mistake that none of our models makes possible."""

_NUMBER, _WHOLE = "Write a number.", "Write a whole number."
_TEXT, _SWITCH, _LIST, _OBJECT = "Write text.", "Write true or false.", "Write a list.", "Write an object."
_DAY = "Write a day such as 2026-12-31."
_MOMENT = "Write a moment with its time zone, such as 2026-12-31T09:00:00Z."
_SPAN, _TIME, _URL = (
    "Write a duration such as P1M.",
    "Write a time such as 09:00.",
    "Write an address such as https://…",
)
_SHORTEST, _LONGEST_INPUT, _NEAR = 2, 60, 0.7

_PLAIN: dict[str, str] = {
    "missing": REQUIRED,
    "extra_forbidden": NO_SUCH_FIELD,
    "invalid_key": "Names are text.",
    "json_invalid": "Send valid JSON.",
    "json_type": "Send JSON as text.",
    "none_required": "Leave this empty.",
    "finite_number": "Write a finite number.",
    **dict.fromkeys(("string_type", "string_unicode", "bytes_type", "bytes_invalid_encoding"), _TEXT),
    "string_not_ascii": "Use ASCII characters only.",
    **dict.fromkeys(("bool_type", "bool_parsing"), _SWITCH),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
    "int_parsing_size": "This number is too large.",
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), _NUMBER),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), _LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), _OBJECT),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_object_invalid"), _MOMENT),
    **dict.fromkeys(("datetime_from_date_parsing", "timezone_naive", "timezone_aware", "timezone_offset"), _MOMENT),
    **dict.fromkeys(("date_past", "datetime_past"), "This must be in the past."),
    **dict.fromkeys(("date_future", "datetime_future"), "This must be in the future."),
    **dict.fromkeys(("time_type", "time_parsing"), _TIME),
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), _SPAN),
    **dict.fromkeys(("url_type", "url_parsing", "url_syntax_violation"), _URL),
    "url_too_long": "This address is too long.",
    "set_item_not_hashable": _TEXT,
    "recursion_loop": "This refers to itself.",
    "recursion_depth_exceeded": "This is nested too deeply.",
    "union_tag_not_found": "This doesn't say which kind it is.",
}


_PATTERNS = {
    r"^[a-z]{2,4}_[A-Za-z0-9]{1,40}$": "This is not an id: write one such as usr_12, as lists show them.",
    r"^[a-z_]+\.(\*|[a-z_]+)$": "Write a kind of event such as user.added, or all of a group as transfer.*.",
    r"^P(\d{1,4}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(\d{1,5}H)?(\d{1,5}M)?(\d{1,6}S)?)?$": _SPAN,
    r"^[a-z][a-z-]{0,29}$": "Write the name of a colour such as red.",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$": "Write a name of at most 60 letters, digits, dots, _ and -.",
    r"^[a-z0-9][a-z0-9-]{0,39}$": "Write an id of at most 40 small letters, digits and -.",
    r"^\d{1,18}(\.\d{1,18}|/0{0,9}[1-9]\d{0,8})?$": 'Write a number as text, such as "0.4642" or "13/28".',
    r"^\d{1,18}->\d{1,18}$": "Write how many before and after, such as 3->5.",
    r"^[0-9a-f]{64}$": "This is not a key of 64 hexadecimal digits.",
    r"^tok_[0-9A-Za-z]{20}$": "This is not the id of a token: write one such as headcount tokens list shows.",
    r"^[A-Z]{3}$": "Write a currency as three capitals, such as EUR.",
}
"""What a pattern asks for; a test holds that each pattern of our models is here."""


def _many(context: Mapping[str, Any], key: str, most: str) -> str:
    number = int(context[key])
    return f"At {most} {number:,} {'item' if number == 1 else 'items'}."


def _characters(context: Mapping[str, Any], key: str, most: str) -> str:
    number = int(context[key])
    if most == "least" and number == 1:
        return "This must not be empty."
    return f"Use at {most} {number:,} {'character' if number == 1 else 'characters'}."


def _choices(context: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'((?:[^'\\]|\\.)*)'", str(context.get("expected") or context.get("expected_tags") or ""))


def _one_of(context: Mapping[str, Any]) -> str:
    choices = _choices(context)
    return f"Use {' or '.join(filter(None, (', '.join(choices[:-1]), *choices[-1:])))}." if choices else FALLBACK


def _figure(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


_COMPUTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda found: f"This must be more than {_figure(found['gt'])}.",
    "greater_than_equal": lambda found: f"This must be at least {_figure(found['ge'])}.",
    "less_than": lambda found: f"This must be less than {_figure(found['lt'])}.",
    "less_than_equal": lambda found: f"This must be at most {_figure(found['le'])}.",
    "multiple_of": lambda found: f"This must be a multiple of {_figure(found['multiple_of'])}.",
    "too_short": lambda found: _many(found, "min_length", "least"),
    "too_long": lambda found: _many(found, "max_length", "most"),
    "string_too_short": lambda found: _characters(found, "min_length", "least"),
    "string_too_long": lambda found: _characters(found, "max_length", "most"),
    "bytes_too_short": lambda found: _characters(found, "min_length", "least"),
    "bytes_too_long": lambda found: _characters(found, "max_length", "most"),
    "decimal_max_digits": lambda found: f"Use at most {found['max_digits']} digits.",
    "decimal_max_places": lambda found: f"Use at most {found['decimal_places']} decimal places.",
    "decimal_whole_digits": lambda found: f"Use at most {found['whole_digits']} digits before the point.",
    "string_pattern_mismatch": lambda found: _PATTERNS.get(found["pattern"], FALLBACK),
    "url_scheme": _one_of,
    "literal_error": _one_of,
    "enum": _one_of,
    "union_tag_invalid": _one_of,
}


def in_words(details: ErrorDetails) -> str:
    """What is wrong, as a sentence; a value that was nearly right is answered with the right one.

    What was typed is not repeated: it may be a secret.
    """
    kind, context = details["type"], details.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return sentence(str(context.get("error") or "") or FALLBACK)
    if kind in _COMPUTED:
        said = _COMPUTED[kind](context)
        return said + suggested(details.get("input"), _choices(context))
    return _PLAIN.get(kind, FALLBACK)


def told(error: ValidationError, *, most: int = 3) -> str:
    """Everything that is wrong, with its place, on one line, such as `count: This must be at most 36.`."""
    found = error.errors(include_url=False)
    said = [": ".join(filter(None, (place(each["loc"]), in_words(each)))) for each in found[:most]]
    return " ".join([*said, *([f"(and {len(found) - most} more)"] if len(found) > most else [])])


def place(location: Iterable[str | int]) -> str:
    """Where a value stands, for a person: `lines.0.quantity`."""
    return ".".join(map(str, location))


def nearest(typed: object, known: Iterable[str]) -> str:
    """The one of the known words that was probably meant; empty when none is near."""
    if not isinstance(typed, str) or not _SHORTEST <= len(typed) <= _LONGEST_INPUT:
        return ""
    plain = {_plain(each): each for each in known}
    return next((plain[each] for each in get_close_matches(_plain(typed), plain, 1, _NEAR)), "")


def suggested(typed: object, known: Iterable[str]) -> str:
    """` Did you mean not_paid?`, or nothing when no known word is near what was typed."""
    near = nearest(typed, known)
    return f" Did you mean {near}?" if near else ""


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_").strip("_")


def sentence(text: str) -> str:
    """A reason of our own, small inside other sentences, as a sentence of its own; a field's name stays as it is."""
    text = text.strip()
    named = "_" in text.partition(" ")[0]
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith((".", "!", "?", "…")) else ".")
