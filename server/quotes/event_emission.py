"""What a confirmed change leaves in the history: one event for each thing that is different now (D29)."""

from collections.abc import Iterator
from typing import Any

from contract.billing import Invoice
from contract.events import EventKind, EventObject
from contract.quotes import Quote, Terms
from contract.subscription import SubscriptionStatus
from server.platform.transaction import Unit

_OVER = {SubscriptionStatus.ENDED}
_OVERDUE = {SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED}


def tell(unit: Unit, quote: Quote, invoice: Invoice | None, *, paid_for: int) -> None:
    """Note every difference between the two sides of a quote that was confirmed."""
    told: dict[str, Any] = {
        "effective": quote.effective.isoformat(),
        "amount": str(quote.due_now),
        "quote_id": quote.id,
    }
    if invoice:
        told["invoice"] = invoice.number
    for kind, label, attributes, previous in _differences(quote, paid_for):
        subject = EventObject(type="subscription", id=unit.subscription_id, label=label, attributes=attributes | told)
        unit.emit(kind, subject, previous)


_Difference = tuple[EventKind, str, dict[str, Any], dict[str, Any]]


def _differences(quote: Quote, paid_for: int) -> Iterator[_Difference]:
    before, after = quote.before, quote.after
    if quote.change.start is not None or before.unit_price is None:
        yield EventKind.SUBSCRIPTION_STARTED, after.plan_name, _terms(after), {"plan": before.plan}
        return
    if before.status in _OVERDUE and after.status is SubscriptionStatus.ACTIVE:
        label = f"{after.seats} seats until {after.period_end}"
        yield EventKind.SUBSCRIPTION_RECOVERED, label, _terms(after), {"status": before.status.value}
        return
    if after.status in _OVER and before.status not in _OVER:
        yield EventKind.SUBSCRIPTION_ENDED, f"cancelled on {quote.effective}", {}, {"status": before.status.value}
        return
    yield from _terms_changed(before, after)
    yield from _seats_changed(quote, paid_for)


def _terms_changed(before: Terms, after: Terms) -> Iterator[_Difference]:
    if before.ends != after.ends:
        kind = EventKind.SUBSCRIPTION_CANCELLED if after.ends else EventKind.SUBSCRIPTION_RESUMED
        yield kind, f"{after.plan_name} until {after.period_end}", {}, {"ends": before.ends}
    if before.plan != after.plan:
        attributes = {"from": before.plan_name, "to": after.plan_name, **_terms(after)}
        yield EventKind.PLAN_CHANGED, f"{before.plan_name} → {after.plan_name}", attributes, {"plan": before.plan}
    if before.billing_cycle != after.billing_cycle:
        sides = {"from": before.billing_cycle.value, "to": after.billing_cycle.value}
        label = f"{sides['from']} → {sides['to']}"
        yield EventKind.CYCLE_CHANGED, label, {**sides, **_terms(after)}, {"billing_cycle": sides["from"]}


def _seats_changed(quote: Quote, paid_for: int) -> Iterator[_Difference]:
    before, after = quote.before, quote.after
    if paid_for:
        label = f"{paid_for} users" if paid_for > 1 else (quote.activates.names or ("1 user",))[0]
        attributes = {"count": paid_for, "names": list(quote.activates.names), "from": before.seats, "to": after.seats}
        yield EventKind.USERS_PAID, label, attributes, {"seats": before.seats}
        return
    if before.seats != after.seats:
        kind, sides = EventKind.SEATS_ADDED, (before.seats, after.seats)
        yield kind, f"{before.seats} → {after.seats} seats", _sides(*sides), {"seats": before.seats}
    if after.scheduled_seats not in {before.scheduled_seats, None}:
        label = f"{after.seats} → {after.scheduled_seats} seats"
        sides_then = _sides(after.seats, after.scheduled_seats or 0)
        yield EventKind.SEATS_REDUCTION_SCHEDULED, label, sides_then, {"seats": after.seats}
    elif before.scheduled_seats is not None and after.scheduled_seats is None and before.seats == after.seats:
        label = f"{before.scheduled_seats} → {after.seats} seats"
        yield (
            EventKind.SEATS_REDUCTION_CANCELLED,
            label,
            _sides(before.scheduled_seats, after.seats),
            {"seats": before.scheduled_seats},
        )


def _sides(before: int, after: int) -> dict[str, Any]:
    return {"from": before, "to": after}


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "plan": terms.plan,
        "billing_cycle": terms.billing_cycle.value,
        "seats": terms.seats,
        "period_start": terms.period_start.isoformat(),
        "period_end": terms.period_end.isoformat(),
    }
