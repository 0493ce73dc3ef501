"""One transaction's worth of work in one organisation, with the events it leaves behind."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from contract.events import Actor, Event, EventKind, EventObject, EventRequest
from server.store import events
from server.store import outbound_mail as letters
from server.store.limits import TokenLimit, token_limit
from server.store.types import AnyRow, Connection

AT_ONCE = 1000
"""Events of very many that are made into rows at once."""

SERVER = Actor(label="the server")
"""Who acts when nobody asked: renewals, expiry."""


@dataclass(kw_only=True)
class Unit:
    """What a use case works with. `now` is one instant for the whole transaction; `actor` goes into the events.

    Events are kept back and chained together by `record`, which the binding calls before the commit. Work that no
    request asked for (renewals) makes a `Unit` itself and calls `record` at its end. `letters` go out after the commit.
    `token` is the one that answers for what this costs, where it has a limit of its own.
    """

    connection: Connection
    organisation_id: str
    subscription_id: str
    now: dt.datetime
    actor: Actor = SERVER
    request: EventRequest = field(default_factory=EventRequest)
    drafts: list[Event] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    token: TokenLimit | None = None

    def emit(self, kind: EventKind, subject: EventObject, previous: dict[str, Any] | None = None) -> None:
        """Note that something happened; `previous` holds the attributes that changed, as they were."""
        self.drafts.append(
            Event.model_construct(
                id="",
                type=kind,
                created_at=self.now,
                actor=self.actor,
                object=subject,
                previous=previous,
                request=self.request,
            )
        )

    def record(self) -> None:
        """Append what was noted to the organisation's chain, in this transaction."""
        drafts, self.drafts = self.drafts[::-1], []
        while drafts:
            some = drafts[: -AT_ONCE - 1 : -1]
            del drafts[-AT_ONCE:]
            key = self.request.idempotency_key
            events.append(self.connection, self.organisation_id, some, idempotency_key=key)
        if self.letters:
            letters.add(self.connection, self.letters)
            self.letters.clear()


def unit_for(connection: Connection, now: dt.datetime, row: AnyRow, request: EventRequest | None = None) -> Unit:
    """A transaction's worth of work that was asked for earlier, in the name of whoever asked: `row` says who."""
    return Unit(
        connection=connection,
        organisation_id=row.organisation_id,
        subscription_id=row.subscription_id,
        now=now,
        actor=Actor(account_id=row.account_id, label=row.actor),
        request=request or EventRequest(id=row.request_id, idempotency_key=row.idempotency_key),
        token=token_limit(connection, row.token_id),
    )
