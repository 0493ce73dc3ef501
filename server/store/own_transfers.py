"""Requests as the account sees them: organisations' offers to its address, and what it asked for itself.

An ask that found no organisation has no row in `transfers`; nothing that is read here tells the two apart (D25).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    case,
    func,
    insert,
    literal,
    null,
    select,
    tuple_,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.sql.expression import CompoundSelect

from contract.transfers import TransferState
from server.store.tables import accounts, asks, organisations, subscriptions, transfers
from server.store.types import AnyRow, Moment

T, A = transfers.c, asks.c


class Whose(NamedTuple):
    """An account, its address as it is compared, and the moment it asks: a request is over by the clock."""

    account_id: str
    email_key: str
    now: dt.datetime


_PENDING, _EXPIRED, _CANCELLED = (
    state.value for state in (TransferState.PENDING, TransferState.EXPIRED, TransferState.CANCELLED)
)


def _by_the_clock(state: ColumnElement[str], expires_at: ColumnElement[Any], now: dt.datetime) -> ColumnElement[str]:
    return case(((state == _PENDING) & (expires_at <= now), _EXPIRED), else_=state)


def _decided(decided_at: ColumnElement[Any], expires_at: ColumnElement[Any], now: dt.datetime) -> ColumnElement[Any]:
    over = case((expires_at <= now, expires_at), else_=null())
    return type_coerce(func.coalesce(decided_at, over), Moment)


def _offers(whose: Whose) -> Select[Any]:
    """Requests to or from this address that no ask has written."""
    asked = select(A.id).where(A.id == T.id).exists()
    return (
        select(
            T.id,
            case((T.direction == "outgoing", "offer"), else_="ask").label("way"),
            _by_the_clock(T.state, T.expires_at, whose.now).label("state"),
            organisations.c.name.label("organisation"),
            T.message,
            T.reason,
            T.created_at,
            T.expires_at,
            _decided(T.decided_at, T.expires_at, whose.now).label("decided_at"),
            T.version,
            T.organisation_id,
            T.subscription_id,
        )
        .join(organisations, organisations.c.id == T.organisation_id)
        .where(T.email_key == whose.email_key, ~asked)
    )


def _asks(whose: Whose) -> Select[Any]:
    """What this account asked for, as it wrote it, with what became of it."""
    unfound = case((A.cancelled_at.is_not(None), _CANCELLED), else_=_PENDING)
    state = _by_the_clock(func.coalesce(T.state, unfound), A.expires_at, whose.now)
    return (
        select(
            A.id,
            literal("ask").label("way"),
            state.label("state"),
            A.asked.label("organisation"),
            A.message,
            func.coalesce(T.reason, "").label("reason"),
            A.created_at,
            A.expires_at,
            _decided(func.coalesce(T.decided_at, A.cancelled_at), A.expires_at, whose.now).label("decided_at"),
            case((state == _PENDING, 1), else_=2).label("version"),
            T.organisation_id,
            T.subscription_id,
        )
        .select_from(asks)
        .outerjoin(transfers, T.id == A.id)
        .where(A.account_id == whose.account_id)
    )


def _both(whose: Whose) -> CompoundSelect[Any]:
    return union_all(_offers(whose), _asks(whose))


def one(connection: Connection, whose: Whose, transfer_id: str) -> AnyRow | None:
    """One request of this account's; `subscription_id` is None for an ask that found nobody."""
    found = union_all(_offers(whose).where(T.id == transfer_id), _asks(whose).where(A.id == transfer_id))
    return connection.execute(found).first()


def many(connection: Connection, whose: Whose, transfer_ids: Sequence[str]) -> dict[str, AnyRow]:
    """Those of these requests that are this account's, by id."""
    if not transfer_ids:
        return {}
    found = union_all(_offers(whose).where(T.id.in_(transfer_ids)), _asks(whose).where(A.id.in_(transfer_ids)))
    return {row.id: row for row in connection.execute(found)}


def by_link(connection: Connection, whose: Whose, link_hash: bytes) -> AnyRow | None:
    """The request whose newest link this is, if it is this account's."""
    return connection.execute(_offers(whose).where(T.link_hash == link_hash)).first()


def page(
    connection: Connection, whose: Whose, limit: int, offset: int = 0, before: tuple[int, str] | None = None
) -> Sequence[AnyRow]:
    """The newest first; `before` is the moment (microseconds) and the id of the last one seen."""
    both = _both(whose).subquery()
    query = select(both).order_by(both.c.created_at.desc(), both.c.id.desc()).limit(limit).offset(offset)
    if before is not None:
        query = query.where(tuple_(type_coerce(both.c.created_at, BigInteger), both.c.id) < tuple_(*before))
    return connection.execute(query).all()


def total(connection: Connection, whose: Whose) -> int:
    """How many there are."""
    found: int = connection.execute(select(func.count()).select_from(_both(whose).subquery())).scalar_one()
    return found


def waiting(connection: Connection, whose: Whose, limit: int) -> Sequence[AnyRow]:
    """Those nobody has decided, the newest first."""
    both = _both(whose).subquery()
    query = select(both).where(both.c.state == _PENDING)
    return connection.execute(query.order_by(both.c.created_at.desc(), both.c.id.desc()).limit(limit)).all()


def pending_asks(connection: Connection, whose: Whose) -> dict[str, dt.datetime]:
    """When each request to join that still waits expires, by what was asked for."""
    state = func.coalesce(T.state, _PENDING)
    query = (
        select(A.asked_key, A.expires_at)
        .select_from(asks)
        .outerjoin(transfers, T.id == A.id)
        .where(A.account_id == whose.account_id, A.cancelled_at.is_(None), A.expires_at > whose.now, state == _PENDING)
    )
    return {row.asked_key: row.expires_at for row in connection.execute(query)}


def add_ask(connection: Connection, **values: Any) -> None:
    """A request to join as it was written."""
    connection.execute(insert(asks).values(**values))


def cancel_ask(connection: Connection, ask_id: str, now: dt.datetime) -> None:
    """It was taken back."""
    connection.execute(update(asks).where(A.id == ask_id).values(cancelled_at=now))


def adopt(connection: Connection, transfer_id: str, account_id: str) -> None:
    """An offer to an address that has an account by now is that account's."""
    connection.execute(update(transfers).where(T.id == transfer_id).values(account_id=account_id))


def owned_by(connection: Connection, email_key: str) -> AnyRow | None:
    """The oldest subscription that runs and whose main account has this address."""
    s = subscriptions.c
    query = select(subscriptions).join(accounts, accounts.c.id == s.owner_account_id)
    return connection.execute(
        query.where(accounts.c.email_key == email_key, s.status != "ended").order_by(s.created_at).limit(1)
    ).first()


def of_organisation(connection: Connection, name_key: str) -> AnyRow | None:
    """The subscription of the organisation with this name, if it runs."""
    s = subscriptions.c
    query = select(subscriptions).join(organisations, organisations.c.id == s.organisation_id)
    return connection.execute(query.where(organisations.c.name_key == name_key, s.status != "ended")).first()
