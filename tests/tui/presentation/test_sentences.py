"""Events in sentences."""

from typing import Any

import pytest
from answers import make_event

from contract.events import EventKind
from tui.presentation.event_descriptions import sentence


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_a_sentence(kind: EventKind) -> None:
    """No event is shown by its technical name."""
    assert kind.value not in sentence(make_event(kind))


def test_what_one_did_oneself_is_you() -> None:
    """The signed-in account is "you"."""
    assert sentence(make_event(EventKind.USER_REMOVED), me="acc_9") == "you removed Ana Silva"


def test_seats_say_from_and_to() -> None:
    """A change of the number is said with both numbers."""
    moved: dict[str, Any] = {"from": 36, "to": 42}
    event = make_event(EventKind.SEATS_ADDED, **moved)
    assert sentence(event) == "Jane raised the seats from 36 to 42"


def test_no_name_acts_on_the_terminal() -> None:
    """Names of people and things are shown literally."""
    said = sentence(make_event(EventKind.USER_ADDED, "x\x1b[2J[/]\u202e", actor="\x9b41m"))
    assert not any(ord(each) < 32 or 0x7F <= ord(each) < 0xA0 or each == "\u202e" for each in said)
    assert "[/]" in said


def test_who_asks_depends_on_the_side() -> None:
    """D22: an incoming request is theirs, an outgoing one is ours."""
    incoming = make_event(EventKind.TRANSFER_REQUESTED, direction="incoming")
    outgoing = make_event(EventKind.TRANSFER_REQUESTED, direction="outgoing")
    assert sentence(incoming) == "Ana Silva asks to join"
    assert sentence(outgoing) == "Jane asked Ana Silva to join"


def test_a_moved_clock_is_said_to_the_minute() -> None:
    """Not in the wire's notation; anything else is shown as it came."""
    moved = make_event(EventKind.CLOCK_MOVED, "2026-12-21T23:32:26.474540Z")
    assert sentence(moved) == "the sandbox clock was moved to 2026-12-21 23:32 UTC"
    assert sentence(make_event(EventKind.CLOCK_MOVED, "soon")) == "the sandbox clock was moved to soon"


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        (
            EventKind.SUBSCRIPTION_RENEWED,
            {"from": 36, "to": 39, "amount": "EUR 234.00", "invoice": "INV-00012", "period_end": "2027-01-01"},
            "the subscription was renewed: 39 seats until 31 Dec, EUR 234.00 paid (INV-00012)",
        ),
        (
            EventKind.SUBSCRIPTION_PAST_DUE,
            {"amount": "EUR 234.00", "retry_at": "2026-12-02T08:12:00Z"},
            "the renewal of EUR 234.00 was refused; next try on 2 Dec",
        ),
        (
            EventKind.SUBSCRIPTION_SUSPENDED,
            {"amount": "EUR 234.00"},
            "suspended, nobody has access: EUR 234.00 is overdue",
        ),
        (
            EventKind.SUBSCRIPTION_RECOVERED,
            {"amount": "EUR 234.00"},
            "the subscription is paid and active again: EUR 234.00",
        ),
        (
            EventKind.SUBSCRIPTION_CANCELLED,
            {"effective": "2026-12-01"},
            "Jane cancelled the subscription: it ends on 1 Dec",
        ),
        (EventKind.SUBSCRIPTION_RESUMED, {}, "Jane resumed the subscription: it continues"),
        (
            EventKind.PLAN_CHANGED,
            {"from": "Business", "to": "Enterprise", "amount": "EUR 72.00"},
            "Jane changed the plan from Business to Enterprise, EUR 72.00",
        ),
        (
            EventKind.CYCLE_CHANGED,
            {"from": "monthly", "to": "annual", "amount": "EUR 0.00"},
            "Jane changed the billing cycle from monthly to annual",
        ),
        (
            EventKind.USERS_PAID,
            {"count": 5, "names": ["Ana", "Bo", "Cy", "Di"], "amount": "EUR 10.00"},
            "Jane paid EUR 10.00 for 5 users: Ana, Bo, Cy and 2 more",
        ),
        (
            EventKind.INVOICE_ISSUED,
            {"invoice": "INV-00012", "amount": "EUR 12.00"},
            "invoice INV-00012 was issued: EUR 12.00",
        ),
        (
            EventKind.SEATS_REDUCTION_SCHEDULED,
            {"from": 36, "to": 30, "effective": "2026-12-01"},
            "Jane lowered the seats from 36 to 30 on 1 Dec",
        ),
    ],
)
def test_money_and_days_are_in_the_sentence(kind: EventKind, attributes: dict[str, Any], expected: str) -> None:
    """What changed, what it cost and what happens next, from the attributes alone."""
    assert sentence(make_event(kind, **attributes)) == expected


def test_a_day_of_another_year_has_its_year() -> None:
    """As it was when it happened: an annual period ends in a year that nobody would guess."""
    ends = make_event(EventKind.SUBSCRIPTION_CANCELLED, effective="2027-11-22")
    assert sentence(ends) == "Jane cancelled the subscription: it ends on 22 Nov 2027"


def test_a_renewal_that_costs_nothing_says_nothing_about_money() -> None:
    """A contract shows no amounts."""
    renewed: dict[str, Any] = {"from": 40, "to": 40, "amount": "EUR 0.00", "invoice": "", "period_end": "2027-01-01"}
    said = sentence(make_event(EventKind.SUBSCRIPTION_RENEWED, **renewed))
    assert said == "the subscription was renewed: 40 seats until 31 Dec"


@pytest.mark.parametrize("kind", list(EventKind))
def test_any_attribute_may_be_anything(kind: EventKind) -> None:
    """A server of another day writes other things: the sentence stands all the same, on one harmless line."""
    names = ("from", "to", "amount", "effective", "retry_at", "period_end", "names", "count", "plan", "invoice")
    strange: tuple[Any, ...] = (None, [], {"x": 1}, "\x1b[2J\n", -1, 1.5)
    for odd in strange:
        assert sentence(make_event(kind, **dict.fromkeys(names, odd))).isprintable()
