"""How amounts on the wire are computed: fractions in, whole minor units out, never a float (D1, D11)."""

from fractions import Fraction

from contract.billing import Line, Rounding
from contract.money import Money

TAX_DENOMINATOR = 10_000
"""Tax rates are in hundredths of a percent."""


def rounded(exact: Fraction, rounding: Rounding) -> int:
    """A whole number of minor units: halves away from zero, to even, or everything cut off towards zero."""
    magnitude = abs(exact)
    match rounding:
        case Rounding.HALF_UP:
            whole = int(magnitude + Fraction(1, 2))
        case Rounding.HALF_EVEN:
            whole = round(magnitude)
        case Rounding.DOWN:
            whole = int(magnitude)
    return whole if exact >= 0 else -whole


def tax_on(net: Money, rate: int, rounding: Rounding = Rounding.HALF_UP) -> Money:
    """The tax on a net amount that is already rounded (D11); the rate is in hundredths of a percent."""
    return Money(amount=rounded(Fraction(net.amount * rate, TAX_DENOMINATOR), rounding), currency=net.currency)


def split(amount: Money, people: int) -> tuple[Money, ...]:
    """An amount in as many shares, which add up to it and differ by one minor unit at most: the larger ones first."""
    size, more = divmod(abs(amount.amount), people)
    sign = 1 if amount.amount >= 0 else -1
    return tuple(Money(amount=sign * (size + (place < more)), currency=amount.currency) for place in range(people))


def plus(*amounts: Money) -> Money:
    """The sum of one or more amounts of one currency; ValueError when they differ."""
    currencies = {amount.currency for amount in amounts}
    if len(currencies) != 1:
        message = f"amounts of one currency are needed, not of {sorted(currencies)}"
        raise ValueError(message)
    return Money(amount=sum(each.amount for each in amounts), currency=currencies.pop())


def recomputed(found: Line) -> int:
    """What a line must amount to, from its own fields alone; ZeroDivisionError for a denominator of nothing."""
    factor = Fraction(found.factor.numerator, found.factor.denominator)
    return rounded(found.unit_price.amount * found.quantity * factor, found.rounding)
