"""Payments: attempts to collect an amount, each known to the gateway by one key for good."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, insert, literal_column, or_, select, update

from contract.billing import Payment, PaymentStatus
from contract.money import Money
from server.store.tables import payments, subscriptions
from server.store.types import AnyRow

ASK_AGAIN = dt.timedelta(minutes=1)
"""How long after an answer that did not come a payment is due to be asked about again."""


_OUTBOX = payments.c.status == literal_column("'asked'")
"""Written out, so that the index over the outbox alone is taken."""


def insert_asked(
    connection: Connection,
    payment_id: str,
    *,
    organisation_id: str,
    account_id: str | None,
    amount: Money,
    gateway: str,
    now: dt.datetime,
    invoice_id: str | None = None,
    token_id: str | None = None,
) -> None:
    """Put a payment into the outbox, in the transaction that needs it. Its id is its key at the gateway."""
    connection.execute(
        insert(payments).values(
            id=payment_id,
            organisation_id=organisation_id,
            invoice_id=invoice_id,
            account_id=account_id,
            amount=amount.amount,
            currency=amount.currency,
            status=PaymentStatus.ASKED.value,
            gateway=gateway,
            gateway_key=payment_id,
            created_at=now,
            ask_at=now + ASK_AGAIN,
            token_id=token_id,
        )
    )


def settle(
    connection: Connection, payment_id: str, *, accepted: bool, reason: str, invoice_id: str | None, now: dt.datetime
) -> bool:
    """Note how a payment ended; False when it had ended before, and then nothing is changed."""
    status = PaymentStatus.SUCCEEDED if accepted else PaymentStatus.DECLINED
    done = connection.execute(
        update(payments)
        .where(payments.c.id == payment_id, payments.c.status == PaymentStatus.ASKED.value)
        .values(status=status.value, reason=reason, invoice_id=invoice_id, settled_at=now, ask_at=None)
    )
    return done.rowcount == 1


def pend(connection: Connection, subscription_id: str, payment_id: str | None) -> None:
    """Keep a subscription for one payment until its outcome is known, or let it go; its version stays."""
    query = update(subscriptions).where(subscriptions.c.id == subscription_id)
    connection.execute(query.values(pending_payment_id=payment_id))


def find(connection: Connection, payment_id: str) -> AnyRow:
    """One payment; it must exist."""
    return connection.execute(select(payments).where(payments.c.id == payment_id)).one()


def asked(connection: Connection) -> Sequence[AnyRow]:
    """The outbox: every payment whose outcome is not known, the one that is due first to be asked about first."""
    return connection.execute(select(payments).where(_OUTBOX).order_by(payments.c.ask_at, payments.c.id)).all()


def due(connection: Connection, gateway: str, now: dt.datetime) -> Sequence[AnyRow]:
    """`id` and `at` of the subscriptions with a payment in the outbox that this gateway is to be asked about again."""
    query = (
        select(subscriptions.c.id, payments.c.ask_at.label("at"))
        .join(subscriptions, subscriptions.c.organisation_id == payments.c.organisation_id)
        .where(_OUTBOX, payments.c.ask_at <= now, payments.c.gateway == gateway)
    )
    return connection.execute(query).all()


def put_off(connection: Connection, payment_id: str, now: dt.datetime) -> None:
    """Nobody answered: ask again later."""
    query = update(payments).where(payments.c.id == payment_id, payments.c.status == PaymentStatus.ASKED.value)
    connection.execute(query.values(ask_at=now + ASK_AGAIN))


def of_key(connection: Connection, key: str) -> AnyRow | None:
    """The payment a gateway knows by this key."""
    return connection.execute(select(payments).where(payments.c.gateway_key == key)).first()


def of_invoices(connection: Connection, invoice_ids: Sequence[str]) -> dict[str, tuple[Payment, ...]]:
    """The payments of these invoices, oldest first."""
    found: dict[str, list[Payment]] = {invoice_id: [] for invoice_id in invoice_ids}
    query = select(payments).where(payments.c.invoice_id.in_(invoice_ids)).order_by(payments.c.created_at)
    for row in connection.execute(query):
        found[row.invoice_id].append(as_payment(row))
    return {invoice_id: tuple(each) for invoice_id, each in found.items()}


def page(
    connection: Connection,
    organisation_id: str,
    *,
    limit: int,
    after: tuple[dt.datetime, str] | None = None,
    offset: int = 0,
) -> Sequence[AnyRow]:
    """Rows of payments, newest first, continuing after the one that was asked then and has that id."""
    query = select(payments).where(payments.c.organisation_id == organisation_id)
    if after is not None:
        at, payment_id = after
        query = query.where(
            or_(payments.c.created_at < at, and_(payments.c.created_at == at, payments.c.id < payment_id))
        )
    query = query.order_by(payments.c.created_at.desc(), payments.c.id.desc())
    return connection.execute(query.limit(limit).offset(offset)).all()


def count(connection: Connection, organisation_id: str) -> int:
    """How many payments an organisation has asked for."""
    query = select(func.count()).select_from(payments).where(payments.c.organisation_id == organisation_id)
    return int(connection.execute(query).scalar_one())


def spent(
    connection: Connection, organisation_id: str, account_id: str, since: dt.datetime, token_id: str | None = None
) -> int:
    """What an account has paid or is paying since a moment, in minor units of its organisation's currency.

    Of one of its tokens alone, where one is named.
    """
    query = select(func.coalesce(func.sum(payments.c.amount), 0)).where(
        payments.c.organisation_id == organisation_id,
        payments.c.account_id == account_id,
        payments.c.status != PaymentStatus.DECLINED.value,
        payments.c.created_at >= since,
    )
    if token_id is not None:
        query = query.where(payments.c.token_id == token_id)
    return int(connection.execute(query).scalar_one())


def as_payment(row: AnyRow) -> Payment:
    """A row as it travels."""
    return Payment(
        id=row.id,
        amount=Money(amount=row.amount, currency=row.currency),
        status=PaymentStatus(row.status),
        gateway=row.gateway,
        created_at=row.created_at,
        settled_at=row.settled_at,
        reason=row.reason,
        invoice_id=row.invoice_id,
    )
