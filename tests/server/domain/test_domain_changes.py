"""What every change of terms costs and does, in numbers worked out by hand."""

import datetime as dt

import pytest
from standings import ANNUAL, MIDDLE, MONTHLY, NOVEMBER, market, money, parts, priced, standing, sums

from contract.quotes import WarningCode
from contract.subscription import SubscriptionStatus
from server.domain.periods import Period, local_date
from server.domain.pricing import Payee
from server.domain.renewal import forecast, renewal, renewals
from server.domain.seats import Seats

FULL = Seats(paid=10, high_water=10, active=10)


def test_another_plan_gives_back_the_rest_and_charges_the_rest() -> None:
    """Ten seats go from 6.00 to 12.00 in the middle of a month: 30.00 back, 60.00 charged, 30.00 due (D10)."""
    found = priced(standing(paid_by=("INV-00001", "INV-00002")), plan="enterprise")
    assert parts(found) == [(-10, 600, "15/30", -3000), (10, 1200, "15/30", 6000)]
    assert [line.credits for line in found.charge.lines] == [("INV-00001", "INV-00002"), ()]
    assert {(line.service_start, line.service_end) for line in found.charge.lines} == {(MIDDLE, NOVEMBER.end)}
    assert (sums(found), found.effective) == ((3000, 0, 3000, 0, 3000), MIDDLE)
    after = found.after
    assert (after.plan.id, after.seats.paid, after.period, after.price.amount) == ("enterprise", 10, NOVEMBER, 1200)
    coming = forecast(after, market())
    assert coming is not None
    assert coming.amount.amount == 12000


def test_another_plan_with_more_seats() -> None:
    """What is held is given back, what is wanted is charged: -10 at the old price, 12 at the new one."""
    found = priced(standing(), plan="enterprise", seats=12)
    assert parts(found) == [(-10, 600, "15/30", -3000), (12, 1200, "15/30", 7200)]
    assert (found.charge.due.amount, found.after.seats.paid, found.after.seats.high_water) == (4200, 12, 12)


def test_another_plan_with_fewer_seats_keeps_them_until_the_renewal() -> None:
    """Nothing is refunded within a period: ten seats now, nine from the renewal on (D8)."""
    found = priced(standing(), plan="enterprise", seats=9)
    assert sums(found)[4] == 3000
    assert (found.after.seats.paid, found.after.seats.scheduled) == (10, 9)
    assert [warning.code for warning in found.warnings] == [WarningCode.NO_REFUND, WarningCode.SEATS_GO]
    coming = forecast(found.after, market())
    assert coming is not None
    assert (coming.seats, coming.amount.amount) == (9, 10800)


def test_a_scheduled_reduction_outlives_another_plan() -> None:
    """Changing the plan alone leaves what was scheduled for the renewal, and says so."""
    found = priced(standing(Seats(paid=10, high_water=10, scheduled=9, active=8)), plan="enterprise")
    assert (found.after.seats.paid, found.after.seats.scheduled) == (10, 9)
    assert [warning.detail for warning in found.warnings] == ["1 of the 10 seats goes on 2026-12-01."]


def test_both_lines_of_another_plan_round_their_halves_away_from_zero() -> None:
    """12.5 is given back as 13, 37.5 charged as 38, and tax is on the rounded 25 (D11)."""
    sold = market(tax_rate=1000, business_monthly=25, enterprise_monthly=75)
    found = priced(standing(Seats(paid=1, high_water=1, active=1), sold=sold), sold=sold, plan="enterprise")
    assert parts(found) == [(-1, 25, "15/30", -13), (1, 75, "15/30", 38)]
    assert sums(found) == (25, 3, 28, 0, 28)


def test_a_cheaper_plan_leaves_a_credit_that_pays_later() -> None:
    """Professional to Business gives back more than it charges: kept, tax included, and used up by two renewals."""
    sold = market(tax_rate=1900)
    found = priced(standing(FULL, "professional", sold), sold=sold, plan="business")
    assert parts(found) == [(-10, 1500, "15/30", -7500), (10, 600, "15/30", 3000)]
    assert sums(found) == (-4500, -855, -5355, -5355, 0)
    assert (found.after.credit, found.effective) == (5355, MIDDLE)
    assert [warning.code for warning in found.warnings] == [WarningCode.CREDIT_KEPT]
    coming = renewals(found.after, sold)
    used = [next(coming).charge for _ in range(3)]
    assert [(each.total.amount, each.credit_applied.amount, each.due.amount) for each in used] == [
        (7140, 5355, 1785),
        (7140, 0, 7140),
        (7140, 0, 7140),
    ]


