"""What may follow what (D10), and how everything else is refused: a code, whom to ask, and a sentence."""

from typing import Any

import pytest
from standings import ANNUAL, CONTACT, MIDDLE, MONTHLY, NOVEMBER, market, refusal, standing

from contract.problems import ProblemCode
from contract.subscription import BillingCycle, SubscriptionStatus
from server.domain.plan_transitions import choices
from server.domain.seats import Seats
from server.domain.subscription_state import Standing

ACTIVE, ENDED = SubscriptionStatus.ACTIVE, SubscriptionStatus.ENDED
PAST_DUE, SUSPENDED = SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED
HERE, YES, ASK, NOT_SOLD = "here", "yes", ProblemCode.REDUCTION_NEEDS_CONTACT.value, "-"
OVERDUE, AGREED = ProblemCode.SUBSCRIPTION_NOT_ACTIVE.value, ProblemCode.SET_BY_CONTRACT.value

COLUMNS = (
    ("non-commercial", MONTHLY),
    ("professional", MONTHLY),
    ("business", MONTHLY),
    ("business", ANNUAL),
    ("enterprise", MONTHLY),
    ("enterprise", ANNUAL),
    ("contract", MONTHLY),
)
MATRIX: list[tuple[str, BillingCycle, SubscriptionStatus, tuple[str, ...]]] = [
    ("non-commercial", MONTHLY, ACTIVE, (HERE, YES, YES, YES, YES, YES, ASK)),
    ("professional", MONTHLY, ACTIVE, (ASK, HERE, YES, YES, YES, YES, ASK)),
    ("business", MONTHLY, ACTIVE, (ASK, ASK, HERE, YES, YES, YES, ASK)),
    ("business", ANNUAL, ACTIVE, (ASK, ASK, ASK, HERE, ASK, YES, ASK)),
    ("enterprise", MONTHLY, ACTIVE, (ASK, ASK, ASK, ASK, HERE, YES, ASK)),
    ("enterprise", ANNUAL, ACTIVE, (ASK, ASK, ASK, ASK, ASK, HERE, ASK)),
    ("contract", MONTHLY, ACTIVE, (AGREED, AGREED, AGREED, AGREED, AGREED, AGREED, HERE)),
    ("business", MONTHLY, PAST_DUE, (ASK, ASK, HERE, OVERDUE, OVERDUE, OVERDUE, ASK)),
    ("business", MONTHLY, SUSPENDED, (ASK, ASK, HERE, OVERDUE, OVERDUE, OVERDUE, ASK)),
    ("business", MONTHLY, ENDED, (ASK, YES, YES, YES, YES, YES, ASK)),
    ("enterprise", ANNUAL, ENDED, (ASK, YES, YES, YES, YES, YES, ASK)),
]


@pytest.mark.parametrize(("plan", "cycle", "status", "expected"), MATRIX)
def test_every_plan_and_cycle_from_every_other(
    plan: str, cycle: BillingCycle, status: SubscriptionStatus, expected: tuple[str, ...]
) -> None:
    """Plans only go up and cycles only to annual; from the free plan and after the end all that is sold (D10)."""
    sold = market()
    subject = standing(Seats(0, 0) if plan == "non-commercial" else None, plan, sold, cycle=cycle, status=status)
    found = [choice for each in sold.plans.values() for choice in choices(subject, each, sold, MIDDLE)]
    assert [(choice.plan.id, choice.cycle) for choice in found] == list(COLUMNS)
    said = [
        HERE if choice.current else YES if choice.allowed else choice.refusal.code.value if choice.refusal else "?"
        for choice in found
    ]
    assert tuple(said) == expected
    for choice in found:
        assert choice.refusal is None or _is_sentence(choice.refusal.detail)


def test_a_year_waits_until_the_end_is_taken_back() -> None:
    """A subscription that ends can't begin a year; another plan for the rest is fine."""
    sold, subject = market(), standing(ends=True)
    allowed = [
        (choice.plan.id, choice.cycle)
        for each in sold.plans.values()
        for choice in choices(subject, each, sold, MIDDLE)
        if choice.allowed
    ]
    assert allowed == [("enterprise", MONTHLY)]
    assert "resume it first" in refusal(subject, billing_cycle=ANNUAL).detail


