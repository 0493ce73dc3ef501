"""Organisations that are about to be started, and the payments asked for them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from contract.billing import PaymentStatus
from contract.money import Money
from contract.quotes import Quote, QuoteStatus
from server.store.payments import ASK_AGAIN
from server.store.tables import organisations, start_payments, starts, subscriptions
from server.store.types import AnyRow

S, P = starts.c, start_payments.c


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStart:
    """What is kept with its price: whose it is, and from which network it was asked for (empty: nobody knows)."""

    quote: Quote
    account_id: str
    name: str
    name_key: str
    time_zone: str
    network: str = ""


def add(connection: Connection, new: NewStart) -> None:
    """Keep a price that was just made."""
    connection.execute(
        insert(starts).values(
            id=new.quote.id,
            account_id=new.account_id,
            status=QuoteStatus.OPEN.value,
            name=new.name,
            name_key=new.name_key,
            time_zone=new.time_zone,
            quote=new.quote.model_dump_json(),
            network=new.network,
            created_at=new.quote.created_at,
            expires_at=new.quote.expires_at,
        )
    )


def find(connection: Connection, account_id: str, start_id: str) -> AnyRow | None:
    """One of an account's own."""
    return connection.execute(select(starts).where(S.id == start_id, S.account_id == account_id)).first()


def get(connection: Connection, start_id: str) -> AnyRow:
    """One that is there, for whoever settles its payment."""
    return connection.execute(select(starts).where(S.id == start_id)).one()


def quote_of(row: AnyRow) -> Quote:
    """What was promised."""
    return Quote.model_validate_json(row.quote)


def confirming(connection: Connection, start_id: str, *, key: str, token_id: str | None) -> None:
    """It is being confirmed by this request: until its payment is settled the name is kept for it."""
    _set(connection, start_id, status=QuoteStatus.CONFIRMING.value, confirm_key=key, token_id=token_id)


def reopened(connection: Connection, start_id: str) -> None:
    """The payment was refused: it may be confirmed again, and nobody keeps the name."""
    _set(connection, start_id, status=QuoteStatus.OPEN.value, confirm_key=None, token_id=None)


def started(connection: Connection, start_id: str, organisation_id: str, now: dt.datetime) -> None:
    """The organisation is there."""
    _set(
        connection,
        start_id,
        status=QuoteStatus.CONFIRMED.value,
        organisation_id=organisation_id,
        started_at=now,
    )


def _set(connection: Connection, start_id: str, **values: object) -> None:
    connection.execute(update(starts).where(S.id == start_id).values(**values))


def any_expired(connection: Connection, before: dt.datetime) -> bool:
    """Whether there are prices that ran out before a moment and that nobody tried to pay."""
    return connection.execute(select(S.id).where(*_expired(before)).limit(1)).first() is not None


def forget_expired(connection: Connection, before: dt.datetime) -> int:
    """Drop prices that ran out before a moment and that nobody tried to pay; answers how many."""
    return int(connection.execute(delete(starts).where(*_expired(before))).rowcount)


def _expired(before: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    tried = select(P.id).where(P.start_id == S.id)
    return S.status == QuoteStatus.OPEN.value, S.expires_at < before, ~tried.exists()


# Names and owners.


def is_taken(connection: Connection, name_key: str, but: str = "") -> bool:
    """Whether a name is an organisation's, or kept for one whose payment is in progress; `but` is one of these."""
    there = select(organisations.c.id).where(organisations.c.name_key == name_key)
    kept = select(S.id).where(S.name_key == name_key, S.status == QuoteStatus.CONFIRMING.value, S.id != but)
    return connection.execute(there).first() is not None or connection.execute(kept).first() is not None


def owned_by(connection: Connection, account_id: str) -> str | None:
    """The name of the organisation whose subscription an account owns, whatever became of that; the oldest."""
    query = (
        select(organisations.c.name)
        .join(subscriptions, subscriptions.c.organisation_id == organisations.c.id)
        .where(subscriptions.c.owner_account_id == account_id)
        .order_by(subscriptions.c.created_at)
    )
    found: str | None = connection.execute(query).scalars().first()
    return found


def confirming_of(connection: Connection, account_id: str) -> str | None:
    """The start of an account whose payment is in progress."""
    query = select(S.id).where(S.account_id == account_id, S.status == QuoteStatus.CONFIRMING.value)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


# Limits.


def asked_since(
    connection: Connection, since: dt.datetime, limit: int, *, account_id: str = "", network: str = ""
) -> list[dt.datetime]:
    """When prices were asked for after a moment, the newest first: by an account, or from a network."""
    whose = S.account_id == account_id if account_id else S.network == network
    return _moments(connection, S.created_at, whose, since, limit)


def started_since(connection: Connection, since: dt.datetime, limit: int, network: str) -> list[dt.datetime]:
    """When organisations were started from a network after a moment, the newest first."""
    return _moments(connection, S.started_at, S.network == network, since, limit)


def paid_since(connection: Connection, since: dt.datetime, limit: int, account_id: str) -> list[dt.datetime]:
    """When an account tried to pay for a start after a moment, the newest first."""
    mine = P.start_id.in_(select(S.id).where(S.account_id == account_id))
    return _moments(connection, P.created_at, mine, since, limit)


def _moments(
    connection: Connection,
    moment: ColumnElement[dt.datetime],
    whose: ColumnElement[bool],
    since: dt.datetime,
    limit: int,
) -> list[dt.datetime]:
    query = select(moment).where(whose, moment > since).order_by(moment.desc()).limit(limit)
    return list(connection.execute(query).scalars())


# Payments.


def ask(
    connection: Connection, payment_id: str, start_id: str, amount: Money, *, gateway: str, key: str, now: dt.datetime
) -> None:
    """Put a payment into the outbox; its id is its key at the gateway."""
    connection.execute(
        insert(start_payments).values(
            id=payment_id,
            start_id=start_id,
            amount=amount.amount,
            currency=amount.currency,
            status=PaymentStatus.ASKED.value,
            gateway=gateway,
            confirm_key=key,
            created_at=now,
            ask_at=now + ASK_AGAIN,
        )
    )


def payment(connection: Connection, payment_id: str) -> AnyRow | None:
    """One payment."""
    return connection.execute(select(start_payments).where(P.id == payment_id)).first()


def payment_of_key(connection: Connection, start_id: str, key: str) -> AnyRow | None:
    """The payment that a request with this key asked for."""
    query = select(start_payments).where(P.start_id == start_id, P.confirm_key == key).order_by(P.created_at.desc())
    return connection.execute(query).first()


def settle(connection: Connection, payment_id: str, *, accepted: bool, reason: str, now: dt.datetime) -> None:
    """Note how a payment ended."""
    status = PaymentStatus.SUCCEEDED if accepted else PaymentStatus.DECLINED
    change = update(start_payments).where(P.id == payment_id)
    connection.execute(change.values(status=status.value, reason=reason, settled_at=now, ask_at=None))


def put_off(connection: Connection, payment_id: str, now: dt.datetime) -> None:
    """Nobody answered: ask again later."""
    query = update(start_payments).where(P.id == payment_id, P.status == PaymentStatus.ASKED.value)
    connection.execute(query.values(ask_at=now + ASK_AGAIN))


def asked(connection: Connection) -> Sequence[AnyRow]:
    """The outbox: every payment whose outcome is not known, the one that is due first to be asked about first."""
    query = select(start_payments).where(P.status == PaymentStatus.ASKED.value).order_by(P.ask_at, P.id)
    return connection.execute(query).all()
