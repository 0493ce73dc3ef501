"""An import from the upload to the last row: mapping, mending, three modes, stopping, requests, forgetting (D20)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from billing_desk import kinds, move
from builders import NOW, Team, findings_in, make_organisation, running
from import_desk import apply, begin, crowd, listed, plan, rows_of, send, sheet, still, verdicts

from server.imports import applying


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with five seats and one user; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=5, users=1)
        assert findings_in(server) == []


async def test_the_price_of_a_plan_is_what_the_quote_will_say(team: Team) -> None:
    """The plan says what paying for those without a seat takes, and by how much the renewal grows; both come true."""
    async with team.client() as api:
        before = (await api.get("/v1/subscription")).json()["next_payment"]["amount"]["amount"]
        planned = await plan(api, crowd(7))
        assert planned["seats"] == {"free": 4, "needed": 7, "short": 3}
        await apply(team, api, planned)
        quote = (await api.post("/v1/quotes", json={"pay_users": "all"})).json()
        assert planned["price"]["pay_now"] == quote["due_now"]
        after = (await api.get("/v1/subscription")).json()["next_payment"]
        assert planned["price"]["renewal_adds"]["amount"] == after["amount"]["amount"] - before
        assert planned["price"]["renewal_date"] == after["date"]


async def test_each_user_leaves_one_event_and_the_import_one_more(team: Team) -> None:
    """Planned, then each user added in the order of the file, then applied with the number of users that came."""
    async with team.client() as api:
        planned = await plan(api, crowd(3))
        done = await apply(team, api, planned)
        found = (await api.get("/v1/events")).json()["items"][::-1][-5:]
        assert [each["type"] for each in found] == ["import.planned", *["user.added"] * 3, "import.applied"]
        assert found[-1]["object"]["attributes"]["added"] == 3
        assert {each["actor"]["account_id"] for each in found} == {team.account_id}
        await apply(team, api, done)
        assert [kind for kind in await kinds(api) if kind == "user.added"] == ["user.added"] * 4


async def test_unknown_columns_are_asked_for(team: Team) -> None:
    """A file whose columns nobody understands is kept until somebody says which is which; then it is planned."""
    content = sheet("1;Ada;L;ada@x.example;A", "2;Bo;M;bo@x.example;B", header="a;b;c;d;e")
    async with team.client() as api:
        planned = await plan(api, content)
        assert planned["status"] == "needs_mapping"
        assert [(each["number"], each["header"], each["sample"][0]) for each in planned["columns"]][1:4] == [
            (2, "b", "Ada"),
            (3, "c", "L"),
            (4, "d", "ada@x.example"),
        ]
        assert (await begin(api, planned)).json()["code"] == "import_not_ready"
        bad = await api.post(f"/v1/imports/{planned['id']}/mapping", json={"email": 9})
        assert bad.json()["errors"][0]["pointer"] == "/mapping"
        answer = await api.post(f"/v1/imports/{planned['id']}/mapping", json={"email": 4, "last_name": 2})
        assert (answer.json()["status"], answer.json()["mapping"]["email"]) == ("planned", 4)
        assert (await rows_of(api, planned["id"]))[0]["cells"]["last_name"] == "Ada"
        at_once = await plan(api, content, mapping='{"email": 4, "first_name": 2}')
        assert (at_once["status"], at_once["counts"]["create"]) == ("planned", 2)


async def test_a_row_is_mended_in_place(team: Team) -> None:
    """A mended row is judged at once; the row that was its duplicate takes its place, and the counts follow."""
    async with team.client() as api:
        planned = await plan(api, sheet("ada@x.example,,,", "ADA@x.example,,,", "bo,,,"))
        path = f"/v1/imports/{planned['id']}/rows"
        mended = (await api.patch(path, json={"number": 4, "email": " bo@x.example "})).json()
        assert (mended["row"]["verdict"], mended["row"]["cells"]["email"]) == ("create", "bo@x.example")
        mended = (await api.patch(path, json={"number": 2, "email": "bo@x.example"})).json()
        assert verdicts([mended["row"], *mended["others"]]) == ["create", "create", "duplicate_in_file email"]
        counts = mended["current"]["counts"]
        assert (counts["create"], counts["duplicate_in_file"], counts["invalid"]) == (2, 1, 0)
        mended = (await api.patch(path, json={"number": 4, "email": "x"})).json()
        assert mended["row"]["reason"] == "This is not an e-mail address."
        assert (await begin(api, planned)).json()["code"] == "version_conflict"
        assert (await apply(team, api, mended["current"]))["applied"] == 2
        done = await api.patch(path, json={"number": 2, "first_name": "A"})
        assert done.json()["code"] == "import_not_ready"
        assert (await api.patch(path, json={"number": 9, "first_name": "A"})).status_code == 422


async def test_until_full_stops_at_the_last_free_seat_and_goes_on_later(team: Team) -> None:
    """Four seats are free: four rows are done, and the rest when there are seats again."""
    async with team.client() as api:
        done = await apply(team, api, await plan(api, crowd(6)), "until_full")
        assert (done["status"], done["stopped_because"], done["applied"], done["remaining"]) == (
            "stopped",
            "full",
            4,
            2,
        )
        (user, *_) = (await api.get("/v1/users?sort=-added_at")).json()["items"]
        await api.delete(f"/v1/users/{user['id']}")
        done = await apply(team, api, done, "until_full")
        assert (done["stopped_because"], done["applied"]) == ("full", 5)
        done = await apply(team, api, done)
        assert (done["status"], done["applied"], done["stopped_because"]) == ("applied", 6, None)
        assert (await api.get("/v1/subscription")).json()["users_not_paid"] == 1


async def test_atomic_does_all_or_none(team: Team) -> None:
    """A row that can't be done keeps all from being done, also one that only came to be so since the plan."""
    async with team.client() as api:
        planned = await plan(api, sheet("ada@x.example,,,", "bo,,,"))
        assert (await begin(api, planned, "atomic")).json()["code"] == "not_done"
        planned = await plan(api, sheet("ada@x.example,,,", "outside@x.example,,,"))
        other = make_organisation(team.server, "Other Ltd", users=0)
        async with other.client() as theirs:
            await theirs.post("/v1/users", json={"email": "outside@x.example"})
        done = await apply(team, api, planned, "atomic")
        assert (done["status"], done["stopped_because"], done["applied"]) == ("stopped", "refused", 0)
        assert "accounts outside" in done["stopped_detail"]
        assert "row" not in done["stopped_detail"], "of many it does not tell whose"
        assert "ada@x.example" not in await listed(api)
        planned = await plan(api, sheet("ada@x.example,,,", "bo@x.example,,,"))
        assert (await apply(team, api, planned, "atomic"))["applied"] == 2


