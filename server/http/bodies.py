"""Reading a request strictly: what is ambiguous in JSON, or unknown to the model, is refused with its pointer."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from contract.base import Body, Query
from contract.mailbox import email_key
from contract.problems import FieldError, ProblemCode
from server.http.problems import MAX_ERRORS, ServerProblem, field_errors, pointer, validation_failed
from server.http.reading import read
from server.platform.text import first_unsafe, is_unsafe
from server.platform.time_slice import give_way

B = TypeVar("B", bound=Body)
Q = TypeVar("Q", bound=Query)

MAX_PARAMETERS = 100
"""Parameters of one query string: five times as many as any call has."""


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
        raise ServerProblem(ProblemCode.BAD_REQUEST, "The request was cut off.") from error
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


async def parse_body(raw: bytes, model: type[B]) -> B:
    """The body as its model; a long one in steps, between which others are answered.

    Raises:
        ServerProblem: `bad_request` for what is not one plain JSON object, `validation_failed` with pointers otherwise.
    """
    steps = read(raw, model)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: B = end.value
            return found
        await give_way()


def parse_query(raw: bytes, model: type[Q] | None) -> Q | None:
    """The query string as its model; a call without one takes no parameters.

    Raises:
        ServerProblem: `validation_failed` with pointers.
    """
    if raw.count(b"&") >= MAX_PARAMETERS:
        raise ServerProblem(ProblemCode.VALIDATION_FAILED, f"At most {MAX_PARAMETERS} parameters.")
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    counted = Counter(name for name, _ in pairs)
    found = dict(pairs)
    _raise_for("given_twice", "Give it only once.", [name for name, times in counted.items() if times > 1])
    _raise_for("control_character", "No control characters here.", [name for name in found if "\x00" in found[name]])
    if model is None:
        _raise_for("extra_forbidden", "This call has no such parameter.", found)
        return None
    if found.keys() >= {"cursor", "offset"}:
        _raise_for("exclusive", "Give either cursor or offset.", ["offset"])
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise validation_failed(field_errors(error)) from error


def _raise_for(code: str, detail: str, names: Iterable[str]) -> None:
    errors = [FieldError(pointer=pointer([name]), code=code, detail=detail) for name in sorted(names)[:MAX_ERRORS]]
    if errors:
        raise validation_failed(errors)


def refuse_unsafe(body: BaseModel) -> None:
    """Refuse texts with control or direction-changing characters. Addresses are judged by `contract.mailbox`.

    Raises:
        ServerProblem: `unsafe_text` with the pointers.
    """
    found = [
        FieldError(pointer=pointer([name]), code="unsafe_text", detail=f"Remove {first_unsafe(value)}.")
        for name, value in body
        if isinstance(value, str) and is_unsafe(value) and not _is_address(name, value)
    ]
    if found:
        raise ServerProblem(ProblemCode.UNSAFE_TEXT, errors=found)


def _is_address(name: str, value: str) -> bool:
    return name == "email" or (name == "organisation" and email_key(value) is not None)
