"""Roles changed in any order by anybody: there always is an owner, and the main account is one."""

import asyncio
import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import httpx
from builders import Team, findings_in, make_organisation, running
from hypothesis import given, settings
from hypothesis import strategies as st
from role_desk import Person, person

from contract.people import Role

PEOPLE = 4
DEEDS = st.one_of(
    st.tuples(st.just("give"), st.sampled_from([each.value for each in Role])),
    st.tuples(st.sampled_from(["remove", "restore", "offer", "accept", "undo", "decline", "seat"]), st.just("")),
)
STEPS = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), DEEDS), min_size=5, max_size=25)


@settings(max_examples=8, deadline=None)
@given(steps=STEPS)
def test_there_always_is_an_owner_who_pays(steps: list[tuple[int, int, tuple[str, str]]]) -> None:
    """Whatever anybody tries on anybody, refused or done: one owner at least, who pays; and the books hold."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_story(Path(folder), steps))


async def _story(folder: Path, steps: list[tuple[int, int, tuple[str, str]]]) -> None:
    async with running(folder) as server:
        team = make_organisation(server, seats=2)
        olga = Person(team.account_id, "owner@example.example", team.token)
        people = [olga, *(person(team, f"p{each}", Role.OWNER) for each in range(1, PEOPLE))]
        for who, whom, (deed, role) in steps:
            server.clock.move_to(server.clock.now() + dt.timedelta(minutes=1))
            async with server.client(people[who].token) as api:
                answer = await _do(api, people[whom], deed, role)
                assert answer is None or answer.status_code < 500, answer.text
            _check(team)
        assert findings_in(server) == []


async def _do(api: httpx.AsyncClient, whom: Person, deed: str, role: str) -> httpx.Response | None:
    calls: dict[str, tuple[str, str, Any]] = {
        "give": ("PATCH", f"members/{whom.id}", {"role": role}),
        "remove": ("DELETE", f"members/{whom.id}", None),
        "restore": ("POST", f"members/{whom.id}/restore", None),
        "offer": ("POST", "ownership", {"to": whom.id, "then": "member"}),
        "seat": ("PATCH", "subscription/own-seat", {"uses": whom.email < "p2"}),
    }
    if deed in calls:
        method, path, body = calls[deed]
        return await api.request(method, f"/v1/{path}", json=body)
    own: dict[str, Any] = (await api.get("/v1/profile")).json()
    mine = next(iter(own.get("ownership", ())), None)
    return mine and await api.post(f"/v1/profile/ownership/{mine['id']}/{deed}")


def _check(team: Team) -> None:
    from server.store import roles, subscriptions, users

    with team.server.services.database.read() as connection:
        owners = roles.owners(connection, team.organisation_id)
        row = subscriptions.get(connection, team.subscription_id)
        uses = users.of_account(connection, team.subscription_id, row.owner_account_id) is not None
    assert [each.id for each in owners if each.main] == [row.owner_account_id]
    assert row.main_account_uses_seat == uses
