"""Opening, listing, cancelling and sending again (D22, D23, D25)."""

import datetime as dt
from itertools import product
from pathlib import Path

import pytest
from billing_desk import add_users, get, kinds
from builders import NOW, make_organisation, running
from transfer_desk import DAY, ask_to_join, asked, decide, force_state, link_of, states, whole

from contract.people import Role
from contract.transfers import Direction, TransferState
from server.app import do_chores, load_areas
from server.store import organisations

HOUR = dt.timedelta(hours=1)
RIGHT_SIDE = {"accept": "incoming", "decline": "incoming", "cancel": "outgoing", "resend": "outgoing"}


@pytest.mark.parametrize(("direction", "state"), list(product(Direction, TransferState)))
async def test_every_move_in_every_state(tmp_path: Path, direction: Direction, state: TransferState) -> None:
    """Only pending requests move, and only by the side that may move them; a refusal changes nothing (D22, D23)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            for move, side in RIGHT_SIDE.items():
                name = f"{move}er"
                if direction is Direction.INCOMING:
                    (one,) = ask_to_join(team, name)
                else:
                    one = (await asked(api, f"{name}@outside.example"))["id"]
                force_state(team, one, state.value)
                server.clock.move_to(server.clock.now() + 2 * HOUR)
                before = await get(api, f"/v1/transfers/{one}")
                answer = await api.post(f"/v1/transfers/{one}/{move}")
                if side != direction.value:
                    assert (answer.status_code, answer.json()["code"]) == (409, "transfer_wrong_side")
                elif state is not TransferState.PENDING:
                    assert (answer.status_code, answer.json()["code"]) == (409, "transfer_not_pending")
                    assert answer.json()["data"] == {"state": state.value}
                else:
                    after = {"accept": "accepted", "decline": "declined", "cancel": "cancelled", "resend": "pending"}
                    assert (answer.status_code, answer.json()["state"]) == (200, after[move])
                    assert answer.json()["version"] == before["version"] + 1
                    assert answer.headers["etag"] == f'"{before["version"] + 1}"'
                    before = answer.json()
                assert (await get(api, f"/v1/transfers/{one}")).items() <= before.items()
                if state is TransferState.ACCEPTED:
                    force_state(team, one, "cancelled")  # it was only forced to be accepted: nobody is its user
        whole(team)


async def test_an_answer_never_tells_whether_an_account_exists(tmp_path: Path) -> None:
    """Asking an address with an account and one without answer the same, name by name (D25)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        now = server.clock.now()
        with server.services.database.write() as connection:
            organisations.add_account(
                connection,
                email="real@x.example",
                email_key="real@x.example",
                now=now,
                first_name="Real",
                last_name="P",
            )
        async with team.client() as api:
            real, nobody = await asked(api, "real@x.example", "Hi"), await asked(api, "fake@x.example", "Hi")
            for told in (real, nobody):
                told.pop("id")
                told.pop("email")
            assert real == nobody
            assert (real["state"], real["first_name"], real["gives_up"]) == ("pending", "", "")
            assert dt.datetime.fromisoformat(real["expires_at"]) == NOW + 14 * DAY
            assert dt.datetime.fromisoformat(real["resend_after"]) == NOW + HOUR


async def test_what_can_not_be_asked(tmp_path: Path) -> None:
    """No address, a listed one, one that was asked, unsafe text, and a plan for one are each told apart."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        alone = make_organisation(server, "Alone", plan="non-commercial", seats=0)
        async with team.client() as api:
            await add_users(api, 1)
            await asked(api, "somebody@x.example")
            ask_to_join(team, "Wren")
            for body, status, code in [
                ({"email": "nobody"}, 422, "invalid_email"),
                ({"email": "U0@People.Example"}, 409, "already_user"),
                ({"email": "Somebody@X.Example"}, 409, "transfer_pending"),
                ({"email": "wren@outside.example"}, 409, "transfer_pending"),
                ({"email": "a@x.example", "message": "hi\x1b[2J"}, 422, "unsafe_text"),
                ({"email": "a@x.example", "note": ""}, 422, "validation_failed"),
            ]:
                answer = await api.post("/v1/transfers", json=body)
                assert (answer.status_code, answer.json()["code"]) == (status, code)
        async with alone.client() as api:
            answer = await api.post("/v1/transfers", json={"email": "a@x.example"})
            assert (answer.status_code, answer.json()["code"]) == (422, "plan_has_no_sub_accounts")


async def test_a_new_request_may_follow_an_ended_one(tmp_path: Path) -> None:
    """After any end but acceptance the same address may be asked again (D23)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            for _ in range(2):
                one = await asked(api, "again@x.example")
                assert (await api.post(f"/v1/transfers/{one['id']}/cancel")).status_code == 200
            await asked(api, "again@x.example")
            server.clock.move_to(NOW + 15 * DAY)
            await asked(api, "again@x.example")
            assert (await kinds(api)).count("transfer.expired") == 1
        whole(team)


