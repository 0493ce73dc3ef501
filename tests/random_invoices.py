"""Invoices by chance, as JSON, with sums of their own (no code of ours adds them up), and one alteration by chance."""

import copy
import datetime as dt
import os
import random
from collections.abc import Iterator
from typing import Any

SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
"""Another one each run; a failure prints it, and the environment variable runs it again."""

Json = dict[str, Any]
Path = tuple[str | int, ...]

_CURRENCIES = ("EUR", "JPY", "KWD")
_CHOICES = {
    "granularity": ("day", "second", "fixed30"),
    "rounding": ("half_up", "half_even", "down"),
    "currency": (*_CURRENCIES, "USD", "eur"),
    "kind": ("invoice", "credit_note"),
    "status": ("open", "paid", "void", "asked", "succeeded", "declined"),
}
_INSTANTS = ("issued_at", "created_at", "settled_at")
_DATES = ("service_start", "service_end", "period_start", "period_end")
_ABSENT = {"quote_id": "quo_9", "user_id": "usr_9", "settled_at": "2026-01-01T00:00:00Z", "invoice_id": "inv_9"}


def chance_of(story: int) -> random.Random:
    """What one test throws its dice with."""
    return random.Random(SEED + story)  # noqa: S311 - it must be possible to run it again


def money(amount: int, currency: str) -> Json:
    """An amount as it travels."""
    return {"amount": amount, "currency": currency}


def rounded(numerator: int, denominator: int, rule: str) -> int:
    """By long division: the rule decides about what is left over."""
    whole, left = divmod(abs(numerator), denominator)
    up = {"down": False, "half_up": 2 * left >= denominator}.get(
        rule, 2 * left > denominator or (2 * left == denominator and whole % 2 == 1)
    )
    whole += up
    return whole if numerator >= 0 else -whole


def any_line(chance: random.Random, currency: str) -> Json:
    """Seats, a credit or one user for some days of a month or a year; every third one is a tie if it can be one."""
    start = dt.date(2020, 1, 1) + dt.timedelta(days=chance.randrange(4000))
    days = chance.choice((28, 29, 30, 31, 365, 366))
    end = start + dt.timedelta(days=days)
    first = chance.randrange(days)
    left = chance.randrange(1, days - first + 1) if chance.random() < 0.3 else days - first
    quantity = chance.choice((1, 1, 6, chance.randrange(1, 5000))) * chance.choice((1, 1, 1, -1))
    price = chance.choice((600, 1999, 5, chance.randrange(1, 200_000)))
    if days % 2 == 0 and chance.random() < 0.3:
        left, quantity, price = days // 2, quantity | 1, price | 1
        first = chance.randrange(days - left + 1)
    service = start + dt.timedelta(days=first)
    rule = chance.choice(("half_up", "half_up", "half_even", "down"))
    line: Json = {
        "description": chance.choice(("seats", "Ana Šťastná", "座席 — 6", "")),
        "quantity": quantity,
        "unit_price": money(price, currency),
        "factor": {"numerator": left, "denominator": days},
        "granularity": "day",
        "rounding": rule,
        "service_start": service.isoformat(),
        "service_end": (service + dt.timedelta(days=left)).isoformat(),
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "amount": money(rounded(price * quantity * left, days, rule), currency),
        "credits": ["inv_7"] if quantity < 0 else [],
        "user_id": "usr_1" if quantity == 1 else None,
        "shares": [],
    }
    if 0 < quantity < 9 and chance.random() < 0.3:
        line["shares"] = _shares(quantity, line["amount"]["amount"], currency)
    return line


