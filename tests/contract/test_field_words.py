"""What is said about a value that can't be used: in our words, whatever library found it."""

import importlib
import pkgutil
import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticKnownError, SchemaValidator, core_schema

import client
import contract
import server
import tui
from contract.field_words import FALLBACK, in_words, nearest, told
from contract.quotes import Change
from contract.users import UsersQuery

KINDS = typing.get_args(core_schema.ErrorType)
NEVER = {
    *("no_such_attribute", "needs_python_object", "get_attribute_error", "default_factory_not_called"),
    *("frozen_field", "frozen_instance", "callable_type", "is_instance_of", "is_subclass_of", "iteration_error"),
    *("dataclass_exact_type", "named_tuple_type", "missing_sentinel_error", "ellipsis_error"),
    *("frozen_dict_type", "ordered_dict_type", "counter_type", "deque_type"),
    *("uuid_type", "uuid_parsing", "uuid_version"),
    *("complex_type", "complex_str_parsing", "fraction_type", "fraction_parsing"),
    *("arguments_type", "missing_argument", "unexpected_keyword_argument", "missing_keyword_only_argument"),
    *("unexpected_positional_argument", "missing_positional_only_argument", "multiple_argument_values"),
}
"""Kinds of mistake of Python's own making, or of types that none of our models has."""

CONTEXT: dict[str, Any] = {
    "gt": 3,
    "ge": 3,
    "lt": 3,
    "le": 3,
    "multiple_of": 5,
    "field_type": "List",
    "min_length": 2,
    "max_length": 4,
    "actual_length": 9,
    "pattern": r"^[A-Z]{3}$",
    "expected": "'active' or 'not_paid'",
    "error": "say how many",
    "expected_schemes": "'https'",
    "expected_tags": "'plan', 'seats'",
    "tag": "x",
    "discriminator": "kind",
    "max_digits": 4,
    "decimal_places": 2,
    "whole_digits": 2,
    "class": "X",
    "class_name": "X",
    "encoding": "utf-8",
    "encoding_error": "x",
    "tz_expected": 1,
    "tz_actual": 0,
    "expected_version": 4,
    "attribute": "x",
    "method_name": "x",
    "argument": "x",
}
THEIRS = re.compile(
    r"Input should|Value error|Assertion|Field required|Extra inputs|[Vv]alid (?:string|integer|boolean)"
)


def models() -> Iterator[type[BaseModel]]:
    """Every model of every package that has some."""
    for package in (contract, client, tui, server):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.partition(".")[0] == "tui" and not found.name.startswith("tui.runtime.settings"):
                continue
            if "migrations" in found.name or found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            yield from {
                each
                for each in vars(module).values()
                if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == module.__name__
            }


def built(model: type[BaseModel]) -> Any:
    """Its core schema, which most of ours put off."""
    model.model_rebuild()
    return model.__pydantic_core_schema__


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern in a core schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list | tuple):
        for each in schema:
            yield from patterns(each)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mistake_is_said_in_our_words(kind: typing.Any) -> None:
    """None of the library's sentences comes through, and what one of our models can find has its own sentence."""
    if kind in {"value_error", "assertion_error"}:
        theirs = "Value error, say how many"
    else:
        theirs = PydanticKnownError(kind, CONTEXT).message()
    ours = in_words({"type": kind, "loc": (), "msg": theirs, "input": "x", "ctx": CONTEXT})
    assert ours != theirs
    assert not THEIRS.search(ours)
    assert re.fullmatch(r"[A-Z].*[.!?…]", ours)
    assert (ours == FALLBACK) is (kind in NEVER)


def test_every_pattern_says_what_it_asks_for() -> None:
    """A text that a pattern refuses is answered with how to write it."""
    found = {pattern for model in models() for pattern in patterns(built(model))}
    assert len(found) > 5
    for pattern in found:
        checked = SchemaValidator(core_schema.str_schema(pattern=pattern))
        with pytest.raises(ValidationError) as caught:
            checked.validate_python("\N{PILE OF POO}")
        assert FALLBACK not in told(caught.value), pattern


@pytest.mark.parametrize(
    ("model", "value", "says"),
    [
        (
            UsersQuery,
            {"status": "not_payd"},
            "status: Use active, not_paid, removed, suspended or ended. Did you mean not_paid?",
        ),
        (UsersQuery, {"limit": "many"}, "limit: Write a whole number."),
        (UsersQuery, {"limit": 0}, "limit: This must be at least 1."),
        (UsersQuery, {"serch": "x"}, "serch: Unknown field."),
        (Change, {"seats": -1}, "seats: This must be at least 0."),
        (Change, {"seats": "3"}, "seats: Write a whole number."),
    ],
)
def test_a_mistake_is_said_with_its_place_and_what_was_meant(
    model: type[BaseModel], value: dict[str, Any], says: str
) -> None:
    """The place, the rule, and the word that was nearly right."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    assert told(caught.value) == says


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("not_payd", "not_paid"), ("NOT-PAID", "not_paid"), ("aktive", "active"), ("zzz", ""), ("", ""), (3, "")],
)
def test_the_nearest_word_is_offered_only_when_it_is_near(typed: object, meant: str) -> None:
    """A wild guess would send people the wrong way."""
    assert nearest(typed, ("active", "not_paid")) == meant
