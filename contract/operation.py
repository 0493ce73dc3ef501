"""What one call of the API is made of, and what any call may answer besides success."""

from enum import Enum
from typing import Any, NamedTuple

from contract.base import Body, Query
from contract.people import Permission
from contract.problems import ProblemCode as Code

SMALL_BODY = 64 * 1024
"""Bytes of a body that says something about one thing: every call's but of those that take many."""
LIST_BODY = 1024 * 1024
"""Bytes of a body that names as many as a call takes: ten thousand ids."""
BATCH_BODY = 4 * 1024 * 1024
"""Bytes of a body that describes as many."""

MOST_TARGET = 16 * 1024
"""Bytes of the address of a request: path and query."""
MOST_HEADERS = 16 * 1024
"""Bytes of its headers, names and values."""
MOST_HEADER_LINES = 100


class Key(Enum):
    """Whether a call takes an `Idempotency-Key`."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Operation(NamedTuple):
    """One call. `problems` are those of its own; `common_problems` adds what any call may answer.

    With `by_name` what stands in the path may be any text, such as an e-mail, instead of an id.
    With `own_sign_in` it takes a token that the person's own sign-in made, never one that somebody handed out.
    `upload` takes a file as `multipart/form-data` (field `file`, other fields are JSON) instead of a body. `download`
    names the media types of the file that it answers instead of `answer`. `most_bytes` is the largest body, or file.
    """

    name: str
    method: str
    path: str
    summary: str
    answer: Any
    permission: Permission
    body: type[Body] | None = None
    query: type[Query] | None = None
    status: int = 200
    key: Key = Key.NONE
    if_match: bool = False
    body_optional: bool = False
    stream: bool = False
    upload: bool = False
    download: tuple[str, ...] = ()
    by_name: bool = False
    most_bytes: int = SMALL_BODY
    own_sign_in: bool = False
    problems: tuple[Code, ...] = ()


_ANY = (
    Code.NOT_AUTHENTICATED,
    Code.NOT_ALLOWED,
    Code.VALIDATION_FAILED,
    Code.RATE_LIMITED,
    Code.INTERNAL_ERROR,
    Code.SERVER_BUSY,
    Code.TOO_SLOW,
    Code.ADDRESS_TOO_LONG,
    Code.HEADERS_TOO_LARGE,
)
_COMMAND = (Code.BAD_REQUEST, Code.BODY_TOO_LARGE, Code.CANNOT_SAVE)
_BODY = (Code.BAD_REQUEST, Code.BODY_TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE)
_KEY = (Code.IDEMPOTENCY_KEY_REUSED, Code.IDEMPOTENCY_KEY_IN_PROGRESS)


def common_problems(operation: Operation) -> tuple[Code, ...]:
    """Everything a call may answer besides success, each once."""
    found = [*_ANY]
    if operation.own_sign_in:
        found.append(Code.OWN_SIGN_IN_NEEDED)
    if operation.method != "GET":
        found += _COMMAND
    if operation.stream:
        found.append(Code.BAD_REQUEST)
    if operation.body or operation.query or operation.upload:
        found += _BODY
    if operation.key is not Key.NONE:
        found += _KEY
    if operation.key is Key.REQUIRED:
        found.append(Code.IDEMPOTENCY_KEY_REQUIRED)
    if operation.if_match:
        found.append(Code.VERSION_CONFLICT)
    return tuple(dict.fromkeys((*found, *operation.problems)))