def _shares(people: int, amount: int, currency: str) -> list[Json]:
    """What each one's seat is of a line: the larger shares first, by counting out what is left over."""
    sizes = [amount // people] * people
    for place in range(amount - sum(sizes)):
        sizes[place] += 1
    return [
        {"user_id": f"usr_{place}", "name": f"User {place}", "amount": money(size, currency)}
        for place, size in enumerate(sizes)
    ]


def any_invoice(chance: random.Random) -> Json:
    """One to four lines, perhaps tax, perhaps credit, paid, open or void; without a seal."""
    currency = chance.choice(_CURRENCIES)
    lines = [any_line(chance, currency) for _ in range(chance.randrange(1, 5))]
    net = sum(line["amount"]["amount"] for line in lines)
    rate = chance.choice((0, 0, 770, 2100, 1950, chance.randrange(3000)))
    tax = rounded(net * rate, 10_000, "half_up")
    total = net + tax
    kept = chance.choice((0, 0, chance.randrange(1, 10_000), abs(total), 10**9))
    credit = min(kept, total)
    due = total - credit
    status = chance.choice(("paid", "paid", "open", "void")) if due else "paid"
    named = dict.fromkeys(number for line in lines for number in line["credits"])
    return {
        "id": f"inv_{chance.randrange(1, 10**9)}",
        "kind": "credit_note" if total < 0 else "invoice",
        "credits": list(named),
        "number": f"INV-{chance.randrange(1, 10**5):05d}",
        "issued_at": "2026-11-21T14:02:00Z",
        "status": status,
        "lines": lines,
        "net": money(net, currency),
        "tax_rate": rate,
        "tax": money(tax, currency),
        "total": money(total, currency),
        "credit_applied": money(credit, currency),
        "amount_paid": money(due if status == "paid" else 0, currency),
        "amount_due": money(due if status == "open" else 0, currency),
        "quote_id": chance.choice((None, "quo_1")),
        "payments": [],
    }


def paid_for(chance: random.Random, invoice: Json) -> Json:
    """The same with its payments: refused ones, and the one that went through if it is paid."""
    due = invoice["total"]["amount"] - invoice["credit_applied"]["amount"]
    if not due:
        return invoice
    outcomes = ["declined"] * chance.randrange(3) + ["succeeded"] * (invoice["status"] == "paid")
    payments = [
        {
            "id": f"pay_{number}",
            "amount": {**invoice["total"], "amount": due},
            "status": outcome,
            "gateway": "sandbox",
            "created_at": f"2026-11-2{number}T14:02:00Z",
            "settled_at": f"2026-11-2{number}T14:02:01.500000Z",
            "reason": "Card expired" if outcome == "declined" else "",
            "invoice_id": invoice["id"],
        }
        for number, outcome in enumerate(outcomes)
    ]
    return {**invoice, "payments": payments}


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value that holds no other, and to every list."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, (*path, name))
        return
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from leaves(each, (*path, number))
    yield path


def altered(chance: random.Random, invoice: Json, path: Path) -> Json:
    """A copy with another value there, of the same kind wherever there is a kind."""
    made = copy.deepcopy(invoice)
    holder: Any = made
    for step in path[:-1]:
        holder = holder[step]
    name = next(step for step in reversed(path) if isinstance(step, str))
    holder[path[-1]] = _another(chance, name, holder[path[-1]])
    return made


def _another(chance: random.Random, name: str, value: Any) -> Any:
    if isinstance(value, list):
        return _another_list(chance, name, value)
    if isinstance(value, int):
        return chance.choice((value + 1, value - 1, value + chance.randrange(1, 10**6), value * 10 + 1, -value or 7))
    return _ABSENT[name] if value is None else _another_text(chance, name, value)


def _another_text(chance: random.Random, name: str, value: str) -> str:
    if name in _CHOICES:
        return chance.choice([each for each in _CHOICES[name] if each != value])
    if name in _DATES:
        return (dt.date.fromisoformat(value) + dt.timedelta(days=chance.choice((-366, -1, 1, 40)))).isoformat()
    if name in _INSTANTS:
        return (dt.datetime.fromisoformat(value) + dt.timedelta(seconds=chance.choice((-1, 1, 86400)))).isoformat()
    return chance.choice((value + "x", value[:-1] + "?", value + " "))


def _another_list(chance: random.Random, name: str, value: list[Any]) -> list[Any]:
    if not value:
        return ["inv_1"] if name == "credits" else [{}]
    at = chance.randrange(len(value))
    fewer, doubled = value[:at] + value[at + 1 :], value[: at + 1] + value[at:]
    turned = value[::-1]
    return chance.choice([each for each in (fewer, doubled, turned) if each != value])
