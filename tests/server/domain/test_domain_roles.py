"""Roles by rule: who stays an owner, and whose limit counts."""

import datetime as dt

import pytest

from contract.problems import ProblemCode
from server.domain.errors import Refusal
from server.domain.roles import Place, Wanted, changed, keep_owner, restorable_until, takes_limit

MAIN, OWNER, ADMIN = Place("owner", None, main=True), Place("owner", None), Place("admin", 5000)


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        (Place("member"), Wanted("viewer"), Place("viewer", 0)),
        (Place("member"), Wanted("admin"), Place("admin", 0)),
        (Place("member"), Wanted("admin", 100, limited=True), Place("admin", 100)),
        (ADMIN, Wanted(None, None, limited=True), Place("admin", None)),
        (ADMIN, Wanted("admin"), ADMIN),
        (ADMIN, Wanted("billing"), Place("billing", 0)),
        (ADMIN, Wanted("owner"), OWNER),
        (OWNER, Wanted("admin"), Place("admin", 0)),
        (MAIN, Wanted("owner"), MAIN),
        (MAIN, Wanted(), MAIN),
    ],
)
def test_a_limit_goes_with_the_role(before: Place, wanted: Wanted, after: Place) -> None:
    """Whoever becomes an admin without a limit may spend nothing; an admin keeps theirs; no other role has one."""
    assert changed(before, wanted, owners=2) == after


@pytest.mark.parametrize("role", ["admin", "billing", "viewer", "member"])
def test_the_main_account_and_the_last_owner_stay_owners(role: str) -> None:
    """However many owners there are, the one that pays is one of them; and somebody always is one."""
    with pytest.raises(Refusal) as main:
        changed(MAIN, Wanted(role), owners=9)
    with pytest.raises(Refusal) as last:
        changed(OWNER, Wanted(role), owners=1)
    assert (main.value.code, last.value.code) == (ProblemCode.MAIN_ACCOUNT_STAYS, ProblemCode.LAST_OWNER)
    assert changed(OWNER, Wanted(role), owners=2).role == role
    with pytest.raises(Refusal):
        keep_owner(MAIN, owners=9)
    keep_owner(ADMIN, owners=1)


def test_only_an_admin_takes_a_limit() -> None:
    """An amount is for who is, or becomes, an admin; saying that there is none does no harm."""
    assert takes_limit(ADMIN, Wanted(None, 100, limited=True))
    assert not takes_limit(ADMIN, Wanted("viewer", 100, limited=True))
    assert not takes_limit(OWNER, Wanted(None, 100, limited=True))
    assert takes_limit(OWNER, Wanted(None, None, limited=True))


def test_a_removed_member_can_come_back_as_long_as_a_user_could() -> None:
    """D19: until the end of the period, and at least ten minutes."""
    now = dt.datetime(2025, 11, 14, 9, 30, tzinfo=dt.UTC)
    soon, later = now + dt.timedelta(minutes=1), now + dt.timedelta(days=16)
    least = now + dt.timedelta(minutes=10)
    assert [restorable_until(now, each) for each in (None, soon, later)] == [least, least, later]
