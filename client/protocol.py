"""What a call looks like on the wire and what an answer means. Pure: no socket, no clock, no loop."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from client.errors import CLASSES, BadAnswer, HeadcountError, NotThisApi, UnsafeAddress, class_for_status
from contract.base import Answer, Body, Identifier, Query
from contract.field_words import in_words, place
from contract.operation import Operation
from contract.operations import STREAM_EVENTS
from contract.problems import Problem
from contract.retry_after import bounded, retry_after_seconds

A = TypeVar("A", bound=Answer)

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_SUCCESS = range(200, 300)
_FAILURE = range(400, 600)
_REDIRECTS = range(300, 400)
_MEDIA = re.compile(r"[a-z0-9.+/-]{1,60}")
_KINDS = {"text/html": "a web page", "application/json": "other JSON", "text/plain": "plain text", "": "nothing"}
_FIRST = 4096
_WEB_SERVERS_SAY = (
    (b"plain HTTP request was sent to HTTPS port", "this port speaks https, not http", "Write https:// in the url."),
    (
        b"No required SSL certificate was sent",
        "it asks for a client certificate",
        "Name it as client_cert in the profile (headcount login --client-cert FILE).",
    ),
)
"""Known pages of web servers in front of an API, and what they mean."""
_OTHER_VERSION = "Another version may run there, or something else: check the profile's url, and update this program."
_FROM_PROXIES = frozenset({429, *range(500, 600)})
"""Statuses that a proxy on the way answers in words of its own."""


SLOWEST_UPLOAD = 64 * 1024
"""Bytes a second: what a file may take on its way comes on top of the time for an answer."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is read from disk while it is sent; `name` is what the server calls it, `fields` go with it.

    `told` hears how many bytes have gone out so far, from nothing again with each attempt.
    """

    path: Path
    name: str
    size: int
    fields: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[int], None] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent. `target` is a path with its query, never an address."""

    operation: Operation
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    key: str = ""
    upload: Upload | None = None
    items: int = 0
    """How many things a batch is about: enough to say later how many of them were done."""

    @property
    def allowance(self) -> float:
        """Seconds that its upload may take, beside the time for an answer."""
        return self.upload.size / SLOWEST_UPLOAD if self.upload else 0.0

    @property
    def target(self) -> str:
        """Path and query as they stand in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def is_command(self) -> bool:
        """Whether it may change something."""
        return self.operation.method not in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are in lower case; `where` says for a person who answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    request_id: str = ""
    where: str = "The server"

    @property
    def replayed(self) -> bool:
        """Whether this is the stored answer of an earlier request with the same key."""
        return self.headers.get("idempotency-replayed", "").lower() == "true"


class Channel(Protocol):
    """What carries calls: `client.transport.HttpChannel`. All its errors are of `client.errors`.

    `where` says for a person where they go.
    """

    @property
    def where(self) -> str:
        """As in `https://seats.example.com (profile acme)`."""

    async def send(self, call: Call) -> Reply:
        """Send one call and read its whole answer, whatever its status."""

    def stream(self, call: Call) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Send one call and hand out the bytes of its answer as they come; a failure status raises.

        For an operation with a `download` these are the file's, and one that breaks off raises.
        """

    async def aclose(self) -> None:
        """Close the connections."""


def new_key() -> str:
    """A fresh idempotency key, for one intention."""
    return str(uuid.uuid4())


def is_identifier(text: str) -> bool:
    """Whether a text is an id as the contract draws them."""
    try:
        _IDENTIFIER.validate_python(text)
    except ValidationError:
        return False
    return True


def build(
    operation: Operation,
    *,
    id: str | None = None,  # noqa: A002 - the contract's name for it
    query: Query | None = None,
    body: Body | None = None,
    version: int | None = None,
    key: str | None = None,
    upload: Upload | None = None,
    items: int = 0,
) -> Call:
    """The call of an operation. An id or a key that is not one is `UnsafeAddress`: nothing is sent."""
    wanted = operation.download or ("application/json",)
    headers = {"Accept": ", ".join((*wanted, "application/problem+json"))}
    content = None
    if body is not None:
        content = _content(body)
        headers["Content-Type"] = "application/json"
    if version is not None:
        headers["If-Match"] = f'"{version:d}"'
    if key is not None:
        if not _KEY.fullmatch(key):
            message = "An idempotency key is 1 to 255 visible ASCII characters."
            raise UnsafeAddress(message)
        headers["Idempotency-Key"] = key
    return Call(operation, _path(operation, id), _query(query), headers, content, key or "", upload, items)


def build_stream(after: str) -> Call:
    """The call that opens the stream of events after the one named."""
    if not is_identifier(after):
        raise _no_identifier()
    headers = {"Accept": "text/event-stream, application/problem+json", "Last-Event-ID": after}
    return Call(STREAM_EVENTS, STREAM_EVENTS.path, "", headers)


