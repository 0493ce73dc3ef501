"""Webhooks as stories: told at once, tried again, switched off, told again."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from builders import Team, add_users, findings_in, make_organisation
from notifications_desk import Office, Told, add_user, all_events, office, receiver, subscribed, until
from sqlalchemy import text
from standardwebhooks import WebhookVerificationError

from server.store.types import to_microseconds


@pytest.fixture(name="house")
async def running_house(tmp_path: Path) -> AsyncIterator[Office]:
    """A sandbox server, which may tell this machine."""
    async with office(tmp_path, webhook_patience=0.5) as found:
        yield found
        assert findings_in(found.server) == []


@pytest.fixture
def team(house: Office) -> Team:
    """One organisation."""
    return make_organisation(house.server)


async def test_every_event_is_told_and_verifies(house: Office, team: Team) -> None:
    """What is sent is signed as Standard Webhooks says, and holds the event as the API has it, in order."""
    async with receiver() as there, team.client() as api:
        made = await subscribed(api, there.url, description="Directory")
        for number in range(3):
            await add_user(api, f"u{number}@team.example")
        happened = await all_events(team)
        mine = happened[[event["type"] for event in happened].index("webhook.created") :]
        await until(lambda: len(there.told) == len(mine))
        for told, event in zip(there.told, mine, strict=True):
            said = told.verified(made["secret"], house.time)
            assert said == {"type": event["type"], "timestamp": event["created_at"], "data": event}
            assert told.path == "/hook?canary=1"
            with pytest.raises(WebhookVerificationError):
                told.verified("whsec_" + "A" * 43 + "=", house.time)
        assert there.told[0].json["type"] == "webhook.created"
        assert there.connections <= 2


async def test_what_failed_is_tried_again_under_the_same_name(house: Office, team: Team) -> None:
    """After a refusal it comes again by the schedule, with the same id, a new moment and a signature that fits."""
    answers = iter([500, 503])
    async with receiver(lambda _: next(answers, 200)) as there, team.client() as api:
        made = await subscribed(api, there.url)
        await until(lambda: _attempts(house) == 1)
        house.pass_time(seconds=4)
        house.pass_time(seconds=2)
        await until(lambda: _attempts(house) == 2)
        first = (await api.get(f"/v1/webhooks/{made['id']}/deliveries")).json()["items"][0]
        assert (first["state"], first["attempts"], first["status"]) == ("waiting", 2, 503)
        house.pass_time(minutes=5, seconds=31)
        await until(lambda: len(there.told) == 3)
        assert len(set(there.ids)) == 1
        assert len({told.headers["webhook-timestamp"] for told in there.told}) == 3
        there.told[-1].verified(made["secret"], house.time)
        await until(lambda: not _waiting(house))
        last = (await api.get(f"/v1/webhooks/{made['id']}/deliveries")).json()["items"][0]
        assert (last["state"], last["attempts"], last["message_id"]) == ("delivered", 3, there.ids[0])
        assert last["next_attempt_at"] is None


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("3600", 3600), ("1", 5), ("9" * 30, 24 * 3600), ("Mon, 01 Jan 2125 00:00:00 GMT", 24 * 3600)],
)
async def test_a_receiver_says_when_to_come_again(house: Office, team: Team, asked: str, seconds: int) -> None:
    """`Retry-After` makes a pause longer, never shorter, and at most as long as the longest there is."""
    async with receiver(lambda _: f"later {asked}") as there, team.client() as api:
        made = await subscribed(api, there.url)
        await until(lambda: _attempts(house) == 1)
        first = (await api.get(f"/v1/webhooks/{made['id']}/deliveries")).json()["items"][0]
        assert (first["state"], first["attempts"], first["status"]) == ("waiting", 1, 503)
        pause = dt.datetime.fromisoformat(first["next_attempt_at"]) - house.time
        assert seconds - 2 <= pause.total_seconds() <= seconds * 1.1


async def test_off_after_it_refused_everything(house: Office, team: Team) -> None:
    """Ten attempts within three days, then it is off, which is an event; on again, it goes on where it stopped."""
    async with receiver(lambda _: 500) as there, team.client() as api:
        made = await subscribed(api, there.url)
        path = f"/v1/webhooks/{made['id']}"
        for attempt in range(1, 11):
            await until(lambda: len(there.told) == attempt)  # noqa: B023 - waited for in the same turn of the loop
            await until(lambda: _attempts(house) == attempt)  # noqa: B023 - the same
            assert (await api.get(path)).json()["enabled"] is (attempt < 10)
            house.pass_time(hours=27)
        await add_user(api, "meanwhile@team.example")
        shown = (await api.get(path)).json()
        assert (shown["stopped"], shown["failed"], shown["behind"]) == ("failing", 1, 2)
        disabled = (await all_events(team))[-2]
        assert (disabled["type"], disabled["actor"]["label"]) == ("webhook.disabled", "the server")
        assert "canary" not in str(disabled)
        assert len(there.told) == 10
        there.answer = lambda _: 200
        assert (await api.patch(path, json={"enabled": True})).json()["stopped"] is None
        await until(lambda: len(there.told) == 13)
        assert [told.json["type"] for told in there.told[10:]] == ["webhook.disabled", "user.added", "webhook.changed"]
        assert (await api.post(f"{path}/replay", json={"failed": True})).json() == {"events": 1}
        await until(lambda: there.ids[0] in there.ids[10:])


async def test_gone_is_gone(house: Office, team: Team) -> None:
    """410 switches it off at once, and nothing is sent any more."""
    async with receiver(lambda _: 410) as there, team.client() as api:
        made = await subscribed(api, there.url)
        await until(lambda: _states(house) == ["failed"])
        shown = (await api.get(f"/v1/webhooks/{made['id']}")).json()
        await add_user(api, "later@team.example")
        house.pass_time(days=4)
        assert (shown["enabled"], shown["stopped"], shown["waiting"]) == (False, "gone", 0)
        assert len(there.told) == 1
        assert (await all_events(team))[-2]["type"] == "webhook.disabled"


async def test_one_that_is_never_taken_holds_up_nothing(house: Office, team: Team) -> None:
    """An event that its receiver always refuses is given up alone; others come through, nothing is switched off."""

    def answer(told: Told) -> int:
        return 400 if told.json["data"]["object"]["label"] == "poison@team.example" else 200

    async with receiver(answer) as there, team.client() as api:
        made = await subscribed(api, there.url, kinds=["user.*"])
        for day in range(12):
            await add_user(api, "poison@team.example" if not day else f"day{day}@team.example")
            expected = day + 1
            await until(lambda: len(set(there.ids)) == expected)  # noqa: B023 - waited for in the same turn of the loop
            await until(lambda: not _due(house))
            house.pass_time(hours=27)
        await until(lambda: _states(house).count("failed") == 1)
        shown = (await api.get(f"/v1/webhooks/{made['id']}")).json()
        assert (shown["enabled"], shown["failed"], shown["waiting"]) == (True, 1, 0)
        given_up = (await api.get(f"/v1/webhooks/{made['id']}/deliveries?state=failed&count=true")).json()
        assert (given_up["total"], given_up["items"][0]["attempts"], given_up["items"][0]["status"]) == (1, 10, 400)


ODD = {
    "hang": ("hang", "no answer within 0.5 s"),
    "close": ("close", "the connection broke"),
    "redirect": ("redirect http://127.0.0.1:1/", "it leads somewhere else, which is not followed"),
}


@pytest.mark.parametrize("how", ODD)
async def test_an_odd_answer_is_none(house: Office, team: Team, how: str) -> None:
    """Silence, a cut and a redirection are failures, said in words of ours; nothing is followed."""
    answer, said = ODD[how]
    async with receiver(lambda _: answer) as there, team.client() as api:
        made = await subscribed(api, there.url)
        await until(lambda: _attempts(house) == 1)
        (shown,) = (await api.get(f"/v1/webhooks/{made['id']}/deliveries")).json()["items"]
        assert (shown["state"], shown["error"]) == ("waiting", said)
        assert len(there.told) == 1


async def test_an_endless_answer_is_not_read(house: Office, team: Team) -> None:
    """A gigabyte for an answer counts as its status, and its connection is dropped."""
    async with receiver(lambda _: "flood") as there, team.client() as api:
        await subscribed(api, there.url)
        await until(lambda: _states(house) == ["delivered"])
        assert len(there.told) == 1


async def test_both_secrets_sign_for_a_day(house: Office, team: Team) -> None:
    """After a rotation old and new secret verify, a day later only the new; each secret is answered once."""
    async with receiver() as there, team.client() as api:
        made = await subscribed(api, there.url)
        path = f"/v1/webhooks/{made['id']}"
        again = await api.post(f"{path}/rotate", headers={"Idempotency-Key": "k"})
        new = again.json()["secret"]
        repeated = await api.post(f"{path}/rotate", headers={"Idempotency-Key": "k"})
        assert (repeated.json()["secret"], again.json()["version"]) == ("", repeated.json()["version"])
        assert "secret" not in (await api.get(path)).json()
        await until(lambda: len(there.told) == 2)
        for secret in (made["secret"], new):
            there.told[1].verified(secret, house.time)
        house.pass_time(hours=25)
        await add_user(api, "next@team.example")
        await until(lambda: len(there.told) == 3)
        there.told[2].verified(new, house.time)
        with pytest.raises(WebhookVerificationError):
            there.told[2].verified(made["secret"], house.time)


async def test_only_the_kinds_asked_for(team: Team) -> None:
    """A filter lets kinds and beginnings of kinds through; what is no kind is refused."""
    async with receiver() as there, team.client() as api:
        await subscribed(api, there.url, kinds=["transfer.*", "user.removed"])
        await add_user(api, "not@team.example")
        asked = (await api.post("/v1/transfers", json={"email": "who@else.example"})).json()
        await until(lambda: len(there.told) == 1)
        assert there.told[0].json["data"]["object"]["id"] == asked["id"]
        wrong = await api.post("/v1/webhooks", json={"url": there.url, "kinds": ["user.aded"]})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/kinds/0")


async def test_told_again_on_demand(house: Office, team: Team) -> None:
    """One event, or everything since a moment, comes again in order under the same names."""
    async with receiver() as there, team.client() as api:
        made = await subscribed(api, there.url, kinds=["user.*"])
        for day in range(4):
            await add_user(api, f"day{day}@team.example")
            house.pass_time(days=1)
        await until(lambda: len(_states(house)) == 4)
        before, path = list(there.ids), f"/v1/webhooks/{made['id']}"
        assert (await api.post(f"{path}/replay", json={"event_id": there.events[1]})).json() == {"events": 1}
        await until(lambda: len(there.told) == 5 and not _waiting(house))
        assert there.ids[4] == before[1]
        since = there.told[2].json["timestamp"]
        assert (await api.post(f"{path}/replay", json={"since": since})).json()["events"] >= 2
        await until(lambda: len(there.told) == 7)
        assert there.ids[5:] == before[2:]
        assert (await api.post(f"{path}/replay", json={"event_id": "evt_99999"})).status_code == 404
        assert (await api.post(f"{path}/replay", json={"since": since, "failed": True})).status_code == 422
        shown = (await api.get(f"{path}/deliveries")).json()["items"]
        assert [each["message_id"] for each in shown] == before[::-1]


async def test_two_organisations_never_see_each_others(house: Office, team: Team) -> None:
    """Neither is told of the other's events, and neither can read, change, or replay the other's webhook."""
    other = make_organisation(house.server, "Other plc")
    async with receiver() as mine, receiver() as theirs, team.client() as api, other.client() as stranger:
        made = await subscribed(api, mine.url)
        await subscribed(stranger, theirs.url)
        await add_user(api, "a@team.example")
        await add_user(stranger, "b@other.example")
        await until(lambda: (len(mine.told), len(theirs.told)) == (2, 2))
        assert "other.example" not in str([told.body for told in mine.told])
        assert "team.example" not in str([told.body for told in theirs.told])
        path = f"/v1/webhooks/{made['id']}"
        for method, where, body in (
            ("GET", path, None),
            ("PATCH", path, {"enabled": False}),
            ("DELETE", path, None),
            ("POST", f"{path}/rotate", None),
            ("GET", f"{path}/deliveries", None),
            ("POST", f"{path}/replay", {"failed": True}),
        ):
            assert (await stranger.request(method, where, json=body)).status_code == 404, (method, where)
        assert len((await stranger.get("/v1/webhooks?count=true")).json()["items"]) == 1
        assert (await api.get(path)).json()["version"] == 1


async def test_changed_deleted_and_too_many(team: Team) -> None:
    """If-Match guards changes, what is deleted is told nothing more, and there are twenty at most."""
    async with receiver() as there, team.client() as api:
        made = await subscribed(api, there.url, description="  One ")
        path = f"/v1/webhooks/{made['id']}"
        changed = await api.patch(path, json={"description": "Two"}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["description"], changed.headers["etag"]) == (200, "Two", '"2"')
        assert (await api.patch(path, json={"enabled": False}, headers={"If-Match": '"1"'})).status_code == 412
        assert (await api.delete(path, headers={"If-Match": '"2"'})).status_code == 200
        told = len(there.told)
        await add_user(api, "after@team.example")
        assert (await api.get(path)).status_code == 404
        for number in range(20):
            await subscribed(api, f"https://hooks.example/{number}", enabled=False)
        last = await api.post("/v1/webhooks", json={"url": there.url})
        assert (last.status_code, last.json()["errors"][0]["code"]) == (422, "too_many")
        page = (await api.get("/v1/webhooks?limit=15")).json()
        rest = (await api.get("/v1/webhooks", params={"limit": 15, "cursor": page["next_cursor"]})).json()
        assert len({each["id"] for each in page["items"] + rest["items"]}) == 20
        assert len(there.told) <= told + 2


async def test_an_outage_costs_little_and_loses_nothing(house: Office, team: Team) -> None:
    """While 1,200 things happen to a dead address a handful of rows are kept; back again, it is told all, once each."""
    async with receiver(lambda _: 500) as there, team.client() as api:
        await subscribed(api, there.url, kinds=["user.*"])
        add_users(team, 1200)
        last = _rows(house, "SELECT max(seq) FROM events")[0][0]
        for _ in range(12):
            house.pass_time(minutes=6)
            await until(lambda: not _due(house))
        assert len(_states(house)) < 30
        assert len(there.told) < 100
        there.answer, refused = (lambda _: 200), len(there.told)
        house.pass_time(minutes=6)
        await until(lambda: _position(house) == last, 60)
        house.pass_time(hours=27)
        await until(lambda: "waiting" not in _states(house))
        taken = there.ids[refused:]
        assert len(taken) == len(set(taken)) == 1200
        assert len(_states(house)) <= 1000


def _rows(house: Office, query: str) -> list[tuple[Any, ...]]:
    with house.server.services.database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _states(house: Office) -> list[str]:
    return [row[0] for row in _rows(house, "SELECT state FROM webhook_deliveries")]


def _waiting(house: Office) -> bool:
    return "waiting" in _states(house)


def _due(house: Office) -> bool:
    now = to_microseconds(house.time)
    return bool(_rows(house, f"SELECT 1 FROM webhook_deliveries WHERE state = 'waiting' AND next_at <= {now}"))  # noqa: S608


def _attempts(house: Office) -> int:
    return int(_rows(house, "SELECT coalesce(max(attempts), 0) FROM webhook_deliveries")[0][0])


def _position(house: Office) -> int:
    return int(_rows(house, "SELECT position FROM webhooks")[0][0])
