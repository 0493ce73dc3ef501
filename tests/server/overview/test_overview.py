"""The first screen in one answer, for a fixed number of queries."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, Team, add_users, make_organisation, running
from sqlalchemy import event

from contract.subscription import BillingCycle
from server.catalogue import Catalogue, default_catalogue
from server.store import subscriptions


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with five seats and seven users."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=5, users=7)


async def overview(team: Team) -> dict[str, Any]:
    """The overview as JSON."""
    async with team.client() as api:
        found: dict[str, Any] = (await api.get("/v1/overview")).json()
        return found


async def test_it_says_everything(team: Team) -> None:
    """Seats, renewal, users, events and who asks are there, and agree with the single answers."""
    found = await overview(team)
    async with team.client() as api:
        assert found["me"] == (await api.get("/v1/me")).json() | {"may": found["me"]["may"]}
        assert found["subscription"] == (await api.get("/v1/subscription")).json()
    assert found["seats"] == {
        "paid": 5,
        "used": 5,
        "free": 0,
        "not_paid": 2,
        "high_water": 5,
        "at_renewal": 7,
        "inactive": 0,
        "free_until_renewal": 0,
    }
    assert found["subscription"]["next_payment"] == {
        "date": "2025-12-14",
        "amount": {"amount": 4200, "currency": "EUR"},
        "seats": 7,
        "total": {"amount": 4200, "currency": "EUR"},
        "credit_applied": {"amount": 0, "currency": "EUR"},
        "full_from": "2025-12-14",
    }
    assert found["usage"] == [{"week": "2025-11-10", "used": 5, "paid": 5}]
    assert (found["last_event_id"], len(found["latest"]), found["latest"][0]["id"]) == ("evt_9", 9, "evt_9")
    assert (found["as_of"], found["sandbox"]) == ("2025-11-14T09:30:00Z", True)
    assert "@" in found["vendor_contact"]


async def test_seats_that_go_away_are_counted(team: Team) -> None:
    """With fewer seats scheduled, the free ones that nobody takes end with the period (D8)."""
    other = make_organisation(team.server, "Other plc", seats=10, users=3)
    with team.server.services.database.write() as connection:
        subscriptions.change(connection, other.subscription_id, scheduled_seats=4)
    seats = (await overview(other))["seats"]
    assert (seats["at_renewal"], seats["free"], seats["free_until_renewal"]) == (4, 7, 6)


async def test_on_professional_the_renewal_follows_the_users(team: Team) -> None:
    """Where seats follow users, the renewal takes those who are listed (D14)."""
    other = make_organisation(team.server, "Pro", plan="professional", seats=4, users=3)
    found = await overview(other)
    assert found["subscription"]["next_payment"]["seats"] == 3
    assert found["seats"]["free_until_renewal"] == 1


@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", 60_000), ("JPY", 60_000), ("KWD", 600_000)], ids=["EUR", "JPY", "KWD"]
)
async def test_amounts_are_minor_units(tmp_path: Path, currency: str, amount: int) -> None:
    """Each currency has its own minor unit (D1)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, currency=currency, cycle=BillingCycle.ANNUAL)
        payment = (await overview(team))["subscription"]["next_payment"]
    assert payment["amount"] == {"amount": amount, "currency": currency}


async def test_free_and_contract_cost_nothing(team: Team) -> None:
    """Plans without a price have no next payment, and nothing goes away at their renewal."""
    for plan in ("non-commercial", "contract"):
        found = await overview(make_organisation(team.server, plan, plan=plan))
        assert found["subscription"]["next_payment"] is None
        assert found["seats"]["free_until_renewal"] == 0


async def test_use_is_kept_by_week(team: Team) -> None:
    """Each week keeps the most that was used and paid in it."""
    async with team.client() as api:
        for user in (await api.get("/v1/users?status=not_paid")).json()["items"]:
            await api.delete(f"/v1/users/{user['id']}")
        team.server.clock.move_to(NOW + dt.timedelta(days=7))
        user = (await api.get("/v1/users")).json()["items"][0]
        await api.delete(f"/v1/users/{user['id']}")
    weeks = [(each["week"], each["used"]) for each in (await overview(team))["usage"]]
    assert weeks == [("2025-11-10", 5), ("2025-11-17", 4)]


async def test_a_quiet_week_is_like_the_one_before(team: Team) -> None:
    """Three weeks in which nothing happens are on the chart too, with the seats used then."""
    async with team.client() as api:
        for user in (await api.get("/v1/users?status=not_paid")).json()["items"]:
            await api.delete(f"/v1/users/{user['id']}")
        team.server.clock.move_to(NOW + dt.timedelta(days=7))
        user = (await api.get("/v1/users")).json()["items"][0]
        await api.delete(f"/v1/users/{user['id']}")
    team.server.clock.move_to(NOW + dt.timedelta(days=21))
    weeks = [(each["week"], each["used"]) for each in (await overview(team))["usage"]]
    assert weeks == [("2025-11-10", 5), ("2025-11-17", 4), ("2025-11-24", 4), ("2025-12-01", 4)]


async def test_the_work_does_not_grow_with_the_users(team: Team) -> None:
    """The overview takes the same few statements for 7 and for 10,007 users, each by an index."""
    seen: list[Any] = []
    engine = team.server.services.database.engine
    await overview(team)
    event.listen(engine, "before_cursor_execute", lambda *call: seen.append(call[2:4]))
    await overview(team)
    few = [statement for statement, _ in seen]
    add_users(team, 10_000, start=100)
    seen.clear()
    await overview(team)
    assert [statement for statement, _ in seen] == few
    assert len(few) <= 9
    statements = list(seen)
    with team.server.services.database.read() as connection:
        for statement, values in statements:
            if statement.startswith("SELECT"):
                rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)
                assert not [row[3] for row in rows if row[3].startswith("SCAN")], statement


async def test_plans_are_pages_too(team: Team) -> None:
    """The catalogue comes in its own order, page by page, priced in the subscription's currency."""
    async with team.client() as api:
        first = (await api.get("/v1/plans?limit=3&count=true")).json()
        rest = (await api.get("/v1/plans", params={"cursor": first["next_cursor"]})).json()
        assert (await api.get("/v1/plans?offset=4")).json()["items"] == rest["items"][1:]
    assert first["total"] == 5
    plans = [each["id"] for each in (*first["items"], *rest["items"])]
    assert plans == ["non-commercial", "professional", "business", "enterprise", "contract"]
    assert first["items"][2]["monthly"] == {"amount": 600, "currency": "EUR"}


def test_a_catalogue_is_read_strictly(tmp_path: Path) -> None:
    """A misspelt field of a catalogue is an error, not a silent nothing."""
    assert default_catalogue().offer("professional").seats_follow_users
    path = tmp_path / "plans.toml"
    path.write_text('vendor_contact = "x"\ntaxrate = 3\nplans = []\n')
    with pytest.raises(ValueError, match="taxrate"):
        Catalogue.read(path)


async def test_a_seat_for_the_rest_of_the_period_is_a_line_of_paying_for_all(team: Team) -> None:
    """What one more seat takes now is told before anybody is added, and is the share of each of the unpaid."""
    found = await overview(team)
    each, everybody = found["seat_now"]["amount"], found["pay_unpaid"]["amount"]
    assert each > 0
    assert everybody == 2 * each