async def test_who_came_meanwhile_is_named(team: Team) -> None:
    """A row is judged again when it is applied: somebody who was added since the plan is not added twice."""
    async with team.client() as api:
        planned = await plan(api, crowd(3))
        await api.post("/v1/users", json={"email": "P1@many.example"})
        done = await apply(team, api, planned)
        assert (done["applied"], done["counts"]["create"], done["counts"]["already_user"]) == (2, 2, 1)
        (row,) = await rows_of(api, planned["id"], verdict="already_user")
        assert (row["number"], row["reason"]) == (3, "Already on the list of users.")
        assert len(await rows_of(api, planned["id"], done="true")) == 2


async def test_two_people_import_the_same_at_once(team: Team) -> None:
    """Two imports of the same people that run at once add each of them once."""
    async with team.client() as api:
        first, second = await plan(api, crowd(700)), await plan(api, crowd(700))
        assert (await begin(api, first)).status_code == (await begin(api, second)).status_code == 200
        done = [await still(team, api, each["id"]) for each in (first, second)]
        assert sum(each["applied"] for each in done) == 700
        assert sum(each["counts"]["already_user"] for each in done) == 700
        assert (await api.get("/v1/users?count=true")).json()["total"] == 701


async def test_it_stops_between_chunks_and_goes_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped, what is done stays done and no more comes; applied again, the rest follows, nobody twice."""
    monkeypatch.setattr(applying, "MOST", 10)
    async with team.client() as api:
        planned = await plan(api, crowd(300))
        assert (await begin(api, planned)).json()["status"] == "applying"
        while not (now := (await api.get(f"/v1/imports/{planned['id']}")).json())["applied"]:
            await asyncio.sleep(0)
        assert (await api.patch(f"/v1/imports/{planned['id']}/rows", json={"number": 2})).status_code == 409
        stopped = (await api.post(f"/v1/imports/{planned['id']}/stop")).json()
        assert (stopped["status"], stopped["stopped_because"]) == ("stopped", "asked")
        assert now["applied"] <= stopped["applied"] < 300
        again = await still(team, api, planned["id"])
        assert again["applied"] == stopped["applied"]
        assert (await apply(team, api, again))["applied"] == 300


async def test_a_restart_finds_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that goes down while it applies says so when it is back, and goes on when it is asked to."""
    monkeypatch.setattr(applying, "MOST", 10)
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=5)
        async with team.client() as api:
            planned = await plan(api, crowd(100))
            await begin(api, planned)
    async with running(tmp_path) as server:
        team = Team(server, team.organisation_id, team.subscription_id, team.account_id, team.token)
        async with team.client() as api:
            found = (await api.get("/v1/imports")).json()["items"][0]
            assert (found["status"], found["stopped_because"]) == ("stopped", "interrupted")
            assert (await apply(team, api, found))["applied"] == 100
        assert findings_in(server) == []


