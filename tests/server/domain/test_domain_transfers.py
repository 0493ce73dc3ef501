"""Transfer rules: who moves which request when, and what a batch comes to (D22-D27)."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.problems import ProblemCode as Code
from contract.transfers import Direction, TransferState
from server.domain.transfers import Action, Applicant, Asked, House, Request, decide, refusal_of

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=3)
HOUSE = House("sub_ours", sub_accounts=True)


def request(
    direction: Direction = Direction.INCOMING,
    state: TransferState = TransferState.PENDING,
    expires_at: dt.datetime = LATER,
    resend_after: dt.datetime | None = None,
    name: str = "one",
) -> Request:
    """A request at version 3 by the account `acc_<name>`."""
    return Request(f"trf_{name}", direction, state, 3, expires_at, f"acc_{name}", resend_after)


@pytest.mark.parametrize("state", TransferState)
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("action", Action)
def test_only_pending_requests_of_the_right_side_move(
    action: Action, direction: Direction, state: TransferState
) -> None:
    """Accept and decline move incoming requests, cancel and resend outgoing ones, all of them pending ones alone."""
    ours = direction is (Direction.INCOMING if action in {Action.ACCEPT, Action.DECLINE} else Direction.OUTGOING)
    expected = None if state is TransferState.PENDING else Code.TRANSFER_NOT_PENDING
    refusal = refusal_of(action, request(direction, state), NOW)
    assert (refusal.code if refusal else None) == (expected if ours else Code.TRANSFER_WRONG_SIDE)


def test_the_last_moment_is_over() -> None:
    """A request that expires now is expired, a microsecond before it is not, whether or not it was noted down."""
    assert refusal_of(Action.ACCEPT, request(expires_at=NOW + dt.timedelta(microseconds=1)), NOW) is None
    refusal = refusal_of(Action.ACCEPT, request(expires_at=NOW), NOW)
    assert refusal is not None
    assert (refusal.code, refusal.data) == (Code.TRANSFER_NOT_PENDING, {"state": "expired"})


def test_resending_waits_for_whole_seconds() -> None:
    """The wait is rounded up, so that whoever waits that long is not refused again."""
    soon = request(Direction.OUTGOING, resend_after=NOW + dt.timedelta(seconds=59.2))
    refusal = refusal_of(Action.RESEND, soon, NOW)
    assert refusal is not None
    assert refusal.data == {"retry_after": 60}
    assert refusal_of(Action.RESEND, soon, NOW + dt.timedelta(seconds=60)) is None


FREE = Applicant()


@pytest.mark.parametrize(
    ("applicants", "house", "code"),
    [
        ({"acc_one": FREE}, HOUSE, None),
        ({}, HOUSE, Code.ACCOUNT_NOT_AVAILABLE),
        ({"acc_one": Applicant("sub_other")}, HOUSE, Code.ACCOUNT_NOT_AVAILABLE),
        ({"acc_one": Applicant("sub_ours")}, HOUSE, Code.ACCOUNT_NOT_AVAILABLE),
        ({"acc_one": FREE}, House("sub_ours", sub_accounts=False), Code.PLAN_HAS_NO_SUB_ACCOUNTS),
        ({"acc_one": FREE}, House("sub_ours", sub_accounts=True, room=0), Code.USER_LIMIT_REACHED),
    ],
)
def test_accepting_rechecks_everything(applicants: dict[str, Applicant], house: House, code: Code | None) -> None:
    """The account still exists, is on nobody's subscription, and the plan has room for it (D24)."""
    (verdict,) = decide([Asked("trf_one", Action.ACCEPT, 3)], {"trf_one": request()}, house, applicants, NOW)
    assert (verdict.refusal.code if verdict.refusal else None) == code
    assert verdict.accepted == (code is None)


@pytest.mark.parametrize(
    ("ends", "comes_in"),
    [(frozenset({"sub_own"}), True), (None, True), (frozenset({"sub_other"}), False), (frozenset[str](), False)],
)
def test_a_subscription_ends_only_when_both_sides_were_told(ends: frozenset[str] | None, comes_in: bool) -> None:  # noqa: FBT001 - a parameter
    """Somebody who pays for a subscription of their own comes in only when the request said that it ends (D24)."""
    asked = replace(request(), ends=ends)
    payer = {"acc_one": Applicant("sub_own", frozenset({"sub_own"}))}
    (verdict,) = decide([Asked("trf_one", Action.ACCEPT, 3)], {"trf_one": asked}, HOUSE, payer, NOW)
    assert verdict.accepted == comes_in


def test_a_decline_asks_nothing_of_the_account() -> None:
    """Declining works for an account that is gone or taken."""
    (verdict,) = decide([Asked("trf_one", Action.DECLINE, 3)], {"trf_one": request()}, HOUSE, {}, NOW)
    assert verdict.refusal is None


def test_changed_and_unknown_requests_are_named() -> None:
    """A version that is not the one on the screen and an id that is not ours are answered, not acted on (D26)."""
    asked = [Asked("trf_one", Action.ACCEPT, 2), Asked("trf_gone", Action.DECLINE, 1)]
    verdicts = decide(asked, {"trf_one": request()}, HOUSE, {"acc_one": FREE}, NOW)
    assert [verdict.refusal.code for verdict in verdicts if verdict.refusal] == [Code.TRANSFER_CHANGED, Code.NOT_FOUND]


@given(
    st.integers(0, 30),
    st.lists(st.tuples(st.sampled_from(list(TransferState)), st.booleans(), st.booleans()), max_size=30),
)
def test_a_batch_never_takes_more_than_there_is_room_for(
    room: int, people: list[tuple[TransferState, bool, bool]]
) -> None:
    """Whatever is asked, every decision gets one verdict in order, and the first `room` people come in."""
    found = {f"trf_{n}": request(state=state, name=str(n)) for n, (state, _, _) in enumerate(people)}
    applicants = {
        f"acc_{n}": Applicant("sub_other" if taken else None) for n, (_, taken, exists) in enumerate(people) if exists
    }
    asked = [Asked(key, Action.ACCEPT, 3) for key in found]
    verdicts = decide(asked, found, House("sub_ours", sub_accounts=True, room=room), applicants, NOW)
    assert [verdict.asked for verdict in verdicts] == asked
    able = [state is TransferState.PENDING and exists and not taken for state, taken, exists in people]
    places = [sum(able[: n + 1]) <= room for n in range(len(able))]
    assert [verdict.accepted for verdict in verdicts] == [a and p for a, p in zip(able, places, strict=True)]
