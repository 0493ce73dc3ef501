"""What is worked out once in a process of tests instead of for each app and server: parsed CSS, compiled paths."""

from functools import cache
from typing import Any

import starlette.routing
from textual.css.stylesheet import Stylesheet

_parse = Stylesheet._parse_rules
_parsed: dict[object, list[Any]] = {}


def _parse_rules_once(self: Stylesheet, css: str, *where: Any, **more: Any) -> list[Any]:
    """The rules of a text with these variables; nobody changes them."""
    key = (css, where, tuple(more.items()), tuple(self._variables.items()))
    if key not in _parsed:
        _parsed[key] = _parse(self, css, *where, **more)
    return _parsed[key]


def work_out_once() -> None:
    """Have every app and every server of the tests do so."""
    Stylesheet._parse_rules = _parse_rules_once  # type: ignore[method-assign] # the same, remembered
    starlette.routing.compile_path = cache(starlette.routing.compile_path)