def test_a_credit_pays_several_payments_and_grows_again() -> None:
    """100.00 of credit pay for one seat, then for a renewal; a plan that is cheaper adds to what is left."""
    rich = standing(FULL, "professional", credit=10000)
    assert sums(priced(rich, plan="business")) == (-4500, 0, -4500, -4500, 0)
    assert priced(rich, plan="business").after.credit == 14500
    bought = priced(standing(credit=10000), seats=11)
    assert (sums(bought), bought.after.credit) == ((300, 0, 300, 300, 0), 9700)
    assert [warning.code for warning in bought.warnings] == [WarningCode.CREDIT_USED]
    coming = renewal(bought.after, market())
    assert (coming.charge.total.amount, coming.charge.due.amount, coming.after.credit) == (6600, 0, 3100)


@pytest.mark.parametrize(("rate", "tax"), [(5000, -7), (1900, -2), (0, 0), (10000, -13)])
def test_the_tax_on_a_negative_net_is_rounded_away_from_zero(rate: int, tax: int) -> None:
    """Half of -13 is -6.5, and comes back as -7: no less than was charged on the same sum (D11)."""
    sold = market(tax_rate=rate, professional_monthly=26, business_monthly=0)
    found = priced(standing(Seats(1, 1, active=1), "professional", sold), sold=sold, plan="business")
    assert sums(found) == (-13, tax, tax - 13, tax - 13, 0)


def test_seats_that_followed_users_are_scheduled_to_those_listed() -> None:
    """Ten seats paid and six users left on Professional: Business keeps ten now and six from the renewal on (D14)."""
    found = priced(standing(Seats(paid=10, high_water=10, active=6), "professional"), plan="business")
    assert (found.after.seats.paid, found.after.seats.scheduled, found.after.seats.at_renewal) == (10, 6, 6)
    crowded = priced(standing(Seats(paid=5, high_water=5, active=5, not_paid=2), "professional"), plan="business")
    assert (crowded.after.seats.scheduled, crowded.after.seats.at_renewal, crowded.activates) == (None, 7, 0)


def test_a_year_begins_today_for_everybody_listed() -> None:
    """Ten paid and three NOT PAID: 30.00 of November back, thirteen whole years charged, all of them active (D10)."""
    found = priced(standing(Seats(paid=10, high_water=10, active=10, not_paid=3)), billing_cycle=ANNUAL)
    assert parts(found) == [(-10, 600, "15/30", -3000), (13, 6000, "365/365", 78000)]
    assert (sums(found)[4], found.activates, found.after.anchor_day) == (75000, 3, 16)
    assert found.after.period == Period(MIDDLE, dt.date(2027, 11, 16))
    assert (found.after.seats.paid, found.after.seats.high_water, found.after.seats.not_paid) == (13, 13, 0)
    assert [warning.code for warning in found.warnings] == [WarningCode.NEW_PERIOD]
    coming = forecast(found.after, market())
    assert coming is not None
    assert (coming.date, coming.amount.amount) == (dt.date(2027, 11, 16), 78000)


def test_a_year_does_the_reduction_that_waited() -> None:
    """Ten paid and six scheduled: the six that go on are given back for the rest of the month, charged for a year."""
    found = priced(standing(Seats(paid=10, high_water=10, scheduled=6, active=5)), billing_cycle=ANNUAL)
    assert parts(found) == [(-6, 600, "15/30", -1800), (6, 6000, "365/365", 36000)]
    assert (found.after.seats.paid, found.after.seats.scheduled, found.after.seats.at_renewal) == (6, None, 6)


@pytest.mark.parametrize(("seats", "due"), [(8, 45600), (10, 57000), (20, 117000)])
def test_a_year_for_so_many_seats(seats: int, due: int) -> None:
    """With a number that number is charged for the year, lower or higher; a seat that goes is not given back."""
    found = priced(standing(), billing_cycle=ANNUAL, seats=seats)
    assert (found.charge.due.amount, found.after.seats.paid, found.after.seats.scheduled) == (due, seats, None)


def test_plan_cycle_and_seats_in_one() -> None:
    """Professional, ten users, to Enterprise by the year for twelve: -75.00 and 1440.00."""
    found = priced(standing(FULL, "professional"), plan="enterprise", billing_cycle=ANNUAL, seats=12)
    assert parts(found) == [(-10, 1500, "15/30", -7500), (12, 12000, "365/365", 144000)]
    assert (found.after.plan.id, found.after.cycle, found.after.seats.follow_users) == ("enterprise", ANNUAL, False)