async def test_rows_that_need_it_become_requests(team: Team) -> None:
    """One call asks all of them, or some; each once, and who can't be asked says why."""
    other = make_organisation(team.server, "Other Ltd", users=3)
    async with other.client() as theirs:
        outside = [each["email"] for each in (await theirs.get("/v1/users")).json()["items"]]
    async with team.client() as api:
        planned = await plan(api, sheet(*(f"{address},,," for address in outside)))
        path = f"/v1/imports/{planned['id']}/transfers"
        await apply(team, api, planned)
        await api.post("/v1/transfers", json={"email": outside[2]})
        one = (await api.post(path, json={"numbers": [2]})).json()
        assert (one["requested"], one["failed"]) == (1, [])
        rest = (await api.post(path, json={"message": "Join us"})).json()
        assert (rest["requested"], [each["code"] for each in rest["failed"]]) == (1, ["transfer_pending"])
        assert (await api.post(path, json={"numbers": [2]})).json()["errors"][0]["code"] == "needs_no_request"
        rows = await rows_of(api, planned["id"])
        assert [row["transfer_id"] is not None for row in rows] == [True, True, False]
        assert (await api.get("/v1/transfers?count=true")).json()["total"] == 3


async def test_the_same_key_plans_once(team: Team) -> None:
    """Sent again with its key and the same file it is the same import; with another file it is refused."""
    async with team.client() as api:
        first = await send(api, crowd(3), key="k")
        again = await send(api, crowd(3), key="k")
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first.json()["id"], "true")
        assert (await send(api, crowd(4), key="k")).json()["code"] == "idempotency_key_reused"
        assert len((await api.get("/v1/imports")).json()["items"]) == 1


async def test_others_see_nothing_of_it(team: Team) -> None:
    """Another organisation's import is not found, whatever is asked of it (D28)."""
    other = make_organisation(team.server, "Other Ltd")
    async with team.client() as api, other.client() as theirs:
        planned = await plan(api, crowd(1))
        path = f"/v1/imports/{planned['id']}"
        for method, tail in (("GET", ""), ("GET", "/rows"), ("GET", "/rejected"), ("POST", "/stop")):
            assert (await theirs.request(method, path + tail)).status_code == 404
        assert (await begin(theirs, planned)).status_code == 404
        assert (await theirs.patch(f"{path}/rows", json={"number": 2})).status_code == 404
        assert (await theirs.post(f"{path}/mapping", json={"email": 1})).status_code == 404
        assert (await theirs.post(f"{path}/transfers", json={})).status_code == 404
        assert (await theirs.get("/v1/imports")).json()["items"] == []


