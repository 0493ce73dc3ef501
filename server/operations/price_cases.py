"""Compute the entries of a price file with the billing rules, and say what differs.

Nothing is computed here that the rules compute: an entry is only turned into their arguments.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from contract.arithmetic import plus, rounded, tax_on
from contract.billing import Granularity, Line, Rounding
from contract.money import Money, minor_units
from contract.subscription import BillingCycle
from server.domain.periods import Period, local_date, period_from, start_of_day
from server.domain.proration import (
    FIXED_DAYS,
    Decrease,
    Holding,
    Rules,
    Share,
    prorate,
    share_of_days,
    share_of_fixed_days,
    share_of_nominal_year,
    share_of_seconds,
    shares_billed,
    whole,
)
from server.operations.price_file import BillingCycles, Case, PartOfPeriod, Sequence, Step

DECIMALS = 9
"""To how many decimals a share is compared that is not written as a fraction."""

MODELS = {
    "add": Rules(),
    "high_water": Rules(),
    "delta": Rules(decrease=Decrease.CREDIT, merged=True),
    "credit_debit": Rules(decrease=Decrease.CREDIT, itemised=True),
}
ROUNDINGS = {
    "half_up": Rounding.HALF_UP,
    "half_even": Rounding.HALF_EVEN,
    "trunc": Rounding.DOWN,
    "down": Rounding.DOWN,
}
CYCLES = {
    "monthly": BillingCycle.MONTHLY,
    "yearly": BillingCycle.ANNUAL,
    "annual": BillingCycle.ANNUAL,
}
MODES = {"IN_ADVANCE": True, "IN_ARREAR": False}
PARTS_OF_A_DAY = {"day": share_of_days, "fixed30": share_of_fixed_days, "nominal365": share_of_nominal_year}
PARTS_BY_FIXED_DAYS = {0: share_of_days, FIXED_DAYS: share_of_fixed_days}

_CHANGE_OF_CYCLE = re.compile(r"\b(monthly|yearly|annual)-to-(monthly|yearly|annual)\b")
_EPOCH = dt.date(2000, 1, 1)
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class NotComputedError(Exception):
    """An entry that the rules can't compute, or that does not say enough; the text says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of an entry that is not what the entry says."""

    what: str
    expected: object
    computed: object


@dataclass(frozen=True, slots=True)
class Checked:
    """An entry that was computed. `reading` says what was read between its lines, if anything was."""

    differences: tuple[Difference, ...]
    reading: str = ""


def check_case(case: Case) -> Checked:
    """One change: its share, its lines, their sum, the tax and the total."""
    by_dates = _share_of(case)
    share, reading = _as_declared(case, by_dates)
    charge, cycle = _new_period(case)
    lines = prorate(
        Holding(case.old_qty, _money(case, "old")),
        Holding(case.new_qty, _money(case, "new")),
        share,
        rules=_rules(case.model, case.rounding),
        already_paid=case.already_paid_qty if case.model == "high_water" else None,
        charge=charge,
    )
    return Checked(tuple(_differences(case, share, lines)), reading or cycle)


def check_billing_cycles(row: BillingCycles) -> Checked:
    """How many periods are billed by a day."""
    shares = shares_billed(
        (row.start, row.end),
        _known(CYCLES, row.billing_period.lower(), "billing_period"),
        row.billing_cycle_day,
        row.target,
        in_advance=_known(MODES, row.mode, "mode"),
    )
    cycles = sum((share.fraction for share in shares), Fraction(0))
    return Checked(_unless_equal("cycles", row.expected_cycles, cycles))


def check_part(row: PartOfPeriod) -> Checked:
    """The share of a period before the first whole one, or after the last."""
    touches = {"before_first": (row.end, row.period_end), "after_last": (row.start, row.period_start)}
    here, there = _known(touches, row.kind, "kind")
    if here != there or row.start < row.period_start or row.end > row.period_end:
        message = f"{row.start} to {row.end} is not what is {row.kind} of {row.period_start} to {row.period_end}"
        raise NotComputedError(message)
    part = _known(PARTS_BY_FIXED_DAYS, row.fixed_days, "fixed_days")
    share = part(Period(row.period_start, row.period_end), row.start, row.end)
    return Checked(_unless_equal("fraction", row.expected_fraction, share.fraction))


