"""Proration against worked cases of other billing systems, and its own properties."""

import datetime as dt
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.arithmetic import plus, rounded, tax_on
from contract.billing import Granularity, Rounding
from contract.money import Money
from server.domain.periods import Period
from server.domain.proration import (
    Decrease,
    Holding,
    Rules,
    Share,
    line,
    prorate,
    recomputed,
    share_of_days,
    share_of_seconds,
)

WORKED = json.loads((Path(__file__).parents[2] / "data" / "proration.json").read_text())
CASES: list[dict[str, Any]] = WORKED["cases"]
THIRTY_DAY_MONTHS = [case for case in CASES if case["granularity"] == "fixed30"]
"""Cases that count every month as 30 days, which we do not offer: their shares are not computed here."""

UNPRORATED = {case["id"] for case in CASES if case["id"].startswith(("lago-sc-", "lago-fc-unprorated-"))}
NEW_PERIOD = {case["id"] for case in CASES if "-to-yearly-" in case["id"] or "-to-monthly-" in case["id"]}
"""A change of the cycle credits the rest of the old period and charges the whole of a new one."""

ROUNDING = {"half_up": Rounding.HALF_UP, "half_even": Rounding.HALF_EVEN, "trunc": Rounding.DOWN}
RULES = {
    "add": Rules(),
    "high_water": Rules(),
    "delta": Rules(decrease=Decrease.CREDIT),
    "credit_debit": Rules(decrease=Decrease.CREDIT, itemised=True),
}
WHOLE = Share(1, 1, dt.date(2026, 1, 1), dt.date(2026, 2, 1))


def _moment(case: dict[str, Any], name: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(case[name]) if name in case else None


def _share(case: dict[str, Any]) -> Share:
    start, end, at = (_moment(case, name) for name in ("period_start", "period_end", "change_at"))
    until = _moment(case, "service_end")
    if case["id"] in UNPRORATED or not (start and end and at):
        return WHOLE
    if case["granularity"] == "day":
        return share_of_days(Period(start.date(), end.date()), at.date(), until and until.date())
    return share_of_seconds(start, end, at, until)


@pytest.mark.parametrize("case", [case for case in CASES if case not in THIRTY_DAY_MONTHS], ids=lambda case: case["id"])
def test_agrees_with_other_systems(case: dict[str, Any]) -> None:
    """The share, every line and the sum are what the billing system or manual named in the case says (D11)."""
    share = _share(case)
    assert share.fraction == Fraction(case["factor"])

    def money(name: str) -> Money:
        return Money(amount=case.get(name, 0), currency=case["currency"])

    found = prorate(
        Holding(case["old_qty"], money("old_unit_price")),
        Holding(case["new_qty"], money("new_unit_price")),
        share,
        rules=Rules(ROUNDING[case["rounding"]], RULES[case["model"]].decrease, RULES[case["model"]].itemised),
        already_paid=case.get("already_paid_qty"),
        charge=WHOLE if case["id"] in NEW_PERIOD else None,
    )
    amounts = [each.amount.amount for each in found]
    assert sum(amounts) == case["expected_amount"]
    assert amounts == case.get("expected_lines", amounts)


def test_what_is_left_out_is_counted() -> None:
    """All but the six cases with 30-day months are computed; those six still hold for the share they state."""
    assert (len(CASES), len(THIRTY_DAY_MONTHS)) == (77, 6)
    for case in THIRTY_DAY_MONTHS:
        fraction = Fraction(case["factor"])
        sign = 1 if case["new_qty"] else -1
        price = Money(amount=case.get("new_unit_price") or case["old_unit_price"], currency=case["currency"])
        share = Share(fraction.numerator, fraction.denominator, WHOLE.start, WHOLE.end)
        assert line(sign, price, share).amount.amount == case["expected_amount"]


def test_the_last_lowest_unit_is_not_lost_by_any_rounding() -> None:
    """Halves go away from zero, to even, or are cut off; on both sides of zero alike."""
    halves = [Fraction(-5, 2), Fraction(-3, 2), Fraction(-1, 2), Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)]
    assert [rounded(half, Rounding.HALF_UP) for half in halves] == [-3, -2, -1, 1, 2, 3]
    assert [rounded(half, Rounding.HALF_EVEN) for half in halves] == [-2, -2, 0, 0, 2, 2]
    assert [rounded(half, Rounding.DOWN) for half in halves] == [-2, -1, 0, 0, 1, 2]


def test_tax_is_taken_on_the_rounded_net() -> None:
    """A rate of 19.60 % on 3.33 is 0.65: hundredths of a percent, rounded once."""
    assert tax_on(Money(amount=333, currency="EUR"), 1960) == Money(amount=65, currency="EUR")
    assert tax_on(Money(amount=333, currency="EUR"), 0).amount == 0


def test_currencies_do_not_mix() -> None:
    """Yen and dinars can't be added up."""
    with pytest.raises(ValueError, match="one currency"):
        plus(Money(amount=1, currency="JPY"), Money(amount=1, currency="KWD"))


def test_seconds_are_finer_than_days() -> None:
    """By seconds, half a day is half a day's price; by days, today counts whole."""
    start, end = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    noon = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
    by_seconds = share_of_seconds(start, end, noon)
    assert (by_seconds.fraction, by_seconds.granularity) == (Fraction(1, 60), Granularity.SECOND)
    assert share_of_days(Period(start.date(), end.date()), noon.date()).fraction == Fraction(1, 30)


PRICES = st.builds(Money, amount=st.integers(0, 10**9), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
SHARES = st.integers(1, 366).flatmap(
    lambda total: st.integers(0, total).map(lambda left: Share(left, total, WHOLE.start, WHOLE.end))
)


@given(PRICES, st.integers(-1000, 10**6), SHARES, st.sampled_from(Rounding))
def test_a_line_is_recomputed_from_itself(price: Money, quantity: int, share: Share, rounding: Rounding) -> None:
    """A line's own JSON gives its amount again, less than one minor unit from the exact value."""
    found = line(quantity, price, share, rounding=rounding)
    assert recomputed(type(found).model_validate_json(found.model_dump_json())) == found.amount.amount
    assert abs(found.amount.amount - price.amount * quantity * share.fraction) < 1
    assert found.amount.currency == price.currency