REFUSALS: list[tuple[Standing, dict[str, Any], ProblemCode, str]] = [
    (standing(plan="enterprise"), {"plan": "business"}, ProblemCode.REDUCTION_NEEDS_CONTACT, "Enterprise to Business"),
    (standing(), {"plan": "professional"}, ProblemCode.REDUCTION_NEEDS_CONTACT, "Business to Professional"),
    (standing(), {"plan": "non-commercial"}, ProblemCode.REDUCTION_NEEDS_CONTACT, "through the vendor"),
    (standing(), {"plan": "contract"}, ProblemCode.REDUCTION_NEEDS_CONTACT, "agreed with the vendor"),
    (
        standing(cycle=ANNUAL),
        {"billing_cycle": MONTHLY},
        ProblemCode.REDUCTION_NEEDS_CONTACT,
        "annual billing to monthly",
    ),
    (
        standing(cycle=ANNUAL),
        {"plan": "enterprise", "billing_cycle": MONTHLY},
        ProblemCode.REDUCTION_NEEDS_CONTACT,
        "annual billing to monthly",
    ),
    (standing(plan="professional"), {"billing_cycle": ANNUAL}, ProblemCode.CYCLE_NOT_OFFERED, "not offered annual"),
    (standing(), {"plan": "business"}, ProblemCode.NOTHING_TO_CHANGE, "Business, monthly, already"),
    (standing(), {"billing_cycle": MONTHLY}, ProblemCode.NOTHING_TO_CHANGE, "already"),
    (standing(), {"plan": "platinum"}, ProblemCode.NOT_FOUND, "Unknown plan “platinum”"),
    (standing(), {"start": {"plan": "business"}}, ProblemCode.ALREADY_SUBSCRIBED, "Business, active"),
    (standing(status=PAST_DUE), {"start": {"plan": "business"}}, ProblemCode.ALREADY_SUBSCRIBED, "past due"),
    (standing(), {"resume": True}, ProblemCode.NOTHING_TO_CHANGE, "not cancelled"),
    (standing(ends=True), {"cancel": True}, ProblemCode.NOTHING_TO_CHANGE, "ends on 2026-12-01 already"),
    (standing(status=ENDED, ends=True), {"cancel": True}, ProblemCode.NOTHING_TO_CHANGE, "Nothing to cancel"),
    (standing(status=ENDED), {"cancel": True}, ProblemCode.NOTHING_TO_CHANGE, "Nothing to cancel"),
    (standing(status=ENDED), {"resume": True}, ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "started again"),
    (standing(status=ENDED), {"seats": 12}, ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "started again"),
    (
        standing(status=SUSPENDED),
        {"seats": 12},
        ProblemCode.SUBSCRIPTION_NOT_ACTIVE,
        "has to be paid first",
    ),
    (standing(status=SUSPENDED), {"plan": "enterprise"}, ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "overdue"),
    (standing(status=PAST_DUE), {"billing_cycle": ANNUAL}, ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "overdue"),
    (standing(status=PAST_DUE), {"pay_users": "all"}, ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "overdue"),
    (standing(), {"pay_users": "all"}, ProblemCode.NOTHING_TO_CHANGE, "Nobody is NOT PAID"),
    (standing(), {"pay_overdue": True}, ProblemCode.NOTHING_TO_CHANGE, "Nothing is overdue"),
    (standing(status=ENDED), {"pay_overdue": True}, ProblemCode.NOTHING_TO_CHANGE, "Nothing is overdue"),
    (standing(), {"plan": "enterprise", "seats": 7}, ProblemCode.SEATS_BELOW_USERS, "remove 1 of them"),
    (standing(), {"billing_cycle": ANNUAL, "seats": 5}, ProblemCode.SEATS_BELOW_USERS, "remove 3 of them"),
    (
        standing(status=ENDED),
        {"start": {"plan": "business", "seats": 7}},
        ProblemCode.SEATS_BELOW_USERS,
        "remove 1 of them",
    ),
    (
        standing(status=ENDED),
        {"start": {"plan": "professional", "seats": 9}},
        ProblemCode.SEATS_FOLLOW_USERS,
        "every user takes a seat",
    ),
    (
        standing(status=ENDED),
        {"start": {"plan": "professional", "billing_cycle": ANNUAL}},
        ProblemCode.CYCLE_NOT_OFFERED,
        "not offered annual",
    ),
    (
        standing(Seats(0, 0), "non-commercial"),
        {"seats": 3},
        ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS,
        "has no seats to choose",
    ),
    (standing(Seats(0, 0), "non-commercial"), {"cancel": True}, ProblemCode.NOTHING_TO_CHANGE, "Nothing to cancel"),
    (standing(Seats(0, 0), "non-commercial"), {"pay_users": "all"}, ProblemCode.NOTHING_TO_CHANGE, "this plan"),
    (
        standing(Seats(0, 0), "non-commercial"),
        {"plan": "contract"},
        ProblemCode.REDUCTION_NEEDS_CONTACT,
        "agreed with the vendor",
    ),
]


@pytest.mark.parametrize(("subject", "change", "code", "words"), REFUSALS)
def test_every_refusal_says_why(subject: Standing, change: dict[str, Any], code: ProblemCode, words: str) -> None:
    """The code, a sentence with its reason, and the vendor's address wherever a person must be asked (D10)."""
    found = refusal(subject, MIDDLE, **change)
    assert (found.code, words in found.detail) == (code, True), found.detail
    assert _is_sentence(found.detail)
    asks = code is ProblemCode.REDUCTION_NEEDS_CONTACT
    assert (found.data.get("contact"), CONTACT in found.detail) == (CONTACT if asks else None, asks)


@pytest.mark.parametrize(
    "change",
    [
        {"seats": 12},
        {"plan": "enterprise"},
        {"plan": "platinum"},
        {"billing_cycle": ANNUAL},
        {"pay_users": "all"},
        {"pay_overdue": True},
        {"start": {"plan": "business"}},
        {"cancel": True},
        {"resume": True},
    ],
)
def test_a_contract_is_changed_with_the_vendor(change: dict[str, Any]) -> None:
    """Whatever is asked for, on a contract the answer is the vendor's address, without a word about paying."""
    found = refusal(standing(plan="contract"), NOVEMBER.start, **change)
    assert (found.code, found.data) == (ProblemCode.SET_BY_CONTRACT, {"contact": CONTACT})
    assert found.detail == f"Your contract sets this: write to {CONTACT}"


def _is_sentence(text: str) -> bool:
    """It begins like one, or with a number; the full stop is added where it is told."""
    return (text[0].isupper() or text[0].isdigit()) and " " in text and text[-1] not in ".:;,"