def test_on_the_first_day_all_of_the_month_comes_back() -> None:
    """Today counts as left: on the first day the whole month is given back, on the last one a thirtieth (D11)."""
    first, last = NOVEMBER.start, NOVEMBER.end - dt.timedelta(days=1)
    assert parts(priced(standing(), first, billing_cycle=ANNUAL))[0] == (-10, 600, "30/30", -6000)
    assert parts(priced(standing(), last, billing_cycle=ANNUAL))[0] == (-10, 600, "1/30", -200)
    assert sums(priced(standing(), last, plan="enterprise"))[4] == 200


def test_a_year_from_a_leap_day() -> None:
    """From 29 February the year ends on the 28th and remembers the 29th; the month before had 29 days (D3)."""
    today = dt.date(2028, 2, 29)
    month = Period(dt.date(2028, 2, 15), dt.date(2028, 3, 15))
    found = priced(standing(period=month, anchor_day=15), today, billing_cycle=ANNUAL)
    assert parts(found) == [(-10, 600, "15/29", -3103), (10, 6000, "365/365", 60000)]
    assert (found.after.period, found.after.anchor_day) == (Period(today, dt.date(2029, 2, 28)), 29)
    assert [each.period.end for each, _ in zip(renewals(found.after, market()), range(3), strict=False)] == [
        dt.date(2030, 2, 28),
        dt.date(2031, 2, 28),
        dt.date(2032, 2, 29),
    ]


@pytest.mark.parametrize(
    ("moment", "zone", "share", "amount"),
    [
        ("2026-03-28T22:59:00", "Europe/Paris", "18/31", 348),
        ("2026-03-28T23:30:00", "Europe/Paris", "17/31", 329),
        ("2026-03-29T21:59:00", "Europe/Paris", "17/31", 329),
        ("2026-03-29T22:00:00", "Europe/Paris", "16/31", 310),
    ],
)
def test_the_day_a_clock_changes_is_a_day(moment: str, zone: str, share: str, amount: int) -> None:
    """29 March has 23 hours in Paris and costs what a day costs; midnight there decides (D2)."""
    period = Period(dt.date(2026, 3, 15), dt.date(2026, 4, 15))
    today = local_date(dt.datetime.fromisoformat(f"{moment}+00:00"), zone)
    assert parts(priced(standing(period=period, anchor_day=15), today, seats=11)) == [(1, 600, share, amount)]


@pytest.mark.parametrize(
    ("currency", "price", "amount", "words"),
    [("JPY", 1500, 339, "JPY 339"), ("KWD", 12345, 2788, "KWD 2.788"), ("EUR", 599, 135, "EUR 1.35")],
)
def test_minor_units_of_every_size(currency: str, price: int, amount: int, words: str) -> None:
    """7 of 31 days of 1500 yen, 12.345 dinars and 5.99 euros: to the whole yen, the fils and the cent (D1)."""
    sold = market(currency, business_monthly=price)
    period = Period(dt.date(2026, 12, 1), dt.date(2027, 1, 1))
    found = priced(standing(sold=sold, period=period), dt.date(2026, 12, 25), sold, seats=11)
    assert (found.charge.due.amount, str(found.charge.due)) == (amount, words)


@pytest.mark.parametrize(
    ("start", "quantity", "due", "end"),
    [
        ({"plan": "business"}, 1, 600, dt.date(2026, 12, 16)),
        ({"plan": "business", "seats": 5}, 5, 3000, dt.date(2026, 12, 16)),
        ({"plan": "business", "billing_cycle": ANNUAL}, 1, 6000, dt.date(2027, 11, 16)),
        ({"plan": "enterprise", "billing_cycle": ANNUAL, "seats": 3}, 3, 36000, dt.date(2027, 11, 16)),
        ({"plan": "professional"}, 0, 0, dt.date(2026, 12, 16)),
    ],
)
def test_leaving_the_free_plan(start: dict[str, object], quantity: int, due: int, end: dt.date) -> None:
    """A new period from today, charged whole, asked for as new terms or as a start alike (D12)."""
    free = standing(Seats(0, 0), "non-commercial")
    for change in (start, {"start": start}):
        found = priced(free, **change)
        assert (found.after.seats.paid, found.charge.due.amount) == (quantity, due)
        assert (found.after.period, found.after.anchor_day, found.effective) == (Period(MIDDLE, end), 16, MIDDLE)


def test_starting_again_after_the_end() -> None:
    """Everybody listed gets a seat of the new period, or the number asked for if it is higher; credit is used."""
    over = standing(
        Seats(paid=8, high_water=8, active=8, not_paid=2), status=SubscriptionStatus.ENDED, ends=True, credit=1000
    )
    today = dt.date(2027, 1, 31)
    found = priced(over, today, start={"plan": "business"})
    assert (sums(found), found.activates) == ((6000, 0, 6000, 1000, 5000), 2)
    assert (found.after.status, found.after.ends, found.after.anchor_day) == (SubscriptionStatus.ACTIVE, False, 31)
    assert found.after.period == Period(today, dt.date(2027, 2, 28))
    assert sums(priced(over, today, start={"plan": "enterprise", "seats": 12}))[2] == 14400


