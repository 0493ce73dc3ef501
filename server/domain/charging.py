"""Charges: lines with their sum, the tax on it, and what an earlier credit pays of it (D11)."""

from dataclasses import dataclass

from contract.arithmetic import plus, tax_on
from contract.billing import Line
from contract.money import Money


@dataclass(frozen=True, slots=True)
class Charge:
    """What lines come to. `total` is net and tax; `credit_applied` what is paid from credit (negative: kept as credit).

    `due` is the rest, what a payment takes: never negative.
    """

    lines: tuple[Line, ...]
    net: Money
    tax: Money
    total: Money
    credit_applied: Money
    due: Money


def charge_of(lines: tuple[Line, ...], tax_rate: int, currency: str, credit: int = 0) -> Charge:
    """The sum of lines, with tax on the rounded net, paid from `credit` (minor units) as far as it goes.

    Lines that give back more than they charge make a credit: it is kept for the next payments, never paid out.
    """
    net = plus(Money(amount=0, currency=currency), *(each.amount for each in lines))
    return charge_for(net, tax_rate, credit, lines)


def charge_for(net: Money, tax_rate: int, credit: int = 0, lines: tuple[Line, ...] = ()) -> Charge:
    """The same for a sum that is known."""
    tax = tax_on(net, tax_rate)
    total = plus(net, tax)
    applied = Money(amount=min(credit, total.amount), currency=net.currency)
    return Charge(lines, net, tax, total, applied, Money(amount=total.amount - applied.amount, currency=net.currency))
