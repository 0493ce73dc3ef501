"""Quotes as they were promised, and what became of them."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from contract.quotes import Confirmation, Quote, QuoteStatus
from server.store.tables import quotes
from server.store.types import AnyRow


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """A quote with what it stands on and who confirms it. `confirmation` is there once it is made."""

    quote: Quote
    basis: dict[str, Any]
    organisation_id: str
    subscription_id: str
    confirm_key: str | None = None
    confirmed_by: str | None = None
    payment_id: str | None = None
    confirmation: Confirmation | None = None


def add(connection: Connection, stored: StoredQuote, *, account_id: str) -> None:
    """Keep a quote that was just made."""
    quote = stored.quote
    body = {"quote": quote.model_dump(mode="json"), "basis": stored.basis}
    connection.execute(
        insert(quotes).values(
            id=quote.id,
            organisation_id=stored.organisation_id,
            subscription_id=stored.subscription_id,
            account_id=account_id,
            status=quote.status.value,
            subscription_version=quote.subscription_version,
            due_now=quote.due_now.amount,
            currency=quote.due_now.currency,
            body=json.dumps(body),
            created_at=quote.created_at,
            expires_at=quote.expires_at,
        )
    )


def find(connection: Connection, organisation_id: str, quote_id: str) -> StoredQuote | None:
    """One quote of an organisation."""
    query = select(quotes).where(quotes.c.id == quote_id, quotes.c.organisation_id == organisation_id)
    row = connection.execute(query).first()
    return _stored(row) if row else None


def of_payment(connection: Connection, payment_id: str) -> StoredQuote | None:
    """The quote that is being confirmed with this payment; None for a payment that renews."""
    row = connection.execute(select(quotes).where(quotes.c.payment_id == payment_id)).first()
    return _stored(row) if row else None


def confirming(
    connection: Connection, quote_id: str, *, account_id: str, key: str | None, payment_id: str | None
) -> None:
    """Note who confirms it with which key, and by which payment."""
    values = {"confirm_key": key, "confirmed_by": account_id, "payment_id": payment_id}
    _set(connection, quote_id, status=QuoteStatus.CONFIRMING.value, **values)


def reopened(connection: Connection, quote_id: str) -> None:
    """The payment was refused: it may be confirmed again, with a new key."""
    _set(connection, quote_id, status=QuoteStatus.OPEN.value, confirm_key=None, confirmed_by=None)


def confirmed(connection: Connection, confirmation: Confirmation, now: dt.datetime) -> None:
    """Keep what confirming it did."""
    _set(
        connection,
        confirmation.quote_id,
        status=QuoteStatus.CONFIRMED.value,
        confirmed_at=now,
        confirmation=confirmation.model_dump_json(),
        invoice_id=confirmation.invoice.id if confirmation.invoice else None,
    )


def _set(connection: Connection, quote_id: str, **values: Any) -> None:
    connection.execute(update(quotes).where(quotes.c.id == quote_id).values(**values))


def _stored(row: AnyRow) -> StoredQuote:
    body = json.loads(row.body)
    quote = Quote.model_validate_json(json.dumps(body["quote"] | {"status": row.status}))
    return StoredQuote(
        quote=quote,
        basis=body["basis"],
        organisation_id=row.organisation_id,
        subscription_id=row.subscription_id,
        confirm_key=row.confirm_key,
        confirmed_by=row.confirmed_by,
        payment_id=row.payment_id,
        confirmation=Confirmation.model_validate_json(row.confirmation) if row.confirmation else None,
    )