def test_paying_for_users_is_one_line_with_a_share_each() -> None:
    """599 for 9 of 30 days is 179.7: three users are one line of 539, like three seats, in shares (D15)."""
    sold = market(business_monthly=599, tax_rate=1000)
    names = [Payee("usr_a", "Ann"), Payee("usr_b", "Bob"), Payee("usr_c", "Cem")]
    full = standing(Seats(paid=10, high_water=10, active=10, not_paid=4), sold=sold)
    found = priced(full, dt.date(2026, 11, 22), sold, names, pay_users=("usr_a", "usr_b", "usr_c"))
    assert parts(found) == [(3, 599, "9/30", 539)] == parts(priced(full, dt.date(2026, 11, 22), sold, seats=13))
    (paid,) = found.charge.lines
    assert [(share.user_id, share.name, share.amount.amount) for share in paid.shares] == [
        ("usr_a", "Ann", 180),
        ("usr_b", "Bob", 180),
        ("usr_c", "Cem", 179),
    ]
    assert (sums(found), found.activates) == ((539, 54, 593, 0, 593), 3)
    assert (found.after.seats.paid, found.after.seats.high_water, found.after.seats.not_paid) == (13, 13, 1)
    many = [Payee(f"usr_{number}", "X") for number in range(1000)]
    crowd = standing(Seats(0, 0, not_paid=1000), sold=sold)
    assert sums(priced(crowd, dt.date(2026, 11, 22), sold, many, pay_users="all"))[:2] == (179_700, 17_970)


def test_paying_what_is_overdue() -> None:
    """While past due it is the period that has begun; once suspended a new one from today (D13)."""
    seats = Seats(paid=10, high_water=10, scheduled=9, active=8)
    today = dt.date(2026, 12, 9)
    late = priced(standing(seats, status=SubscriptionStatus.PAST_DUE), today, pay_overdue=True)
    assert (late.after.period, late.after.anchor_day) == (Period(NOVEMBER.end, dt.date(2027, 1, 1)), 1)
    assert (parts(late), late.after.seats.scheduled) == ([(9, 600, "31/31", 5400)], None)
    lost = priced(standing(seats, status=SubscriptionStatus.SUSPENDED), today, pay_overdue=True)
    assert (lost.after.period, lost.after.anchor_day) == (Period(today, dt.date(2027, 1, 9)), 9)
    assert {late.after.status, lost.after.status} == {SubscriptionStatus.ACTIVE}


def test_ending_and_going_on() -> None:
    """It ends with its period and may be resumed until then, both for nothing (D12)."""
    found = priced(standing(), cancel=True)
    assert (found.effective, found.after.ends, found.after.status) == (NOVEMBER.end, True, SubscriptionStatus.ACTIVE)
    assert (found.charge.lines, forecast(found.after, market())) == ((), None)
    assert [warning.code for warning in found.warnings] == [WarningCode.USERS_LOSE_ACCESS]
    assert priced(found.after, resume=True).after == standing()


@pytest.mark.parametrize("status", [SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED])
def test_what_is_not_paid_for_ends_at_once(status: SubscriptionStatus) -> None:
    """Cancelling what is overdue ends it today; nothing is charged, and what was used past due stays owed."""
    today = dt.date(2026, 12, 2)
    found = priced(standing(Seats(10, 10, scheduled=9, active=8), status=status), today, cancel=True)
    assert (found.after.status, found.effective) == (SubscriptionStatus.ENDED, today)
    assert (found.charge.due.amount, found.after.seats.scheduled) == (0, None)
    past_due = status is SubscriptionStatus.PAST_DUE
    stays = [WarningCode.STAYS_OWED] if past_due else []
    assert [warning.code for warning in found.warnings] == [WarningCode.USERS_LOSE_ACCESS, *stays]
    assert found.owed == (money((9 * 600 * 2 * 2 + 31) // 62) if past_due else None)


def test_what_is_cancelled_may_still_grow() -> None:
    """Seats and plan may change until the end; it says that it ends all the same."""
    found = priced(standing(ends=True), plan="enterprise")
    assert (sums(found)[4], found.after.ends, found.after.cycle) == (3000, True, MONTHLY)
    assert [warning.code for warning in found.warnings] == [WarningCode.ENDS_ANYWAY]
