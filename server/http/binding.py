"""From an `Operation` and its handler to a route: everything a call needs is checked here, once, in one order.

token → role → query → body → idempotency key → transaction (replay, or run, record events, keep the answer) → answer
"""

import asyncio
import inspect
import logging
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import cast

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from contract.base import Body, Query
from contract.operation import Key, Operation
from contract.operations import CREATE_QUOTE, MEND_IMPORT_ROW, SEND_IMPORT_TRANSFERS, UNDO_DECISIONS
from contract.people import Permission, Role
from contract.problems import ProblemCode
from server.domain.errors import Refusal
from server.http import bodies, idempotency
from server.http.auth import authenticate, permit, renewed
from server.http.call import Asked, Call, Handler, LongCall, LongHandler, QuickHandler, Reply, make_call
from server.http.problems import MEDIA_TYPE, ServerProblem, not_found, refused, render
from server.http.unsaved import cannot_answer, passing
from server.http.uploads import receive
from server.limits.spending import counted
from server.platform.services import Services
from server.store.database import FilesGoneError
from server.store.errors import UnavailableError
from server.store.types import Connection

log = logging.getLogger("headcount.server")

Handlers = Mapping[Operation, Handler | LongHandler]

_ID = re.compile(r"[a-z]{2,4}_[A-Za-z0-9]{1,40}")
_ETAG = re.compile(r'\s*(?:W/)?"([^"\x00-\x1f]*)"\s*')
_VERSION = re.compile(r"[0-9]{1,18}")
NO_VERSION = -1
"""What an ETag that is not one of ours stands for: it matches nothing."""
_SEARCHING = ("search", "who", "kind", "object", "added_from", "added_before")
FEW_BYTES = 4 * 1024
"""What a body of no more than that asks for is done at once, but for `MANY`."""
MANY = frozenset({UNDO_DECISIONS, SEND_IMPORT_TRANSFERS, MEND_IMPORT_ROW, CREATE_QUOTE})
"""Commands whose few bytes may mean very many things to do."""
LONG_LIST = 500
"""Items of an answer that are written at once."""
_ADDS = frozenset({Permission.MANAGE_USERS, Permission.MANAGE_TRANSFERS})
"""What may bring users in."""

REPLAYED = "Idempotency-Replayed"