def check_sequence(sequence: Sequence) -> Checked:
    """Changes in one period, each with what was already paid for before it."""
    price = Money(amount=sequence.unit_price_minor, currency=sequence.currency)
    prorated, reading = _is_prorated(sequence)
    held = _before(sequence.steps[0])
    paid = held
    found = []
    for number, step in enumerate(sequence.steps, 1):
        if (was := _before(step, held)) != held:
            message = f"step {number} starts with {was}, but there were {held}"
            raise NotComputedError(message)
        after = _after(step)
        lines = prorate(
            Holding(held, price),
            Holding(after, price),
            _share_of_step(sequence, step) if prorated else _share_of_fraction(Fraction(1)),
            rules=_rules(sequence.model, sequence.rounding),
            already_paid=paid if sequence.model == "high_water" else None,
        )
        charge = _sum(lines, sequence.currency).amount
        if charge != step.charge:
            found.append(Difference(f"charge of step {number}", step.charge, charge))
        held, paid = after, max(paid, after)
    return Checked(tuple(found), reading)


def _known(table: Mapping[_Key, _Value], key: _Key, field: str) -> _Value:
    if key not in table:
        message = f"{field} {key!r} is none of {', '.join(map(str, table))}"
        raise NotComputedError(message)
    return table[key]


def _rules(model: str, rounding: str) -> Rules:
    return replace(_known(MODELS, model, "model"), rounding=_known(ROUNDINGS, rounding, "rounding"))


def _share_of(case: Case) -> Share:
    """The share by the dates of a case; by its factor when it has none."""
    _known({**PARTS_OF_A_DAY, "second": None}, case.granularity, "granularity")
    if case.period_start and case.period_end and case.change_at:
        dated = _dated(case, (case.period_start, case.period_end), case.change_at, case.service_end)
        return _at_rate(case, dated)
    return _share_of_fraction(Fraction(case.factor or 1))


def _dated(row: Case | Sequence, period: tuple[dt.date, dt.date], at: dt.date, until: dt.date | None = None) -> Share:
    start, end, at, until = (_instant(moment, row.time_zone) for moment in (*period, at, until or period[1]))
    if not start <= at <= until <= end:
        message = f"{at} to {until} is not within the period from {start} to {end}"
        raise NotComputedError(message)
    if row.granularity == "second":
        zone = ZoneInfo(row.time_zone)
        return share_of_seconds(*(moment.astimezone(zone) for moment in (start, end, at, until)))
    first, last, today, final = (local_date(moment, row.time_zone) for moment in (start, end, at, until))
    return _known(PARTS_OF_A_DAY, row.granularity, "granularity")(Period(first, last), today, final)


def _at_rate(row: Case | Sequence, share: Share) -> Share:
    """The same time as a share of the days that the price is for, where that is not the period."""
    if row.price_per_days is None:
        return share
    units = {Granularity.DAY: 1, Granularity.SECOND: 86_400}
    if row.granularity not in {"day", "second"}:
        message = f"a price per {row.price_per_days} days is for days or seconds as they are, not for {row.granularity}"
        raise NotComputedError(message)
    return replace(share, total=row.price_per_days * units[share.granularity])


def _instant(moment: dt.date, time_zone: str) -> dt.datetime:
    return moment if isinstance(moment, dt.datetime) else start_of_day(moment, time_zone)


def _share_of_fraction(left: Fraction) -> Share:
    """A share that is known, of a period that is not: of as many days as it takes."""
    period = Period(_EPOCH, _EPOCH + dt.timedelta(days=left.denominator))
    return share_of_days(period, period.end - dt.timedelta(days=left.numerator))


