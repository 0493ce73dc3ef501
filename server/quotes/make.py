"""Making a quote: the preview is the commit path without the commit (D6)."""

import datetime as dt
from collections.abc import Sequence

from contract.problems import ProblemCode
from contract.quotes import MAX_PAYEES, AffectedUsers, Change, Quote, QuoteStatus, QuoteWarning, WarningCode
from server.domain.errors import Refusal
from server.domain.periods import local_date
from server.domain.plan_transitions import by_contract
from server.domain.pricing import Payee, PricedChange, price_change
from server.domain.renewal import forecast, next_price
from server.domain.subscription_state import Standing
from server.limits.spending import allowance_of, check_of
from server.platform.ids import new_id
from server.platform.services import Services
from server.platform.transaction import Unit
from server.quotes.price_snapshot import basis_of
from server.store import invoices, quotes, subscriptions, users
from server.store.quotes import StoredQuote
from server.subscription.reading import standing_of

VALID_FOR = dt.timedelta(minutes=15)
MAX_NAMES = 20


def make(unit: Unit, services: Services, change: Change, account_id: str) -> StoredQuote:
    """Price a change as the subscription stands now, and keep the promise for fifteen minutes.

    Raises:
        Refusal: the change can't be had.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    by_contract(standing_of(row, services.catalogue), services.catalogue.market(row.currency))
    payees = payees_of(unit, change)
    priced = price(unit, services, change, payees, local_date(unit.now, row.time_zone))
    stored = StoredQuote(
        quote=_quote(unit, services, change, priced, payees, account_id=account_id),
        basis=basis_of(row, services.catalogue, payees),
        organisation_id=unit.organisation_id,
        subscription_id=unit.subscription_id,
    )
    quotes.add(unit.connection, stored, account_id=account_id)
    return stored


def price(unit: Unit, services: Services, change: Change, payees: Sequence[Payee], today: dt.date) -> PricedChange:
    """What a change costs on a day, for the subscription as it is.

    Raises:
        Refusal: the change can't be had.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    credits_something = change.plan is not None or change.billing_cycle is not None
    paid_by = invoices.of_period(unit.connection, row) if credits_something else ()
    standing = standing_of(row, services.catalogue, paid_by)
    return price_change(standing, change, today, services.catalogue.market(row.currency), payees)


def payees_of(unit: Unit, change: Change) -> list[Payee]:
    """The users a change pays for: those named, or those who wait longest.

    Raises:
        Refusal: somebody who is named is active, or not on the list.
    """
    if change.pay_users is None:
        return []
    if change.pay_users == "all":
        waiting = users.waiting(unit.connection, unit.subscription_id, MAX_PAYEES)
        return [Payee(each.id, each.name) for each in waiting]
    wanted = list(dict.fromkeys(change.pay_users))
    found = users.still_waiting(unit.connection, unit.subscription_id, wanted)
    if len(found) < len(wanted):
        missing = sorted(set(wanted) - {each.id for each in found})
        detail = f"{len(missing)} of these users can't be paid for: they are already active, or no longer listed"
        raise Refusal(ProblemCode.USER_NOT_UNPAID, detail, users=missing)
    return [Payee(each.id, each.name) for each in found]


def still_payees(unit: Unit, change: Change) -> list[Payee]:
    """Those of the users named in a change who still wait."""
    named = change.pay_users if isinstance(change.pay_users, tuple) else ()
    found = users.still_waiting(unit.connection, unit.subscription_id, list(dict.fromkeys(named)))
    return [Payee(each.id, each.name) for each in found]


def _quote(
    unit: Unit, services: Services, change: Change, priced: PricedChange, payees: Sequence[Payee], *, account_id: str
) -> Quote:
    row = subscriptions.get(unit.connection, unit.subscription_id)
    allowance = allowance_of(unit, account_id, row, admins_alone=True)
    sides = priced.before, priced.after
    spending = allowance and check_of(allowance, services.catalogue, *sides, priced.charge.due.amount)
    quote = quote_of(priced, change, services, unit.now, activates=_activated(unit, priced, payees))
    return quote.model_copy(update={"subscription_version": row.version, "spending": spending})


def quote_of(
    priced: PricedChange, change: Change, services: Services, now: dt.datetime, *, activates: AffectedUsers
) -> Quote:
    """A priced change as a promise for the next fifteen minutes, of the first version of a subscription."""
    charge, before, after = priced.charge, priced.before, priced.after
    market = services.catalogue.market(before.currency)
    return Quote(
        id=new_id("quo"),
        status=QuoteStatus.OPEN,
        change=change,
        created_at=now,
        expires_at=now + VALID_FOR,
        subscription_version=1,
        before=before.terms,
        after=after.terms,
        seats_before=before.seats.paid,
        seats_after=_seats_after(change, after),
        effective=priced.effective,
        lines=charge.lines,
        net=charge.net,
        tax_rate=services.catalogue.tax_rate,
        tax=charge.tax,
        total=charge.total,
        credit_applied=charge.credit_applied,
        due_now=charge.due,
        renewal=forecast(after, market),
        price_change=next_price(after),
        renewal_before=forecast(before, market),
        activates=activates,
        warnings=(*priced.warnings, *_of_gateway(services, priced)),
        owed=priced.owed,
    )


def _seats_after(change: Change, after: Standing) -> int:
    scheduled = after.seats.scheduled
    return scheduled if scheduled is not None and scheduled == change.seats else after.seats.paid


def _activated(unit: Unit, priced: PricedChange, payees: Sequence[Payee]) -> AffectedUsers:
    number = priced.activates
    if payees:
        return AffectedUsers(count=number, names=tuple(payee.name for payee in payees[:MAX_NAMES]))
    names = users.names_waiting(unit.connection, unit.subscription_id, min(MAX_NAMES, number))
    return AffectedUsers(count=number, names=tuple(names))


def _of_gateway(services: Services, priced: PricedChange) -> tuple[QuoteWarning, ...]:
    if services.gateway.moves_money or not priced.charge.due.amount:
        return ()
    return (QuoteWarning(code=WarningCode.SANDBOX, detail="This is a sandbox: no money moves."),)