class Endpoint:
    """One operation behind its path."""

    def __init__(
        self,
        operation: Operation,
        handler: Handler | LongHandler,
        services: Services,
        quick: QuickHandler | None = None,
    ) -> None:
        self._operation = operation
        self._handler = handler
        self._quick = quick
        self._services = services
        self._long = inspect.iscoroutinefunction(handler)
        self._most = min(operation.most_bytes, services.settings.max_body)

    async def __call__(self, request: Request) -> Response:
        """Answer one request; whatever goes wrong comes out as a problem."""
        try:
            return await self._answer(request)
        except (ServerProblem, Refusal) as error:
            problem = error if isinstance(error, ServerProblem) else refused(error)
            return render(problem, instance=request.scope["path"], request_id=request_id(request))
        except FilesGoneError as error:
            return render(_files_gone(error), instance=request.scope["path"], request_id=request_id(request))
        except (UnavailableError, OSError) as error:
            if not passing(error):
                raise
            log.error("%s could not be answered: %s", self._operation.name, getattr(error, "orig", error))
            problem = cannot_answer(error, reading=self._operation.method == "GET", whole=not self._long)
            return render(problem, instance=request.scope["path"], request_id=request_id(request))

    async def _answer(self, request: Request) -> Response:
        principal = authenticate(request, self._services)
        permit(principal, self._operation, self._services.database.read)
        if self._quick and not request.scope["query_string"]:
            answer = self._quick(self._services, principal, request.path_params["id"])
            if answer is not None:
                return self._response(answer)
        query = bodies.parse_query(request.scope["query_string"], self._operation.query)
        raw = b""
        body = None
        if self._operation.method != "GET" and not self._operation.upload:
            raw = await bodies.read_body(request, self._most)
            body = await self._body(request, raw)
        asked = Asked(
            principal=principal,
            services=self._services,
            http=request,
            body=body,
            query=query,
            id=self._id(request),
            if_match=self._if_match(request),
            request_id=request_id(request),
            idempotency_key=self._key(request),
        )
        if self._operation.upload:
            return await self._receive(asked)
        if self._operation.method == "GET" and not self._long:
            return await self._search(asked) if _is_search(query) else self._read(asked)
        if self._long:
            return await self._run_long(asked)
        return await self._run(asked, aside=self._operation in MANY or len(raw) > FEW_BYTES)

    async def _receive(self, asked: Asked) -> Response:
        """Take the file first: its content is what tells one use of a key from another."""
        who = asked.principal
        with self._services.uploads.passed(who.account_id, who.organisation_id):
            upload = await receive(asked.http, self._services.files, self._most)
        try:
            return await self._run_long(replace(asked, upload=upload))
        finally:
            upload.discard()

    async def _body(self, request: Request, raw: bytes) -> Body | None:
        model = self._operation.body
        if not raw and (model is None or self._operation.body_optional):
            return None
        if model is None:
            if raw.strip() not in {b"", b"{}"}:
                raise ServerProblem(ProblemCode.BAD_REQUEST, "This call has no body.")
            return None
        bodies.check_media_type(request)
        body = await bodies.parse_body(raw, model)
        if ProblemCode.UNSAFE_TEXT in self._operation.problems:
            bodies.refuse_unsafe(body)
        return body

    def _id(self, request: Request) -> str:
        found: str = request.path_params.get("id", "")
        if found and not self._operation.by_name and not _ID.fullmatch(found):
            raise not_found()
        return found

    def _key(self, request: Request) -> str | None:
        if self._operation.key is Key.NONE:
            return None
        key = idempotency.checked_key(request.headers.getlist("idempotency-key"))
        if key is None and self._operation.key is Key.REQUIRED:
            raise ServerProblem(ProblemCode.IDEMPOTENCY_KEY_REQUIRED)
        return key

    def _if_match(self, request: Request) -> frozenset[int] | None:
        values = request.headers.getlist("if-match")
        value = ", ".join(values).strip()
        if not self._operation.if_match or not values or value == "*":
            return None
        found = [_ETAG.fullmatch(part) for part in value.split(",")]
        if not all(found):
            raise ServerProblem(ProblemCode.BAD_REQUEST, 'If-Match needs the ETag of an answer, such as "3".')
        tags = [match[1] for match in found if match]
        return frozenset(int(tag) if _VERSION.fullmatch(tag) else NO_VERSION for tag in tags)

    def _read(self, asked: Asked) -> Response:
        with self._services.database.read() as connection:
            answer = cast("Handler", self._handler)(make_call(asked, connection, self._services.clock.now()))
        return self._response(answer)

    async def _search(self, asked: Asked) -> Response:
        """A search may take long: it runs in a thread, and is dropped when the client has gone."""
        now = self._services.clock.now()
        handler = cast("Handler", self._handler)
        reading = asyncio.ensure_future(
            self._services.database.read_aside(
                lambda connection: self._response(handler(make_call(asked, connection, now)))
            )
        )
        gone = asyncio.ensure_future(_gone(asked.http))
        try:
            await asyncio.wait({reading, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                raise ServerProblem(ProblemCode.SERVER_BUSY, "The client has gone.")
            return reading.result()
        finally:
            reading.cancel()
            gone.cancel()

    async def _run(self, asked: Asked, *, aside: bool) -> Response:
        """In one transaction; one that may take long (`aside`) in a thread."""
        slot = self._slot(asked)
        database = self._services.database
        try:
            if aside:
                return await database.write_aside(lambda connection: self._done(asked, slot, connection))
            async with database.writing() as connection:
                return self._done(asked, slot, connection)
        except (ServerProblem, Refusal, UnavailableError) as error:
            if isinstance(error, ServerProblem) and error.leaves:
                async with database.writing() as connection:
                    error.leaves(connection)
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours is an answer too, kept under the key
            return await self._crashed(asked, slot, error)

    def _done(self, asked: Asked, slot: idempotency.Slot | None, connection: Connection) -> Response:
        """Replay it, or do it and keep the answer."""
        asked = replace(asked, principal=renewed(asked.principal, self._operation, self._services, connection))
        call = make_call(asked, connection, self._services.clock.now())
        if slot and (stored := slot.claim(connection, self._services.clock.machine())):
            return replay(stored)
        with self._counted(call):
            answer = cast("Handler", self._handler)(call)
        call.record()
        response = self._response(answer)
        if slot:
            kept = answer.kept if isinstance(answer, Reply) else None
            slot.store(connection, as_stored(self._response(kept) if kept else response))
        return response

    def _counted(self, call: Call) -> AbstractContextManager[None]:
        """What a command adds to the next renewal is counted against the monthly limit of an admin, or of a token."""
        bound = call.principal.role is Role.ADMIN or call.token is not None
        if self._operation.permission not in _ADDS or not bound:
            return nullcontext()
        return counted(call, self._services.catalogue, call.principal.account_id)

    async def _run_long(self, asked: Asked) -> Response:
        slot = self._slot(asked)
        if slot and (stored := await self._claimed(slot)):
            return replay(stored)
        if self._operation.method != "GET":
            await self._services.database.free()
        try:
            again = partial(renewed, asked.principal, self._operation, self._services)
            call = LongCall(asked=asked, slot=slot, status=self._operation.status, renew=again)
            answer = await cast("LongHandler", self._handler)(call)
            response = answer if isinstance(answer, Response) else self._response(answer)
        except (ServerProblem, Refusal) as error:
            return await self._refused(asked, slot, error if isinstance(error, ServerProblem) else refused(error))
        except FilesGoneError:
            raise
        except Exception as error:
            if not passing(error):
                return await self._crashed(asked, slot, error)
            await self._release(slot)
            raise
        await self._keep(slot, response)
        return response

    async def _claimed(self, slot: idempotency.Slot) -> idempotency.Stored | None:
        async with self._services.database.writing() as connection:
            self._services.unwritten.write(connection, slot)
            stored = slot.claim(connection, self._services.clock.machine())
        self._services.unwritten.written(slot)
        return stored

    async def _release(self, slot: idempotency.Slot | None) -> None:
        """Let the key be used again; where that can't be written now, it is remembered."""
        if slot is None:
            return
        try:
            async with self._services.database.writing() as connection:
                slot.give_up(connection)
        except UnavailableError as error:
            log.error("a key could not be released: %s", error.orig)
            self._services.unwritten.note(slot, None)

    async def _refused(self, asked: Asked, slot: idempotency.Slot | None, problem: ServerProblem) -> Response:
        response = render(problem, instance=asked.http.scope["path"], request_id=asked.request_id)
        if problem.ran:
            await self._keep(slot, response)
        else:
            await self._release(slot)
        return response

    async def _crashed(self, asked: Asked, slot: idempotency.Slot | None, error: Exception) -> Response:
        log.error("%s failed, request %s", self._operation.name, asked.request_id, exc_info=error)
        problem = ServerProblem(ProblemCode.INTERNAL_ERROR, "Internal server error. What you asked for was not done.")
        response = render(problem, instance=asked.http.scope["path"], request_id=asked.request_id)
        await self._keep(slot, response)
        return response

    async def _keep(self, slot: idempotency.Slot | None, response: Response) -> None:
        """Keep an answer under its key, in a transaction of its own (an answer kept already stays as it is).

        What was done stays done when this can't be written: the answer is given all the same, remembered, and written
        when its key comes again. (A deed keeps its answer itself, in its own transaction: `LongCall.finish`.)
        """
        if slot is None:
            return
        try:
            async with self._services.database.writing() as connection:
                try:
                    kept = slot.claim(connection, self._services.clock.machine())
                except ServerProblem:
                    kept = None
                if kept is None:
                    slot.store(connection, as_stored(response))
        except UnavailableError as error:
            log.error("an answer could not be kept: %s", error.orig)
            self._services.unwritten.note(slot, as_stored(response))

    def _slot(self, asked: Asked) -> idempotency.Slot | None:
        if asked.idempotency_key is None:
            return None
        payload = b"" if asked.body is None else asked.body.model_dump_json(exclude_unset=True).encode()
        if asked.upload is not None:
            payload = asked.upload.digest
        if asked.if_match is not None:
            payload += repr(sorted(asked.if_match)).encode()
        money = self._operation.key is Key.REQUIRED
        return idempotency.Slot(
            organisation_id=asked.principal.organisation_id,
            account_id=asked.principal.account_id,
            method=self._operation.method,
            path=asked.http.scope["path"],
            key=asked.idempotency_key,
            fingerprint=idempotency.fingerprint(payload),
            kept=idempotency.KEPT_FOR_MONEY if money else idempotency.KEPT,
        )

    def _response(self, answer: BaseModel | Reply) -> Response:
        reply = answer if isinstance(answer, Reply) else Reply(answer)
        headers = dict(reply.headers)
        version = getattr(reply.answer, "version", None) if "version" in type(reply.answer).model_fields else None
        if version is not None:
            headers.setdefault("ETag", f'"{version}"')
        return Response(
            _json(reply.answer),
            status_code=reply.status or self._operation.status,
            headers=headers,
            media_type="application/json",
        )


class Resource:
    """All operations of one path; answers 405 with what the path does take."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = dict(endpoints)
        if "GET" in self._endpoints:
            self._endpoints["HEAD"] = self._endpoints["GET"]

    async def __call__(self, request: Request) -> Response:
        """Pass the request on to its method's endpoint."""
        endpoint = self._endpoints.get(request.method)
        if endpoint is None:
            allowed = ", ".join(sorted(self._endpoints))
            problem = ServerProblem(
                ProblemCode.METHOD_NOT_ALLOWED, f"This address takes {allowed}.", headers={"Allow": allowed}
            )
            return render(problem, instance=request.scope["path"], request_id=request_id(request))
        return await endpoint(request)


def _files_gone(error: FilesGoneError) -> ServerProblem:
    """A refusal of what was not begun; a failure that leaves open whether it was done, of what was."""
    said = "The database's files were removed or replaced, and the server takes no changes until it is started again."
    if error.begun:
        said += " Whether this one was done is known then."
    code = ProblemCode.INTERNAL_ERROR if error.begun else ProblemCode.SERVER_BUSY
    return ServerProblem(code, f"{said} Send the same command with the same key then.")


def _json(answer: BaseModel) -> str:
    """An answer as text; a long list in it item by item, since nobody else gets on while one is written as a whole."""
    long = {name: value for name, value in answer if isinstance(value, tuple) and len(value) > LONG_LIST}
    if not long or not all(isinstance(each, BaseModel) for value in long.values() for each in value):
        return answer.model_dump_json()
    rest = answer.model_dump_json(exclude=set(long))
    lists = [f'"{name}":[{",".join(each.model_dump_json() for each in value)}]' for name, value in long.items()]
    return f"{rest[:-1]}{',' if len(rest) > len('{}') else ''}{','.join(lists)}}}"


def _is_search(query: Query | None) -> bool:
    """Whether what is asked for may have to be looked for among very many rows."""
    return any(getattr(query, name, None) for name in _SEARCHING)


async def _gone(request: Request) -> None:
    """Wait until the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def request_id(request: Request) -> str:
    """The id the envelope gave the request."""
    found: str = request.scope.get("headcount.request_id", "")
    return found


def as_stored(response: Response) -> idempotency.Stored:
    """A response as it is kept under its key."""
    kept = {
        name: response.headers[name] for name in ("etag", "content-type", "retry-after") if name in response.headers
    }
    return idempotency.Stored(response.status_code, kept, bytes(response.body))


def replay(stored: idempotency.Stored) -> Response:
    """The same answer again, marked as such."""
    headers = {**stored.headers, REPLAYED: "true"}
    media = headers.pop("content-type", MEDIA_TYPE if stored.status >= HTTPStatus.BAD_REQUEST else "application/json")
    return Response(stored.body, status_code=stored.status, headers=headers, media_type=media)
