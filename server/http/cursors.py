"""Cursors: opaque to the client, carrying the sort and the last row's key."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from server.http.problems import Invalid

MAX_NUMBER = 2**63 - 1


def encode(sort: str, values: Sequence[str | int]) -> str:
    """A cursor that continues after the row with these key values."""
    text = json.dumps([sort, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, sort: str, types: Sequence[type]) -> list[str | int]:
    """The key values inside a cursor.

    Raises:
        Invalid: it is not one of ours, or it was made for another sort.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = json.loads(text)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _bad() from error
    if not isinstance(found, list) or len(found) != len(types) + 1 or found[0] != sort:
        raise _bad()
    values = found[1:]
    if not all(type(value) is kind and _storable(value) for value, kind in zip(values, types, strict=True)):
        raise _bad()
    return values


def _storable(value: Any) -> bool:
    """Whether a database takes it: 64 bits, no halves of characters."""
    if isinstance(value, int):
        return abs(value) <= MAX_NUMBER
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)


def _bad() -> Invalid:
    return Invalid(("/cursor", "bad_cursor", "This cursor does not belong to this list in this order."))