def _as_declared(case: Case, share: Share) -> tuple[Share, str]:
    """The whole period for a case that is not prorated: it says so, or declares the factor 1 within a period."""
    if case.price_per_days is not None:
        return share, ""
    if case.prorated is not None:
        return share if case.prorated else whole(share.period), ""
    if share.fraction != 1 and case.factor is not None and Fraction(case.factor) == 1:
        return whole(share.period), "read as not prorated, since the factor is 1"
    return share, ""


def _new_period(case: Case) -> tuple[Share | None, str]:
    """All of the period that begins with a change of the cycle: said by `new_period`, or by the name of the source."""
    cycle, reading = case.new_period, ""
    if cycle is None and case.model == "credit_debit":
        found = _CHANGE_OF_CYCLE.search(str(case.source))
        if found and CYCLES[found[1]] is not CYCLES[found[2]]:
            cycle, reading = found[2], "read as a change of the billing cycle, since the source is named so"
    if cycle is None:
        return None, ""
    if case.change_at is None:
        message = "a new period needs change_at"
        raise NotComputedError(message)
    day = local_date(_instant(case.change_at, case.time_zone), case.time_zone)
    return _at_rate(case, whole(period_from(day, _known(CYCLES, cycle, "new_period")))), reading


def _money(case: Case, which: str) -> Money:
    """The old or the new price; none of something costs what the other costs."""
    other = "new" if which == "old" else "old"
    amount = next((price for price in (case.price(which), case.price(other)) if price is not None), 0)
    return Money(amount=amount, currency=case.currency)


def _sum(lines: tuple[Line, ...], currency: str) -> Money:
    return plus(Money(amount=0, currency=currency), *(each.amount for each in lines))


def _differences(case: Case, share: Share, lines: tuple[Line, ...]) -> Iterator[Difference]:
    net = _sum(lines, case.currency)
    tax = tax_on(net, case.tax_rate, ROUNDINGS[case.rounding])
    pairs: dict[str, tuple[Any, Any]] = {
        "minor units": (case.minor_units, minor_units(case.currency)),
        "amount": (case.expected_amount, net.amount),
        "lines": (case.expected_lines, tuple(each.amount.amount for each in lines)),
        "tax": (case.expected_tax, tax.amount),
        "total": (case.expected_total, plus(net, tax).amount),
    }
    if case.factor is not None:
        yield from _unless_equal("factor", case.factor, share.fraction)
    for what, (expected, computed) in pairs.items():
        if expected is not None and expected != computed:
            yield Difference(what, expected, computed)


def _unless_equal(what: str, expected: str, computed: Fraction) -> tuple[Difference, ...]:
    """Nothing when a share is the expected one: exactly for `13/28`, to nine decimals for `0.464285714`."""
    said = Fraction(expected)
    digits = rounded(computed * 10**DECIMALS, Rounding.HALF_UP)
    if said == computed or ("/" not in expected and said == Fraction(digits, 10**DECIMALS)):
        return ()
    whole_part, decimals = divmod(digits, 10**DECIMALS)
    return (Difference(what, expected, f"{computed} = {whole_part}.{decimals:0{DECIMALS}d}"),)


def _is_prorated(sequence: Sequence) -> tuple[bool, str]:
    if sequence.prorated is not None:
        return sequence.prorated, ""
    rule = sequence.rule.casefold()
    if "prorated" not in rule:
        message = "neither prorated nor the rule says whether it is prorated"
        raise NotComputedError(message)
    prorated = "not prorated" not in rule
    return prorated, f"read as {'' if prorated else 'not '}prorated, since the rule says so"


def _share_of_step(sequence: Sequence, step: Step) -> Share:
    if step.at_fraction_elapsed is not None:
        return _share_of_fraction(1 - Fraction(step.at_fraction_elapsed))
    if sequence.period_start is None or sequence.period_end is None or step.at is None:
        message = "its steps have dates, but it has no period_start and period_end"
        raise NotComputedError(message)
    return _at_rate(sequence, _dated(sequence, (sequence.period_start, sequence.period_end), step.at))


def _before(step: Step, held: int = 0) -> int:
    return int(step.members.partition("->")[0]) if step.members else held


def _after(step: Step) -> int:
    return int(step.members.partition("->")[2]) if step.members else step.qty or 0
