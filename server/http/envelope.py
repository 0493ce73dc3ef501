"""Around every answer: a request id, `no-store`, the access log, and a problem instead of a bare failure.

A request whose address or headers are larger than any call needs is refused here, before anything looks into it.
"""

import logging
import re
import time
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract.operation import MOST_HEADER_LINES, MOST_HEADERS, MOST_TARGET
from contract.problems import ProblemCode
from server.http.problems import ServerProblem, render
from server.platform.ids import random_text

access = logging.getLogger("headcount.access")
log = logging.getLogger("headcount.server")

_SANE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_AUTHORITY = re.compile(rb"https?://[^/]*", re.IGNORECASE)
_MAX_LOGGED = 200
_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_OURS = frozenset({b"x-request-id", *(name for name, _ in _ALWAYS)})


class Envelope:
    """ASGI middleware; the outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _drop_authority(scope)
        offered = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        scope["headcount.request_id"] = offered if _SANE_ID.fullmatch(offered) else f"req_{random_text()}"
        record = _Record(scope, send)
        try:
            refusal = _too_much(scope)
            if refusal is None:
                await self._app(scope, receive, record.send)
            else:
                answer = render(refusal, instance=scope["path"], request_id=record.id)
                await answer(scope, receive, record.send)
        except Exception:
            log.exception("request %s failed", record.id)
            if record.status:
                raise
            problem = ServerProblem(ProblemCode.INTERNAL_ERROR)
            response = render(problem, instance=scope["path"], request_id=record.id)
            await response(scope, receive, record.send)
        finally:
            record.write()


def _drop_authority(scope: Scope) -> None:
    """`GET http://any.name/v1/me`, as to a proxy, asks for `/v1/me` here: the name is the client's word, as Host is."""
    if scope["path"].startswith("/"):
        return
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if found := _AUTHORITY.match(raw):
        scope["raw_path"] = raw[found.end() :] or b"/"
        scope["path"] = unquote(scope["raw_path"].decode("latin-1"))


def _too_much(scope: Scope) -> ServerProblem | None:
    """Why a request is refused by its size alone; the connection is closed, since nobody knows what follows."""
    close = {"Connection": "close"}
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > MOST_TARGET:
        detail = f"At most {MOST_TARGET:,} bytes of path and query."
        return ServerProblem(ProblemCode.ADDRESS_TOO_LONG, detail, headers=close)
    headers = scope["headers"]
    if len(headers) > MOST_HEADER_LINES or sum(len(name) + len(value) for name, value in headers) > MOST_HEADERS:
        detail = f"At most {MOST_HEADER_LINES} headers of {MOST_HEADERS:,} bytes together."
        return ServerProblem(ProblemCode.HEADERS_TOO_LARGE, detail, headers=close)
    return None


class _Record:
    """One answer on its way out."""

    def __init__(self, scope: MutableMapping[str, Any], send: Send) -> None:
        self._scope = scope
        self._send = send
        self._start = time.perf_counter()
        self.id: str = scope["headcount.request_id"]
        self.status = 0

    async def send(self, message: Message) -> None:
        """Add the headers every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = [each for each in message.get("headers", ()) if each[0] not in _OURS]
            message["headers"] = [*given, (b"x-request-id", self.id.encode()), *_ALWAYS]
        await self._send(message)

    def write(self) -> None:
        """One line in the log: never the query string, never a header."""
        if not access.isEnabledFor(logging.INFO):
            return
        raw = self._scope.get("raw_path") or self._scope["path"].encode()
        path = re.sub(r"[^!-~]", "?", raw[:_MAX_LOGGED].decode("latin-1"))
        took = (time.perf_counter() - self._start) * 1000
        access.info("%s %s %s %.1fms %s", self._scope["method"][:20], path, self.status or "-", took, self.id)
