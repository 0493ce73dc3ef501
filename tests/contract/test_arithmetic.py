"""How amounts are computed: every rule of rounding, on both sides of nothing."""

from fractions import Fraction

import pytest
from answers import eur, make_line
from hypothesis import given
from hypothesis import strategies as st

from contract.arithmetic import plus, recomputed, rounded, tax_on
from contract.billing import Factor, Rounding
from contract.money import Money

EXACT = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=10**6)


@pytest.mark.parametrize(
    ("exact", "half_up", "half_even", "down"),
    [
        (Fraction(1, 2), 1, 0, 0),
        (Fraction(3, 2), 2, 2, 1),
        (Fraction(5, 2), 3, 2, 2),
        (Fraction(499, 1000), 0, 0, 0),
        (Fraction(501, 1000), 1, 1, 0),
        (Fraction(7), 7, 7, 7),
        (Fraction(2**60 * 2 + 1, 2), 2**60 + 1, 2**60, 2**60),
    ],
)
def test_each_rule_rounds_as_it_says(exact: Fraction, half_up: int, half_even: int, down: int) -> None:
    """D11: halves away from zero, to even, or cut off; what is given back is rounded as what is charged."""
    wanted = {Rounding.HALF_UP: half_up, Rounding.HALF_EVEN: half_even, Rounding.DOWN: down}
    assert {rule: rounded(exact, rule) for rule in Rounding} == wanted
    assert {rule: -rounded(-exact, rule) for rule in Rounding} == wanted


@given(EXACT, st.sampled_from(Rounding))
def test_rounding_is_off_by_less_than_one(exact: Fraction, rule: Rounding) -> None:
    """Half a minor unit at most; when cut off, less than one and never away from zero."""
    found = rounded(exact, rule)
    if rule is Rounding.DOWN:
        assert abs(found) <= abs(exact) < abs(found) + 1
    else:
        assert abs(found - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("net", "rate", "tax"), [(1033, 770, 80), (1000, 2100, 210), (1, 5000, 1), (-1, 5000, -1), (1000, 0, 0)]
)
def test_tax_is_taken_on_the_rounded_net(net: int, rate: int, tax: int) -> None:
    """D11: hundredths of a percent, halves away from zero."""
    assert tax_on(eur(net), rate) == eur(tax)


def test_amounts_of_one_currency_are_added() -> None:
    """D1: euros and yen have no sum."""
    assert plus(eur(1), eur(2), eur(-5)) == eur(-2)
    with pytest.raises(ValueError, match=r"EUR.*JPY"):
        plus(eur(1), Money(amount=1, currency="JPY"))


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**9), st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_line_is_recomputed_from_its_own_fields(quantity: int, price: int, left: int, total: int) -> None:
    """D11: unit price × quantity × factor, rounded once, at the end."""
    line = make_line(
        quantity=quantity, unit_price=eur(price), factor=Factor(numerator=left, denominator=total), amount=eur(0)
    )
    assert abs(recomputed(line) * total - price * quantity * left) * 2 <= total


def test_a_denominator_of_nothing_is_an_error() -> None:
    """Who reads a line from outside must look at its factor first."""
    with pytest.raises(ZeroDivisionError):
        recomputed(make_line(factor=Factor(numerator=1, denominator=0)))
