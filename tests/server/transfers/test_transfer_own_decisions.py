"""One's own decisions are listed as long as they can be taken back, one by one or many at once (D27)."""

import datetime as dt
from pathlib import Path

from builders import findings_in, make_organisation, running
from sqlalchemy import update
from transfer_desk import ask_to_join, decide, states, whole

from contract.people import Role
from server.store.tables import transfers

MINUTE = dt.timedelta(minutes=1)


async def test_a_single_decision_can_be_taken_back_too(tmp_path: Path) -> None:
    """Its answer says how and until when, and the list of decisions says the same after a restart."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        one, other = ask_to_join(team, "One", "Other")
        async with team.client() as api:
            for transfer, verb in ((one, "accept"), (other, "decline")):
                decided = (await api.post(f"/v1/transfers/{transfer}/{verb}")).json()
                (listed,) = (await api.get("/v1/transfers/decisions")).json()["items"]
                assert (listed["id"], listed["undo_until"]) == (decided["decision"], decided["undo_until"])
                assert (listed["accepted"], listed["declined"]) == (int(verb == "accept"), int(verb == "decline"))
                assert (await api.post(f"/v1/transfers/decisions/{listed['id']}/undo")).json()["undone"] == 1
                assert (await api.get("/v1/transfers/decisions")).json()["items"] == []
                server.clock.move_to(server.clock.now() + MINUTE)
            assert set((await states(api)).values()) == {"pending"}
            (last, first) = (await api.get("/v1/transfers/decisions", params={"undoable": "false"})).json()["items"]
            assert (first["accepted"], last["declined"]) == (1, 1)
            assert None not in {first["undone"], last["undone"]}
        whole(team)


async def test_the_list_holds_ones_own_for_ten_minutes(tmp_path: Path) -> None:
    """The newest first, page by page; nobody else's; none that did nothing; and none once the ten minutes are over."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        ids = ask_to_join(team, *(f"p{number}" for number in range(6)))
        admin = team.token_of(Role.ADMIN)
        async with team.client() as api, server.client(admin) as colleague:
            mine = [(await decide(api, [each]))["id"] for each in ids[:3]]
            await decide(api, [ids[0]])
            server.clock.move_to(server.clock.now() + 5 * MINUTE)
            theirs = (await decide(colleague, ids[3:4], ids[4:]))["id"]
            await decide(api, ["trf_nothing"])
            page = (await api.get("/v1/transfers/decisions", params={"limit": 2, "count": "true"})).json()
            assert (page["total"], page["has_more"]) == (3, True)
            rest = await api.get("/v1/transfers/decisions", params={"cursor": page["next_cursor"]})
            assert {each["id"] for each in page["items"] + rest.json()["items"]} == set(mine)
            (one,) = (await colleague.get("/v1/transfers/decisions")).json()["items"]
            assert (one["id"], one["accepted"], one["declined"]) == (theirs, 1, 2)
            server.clock.move_to(server.clock.now() + 5 * MINUTE)
            assert (await api.get("/v1/transfers/decisions")).json()["items"] == []
            assert len((await colleague.get("/v1/transfers/decisions")).json()["items"]) == 1


async def test_an_acceptance_without_its_user_is_found(tmp_path: Path) -> None:
    """What is recorded as accepted made a user of that account, and nothing else names one: verify says where not."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        accepted, waiting = ask_to_join(team, "One", "Other")
        async with team.client() as api:
            user = (await decide(api, [accepted]))["results"][0]["transfer"]["user_id"]
        whole(team)
        for transfer, values in ((accepted, {"user_id": None}), (waiting, {"user_id": user})):
            with server.services.database.write() as connection:
                connection.execute(update(transfers).where(transfers.c.id == transfer).values(**values))
        told = findings_in(server)
        assert [said for said in told if accepted in said or waiting in said] == [
            f"request {accepted} is accepted, and made no user of its account (none)",
            f"request {waiting} is pending, and names user {user}",
        ]
