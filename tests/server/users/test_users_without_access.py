"""Nobody is called active once the subscription is suspended or has ended: in no list, file, count or answer."""

from pathlib import Path

import pytest
from billing_desk import add_users, advance, change, get, tell_gateway
from builders import findings_in, make_organisation, running

SEATS = 3


@pytest.mark.parametrize("end", ["suspended", "ended", "at its end"])
async def test_nobody_is_active_anywhere(tmp_path: Path, end: str) -> None:
    """Users, one of them, filters, files, members, codes' uses, counts and entitlements say why; paid again, active."""
    async with running(tmp_path) as server, make_organisation(server, seats=SEATS).client() as api:
        ids = await add_users(api, SEATS + 1)
        if end == "at its end":
            await change(api, cancel=True)
        await tell_gateway(api, "decline", 5)
        await advance(api, "P1M8D")
        if end == "ended":
            await change(api, cancel=True)
        status = "suspended" if end == "suspended" else "ended"

        overview = await get(api, "/v1/overview")
        seats, subscription = overview["seats"], overview["subscription"]
        assert (seats["used"], seats["inactive"], seats["not_paid"], seats["free"]) == (0, SEATS, 1, 0)
        assert (subscription["users_active"], subscription["users_inactive"]) == (0, SEATS)
        assert seats["paid"] == (SEATS if status == "suspended" else 0)
        items = (await get(api, "/v1/users"))["items"]
        assert sorted(each["status"] for each in items) == sorted([*[status] * SEATS, "not_paid"])
        assert (await get(api, f"/v1/users/{ids[0]}"))["status"] == status
        assert (await get(api, "/v1/users?status=active&count=true"))["total"] == 0
        assert (await get(api, f"/v1/users?status={status}&count=true"))["total"] == SEATS
        members = (await get(api, "/v1/members"))["items"]
        assert {each["status"] for each in members} == {None, status, "not_paid"}
        assert (await get(api, "/v1/members?status=active&count=true"))["total"] == 0
        assert (await get(api, f"/v1/members?status={status}&count=true"))["total"] == SEATS
        text = (await api.get("/v1/users/export?format=csv")).text
        assert ",Active," not in text
        assert text.count(f"Inactive: subscription {status}") == SEATS
        counted = await api.post("/v1/users/selections", json={"filter": {"status": "active"}})
        assert counted.json()["count"] == 0
        counted = await api.post("/v1/users/selections", json={"filter": {"status": status}})
        assert counted.json()["count"] == SEATS
        entitled = await get(api, "/v1/entitlements/u0@people.example")
        assert (entitled["entitled"], entitled["reason"]) == (False, f"subscription_{status}")
        assert findings_in(server) == []

        await tell_gateway(api, "accept")
        if status == "suspended":
            added = await api.post("/v1/users", json={"email": "late@people.example"})
            assert added.json()["status"] == "not_paid"
            gone = await api.delete(f"/v1/users/{ids[0]}")
            assert gone.json()["restorable_until"] > overview["as_of"]
            assert (await get(api, f"/v1/users/{ids[SEATS]}"))["status"] == status
            await change(api, pay_overdue=True)
        else:
            gone = await api.delete(f"/v1/users/{ids[0]}")
            assert gone.json()["restorable_until"] is None
            assert (await api.post(f"/v1/users/{ids[0]}/restore")).json()["code"] == "not_restorable"
            await change(api, start={"plan": "business", "billing_cycle": "monthly"})
        assert {each["status"] for each in (await get(api, "/v1/users"))["items"]} == {"active"}
        assert findings_in(server) == []


async def test_a_removal_while_past_due_can_be_taken_back(tmp_path: Path) -> None:
    """What is promised is a day ahead, in the period that has begun, and taking it back then is not refused."""
    async with running(tmp_path) as server, make_organisation(server, seats=SEATS).client() as api:
        ids = await add_users(api, SEATS)
        await tell_gateway(api, "decline", 2)
        await advance(api, "P1M1D")
        overview = await get(api, "/v1/overview")
        gone = (await api.delete(f"/v1/users/{ids[0]}")).json()
        assert gone["restorable_until"] == overview["subscription"]["restorable_until"] == "2026-01-14T00:00:00Z"
        counted = (await api.post("/v1/users/selections", json={"ids": ids[1:]})).json()
        assert counted["seats"]["period_end"] == "2026-01-14"
        assert (await api.post(f"/v1/users/{ids[0]}/restore")).json()["status"] == "active"
        assert findings_in(server) == []


async def test_a_code_that_nobody_can_use_says_so(tmp_path: Path) -> None:
    """Made where seats follow users, or no seat is free, or access is lost, the answer says that it lets nobody in."""
    async with running(tmp_path) as server:
        async with make_organisation(server, plan="professional", seats=1).client() as api:
            await add_users(api, 1)
            made = (await api.post("/v1/invitation-codes", json={"code": "winter"})).json()
            assert made["remark"].startswith("It can't be used now: on Professional every user is a seat")
        async with make_organisation(server, "Free Ltd", seats=1).client() as api:
            assert (await api.post("/v1/invitation-codes", json={"code": "summer"})).json()["remark"] == ""
            await api.post("/v1/users", json={"email": "only@people.example"})
            full = (await api.post("/v1/invitation-codes", json={"code": "autumn"})).json()
            assert full["remark"] == "Nobody can join with it until a paid seat is free: none is now."
