"""Reading the JSON of a body field by field, and its lists item by item, so that no body holds others up.

The text is taken from left to right, once. A value is looked at within `MOST_VALUE` characters, so an endless one costs
no more than that; a list of the model is checked as it is read, and ends at its limit; what is wrong is collected up to
`MAX_ERRORS`, then nothing more is read. `read` is a generator that stops every so often: whoever drives it on the event
loop lets others be answered in between.
"""

import json
import re
from collections.abc import Generator, Iterable
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from contract.base import Body
from contract.field_words import NO_SUCH_FIELD, REQUIRED
from contract.problems import FieldError, ProblemCode
from server.http.problems import MAX_ERRORS, ServerProblem, field_errors, pointer, validation_failed

B = TypeVar("B", bound=Body)

MOST_VALUE = 16 * 1024
"""Characters of one value: of an item of a list, or of a field that is none."""

ITEMS_AT_ONCE = 200
TEXT_AT_ONCE = 128 * 1024
"""After so many items, or characters, others get their turn."""

_BLANK = re.compile(rf"[ \t\n\r]{{0,{MOST_VALUE}}}")
"""What stands between two values; more of it than a value may be long is no JSON to us."""


class _Field(NamedTuple):
    """How one field is read: as a whole, or as a list item by item (`item` is there, and `most` is how many)."""

    name: str
    whole: TypeAdapter[Any]
    item: TypeAdapter[Any] | None = None
    most: int = 0


def read(raw: bytes, model: type[B]) -> Generator[int, None, B]:
    """The body as its model; yields the number of items read since it last did.

    Raises:
        ServerProblem: `bad_request` for what is not one plain JSON object, `validation_failed` with pointers otherwise.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _not_json() from error
    found = yield from _Reader(text).values(
        _fields(model), {each for each in model.model_fields if _required(model, each)}
    )
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise validation_failed(field_errors(error)) from error


class _Reader:
    """A text, and how far it was read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._turn = 0
        self._items = 0
        self._errors: list[FieldError] = []

    def values(self, fields: dict[str, _Field], required: set[str]) -> Generator[int, None, dict[str, Any]]:
        """Everything of the only object there is."""
        found: dict[str, Any] = {}
        seen: set[str] = set()
        self._expect("{")
        if self._next() == "}":
            self._place += 1
        else:
            while True:
                name = self._name()
                if name in seen:
                    raise twice()
                seen.add(name)
                yield from self._field(name, fields.get(name), found)
                if self._separator("}"):
                    break
        if self._next():
            raise _not_json()
        missing = sorted(required - seen)
        self._add([FieldError(pointer=pointer([name]), code="missing", detail=REQUIRED) for name in missing])
        if self._errors:
            raise validation_failed(self._errors)
        return found

    def _field(self, name: str, field: _Field | None, found: dict[str, Any]) -> Generator[int, None, None]:
        self._next()
        if field is not None and field.item is not None and self._next() == "[":
            found[name] = yield from self._list(field)
            return
        begin = self._place
        self._value()
        if field is None:
            self._add([FieldError(pointer=pointer([name]), code="extra_forbidden", detail=NO_SUCH_FIELD)])
            return
        try:
            found[name] = field.whole.validate_json(self._text[begin : self._place], strict=True)
        except ValidationError as error:
            self._add(field_errors(error, name))

    def _list(self, field: _Field) -> Generator[int, None, tuple[Any, ...]]:
        assert field.item is not None
        items: list[Any] = []
        self._expect("[")
        if self._next() == "]":
            self._place += 1
            return ()
        while True:
            if len(items) >= field.most:
                detail = f"At most {field.most:,} items."
                raise validation_failed(
                    [*self._errors, FieldError(pointer=pointer([field.name]), code="too_long", detail=detail)]
                )
            value = self._value()
            try:
                items.append(field.item.validate_python(value, strict=True))
            except ValidationError as error:
                self._add(field_errors(error, field.name, len(items)))
                items.append(None)
            self._items += 1
            if self._items >= ITEMS_AT_ONCE or self._place - self._turn > TEXT_AT_ONCE:
                yield self._items
                self._items, self._turn = 0, self._place
            if self._separator("]"):
                return tuple(items)

    def _value(self) -> Any:
        """The next value as Python has it; nothing behind `MOST_VALUE` characters is looked at."""
        self._next()
        some = self._text[self._place : self._place + MOST_VALUE]
        try:
            value, length = _DECODER.raw_decode(some)
        except RecursionError as error:
            raise ServerProblem(ProblemCode.BAD_REQUEST, "The JSON is nested too deep.") from error
        except _AmbiguousError as error:
            raise ServerProblem(ProblemCode.BAD_REQUEST, str(error)) from error
        except ValueError as error:
            cut = len(some) == MOST_VALUE
            raise (_too_long() if cut else _not_json()) from error
        self._place += length
        return value

    def _name(self) -> str:
        if self._next() != '"':
            raise _not_json()
        name = self._value()
        self._expect(":")
        return str(name)

    def _separator(self, end: str) -> bool:
        """Whether the object or list ends here; otherwise a comma was read."""
        if self._next() == end:
            self._place += 1
            return True
        self._expect(",")
        return False

    def _expect(self, mark: str) -> None:
        if self._next() != mark:
            raise _not_json()
        self._place += 1

    def _next(self) -> str:
        """The next character that is no blank; nothing at the end."""
        found = _BLANK.match(self._text, self._place)
        assert found is not None
        self._place = found.end()
        return self._text[self._place : self._place + 1]

    def _add(self, errors: Iterable[FieldError]) -> None:
        """Note what is wrong; when that is enough, read no further."""
        self._errors += errors
        if len(self._errors) >= MAX_ERRORS:
            raise validation_failed(self._errors)


