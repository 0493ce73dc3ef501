"""What a quote stands on: when one of these moves, its promise is no longer good (D5)."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from contract.money import Money
from server.catalogue import Catalogue
from server.domain.pricing import Payee
from server.store.types import AnyRow

_PAYEES = "payees"
_MONEY = frozenset({"unit_price", "credit"})

WORDS = {
    "plan": "plan",
    "billing_cycle": "billing cycle",
    "status": "status",
    "currency": "currency",
    "unit_price": "price of a seat",
    "tax_rate": "tax rate",
    "period_start": "start of the period",
    "period_end": "renewal",
    "seats": "seats",
    "high_water": "most seats paid for in this period",
    "scheduled_seats": "seats from the renewal on",
    "users_active": "active users",
    "users_not_paid": "users not paid",
    "cancel_at_period_end": "cancellation at the renewal",
    "credit": "credit",
    "late_seats": "most users since the renewal was refused",
    "served_until": "end of the days that are owed",
}
"""What a quote stands on, as people call it: the price follows from it, or what the change does to users.

A change of anything else (a name, a position, a transfer request) leaves a quote as good as it was.
"""


def basis_of(row: AnyRow, catalogue: Catalogue, payees: Sequence[Payee] = ()) -> dict[str, Any]:
    """What a quote made now stands on, as JSON can hold it; `payees` are the users it pays for, by id."""
    found = {name: getattr(row, name, None) for name in WORDS if name != "tax_rate"}
    found["tax_rate"] = catalogue.tax_rate
    if payees:
        found[_PAYEES] = {payee.id: payee.name for payee in payees}
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plain


def moved(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What a quote stood on and is different now, in words: `seats: 10, now 12`."""
    found = [
        f"{word}: {_said(name, before)}, now {_said(name, now)}"
        for name, word in WORDS.items()
        if before.get(name) != now.get(name)
    ]
    was, waiting = before.get(_PAYEES, {}), now.get(_PAYEES, {})
    found += [f"{name} is no longer NOT PAID" for user_id, name in was.items() if user_id not in waiting]
    found += [f"{name} is NOT PAID too" for user_id, name in waiting.items() if user_id not in was]
    return found


def _said(name: str, basis: dict[str, Any]) -> str:
    value = basis.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in _MONEY and value is not None:
        return str(Money(amount=value, currency=basis["currency"]))
    if name == "tax_rate":
        return f"{Decimal(value or 0) / 100:f} %"
    return "none" if value is None else str(value).replace("_", " ")
