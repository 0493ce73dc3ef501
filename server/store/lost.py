"""What an anchor says was acknowledged, against what a database has (D29)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from server.platform.text import made_safe
from server.store.anchor import Head, Reading
from server.store.tables import events, organisations

SHOWN = 5
"""Losses that one refusal names; `verify` names them all."""

ACCEPT = "headcount server verify --accept-loss"


class Loss(NamedTuple):
    """Events of one organisation that were acknowledged and are gone, or are not those that were acknowledged.

    `first` is the number after the last event that is left, `left_at` when that one happened.
    """

    organisation_id: str
    name: str
    first: int
    last: int
    left_at: dt.datetime | None
    last_at: dt.datetime
    replaced: bool = False

    def sentence(self) -> str:
        """What is gone, in one line."""
        who = f"organisation {self.organisation_id}" + (f" ({made_safe(self.name)})" if self.name else "")
        if self.replaced:
            return (
                f"{who}: event {self.last} is not the one that was acknowledged at {_when(self.last_at)}: "
                "this is another history"
            )
        which = f"event {self.last} was" if self.first == self.last else f"events {self.first} to {self.last} were"
        gone = "is" if self.first == self.last else "are"
        return f"{who}: {which} acknowledged, the newest at {_when(self.last_at)}, and {gone} gone; {self._rest()}"

    def _rest(self) -> str:
        if self.left_at is None:
            return "nothing is left"
        return f"the last one that is left is event {self.first - 1} of {_when(self.left_at)}"


class Compared(NamedTuple):
    """`lost` is what the database misses; `ahead` says how many organisations went on since the anchor was written."""

    lost: list[Loss]
    ahead: int
    foreign: bool
    """None of the anchor's organisations is in the database."""


def compare(connection: Connection, anchor: Reading) -> Compared:
    """Hold an anchor against what a transaction sees: two look-ups for each organisation of the anchor.

    The anchor has to be read before the transaction begins: then whatever it says was committed before.
    """
    lost: list[Loss] = []
    found = ahead = 0
    for head in anchor.heads.values():
        row = connection.execute(_ORGANISATION, {"organisation": head.organisation_id}).first()
        found += row is not None
        if row is not None and row.event_seq > head.seq:
            ahead += 1
        if loss := _lost(connection, head, row.name if row else "", row.event_seq if row else 0):
            lost.append(loss)
    return Compared(lost, ahead + _unknown(connection, anchor), foreign=bool(anchor.heads) and not found)


_ORGANISATION = select(organisations.c.name, organisations.c.event_seq).where(
    organisations.c.id == bindparam("organisation")
)
_EVENT = select(events.c.hash, events.c.created_at).where(
    events.c.organisation_id == bindparam("organisation"), events.c.seq == bindparam("number")
)


def _lost(connection: Connection, head: Head, name: str, seq: int) -> Loss | None:
    last = connection.execute(_EVENT, {"organisation": head.organisation_id, "number": min(seq, head.seq)}).first()
    if seq >= head.seq and last is not None and last.hash == head.hash:
        return None
    left_at = last.created_at if last is not None else None
    replaced = seq >= head.seq
    first = head.seq if replaced else seq + 1
    return Loss(head.organisation_id, name, first, head.seq, left_at, head.at, replaced)


def _unknown(connection: Connection, anchor: Reading) -> int:
    """How many organisations have events that the anchor knows nothing of."""
    rows = connection.execute(select(organisations.c.id).where(organisations.c.event_seq > 0))
    return sum(row.id not in anchor.heads for row in rows)


def sentences(lost: Iterable[Loss], shown: int = SHOWN) -> str:
    """The first few, and how many more there are."""
    named = [loss.sentence() for loss in lost]
    more = f"; and {len(named) - shown} more organisations" if len(named) > shown else ""
    return "; ".join(named[:shown]) + more


def _when(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def heads(connection: Connection) -> Iterator[tuple[str, int, str]]:
    """Organisation, number and hash of each newest event."""
    query = select(organisations.c.id, organisations.c.event_seq, organisations.c.event_hash)
    for row in connection.execute(query.where(organisations.c.event_seq > 0)):
        yield row.id, row.event_seq, row.event_hash
