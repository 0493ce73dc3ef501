"""Seats, users and the renewal keep their promises whatever happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.problems import ProblemCode
from server.domain.errors import Refusal
from server.domain.seats import Seats


@st.composite
def seats(draw: st.DrawFn) -> Seats:
    """Any state the rules allow."""
    paid = draw(st.integers(0, 50))
    active = draw(st.integers(0, paid))
    not_paid = draw(st.integers(0, 20)) if active == paid else 0
    scheduled = draw(st.none() | st.integers(0, paid - 1)) if paid else None
    return Seats(paid, paid + draw(st.integers(0, 5)), scheduled, active, not_paid)


@given(seats(), st.integers(0, 80))
def test_every_transition_keeps_the_invariants(state: Seats, wanted: int) -> None:
    """Active users never exceed the seats, and nobody waits while a seat is free (D16)."""
    assert not state.violations()
    assert not state.kept().violations()
    assert not state.began(state.at_renewal).violations()
    if wanted >= state.paid:
        assert not state.raised(wanted).violations()
    elif wanted >= state.listed:
        assert not state.reduced(wanted).violations()


@given(seats())
def test_the_renewal_pays_for_everybody(state: Seats) -> None:
    """At the renewal every user listed becomes active and the high-water mark starts again (D9, D13)."""
    renewed = state.began(state.at_renewal)
    assert (renewed.active, renewed.not_paid) == (state.listed, 0)
    assert renewed.paid == renewed.high_water == state.at_renewal >= state.listed
    assert renewed.scheduled is None
    assert state.free_until_renewal == max(0, state.paid - renewed.paid) <= state.free


@given(seats(), st.integers(0, 50))
def test_nobody_is_put_out_by_a_reduction(state: Seats, wanted: int) -> None:
    """A reduction below the users listed is refused and says how many must go; any other changes nothing today."""
    if wanted < state.listed:
        with pytest.raises(Refusal) as caught:
            state.reduced(wanted)
        assert caught.value.code is ProblemCode.SEATS_BELOW_USERS
        assert caught.value.data == {"users_listed": state.listed, "must_remove": state.listed - wanted}
    else:
        reduced = state.reduced(wanted)
        assert (reduced.paid, reduced.active) == (state.paid, state.active)
        assert reduced.at_renewal == wanted
        assert reduced.kept().scheduled is None


def test_new_seats_go_to_those_who_wait() -> None:
    """Two more seats make two of three waiting users active (D15, D16)."""
    state = Seats(paid=10, high_water=10, active=10, not_paid=3).raised(12)
    assert (state.active, state.not_paid, state.free) == (12, 1, 0)


def test_seats_that_follow_users_shrink_with_them() -> None:
    """On such a plan removing a user lowers the next renewal by one (D14)."""
    assert Seats(paid=10, high_water=10, active=9, follow_users=True).at_renewal == 9


def test_fewer_seats_are_not_a_raise() -> None:
    """Asking to raise to fewer seats than there are is a mistake of the program."""
    with pytest.raises(ValueError, match="not more"):
        Seats(paid=10, high_water=10).raised(9)


def test_broken_states_are_named() -> None:
    """Each broken invariant is said in words, for the server's own check."""
    broken = Seats(paid=2, high_water=1, scheduled=3, active=3, not_paid=1)
    assert len(broken.violations()) == 3
    assert Seats(paid=3, high_water=3, active=1, not_paid=1).violations() == (
        "1 users are not paid while 2 seats are free",
    )
    assert Seats(paid=-1, high_water=0).violations()
