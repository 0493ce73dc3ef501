"""The demo organisation: a year that adds up, whenever it is told."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from billing_desk import get, move
from builders import RunningServer, running
from hostile import storable
from sqlalchemy import text

from contract.arithmetic import recomputed
from contract.billing import Line
from server.catalogue import default_catalogue
from server.http.tokens import make_token
from server.operations.verify import findings
from server.seed.demo import seed_demo
from server.settings import SettingsError
from server.store.database import Database

NOW = dt.datetime(2026, 3, 19, 15, 20, tzinfo=dt.UTC)
TOKEN = make_token().token
MOMENTS = [
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2027, 2, 28, 23, 59, 59, tzinfo=dt.UTC),
    dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC),
    *(dt.datetime(2026, 5, 1, 4, tzinfo=dt.UTC) + dt.timedelta(days=day, hours=day) for day in range(0, 92, 7)),
]


def _seed(server: RunningServer, now: dt.datetime, hostile: list[str] | None = None) -> None:
    with server.services.database.write() as connection:
        seed_demo(connection, default_catalogue(), token=TOKEN, now=now, hostile=hostile or ())


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_it_adds_up_whenever_it_is_told(tmp_path: Path, now: dt.datetime) -> None:
    """Every invariant holds, all is in the past, and the period has about ten days left, on any day of any year."""
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    database.open()
    try:
        with database.write() as connection:
            seed_demo(connection, default_catalogue(), token=TOKEN, now=now)
        with database.read() as connection:
            assert list(findings(connection)) == []
            row = connection.execute(text("SELECT * FROM subscriptions ORDER BY created_at LIMIT 1")).one()
            assert (row.plan, row.seats, row.users_active, row.users_not_paid) == ("business", 37, 37, 3)
            assert 10 <= (dt.date.fromisoformat(row.period_end) - now.date()).days <= 13
            newest = connection.execute(text("SELECT max(created_at) FROM events")).scalar_one()
            assert dt.timedelta() < now - dt.datetime.fromtimestamp(newest / 1e6, dt.UTC) < dt.timedelta(hours=1)
            weeks = connection.execute(text("SELECT count(*), max(used), max(paid) FROM seat_usage")).one()
            assert weeks[0] >= 52
            assert weeks[1:] == (37, 37)
    finally:
        database.close()


async def test_the_first_screen_has_something_to_say(tmp_path: Path) -> None:
    """Three unpaid users, seven requests of which one expires soon, a code that runs out, a year of weeks."""
    async with running(tmp_path, now=NOW) as server:
        _seed(server, NOW)
        async with server.client(TOKEN) as api:
            overview = await get(api, "/v1/overview")
            assert overview["me"]["organisation"]["name"] == "Tidewheel Works"
            assert overview["me"]["role"] == "owner"
            seats = overview["seats"]
            assert (seats["paid"], seats["used"], seats["free"], seats["not_paid"]) == (37, 37, 0, 3)
            assert overview["transfers"] == {"incoming": 7, "outgoing": 3, "expiring": 1}
            assert [(code["code"], code["uses_left"]) for code in overview["codes"]] == [("WELCOME-26", 2)]
            assert len(overview["usage"]) >= 52
            users = (await get(api, "/v1/users?limit=100&count=true"))["items"]
            assert len(users) == 40
            assert {user["source"] for user in users} == {"hand", "import", "code", "member", "transfer"}
            found = await get(api, "/v1/users?search=WISNIEWSKI")
            assert found["items"] == []
            assert [each["last_name"] for each in (await get(api, "/v1/users?search=gulsen"))["items"]] == ["Yıldız"]
            outgoing = (await get(api, "/v1/transfers?direction=outgoing&state=pending"))["items"]
            free = [dt.datetime.fromisoformat(each["resend_after"]) <= NOW for each in outgoing]
            assert sorted(free) == [False, False, True]


async def test_the_past_was_paid_for(tmp_path: Path) -> None:
    """Thirteen periods and seven raises, each paid once, each line recomputable from its own fields (D11)."""
    async with running(tmp_path, now=NOW) as server:
        _seed(server, NOW)
        async with server.client(TOKEN) as api:
            invoices = (await get(api, "/v1/invoices"))["items"]
            assert len(invoices) == 20
            for invoice in invoices:
                assert (invoice["status"], [each["status"] for each in invoice["payments"]]) == ("paid", ["succeeded"])
                lines = [Line.model_validate(each) for each in invoice["lines"]]
                assert [recomputed(line) for line in lines] == [line.amount.amount for line in lines]
                assert sum(line.amount.amount for line in lines) == invoice["total"]["amount"]
            events = (await get(api, "/v1/events?limit=500"))["items"]
            assert 110 <= len(events) - len(invoices) <= 140
            assert sum(event["type"] == "invoice.issued" for event in events) == len(invoices)
            assert len({event["type"] for event in events}) >= 18


async def test_everybody_may_come_in(tmp_path: Path) -> None:
    """All seven requests can be accepted as they stand, also those of two who pay elsewhere, and life goes on."""
    async with running(tmp_path, now=NOW) as server:
        _seed(server, NOW)
        async with server.client(TOKEN) as api:
            waiting = (await get(api, "/v1/transfers?direction=incoming&state=pending"))["items"]
            assert sum(bool(each["gives_up"]) for each in waiting) == 2
            body = {"accept": [{"id": each["id"], "version": each["version"]} for each in waiting]}
            report = (await api.post("/v1/transfers/decisions", json=body)).json()
            assert (report["accepted"], report["failed"]) == (7, 0)
            move(server, NOW + dt.timedelta(days=40))
            seats = (await get(api, "/v1/overview"))["seats"]
            assert (seats["paid"], seats["used"], seats["not_paid"]) == (47, 47, 0)
        with server.services.database.read() as connection:
            assert list(findings(connection)) == []


def _content(folder: Path, now: dt.datetime) -> list[Any]:
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'demo.db'}")
    database.open()
    try:
        with database.write() as connection:
            seed_demo(connection, default_catalogue(), token=TOKEN, now=now)
            queries = (
                "SELECT email, first_name, last_name, position, status, source, added_at, removed_at FROM users",
                "SELECT email, state, message, created_at, expires_at FROM transfers",
                "SELECT number, total, issued_at FROM invoices ORDER BY issued_at, total",
                "SELECT week, used, paid FROM seat_usage ORDER BY week, used",
                "SELECT kind, created_at FROM events ORDER BY created_at, kind",
            )
            return [[tuple(row) for row in connection.execute(text(query))] for query in queries]
    finally:
        database.close()


def test_the_same_moment_tells_the_same_story(tmp_path: Path) -> None:
    """Told twice for one moment, only the ids differ."""
    assert _content(tmp_path / "one", NOW) == _content(tmp_path / "two", NOW)


async def test_hostile_names_are_kept_as_they_are(tmp_path: Path) -> None:
    """Names that try to break a terminal come out of the API byte for byte, so that terminal tests meet them."""
    async with running(tmp_path, now=NOW) as server:
        names = storable()
        _seed(server, NOW, names)
        async with server.client(TOKEN) as api:
            users = (await get(api, "/v1/users?limit=500"))["items"]
            assert {user["first_name"] for user in users} >= set(names)
            incoming = (await get(api, "/v1/transfers?limit=500&direction=incoming&state=pending"))["items"]
            assert {each["message"] for each in incoming} >= set(names)
        with server.services.database.read() as connection:
            assert list(findings(connection)) == []


async def test_a_token_that_is_none_is_refused(tmp_path: Path) -> None:
    """What is in the token file must be a token."""
    async with running(tmp_path, now=NOW) as server:
        with pytest.raises(SettingsError, match="no token"), server.services.database.write() as connection:
            seed_demo(connection, default_catalogue(), token="password", now=NOW)
