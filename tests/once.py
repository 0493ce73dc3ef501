"""What is worked out once in a process of tests instead of for each app and server: CSS, paths, SQL."""

from functools import cache
from typing import Any

import starlette.routing
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.util import LRUCache
from textual.css.stylesheet import Stylesheet

from server.store import sqlite

_parse = Stylesheet._parse_rules
_parsed: dict[object, list[Any]] = {}


def _parse_rules_once(self: Stylesheet, css: str, *where: Any, **more: Any) -> list[Any]:
    """The rules of a text with these variables; nobody changes them."""
    key = (css, where, tuple(more.items()), tuple(self._variables.items()))
    if key not in _parsed:
        _parsed[key] = _parse(self, css, *where, **more)
    return _parsed[key]


_compiled: LRUCache[Any, Any] = LRUCache(4000)


def _engine_with_all_statements(*what: Any, **more: Any) -> Engine:
    """An engine that knows every statement that any other has compiled: all tests' databases speak alike."""
    engine = create_engine(*what, **more)
    engine._compiled_cache = _compiled
    return engine


def _kind(dialect: SQLiteDialect) -> int:
    return hash(type(dialect))


def _are_alike(one: object, other: object) -> bool:
    return type(one) is type(other)


def work_out_once() -> None:
    """Have every app and every server of the tests do so."""
    for owner, name, once in (
        (Stylesheet, "_parse_rules", _parse_rules_once),
        (starlette.routing, "compile_path", cache(starlette.routing.compile_path)),
        (sqlite, "create_engine", _engine_with_all_statements),
        (SQLiteDialect, "__eq__", _are_alike),
        (SQLiteDialect, "__hash__", _kind),
    ):
        setattr(owner, name, once)