def _path(operation: Operation, identifier: str | None) -> str:
    if ("{id}" in operation.path) != (identifier is not None):
        message = f"{operation.name} takes {'an' if identifier is None else 'no'} id"
        raise ValueError(message)
    if identifier is None:
        return operation.path
    if operation.by_name and identifier.strip("."):
        return operation.path.replace("{id}", quote(identifier, safe="@"))
    if not is_identifier(identifier):
        raise _no_identifier()
    return operation.path.replace("{id}", identifier)


def _no_identifier() -> UnsafeAddress:
    return UnsafeAddress("This is not an id, and it could change the address: nothing was sent.")


def _content(body: Body) -> bytes:
    """What is None is left out, but where the body tells none from absent."""
    nulls = body.TELLS_NONE & body.model_fields_set
    if not nulls:
        return body.model_dump_json(exclude_none=True).encode()
    given = body.model_dump(mode="json", exclude_none=True)
    return json.dumps({**dict.fromkeys(nulls), **given}).encode()


def _query(query: Query | None) -> str:
    if query is None:
        return ""
    chosen = query.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return urlencode({name: str(value).lower() if isinstance(value, bool) else value for name, value in chosen.items()})


def understand(answer: type[A], reply: Reply) -> A:
    """The model that a reply carries. Anything but a success of the right shape raises what it means."""
    if reply.status not in _SUCCESS:
        raise failure(reply)
    if media_type(reply) != "application/json":
        raise _not_this_api(reply)
    try:
        return answer.model_validate_json(reply.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        found = f"{place(first['loc']) or 'the whole'}: {in_words(first)}".rstrip(".")
        # pydantic's own text quotes the answer, which holds names and addresses: it must not reach a log.
        said = f"The answer of {reply.where} has another shape than agreed ({found})."
        raise BadAnswer(said, advice=_OTHER_VERSION, request_id=reply.request_id) from None


def failure(reply: Reply) -> HeadcountError:
    """The error that a reply means which is no success."""
    if reply.status not in _FAILURE:
        return _elsewhere(reply)
    retry_after = retry_after_seconds(reply.headers)
    problem = _problem(reply)
    if problem is not None:
        if retry_after is None and problem.retry_after is not None:
            retry_after = bounded(problem.retry_after)
        kind = CLASSES[problem.code]
        text = problem.detail or problem.title
        return kind(text, problem=problem, request_id=reply.request_id, retry_after=retry_after)
    told = _loose_problem(reply)
    if told is None and reply.status not in _FROM_PROXIES:
        return _not_this_api(reply)
    text = told or f"{reply.where} answered {reply.status}, and no more than that."
    return class_for_status(reply.status)(text, request_id=reply.request_id, retry_after=retry_after)


def _elsewhere(reply: Reply) -> HeadcountError:
    """Neither a success nor a failure: most likely a redirect, which is never followed."""
    parts = urlsplit(reply.headers.get("location", ""))
    if reply.status not in _REDIRECTS or not parts.hostname:
        return _not_this_api(reply)
    target = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.partition('/v1')[0]}".rstrip("/")
    advice = "If the person who runs the server says that this is right, write it as the profile's url."
    said = f"{reply.where} leads on to {target} ({reply.status}), where nothing is sent."
    return NotThisApi(said, advice=advice, request_id=reply.request_id)


def _not_this_api(reply: Reply) -> HeadcountError:
    for words, what, advice in _WEB_SERVERS_SAY:
        if words in reply.body[:_FIRST]:
            return NotThisApi(f"{reply.where}: {what}.", advice=advice, request_id=reply.request_id)
    media = media_type(reply)
    what = _KINDS.get(media) or (f"something ({media})" if _MEDIA.fullmatch(media) else "something else")
    said = f"{reply.where} is not this API: it answered {reply.status} with {what}."
    return NotThisApi(said, request_id=reply.request_id)


def _problem(reply: Reply) -> Problem | None:
    try:
        return Problem.model_validate_json(reply.body)
    except ValidationError:
        return None


def _loose_problem(reply: Reply) -> str | None:
    """The sentence in a problem whose code a newer server knows and we do not."""
    if media_type(reply) != "application/problem+json":
        return None
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    texts = [told.get("detail"), told.get("title")]
    return next((each for each in texts if isinstance(each, str) and each), None)


def media_type(reply: Reply) -> str:
    """The content type without its parameters, in lower case."""
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def request_id_of(headers: Mapping[str, str], ours: str) -> str:
    """The id under which the server's log knows the request: its own if it is harmless, else the one we sent."""
    theirs = headers.get("x-request-id", "")
    return theirs if _REQUEST_ID.fullmatch(theirs) else ours
