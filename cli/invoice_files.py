"""Invoices in a file: one, a list or a page of them, or one a line. Whoever wrote it, nothing of it is trusted."""

import json
from typing import Any

from pydantic import ValidationError

from contract import field_words
from contract.billing import Invoice, with_amounts

__all__ = ["Malformed", "read_invoices"]


class Malformed(ValueError):  # noqa: N818 - what it is
    """This is no invoice; the message says where and why, and may quote names of fields."""


def read_invoices(content: bytes) -> list[Invoice]:
    """The invoices that bytes hold: JSON in UTF-8, no field named twice, numbers as numbers.

    Raises:
        Malformed: they hold something else.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        message = "it is not UTF-8"
        raise Malformed(message) from error
    found = [_invoice(each) for each in _objects(text)]
    if not found:
        message = "it is empty"
        raise Malformed(message)
    return found


def _objects(text: str) -> list[Any]:
    """Whole JSON, or else JSON line by line."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and _is_object(lines[0]):
        return [_parsed(line) for line in lines]
    if not lines:
        return []
    whole = _parsed(text)
    if isinstance(whole, dict) and isinstance(whole.get("items"), list):
        return list(whole["items"])
    return whole if isinstance(whole, list) else [whole]


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parsed(line), dict)
    except Malformed:
        return False


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        message = f"line {error.lineno}, column {error.colno}: it is not valid JSON"
        raise Malformed(message) from error
    except RecursionError as error:
        message = "it is nested too deeply"
        raise Malformed(message) from error
    except Malformed:
        raise
    except ValueError as error:
        message = "it holds a number with thousands of digits"
        raise Malformed(message) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are each there once: of two amounts nobody could say which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a field is there twice in one object"
        raise Malformed(message)
    return found


def _invoice(value: Any) -> Invoice:
    try:
        return Invoice.model_validate_json(json.dumps(with_amounts(value)), strict=True)
    except ValidationError as error:
        raise Malformed(field_words.told(error, most=1).removesuffix(".")) from error
