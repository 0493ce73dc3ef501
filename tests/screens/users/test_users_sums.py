"""How seats work out, in numbers and in words; which key a repeated command gets."""

import pytest
from answers import eur, make_overview, make_subscription

from client.errors import CannotConnect, Conflict, HeadcountError, ServerFault
from contract.subscription import Overview, Plan, PlanKind, SeatCounts, SubscriptionStatus
from contract.users import NewUser
from screens.shared.idempotency_keys import Intentions
from tui.presentation.seat_sums import Admission, Vacancy, admission_lines, admit, restorable, vacancy_lines, vacate
from tui.presentation.tones import Line


def office(free: int = 0, not_paid: int = 0, **facts: object) -> Overview:
    """Ten seats, so many of them free."""
    seats = SeatCounts(paid=10, used=10 - free, free=free, not_paid=not_paid, high_water=10, at_renewal=10)
    return make_overview(**{"seats": seats, **facts})


def contract(free: int) -> Overview:
    """A contract for ten users."""
    plan = Plan(id="contract", name="Contract", kind=PlanKind.CONTRACT, sub_accounts=True, max_users=10)
    return office(free, plan=plan, subscription=make_subscription(unit_price=None))


def said(lines: list[Line]) -> list[str]:
    """Lines without their tones."""
    return [each if isinstance(each, str) else str(each[0]) for each in lines]


@pytest.mark.parametrize(
    ("free", "people", "expected"),
    [(7, 12, Admission(7, 5)), (12, 7, Admission(7)), (0, 3, Admission(0, 3)), (3, 3, Admission(3))],
)
def test_who_comes_takes_free_seats_first(free: int, people: int, expected: Admission) -> None:
    """D15: the others are NOT PAID."""
    assert admit(office(free), people) == expected


def test_a_contract_refuses_who_is_too_many() -> None:
    """D15: users of a contract are active at once, up to its number."""
    assert admit(contract(2), 5) == Admission(2, refused=3)
    assert said(admission_lines(contract(0), 2)) == [
        "2 will be refused: the contract's user limit is reached.",
    ]


def test_admission_in_words() -> None:
    """How many fit, and what the others wait for and cost."""
    assert said(admission_lines(office(7), 12)) == [
        "7 fit into free seats and will be active at once.",
        "5 will be NOT PAID until paid (EUR 2.20 each, now) or until the renewal on 1 Dec (EUR 6.00 each).",
    ]
    assert said(admission_lines(office(7), 7)) == ["All 7 fit into free seats and will be active at once."]
    assert said(admission_lines(office(1), 1)) == ["1 fits into a free seat and will be active at once."]
    ends = make_subscription(cancel_at_period_end=True, unit_price=eur(600))
    last = said(admission_lines(office(0, subscription=ends), 1))
    assert last == ["1 will be NOT PAID until paid (EUR 2.20 each, now)."]


@pytest.mark.parametrize(
    ("waiting", "active", "unpaid", "expected"),
    [(3, 5, 0, Vacancy(3, 2)), (3, 1, 3, Vacancy(0, 1)), (0, 2, 0, Vacancy(0, 2)), (5, 2, 1, Vacancy(2, 0))],
)
def test_freed_seats_go_to_who_waits(waiting: int, active: int, unpaid: int, expected: Vacancy) -> None:
    """D16: but not to somebody who is removed at the same time."""
    assert vacate(office(0, waiting), active, unpaid) == expected


def test_vacancy_in_words() -> None:
    """D19: nothing is refunded; a seat that was bought renews unless the seats are lowered."""
    assert said(vacancy_lines(office(0), 1, 0)) == [
        "No refund; the seat stays paid and renews on 1 Dec: lower the seats to stop paying for it."
    ]
    assert said(vacancy_lines(office(0, 1), 4, 0)) == [
        "The user waiting longest for a paid seat takes a freed seat and becomes active.",
        "No refund; 3 seats stay paid and renew on 1 Dec: lower the seats to stop paying for them.",
    ]
    assert said(vacancy_lines(contract(2), 3, 0)) == []


def test_what_can_be_taken_back() -> None:
    """D19: restoring takes a free paid seat, so whoever waits may stand in its way."""
    assert restorable(office(0, 0), 3, 0) == 3
    assert restorable(office(0, 2), 3, 0) == 1
    assert restorable(office(0, 5), 3, 0) == 0


@pytest.mark.parametrize(
    ("error", "kept"),
    [(CannotConnect("gone"), True), (ServerFault("broken"), True), (Conflict("no"), False)],
)
def test_a_command_without_an_answer_keeps_its_key(error: HeadcountError, *, kept: bool) -> None:
    """D30: repeating what may have been done repeats its key; a refusal has been an answer."""
    keys, new = Intentions(), NewUser(email="ana@acme.example")
    first = keys.key(new)
    keys.failed(error, new)
    assert (keys.key(new) == first) is kept
    assert keys.key(NewUser(email="bo@acme.example")) != first


def test_the_same_again_after_an_answer_is_another_intention() -> None:
    """Adding, removing and adding the same address are three commands."""
    keys, new = Intentions(), NewUser(email="ana@acme.example")
    first = keys.key(new)
    keys.answered(new)
    assert keys.key(new) != first


def test_while_suspended_nobody_is_promised_anything() -> None:
    """People may be listed, but no free seat makes them active before what is overdue is paid (D13)."""
    suspended = make_subscription(status=SubscriptionStatus.SUSPENDED)
    assert said(admission_lines(office(7, subscription=suspended), 3)) == [
        "3 will be listed. Nobody is active until the overdue amount is paid: the subscription is suspended."
    ]