class _AmbiguousError(ValueError):
    """JSON that different readers understand differently."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "A JSON object names the same key twice."
        raise _AmbiguousError(message)
    return found


def _no_constant(name: str) -> Any:
    message = f"{name} is not JSON."
    raise _AmbiguousError(message)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def twice() -> ServerProblem:
    """A key that is there twice."""
    return ServerProblem(ProblemCode.BAD_REQUEST, "A JSON object names the same key twice.")


def _not_json() -> ServerProblem:
    return ServerProblem(ProblemCode.BAD_REQUEST, "Send one JSON object in UTF-8.")


def _too_long() -> ServerProblem:
    detail = f"This is not JSON, or it holds a value of more than {MOST_VALUE:,} characters."
    return ServerProblem(ProblemCode.BAD_REQUEST, detail)


@lru_cache(maxsize=256)
def _fields(model: type[Body]) -> dict[str, _Field]:
    return {name: _field_of(name, info) for name, info in model.model_fields.items()}


def _field_of(name: str, info: Any) -> _Field:
    annotated: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    items = _items_of(info.annotation, info.metadata)
    whole: TypeAdapter[Any] = TypeAdapter(annotated)
    return _Field(name, whole) if items is None else _Field(name, whole, TypeAdapter(items[0]), items[1])


def _items_of(annotation: Any, metadata: Iterable[Any] = ()) -> tuple[Any, int] | None:
    """What the items of a list are and how many it takes, wherever in a union the list stands."""
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = [each for one in more for each in getattr(one, "metadata", [one])]
    if get_origin(annotation) is tuple:
        most = next((each.max_length for each in metadata if getattr(each, "max_length", None) is not None), None)
        assert most is not None, "a list of a body says how long it may be"
        return get_args(annotation)[0], most
    return next((found for each in get_args(annotation) if (found := _items_of(each)) is not None), None)


def _required(model: type[Body], name: str) -> bool:
    return model.model_fields[name].is_required()
