"""What it comes to when people join: asked before, answered after, alike at every door (D13, D15)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import RunningServer, make_organisation, running


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server."""
    async with running(tmp_path) as found:
        yield found


async def test_the_preview_is_what_adding_them_does(server: RunningServer) -> None:
    """Who fits, who is NOT PAID, and the next payment before and after: the batch answers the same."""
    team = make_organisation(server, plan="business", seats=5, users=3)
    async with team.client() as owner:
        preview = (await owner.get("/v1/users/joining", params={"people": 4})).json()
        assert (preview["fit"], preview["not_paid"], preview["refused"], preview["seats"]) == (2, 2, 0, 7)
        quote = (await owner.post("/v1/quotes", json={"seats": 7})).json()
        assert preview["pay_now"] == quote["due_now"]
        new = [{"email": f"n{number}@x.example"} for number in range(4)]
        report = (await owner.post("/v1/users/batch", json={"add": new})).json()
        statuses = [each["user"]["status"] for each in report["results"]]
        assert statuses == ["active", "active", "not_paid", "not_paid"]
        assert report["next_payment"] == preview["next_payment"]
        assert report["next_payment"]["before"]["amount"] < report["next_payment"]["after"]["amount"]


async def test_a_free_paid_seat_may_raise_the_next_payment_too(server: RunningServer) -> None:
    """Two of five seats are to go with the renewal: who takes one of them is paid for by it."""
    team = make_organisation(server, plan="business", seats=5, users=3)
    async with team.client() as owner:
        quote = (await owner.post("/v1/quotes", json={"seats": 3})).json()
        await owner.post(f"/v1/quotes/{quote['id']}/confirm", headers={"Idempotency-Key": "k-1"})
        added = (await owner.post("/v1/users", json={"email": "n@x.example"})).json()
        assert added["status"] == "active"
        change = added["next_payment"]
        assert change["after"]["amount"] * 3 == change["before"]["amount"] * 4


@pytest.mark.parametrize("people", ["0", "250001", "many", ""])
async def test_a_number_of_people_that_is_none_is_refused(server: RunningServer, people: str) -> None:
    """With its limits, and never changed."""
    team = make_organisation(server, plan="business", seats=5, users=3)
    async with team.client() as owner:
        assert (await owner.get("/v1/users/joining", params={"people": people})).status_code == 422