async def test_imports_are_forgotten_after_a_week(team: Team) -> None:
    """After seven days neither the rows nor the file are there; the users are."""
    async with team.client() as api:
        done = await apply(team, api, await plan(api, crowd(3)))
        await plan(api, crowd(3, "other.example"))
        assert len(list(team.server.services.files.iterdir())) == 1
        move(team.server, NOW + dt.timedelta(days=7))
        assert (await api.get(f"/v1/imports/{done['id']}")).status_code == 404
        assert list(team.server.services.files.iterdir()) == []
        assert len(await listed(api)) == 4


FORMS = {
    "no file": ({"data": {"x": "1"}, "files": {"other": b"1"}}, 422),
    "two files": ({"files": [("file", b"a"), ("file", b"b")]}, 422),
    "an unknown field": ({"files": {"file": b"e\na@x.example"}, "data": {"seats": "1"}}, 422),
    "a mapping that is none": ({"files": {"file": b"e\na@x.example"}, "data": {"mapping": "{"}}, 400),
    "JSON": ({"json": {}}, 415),
    "half a form": (
        {
            "content": b"--b\r\nContent-Disposition: form-data",
            "headers": {"Content-Type": "multipart/form-data; boundary=b"},
        },
        400,
    ),
    "no boundary": ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 415),
    "too much": ({"files": {"file": b"x" * 300_000}}, 413),
}


@pytest.mark.parametrize(("request_parts", "status"), FORMS.values(), ids=FORMS.keys())
async def test_forms_are_read_strictly(tmp_path: Path, request_parts: dict[str, object], status: int) -> None:
    """A form without its one file, damaged, too large or with anything else in it is refused, and leaves no file."""
    async with running(tmp_path, max_body=200_000) as server, make_organisation(server).client() as api:
        answer = await api.request("POST", "/v1/imports", **request_parts)  # type: ignore[arg-type]
        assert answer.status_code == status, answer.text
        assert list(server.services.files.iterdir()) == []


async def test_rows_are_found_by_any_part_of_them(team: Team) -> None:
    """Accents and case aside, all words, within a verdict, by the number of the row; counted as they are paged."""
    async with team.client() as api:
        planned = await plan(
            api, sheet("ana@x.example,Ána,Silva,Chef", "bo@x.example,Bo,Kaya,", "none,ANA,Ørsted,", "p42@x.example,P,,")
        )

        async def found(**query: Any) -> list[int]:
            return [row["number"] for row in await rows_of(api, planned["id"], **query)]

        assert await found(search="ana") == [2, 4]
        assert await found(search="  ANA  chef ") == [2]
        assert await found(search="orsted") == [4]
        assert await found(search="ana", verdict="invalid") == [4]
        assert await found(search="3") == [3]
        assert await found(search="42") == [5]
        assert await found(search="%") == []
        page = await api.get(f"/v1/imports/{planned['id']}/rows", params={"search": "ana", "limit": 1, "count": "true"})
        assert (page.json()["total"], page.json()["has_more"]) == (2, True)
        again = {"search": "ana", "cursor": page.json()["next_cursor"]}
        assert [row["number"] for row in await rows_of(api, planned["id"], **again)] == [4]
        assert (await api.get(f"/v1/imports/{planned['id']}/rows", params={"search": "x" * 201})).status_code == 422


async def test_the_column_of_addresses_is_guessed_where_nothing_else_is_known(team: Team) -> None:
    """The headers say nothing, the cells do; the rest is for somebody to say."""
    async with team.client() as api:
        planned = await plan(api, b"Ruf;Kontakt;Sippe\nAna;ana@x.example;Silva\n")
        assert planned["status"] == "needs_mapping"
        assert [column["field"] for column in planned["columns"]] == [None, "email", None]
