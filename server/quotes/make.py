"""Making a quote: the preview is the commit path without the commit (D6)."""

import datetime as dt

from contract.quotes import AffectedUsers, Change, Quote, QuoteStatus, QuoteWarning, WarningCode
from server.domain.periods import local_date
from server.domain.pricing import PricedChange, price_seats
from server.ids import new_id
from server.quotes.basis import basis_of
from server.services import Services
from server.store import quotes, subscriptions, users
from server.store.quotes import StoredQuote
from server.store.types import AnyRow
from server.subscription.reading import facts_of
from server.unit import Unit

VALID_FOR = dt.timedelta(minutes=15)
MAX_NAMES = 20


def make(unit: Unit, services: Services, change: Change, account_id: str) -> StoredQuote:
    """Price a change as the subscription stands now, and keep the promise for fifteen minutes.

    Raises:
        Refusal: the change can't be had.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    priced = price_seats(facts_of(row, services.catalogue), change.seats, local_date(unit.now, row.time_zone))
    stored = StoredQuote(
        quote=_quote(unit, services, change, row, priced),
        basis=basis_of(row, services.catalogue),
        effect=priced.effect,
        organisation_id=unit.organisation_id,
        subscription_id=unit.subscription_id,
    )
    quotes.add(unit.connection, stored, account_id=account_id)
    return stored


def _quote(unit: Unit, services: Services, change: Change, row: AnyRow, priced: PricedChange) -> Quote:
    charge = priced.charge
    names = users.names_waiting(unit.connection, unit.subscription_id, min(MAX_NAMES, priced.activates))
    return Quote(
        id=new_id("quo"),
        status=QuoteStatus.OPEN,
        change=change,
        created_at=unit.now,
        expires_at=unit.now + VALID_FOR,
        subscription_version=row.version,
        seats_before=priced.before.paid,
        seats_after=priced.wanted,
        effective=priced.effective,
        lines=charge.lines,
        net=charge.net,
        tax_rate=services.catalogue.tax_rate,
        tax=charge.tax,
        due_now=charge.total,
        renewal=priced.renewal,
        activates=AffectedUsers(count=priced.activates, names=tuple(names)),
        warnings=(*priced.warnings, *_of_gateway(services, priced)),
    )


def _of_gateway(services: Services, priced: PricedChange) -> tuple[QuoteWarning, ...]:
    if services.gateway.moves_money or not priced.charge.total.amount:
        return ()
    return (QuoteWarning(code=WarningCode.SANDBOX, detail="This is a sandbox: no money moves."),)