async def test_sending_again_waits_an_hour(tmp_path: Path) -> None:
    """Once an hour, with the wait told; it renews the expiry and the old link opens nothing any more (D23)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            one = await asked(api, "slow@x.example")
            link = link_of(team, one["id"])
            server.clock.move_to(NOW + HOUR - dt.timedelta(seconds=90))
            answer = await api.post(f"/v1/transfers/{one['id']}/resend")
            assert (answer.status_code, answer.json()["code"]) == (429, "resend_too_soon")
            assert (answer.headers["retry-after"], answer.json()["retry_after"]) == ("90", 90)
            assert link_of(team, one["id"]) == link
            server.clock.move_to(NOW + HOUR)
            answer = await api.post(f"/v1/transfers/{one['id']}/resend")
            assert answer.status_code == 200
            assert dt.datetime.fromisoformat(answer.json()["expires_at"]) == NOW + HOUR + 14 * DAY
            assert link_of(team, one["id"]) not in {link, None}


async def test_requests_run_out(tmp_path: Path) -> None:
    """After 14 days a request is expired, with an event by the server; before that moment it is not (D23)."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        (one,) = ask_to_join(team, "Late")
        async with team.client() as api:
            server.clock.move_to(NOW + 14 * DAY - dt.timedelta(seconds=1))
            do_chores(load_areas(), server.services)
            assert await states(api) == {"late@outside.example": "pending"}
            server.clock.move_to(NOW + 14 * DAY)
            answer = await api.post(f"/v1/transfers/{one}/accept")
            assert (answer.status_code, answer.json()["code"]) == (409, "transfer_not_pending")
            do_chores(load_areas(), server.services)
            assert await states(api) == {"late@outside.example": "expired"}
            newest = (await get(api, "/v1/events?limit=1"))["items"][0]
            assert (newest["type"], newest["actor"]["account_id"]) == ("transfer.expired", None)
        whole(team)


async def test_the_list_is_found_sorted_and_paged(tmp_path: Path) -> None:
    """Search, direction, state and every sort work together, and the cursor walks through all without gap or repeat."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        for name in ("Émile", "bo", "Aino", "Çelik", "dora"):
            ask_to_join(team, name.encode("ascii", "ignore").decode() or name)
            server.clock.move_to(server.clock.now() + HOUR)
        async with team.client() as api:
            one = await asked(api, "aaa@x.example")
            await api.post(f"/v1/transfers/{one['id']}/cancel")
            for sort in ("created_at", "-created_at", "name", "-name", "email", "-email", "expires_at", "-expires_at"):
                whole_list = (await get(api, f"/v1/transfers?sort={sort}"))["items"]
                assert len(whole_list) == 6
                field = sort.removeprefix("-")
                key = [_sort_value(each, field) for each in whole_list]
                assert key == sorted(key, reverse=sort.startswith("-"))
                walked, query = [], f"/v1/transfers?sort={sort}&limit=2&count=true"
                page = await get(api, query)
                while True:
                    assert page["total"] == 6
                    walked += page["items"]
                    if not page["has_more"]:
                        break
                    page = await get(api, f"{query}&cursor={page['next_cursor']}")
                assert walked == whole_list
            assert len(await states(api, direction="incoming", state="pending")) == 5
            assert await states(api, direction="outgoing") == {"aaa@x.example": "cancelled"}
            assert list(await states(api, search="OUTSIDE dora")) == ["dora@outside.example"]
            assert await states(api, search="100%_") == {}
            assert len((await get(api, "/v1/transfers?offset=4"))["items"]) == 2
            bad = await api.get("/v1/transfers", params={"cursor": "nonsense"})
            assert (bad.status_code, bad.json()["code"]) == (422, "validation_failed")


def _sort_value(item: dict[str, str], field: str) -> str:
    if field == "name":
        return f"{item['first_name']} {item['last_name']}".strip().lower() or item["email"]
    return item[field]


async def test_roles_and_organisations_are_kept_apart(tmp_path: Path) -> None:
    """Viewers read, admins decide, and another organisation's requests are not there at all (D25, D28)."""
    async with running(tmp_path) as server:
        team, others = make_organisation(server), make_organisation(server, "Others")
        one, two = ask_to_join(team, "Ann", "Bob")
        async with server.client(team.token_of(Role.VIEWER)) as viewer:
            assert len(await states(viewer)) == 2
            refused = await viewer.post(f"/v1/transfers/{one}/accept")
            assert (refused.status_code, refused.json()["data"]["needed_role"]) == (403, "admin")
        async with others.client() as stranger:
            assert await states(stranger) == {}
            for method, path in [
                ("GET", one),
                ("POST", f"{one}/accept"),
                ("POST", f"{one}/decline"),
                ("POST", f"{one}/cancel"),
                ("POST", f"{one}/resend"),
            ]:
                answer = await stranger.request(method, f"/v1/transfers/{path}")
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            report = await decide(stranger, [one], [two])
            assert [each["problem"]["code"] for each in report["results"]] == ["not_found", "not_found"]
            assert [each["transfer"] for each in report["results"]] == [None, None]
        async with server.client(team.token_of(Role.ADMIN)) as admin:
            assert (await admin.post(f"/v1/transfers/{one}/accept")).status_code == 200
            answer = await admin.post(f"/v1/transfers/{two}/decline", json={"reason": "Not this year"})
            assert (answer.json()["state"], answer.json()["reason"]) == ("declined", "Not this year")
        whole(team)
