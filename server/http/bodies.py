"""Reading a request strictly: what is ambiguous in JSON, or unknown to the model, is refused with its pointer."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from contract.base import Body, Query
from contract.problems import FieldError, ProblemCode
from server.http.problems import ServerProblem
from server.text import is_unsafe

B = TypeVar("B", bound=Body)
Q = TypeVar("Q", bound=Query)

MAX_ERRORS = 100


async def read_body(request: Request, limit: int) -> bytes:
    """The raw body, at most `limit` bytes of it.

    Raises:
        ServerProblem: `body_too_large`, or `bad_request` when the client went away in the middle.
    """
    check_size(request, limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise ServerProblem(ProblemCode.BAD_REQUEST, "The request ended in the middle.") from error
    return b"".join(chunks)


def check_size(request: Request, limit: int) -> None:
    """Refuse a body that announces more than so many bytes, before any of it is read.

    Raises:
        ServerProblem: `body_too_large`.
    """
    announced = request.headers.get("content-length", "0")
    plain = announced.isdecimal() and announced.isascii()
    if plain and len(announced) < len(str(limit)) + 9 and int(announced) > limit:
        raise too_large(limit)


def too_large(limit: int) -> ServerProblem:
    """More bytes than are taken; the connection is closed, since the rest of them would follow."""
    return ServerProblem(ProblemCode.BODY_TOO_LARGE, f"At most {limit} bytes.", headers={"Connection": "close"})


def check_media_type(request: Request) -> None:
    """Only JSON in UTF-8.

    Raises:
        ServerProblem: `unsupported_media_type`.
    """
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    plain = request.headers.get("content-encoding", "identity") == "identity"
    if media.strip().lower() != "application/json" or charset not in {"", "utf-8"} or not plain:
        raise ServerProblem(ProblemCode.UNSUPPORTED_MEDIA_TYPE)


def parse_body(raw: bytes, model: type[B]) -> B:
    """The body as its model.

    Raises:
        ServerProblem: `bad_request` for what is not one plain JSON object, `validation_failed` with pointers otherwise.
    """
    _check_json(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from error


def _check_json(raw: bytes) -> None:
    try:
        text = raw.decode()
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise ServerProblem(ProblemCode.BAD_REQUEST, "The JSON is nested too deep.") from error
    except ValueError as error:
        detail = str(error) if isinstance(error, _AmbiguousError) else "Send one JSON object in UTF-8."
        raise ServerProblem(ProblemCode.BAD_REQUEST, detail) from error
    if not isinstance(found, dict):
        raise ServerProblem(ProblemCode.BAD_REQUEST, "Send one JSON object.")


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


def parse_query(params: QueryParams, model: type[Q] | None) -> Q | None:
    """The query string as its model; a call without one takes no parameters.

    Raises:
        ServerProblem: `validation_failed` with pointers.
    """
    pairs = params.multi_items()
    found = dict(pairs)
    twice = (
        {name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1} if len(found) < len(pairs) else ()
    )
    _raise_for("given_twice", "Give it once.", twice)
    _raise_for("control_character", "No control characters here.", [name for name in found if "\x00" in found[name]])
    if model is None:
        _raise_for("extra_forbidden", "This call takes no such parameter.", found)
        return None
    if found.keys() >= {"cursor", "offset"}:
        _raise_for("exclusive", "Give either cursor or offset.", ["offset"])
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise invalid(error) from error


def _raise_for(code: str, detail: str, names: Iterable[str]) -> None:
    errors = [FieldError(pointer=pointer([name]), code=code, detail=detail) for name in sorted(names)[:MAX_ERRORS]]
    if errors:
        raise _invalid(errors)


def pointer(location: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part)[:200].replace("~", "~0").replace("/", "~1") for part in location)


def invalid(error: ValidationError) -> ServerProblem:
    """Pydantic's findings as a problem, without the values they complain about."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:MAX_ERRORS]
    if any(each["type"] == "json_invalid" for each in found):
        return ServerProblem(ProblemCode.BAD_REQUEST, "Send one JSON object in UTF-8.")
    return _invalid([FieldError(pointer=pointer(each["loc"]), code=each["type"], detail=each["msg"]) for each in found])


def _invalid(errors: list[FieldError]) -> ServerProblem:
    first = errors[0]
    detail = f"{first.pointer}: {first.detail}" if first.pointer else first.detail
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return ServerProblem(ProblemCode.VALIDATION_FAILED, detail + more, errors=errors)


def refuse_unsafe(body: BaseModel) -> None:
    """Refuse texts with control or direction-changing characters.

    Raises:
        ServerProblem: `unsafe_text` with the pointers.
    """
    found = [
        FieldError(pointer=pointer([name]), code="unsafe_text", detail="Remove the control characters.")
        for name, value in body
        if isinstance(value, str) and is_unsafe(value)
    ]
    if found:
        raise ServerProblem(ProblemCode.UNSAFE_TEXT, errors=found)
