"""An admin reads what its limit lets through before it asks, and what counts against it."""

from answers import make_overview
from made import said

from contract.money import Money
from contract.people import Role
from contract.spending import SpendingCheck
from contract.subscription import Overview, SeatCounts
from tui.presentation.limit_words import check_lines, limit_lines
from tui.presentation.seat_choice import room_for, seat_lines
from tui.presentation.seat_sums import admission_lines


def eur(cents: int) -> Money:
    """So many cents."""
    return Money(amount=cents, currency="EUR")


def seen_by(most: int | None, limit: int = 1000, left: int = 400) -> Overview:
    """The first screen of an admin who may list so many more users."""
    found = make_overview(seats=SeatCounts(paid=36, used=36, free=0, not_paid=0, high_water=36, at_renewal=36))
    bound = {"role": Role.ADMIN, "spending_limit": eur(limit), "spending_left": eur(left), "may_list": most}
    return found.model_copy(update={"me": found.me.model_copy(update=bound)})


def check(now: int, adds: int, *, allowed: bool) -> SpendingCheck:
    """A change against a limit of ten, four of it left."""
    sums = {"due_now": eur(now), "renewal_adds": eur(adds)}
    return SpendingCheck(limit=eur(1000), spent=eur(600), left=eur(400), allowed=allowed, **sums)


def test_what_the_limit_refuses_is_said_first() -> None:
    """In the form, from Members and before requests are accepted alike; nothing where all of them fit."""
    overview = seen_by(2)
    line = (
        "3 of 5 will be refused: the next renewal would grow above your limit of EUR 10.00 a month, EUR 4.00 of it "
        "left. An owner can raise the limit, or do it."
    )
    assert said(limit_lines(overview, 5)) == [line]
    assert said(admission_lines(overview, 5))[0] == line
    assert said(seat_lines(overview, room_for(overview, 5, may_buy=False)))[0] == line
    assert limit_lines(overview, 2) == limit_lines(seen_by(None), 10**6) == []
    assert said(limit_lines(seen_by(0), 1))[0].startswith("It will be refused: ")
    assert said(limit_lines(seen_by(0), 4))[0].startswith("All 4 will be refused: ")


def test_a_price_says_what_it_counts() -> None:
    """What is paid now and what the renewal charges more; one that is refused says so and who may do it."""
    allowed = "Counts against your limit of EUR 10.00 a month, EUR 4.00 of it left: EUR 1.00 now."
    assert said(check_lines(check(100, 0, allowed=True))) == [allowed]
    refused = (
        "It will be refused: EUR 3.00 now and EUR 6.00 more at the next renewal are above your limit of EUR 10.00 a "
        "month, EUR 4.00 of it left. An owner can raise the limit, or do it."
    )
    assert said(check_lines(check(300, 600, allowed=False))) == [refused]
    assert check_lines(check(0, -600, allowed=True)) == check_lines(None) == []
