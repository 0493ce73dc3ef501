"""What a handler is given, and what it answers."""

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from contract.base import Body, Query
from contract.events import Actor, EventRequest
from contract.people import Role
from contract.problems import ProblemCode
from server.http import idempotency
from server.http.problems import ServerProblem
from server.http.uploads import Upload
from server.platform.services import Services
from server.platform.transaction import Unit
from server.store.limits import TokenLimit
from server.store.types import Connection

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who asks: the token's account, its organisation and subscription, its role there.

    An account outside every organisation has empty ids for both, and the rights of a member.

    `spending_limit` is in minor units of the subscription's currency a month; None means there is none.
    `made_by` is the account that handed the token out; None for one that the person's own sign-in made.
    `token_limit` is the token's own monthly limit, in minor units. With `read_only` it changes nothing.
    `language` is the one they chose, if any.
    """

    token_id: str
    account_id: str
    organisation_id: str
    organisation_name: str
    subscription_id: str
    role: Role
    email: str
    first_name: str
    last_name: str
    position: str
    spending_limit: int | None
    currency: str
    made_by: str | None = None
    token_limit: int | None = None
    read_only: bool = False
    language: str = ""

    @property
    def label(self) -> str:
        """How events and lists name them."""
        return self.email


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One request, read and found in order. `id` is the one of the path, or empty.

    `if_match` holds the versions the client accepts; None when it does not care.
    """

    principal: Principal
    services: Services
    http: Request
    body: Body | None = None
    query: Query | None = None
    id: str = ""
    if_match: frozenset[int] | None = None
    request_id: str = ""
    idempotency_key: str | None = None
    upload: Upload | None = None


@dataclass(kw_only=True)
class Call(Unit):
    """One request inside its transaction."""

    asked: Asked

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return self.asked.principal

    @property
    def services(self) -> Services:
        """Settings, catalogue, clock, gateway."""
        return self.asked.services

    @property
    def id(self) -> str:
        """The id of the path."""
        return self.asked.id

    @property
    def body(self) -> Any:
        """The body as its model; None when it was optional and absent."""
        return self.asked.body

    @property
    def query(self) -> Any:
        """The query string as its model."""
        return self.asked.query

    def expect(self, version: int, current: BaseModel) -> None:
        """Check `If-Match` against a version.

        Raises:
            ServerProblem: `version_conflict` with the current state.
        """
        if self.asked.if_match is not None and version not in self.asked.if_match:
            raise ServerProblem(
                ProblemCode.VERSION_CONFLICT,
                f"You read an older version; the current one is {version} now.",
                current=current.model_dump(mode="json"),
            )


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status or headers of its own.

    `kept` is what its idempotency key remembers instead, of an answer that is told only once.
    """

    answer: BaseModel
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    kept: BaseModel | None = None


@dataclass(kw_only=True)
class LongCall:
    """A request whose handler waits for something (a gateway, events) and opens its transactions itself.

    `slot` is the claimed idempotency key, if one was given. `renew` looks again who asks, once, in the first
    transaction: what was begun by somebody who might is finished, whatever they may then.
    """

    asked: Asked
    slot: idempotency.Slot | None = None
    status: int = 200
    renew: Callable[[Connection], Principal] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Call]:
        """A short write transaction; events are recorded and everything is committed at its end."""
        async with self.asked.services.database.writing() as connection:
            call = self._call(connection)
            yield call
            call.record()

    async def aside(self, work: Callable[[Call], T]) -> T:
        """The same for what may take long: in a thread, while other requests are answered."""

        def whole(connection: Connection) -> T:
            call = self._call(connection)
            answer = work(call)
            call.record()
            return answer

        return await self.asked.services.database.write_aside(whole)

    def _call(self, connection: Connection) -> Call:
        if self.renew is not None:
            self.asked = replace(self.asked, principal=self.renew(connection))
            self.renew = None
        return make_call(self.asked, connection, self.asked.services.clock.now())

    def finish(self, call: Call, answer: BaseModel, status: int | None = None) -> None:
        """Keep the answer under the idempotency key, in the transaction that made the change."""
        if self.slot:
            body = answer.model_dump_json().encode()
            self.slot.store(call.connection, idempotency.Stored(status or self.status, {}, body))


Handler: TypeAlias = Callable[[Call], BaseModel | Reply]
"""An ordinary handler: runs inside one transaction and never waits."""

LongHandler: TypeAlias = Callable[[LongCall], Awaitable[BaseModel | Reply | Response]]
"""An asynchronous handler: between its transactions it may wait."""


QuickHandler: TypeAlias = Callable[[Services, Principal, str], BaseModel | None]
"""For a read that is asked very often: answers the usual case with one question to the database, without a transaction.

It gets who asks and the id of the path; None leaves the answer to the ordinary handler.
"""


def make_call(asked: Asked, connection: Any, now: dt.datetime) -> Call:
    """A request's call inside a transaction."""
    principal = asked.principal
    return Call(
        connection=connection,
        organisation_id=principal.organisation_id,
        subscription_id=principal.subscription_id,
        now=now,
        actor=Actor(account_id=principal.account_id, label=principal.label),
        request=EventRequest(id=asked.request_id, idempotency_key=asked.idempotency_key),
        asked=asked,
        token=None if principal.token_limit is None else TokenLimit(principal.token_id, principal.token_limit),
    )
