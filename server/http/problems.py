"""Every way a request fails is a `ServerProblem`; one function renders them all (RFC 9457).

ServerProblem           carries a code of the contract; its status and title come from there
└── Invalid             one or more fields are wrong, each with its JSON pointer
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from contract.field_words import in_words
from contract.mailbox import NotAnAddressError
from contract.problems import PROBLEMS, FieldError, ItemProblem, Problem, ProblemCode
from server.domain.errors import Refusal
from server.store.types import Connection

MEDIA_TYPE = "application/problem+json"

MAX_ERRORS = 100
"""Fields that one refusal tells of."""

LONGEST_PART = 200
"""Characters of a key, of a path: what somebody sent is not sent back at any length."""


class ServerProblem(Exception):  # noqa: N818 - it is a problem in the sense of RFC 9457
    """A refusal or a failure with its code. Raising it undoes the transaction.

    `ran` says that the command did run (a payment was asked for and declined): then its answer is kept under the
    idempotency key. `leaves` is written all the same, in a transaction of its own. `data` travels as `data` of the
    problem.
    """

    def __init__(
        self,
        code: ProblemCode,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        retry_after: int | None = None,
        ran: bool = False,
        leaves: Callable[[Connection], None] | None = None,
        headers: dict[str, str] | None = None,
        **data: Any,
    ) -> None:
        super().__init__(detail or PROBLEMS[code].title)
        self.code = code
        self.detail = detail or f"{PROBLEMS[code].title}."
        self.errors = tuple(errors)
        self.retry_after = retry_after
        self.ran = ran
        self.leaves = leaves
        self.headers = headers or {}
        self.data = data

    def item(self, pointer: str = "") -> ItemProblem:
        """The same, as one item of a batch."""
        return ItemProblem(code=self.code, detail=self.detail, pointer=pointer)

    def problem(self, *, instance: str = "", request_id: str = "") -> Problem:
        """As it travels."""
        kind = PROBLEMS[self.code]
        return Problem(
            title=kind.title,
            status=kind.status,
            detail=self.detail,
            instance=instance,
            code=self.code,
            request_id=request_id,
            errors=self.errors,
            retry_after=self.retry_after,
            data=self.data,
        )


class Invalid(ServerProblem):
    """Fields of the request are wrong: `Invalid(("/seats", "too_many", "At most 10."))`."""

    def __init__(
        self, *errors: tuple[str, str, str], code: ProblemCode = ProblemCode.VALIDATION_FAILED, **data: Any
    ) -> None:
        fields = [FieldError(pointer=pointer, code=name, detail=detail) for pointer, name, detail in errors]
        super().__init__(
            code, "; ".join(f"{each.pointer}: {each.detail}" for each in fields[:3]), errors=fields, **data
        )


def no_address(error: NotAnAddressError, at: str = "/email") -> ServerProblem:
    """An address that is none, in the sentence that says why."""
    wrong = FieldError(pointer=at, code=ProblemCode.INVALID_EMAIL.value, detail=str(error))
    return ServerProblem(ProblemCode.INVALID_EMAIL, str(error), errors=[wrong])


def pointer(location: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part)[:LONGEST_PART].replace("~", "~0").replace("/", "~1") for part in location)


def field_errors(error: ValidationError, *before: str | int) -> list[FieldError]:
    """What pydantic found, in our words and without the values; `before` is where what it looked at stands."""
    return [
        FieldError(pointer=pointer([*before, *each["loc"]]), code=each["type"], detail=in_words(each))
        for each in error.errors(include_url=False)[:MAX_ERRORS]
    ]


def validation_failed(errors: Iterable[FieldError]) -> ServerProblem:
    """Fields that are not right: at least one."""
    told = list(errors)[:MAX_ERRORS]
    first = told[0]
    detail = f"{first.pointer}: {first.detail}" if first.pointer else first.detail
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return ServerProblem(ProblemCode.VALIDATION_FAILED, detail + more, errors=told)


def not_found() -> ServerProblem:
    """The same answer for what never was and for what belongs to somebody else (D28)."""
    return ServerProblem(ProblemCode.NOT_FOUND, "Not found, or you don't have access.")


def refused(refusal: Refusal) -> ServerProblem:
    """A rule's no, as a problem."""
    return ServerProblem(refusal.code, refusal.detail, **refusal.data)


def raw(problem: ServerProblem) -> bytes:
    """A problem as a whole answer on the wire, for whoever gets no further than the door; the connection ends."""
    body = problem.problem().model_dump_json().encode()
    status = HTTPStatus(PROBLEMS[problem.code].status)
    again = "" if problem.retry_after is None else f"Retry-After: {problem.retry_after}\r\n"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n{again}"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def render(problem: ServerProblem, *, instance: str = "", request_id: str = "") -> Response:
    """The response for a problem."""
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    body = problem.problem(instance=instance[:LONGEST_PART], request_id=request_id)
    return Response(body.model_dump_json(), status_code=body.status, headers=headers, media_type=MEDIA_TYPE)
