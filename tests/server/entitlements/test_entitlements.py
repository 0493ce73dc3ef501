"""`GET /v1/entitlements/…`: may this account use the service now, why, and until when."""

import datetime as dt
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import NOW, Team, add_users, make_organisation, running
from sqlalchemy import update

from contract.people import Role
from contract.users import User
from server.http.tokens import token_id
from server.settings import sqlite_path
from server.store.tables import subscriptions, tokens

END = "2025-12-14T00:00:00Z"
ACTIVE = {"entitled": True, "reason": "active", "until": END}


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One seat, two users: the second waits."""
    async with running(tmp_path) as server:
        yield make_organisation(server, users=2, seats=1)


@pytest.fixture
async def api(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """The vendor's product, with the owner's token."""
    async with team.client() as client:
        yield client


async def asked(api: httpx.AsyncClient, who: str) -> dict[str, Any]:
    """The answer about somebody."""
    answer = await api.get(f"/v1/entitlements/{who}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(reason: str) -> dict[str, Any]:
    """What somebody who may not use it is answered."""
    return {"entitled": False, "reason": reason, "until": None}


def put(team: Team, **values: Any) -> None:
    """Put the subscription into a state."""
    with team.server.services.database.write() as connection:
        connection.execute(update(subscriptions).where(subscriptions.c.id == team.subscription_id).values(**values))


async def users_of(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The users, the one with the seat first."""
    found: list[dict[str, Any]] = (await api.get("/v1/users", params={"sort": "status"})).json()["items"]
    return found


async def test_by_address_and_by_account(api: httpx.AsyncClient) -> None:
    """Either names the same user, in any case; whoever waits for a seat is told apart from whoever has one."""
    seated, waiting = await users_of(api)
    for who in (seated["email"], seated["email"].upper(), seated["account_id"]):
        assert await asked(api, who) == ACTIVE
    assert await asked(api, waiting["account_id"]) == refused("not_paid")


@pytest.mark.parametrize(
    "who", ["nobody@else.example", "acc_zzz", "a/b@else.example", "%00", "x@[::1]", "@", "\u202e@x"]
)
async def test_strangers_are_not_listed(api: httpx.AsyncClient, who: str) -> None:
    """Whatever is asked about is an answer, never an error: nobody of that name may use the service."""
    assert await asked(api, who) == refused("not_listed")


async def test_another_organisations_user_is_a_stranger(team: Team, api: httpx.AsyncClient) -> None:
    """What goes on elsewhere is not told: neither by address nor by id."""
    (theirs,) = add_users(make_organisation(team.server, "Other plc"), 1)
    assert await asked(api, theirs.email) == await asked(api, theirs.account_id) == refused("not_listed")


async def test_right_at_once_after_every_change(api: httpx.AsyncClient) -> None:
    """Removal, the seat that passes on, and the way back show in the very next answer."""
    seated, waiting = await users_of(api)
    await api.delete(f"/v1/users/{seated['id']}")
    assert await asked(api, seated["email"]) == await asked(api, seated["account_id"]) == refused("removed")
    assert await asked(api, waiting["email"]) == ACTIVE
    await api.delete(f"/v1/users/{waiting['id']}")
    assert (await api.post(f"/v1/users/{seated['id']}/restore")).status_code == 200
    assert await asked(api, seated["email"]) == ACTIVE


async def test_what_the_subscription_says_comes_first(team: Team, api: httpx.AsyncClient) -> None:
    """Past due is still entitled until access is lost; suspended and ended are not, whoever has a seat (D12, D13)."""
    seated, waiting = (each["email"] for each in await users_of(api))
    put(team, status="past_due", past_due_since=NOW)
    lost = (NOW + dt.timedelta(days=7)).isoformat().replace("+00:00", "Z")
    assert await asked(api, seated) == {"entitled": True, "reason": "subscription_past_due", "until": lost}
    assert await asked(api, waiting) == refused("not_paid")
    for status in ("suspended", "ended"):
        put(team, status=status)
        assert await asked(api, seated) == await asked(api, waiting) == refused(f"subscription_{status}")


async def test_an_end_needs_nobody_to_notice_it(team: Team, api: httpx.AsyncClient) -> None:
    """A cancelled subscription entitles nobody from its last moment on, whether or not the server has ended it yet."""
    (seated, _) = await users_of(api)
    put(team, cancel_at_period_end=True)
    assert await asked(api, seated["email"]) == ACTIVE
    put(team, period_start=dt.date(2025, 10, 14), period_end=NOW.date())
    assert await asked(api, seated["email"]) == refused("subscription_ended")


async def test_a_plan_for_one_is_its_owners(team: Team) -> None:
    """On the plan without sub-accounts the main account is entitled, and nobody else."""
    alone = make_organisation(team.server, "Alone", plan="non-commercial")
    async with alone.client() as api:
        assert (await asked(api, "owner@alone.example"))["entitled"]
        assert (await asked(api, alone.account_id))["reason"] == "active"
        assert await asked(api, "other@alone.example") == refused("not_listed")


async def test_the_owner_needs_a_seat_where_there_are_seats(api: httpx.AsyncClient, team: Team) -> None:
    """Paying for others entitles nobody to use it oneself (D15)."""
    assert await asked(api, team.account_id) == refused("not_listed")


async def test_members_may_not_ask_about_others(team: Team) -> None:
    """It takes a role that reads."""
    async with team.server.client(team.token_of(Role.MEMBER)) as api:
        assert (await api.get("/v1/entitlements/owner@example.example")).status_code == 403


async def test_one_query_through_an_index(team: Team) -> None:
    """With a token that was just used a user costs one statement, and no answer reads a table from end to end."""
    users: list[User] = add_users(team, 1, start=5)
    statements: list[str] = []
    database = team.server.services.database
    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
    async with team.client() as api:
        for _ in range(2):
            await asked(api, users[0].email)
        driver.set_trace_callback(statements.append)
        await asked(api, users[0].email)
        assert len([each for each in statements if each.startswith("SELECT")]) == 1
        await asked(api, "nobody@else.example")
        await asked(api, users[0].account_id)
        driver.set_trace_callback(None)
    for sql in [each for each in statements if each.startswith("SELECT")]:
        plan = driver.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        assert not [row for row in plan if row[3].startswith("SCAN")], plan


async def test_written_by_another_process_it_counts_at_once(team: Team, api: httpx.AsyncClient) -> None:
    """Who is behind a token is asked again after any write, also one that did not come through the server."""
    await asked(api, "nobody@else.example")
    path = sqlite_path(team.server.services.settings.database)
    assert path
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE tokens SET revoked_at = 1")
    assert (await api.get("/v1/entitlements/nobody@else.example")).status_code == 401


async def test_what_is_undone_is_not_remembered(team: Team) -> None:
    """A token that was taken back in a transaction that failed is as good as before, and so is who it belongs to."""
    services = team.server.services
    known = token_id(team.token) or ""

    def fail() -> None:
        with services.database.write() as connection:
            connection.execute(update(tokens).values(revoked_at=NOW))
            inside = services.holders.get(known)
            assert inside
            assert inside.revoked_at is not None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    after = services.holders.get(known)
    assert after
    assert after.revoked_at is None
