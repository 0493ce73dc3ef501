"""Somebody without a subscription takes a first one: by a quote like any other, for what it says (D5, D6, D12)."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from billing_desk import DECLINED, FakeBank, charges_of, get, kinds, move
from builders import NOW, findings_in, make_organisation, running
from starting_desk import NINA, confirm, kept, newcomer, price, refused, started, there_is, tries

from server.catalogue import Catalogue, default_catalogue


async def test_from_nothing_to_a_paid_subscription_with_the_same_token(tmp_path: Path) -> None:
    """Until the yes there is nothing; then an organisation, its owner, paid seats, and a token that goes on."""
    async with running(tmp_path) as server, newcomer(server) as api:
        asked = await price(api, seats=3, time_zone="Europe/Paris")
        quote = asked["quote"]
        assert (asked["name"], quote["due_now"]) == ("Newcomer & Co", {"amount": 1800, "currency": "EUR"})
        assert (quote["after"]["seats"], quote["after"]["period_start"]) == (3, "2025-11-14")
        assert (quote["renewal"]["date"], quote["renewal"]["due"]["amount"]) == ("2025-12-14", 1800)
        assert there_is(server) == (0, 0)

        done = (await confirm(api, quote["id"])).json()
        assert (done["organisation"]["name"], done["signed_in"]) == ("Newcomer & Co", True)
        assert done["confirmation"]["invoice"]["lines"] == quote["lines"]
        assert done["confirmation"]["payment"]["amount"] == quote["due_now"]

        me = await get(api, "/v1/me")
        assert (me["role"], me["organisation"]["id"]) == ("owner", done["organisation"]["id"])
        subscription = await get(api, "/v1/subscription")
        assert (subscription["status"], subscription["seats"], subscription["granted_seats"]) == ("active", 3, 0)
        assert subscription["time_zone"] == "Europe/Paris"
        assert (await get(api, f"/v1/quotes/{quote['id']}"))["status"] == "confirmed"
        told = ["organisation.created", "invoice.issued", "payment.succeeded", "subscription.started", "token.created"]
        assert await kinds(api) == told
        assert (charges_of(server), findings_in(server)) == ([1800], [])


async def test_what_was_started_goes_on_like_any_subscription(tmp_path: Path) -> None:
    """Users take the seats that were bought, and the renewal asks for them as the quote said."""
    async with running(tmp_path) as server, newcomer(server) as api:
        quote = (await price(api, seats=2))["quote"]
        await confirm(api, quote["id"])
        for name in ("a", "b", "c"):
            await api.post("/v1/users", json={"email": f"{name}@x.example", "first_name": name, "last_name": "X"})
        states = [each["status"] for each in (await get(api, "/v1/users"))["items"]]
        assert sorted(states) == ["active", "active", "not_paid"]
        move(server, NOW + dt.timedelta(days=31))
        assert charges_of(server) == [1200, 1800]
        assert findings_in(server) == []


@pytest.mark.parametrize(
    ("wanted", "due", "seats", "end"),
    [
        ({"plan": "business", "seats": 7, "billing_cycle": "annual"}, (42000, "EUR"), 7, "2026-11-14"),
        ({"plan": "enterprise", "seats": 2, "currency": "JPY"}, (2400, "JPY"), 2, "2025-12-14"),
        ({"plan": "business", "seats": 2, "currency": "KWD"}, (12000, "KWD"), 2, "2025-12-14"),
        ({"plan": "business", "seats": None}, (600, "EUR"), 1, "2025-12-14"),
        ({"plan": "professional", "seats": None}, (0, "EUR"), 0, "2025-12-14"),
        ({"plan": "non-commercial", "seats": None}, (0, "EUR"), 0, "2025-12-14"),
    ],
)
async def test_every_plan_cycle_and_currency(
    tmp_path: Path, wanted: dict[str, Any], due: tuple[int, str], seats: int, end: str
) -> None:
    """What is due is charged to the minor unit, also nothing; a free plan and one by users start without a payment."""
    async with running(tmp_path) as server, newcomer(server) as api:
        quote = (await price(api, **wanted))["quote"]
        assert (quote["due_now"]["amount"], quote["due_now"]["currency"]) == due
        done = (await confirm(api, quote["id"])).json()["confirmation"]
        assert (done["subscription"]["seats"], done["subscription"]["period_end"]) == (seats, end)
        assert charges_of(server) == ([due[0]] if due[0] else [])
        assert (await get(api, "/v1/overview"))["subscription"]["plan"] == wanted["plan"]
        assert findings_in(server) == []


async def test_a_declined_payment_leaves_only_its_trace(tmp_path: Path) -> None:
    """No organisation, no name that is kept; the same key answers the same, and another key may try again."""
    bank = FakeBank(plan=[DECLINED])
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as api:
        quote = (await price(api))["quote"]
        for _ in range(2):
            answer = await confirm(api, quote["id"], "first")
            assert (answer.status_code, answer.json()["code"]) == (402, "payment_failed")
        assert (bank.asked, there_is(server), tries(server)) == (1, (0, 0), ["declined"])
        assert (await get(api, "/v1/me"))["organisation"] is None
        async with newcomer(server, "otto@other.example") as other:
            assert (await price(other))["name"] == "Newcomer & Co"
        assert (await confirm(api, quote["id"], "second")).status_code == 201
        assert (there_is(server), tries(server), bank.total) == ((1, 1), ["declined", "succeeded"], 1800)
        assert findings_in(server) == []


async def test_confirmed_twice_it_is_charged_once(tmp_path: Path) -> None:
    """The same key answers the same again, another key is told that it is done, and two tabs make one organisation."""
    async with running(tmp_path) as server, newcomer(server) as api:
        first, second = (await price(api))["quote"]["id"], (await price(api, name="Second"))["quote"]["id"]
        done = await confirm(api, first, "one")
        again = await confirm(api, first, "one")
        assert (again.status_code, again.json()) == (201, done.json())
        assert (await confirm(api, first, "two")).json()["code"] == "quote_already_confirmed"
        other_tab = await confirm(api, second, "three")
        assert (other_tab.status_code, other_tab.json()["code"]) == (409, "already_subscribed")
        assert "Newcomer & Co" in other_tab.json()["detail"]
        assert (charges_of(server), there_is(server), findings_in(server)) == ([1800], (1, 1), [])


async def test_an_expired_price_is_not_charged(tmp_path: Path) -> None:
    """Fifteen minutes, like any quote."""
    async with running(tmp_path) as server, newcomer(server) as api:
        quote = (await price(api))["quote"]
        server.clock.move_to(NOW + dt.timedelta(minutes=15))
        answer = await confirm(api, quote["id"])
        assert (answer.status_code, answer.json()["code"]) == (410, "quote_expired")
        assert (charges_of(server), there_is(server)) == ([], (0, 0))


async def test_a_price_that_moved_is_shown_again(tmp_path: Path) -> None:
    """Another price in the catalogue: nothing is charged, and the fresh quote can be confirmed."""
    known = default_catalogue()
    async with running(tmp_path) as server, newcomer(server) as api:
        quote = (await price(api))["quote"]
        dearer = Catalogue(known.offers, known.vendor_contact, 1900)
        object.__setattr__(server.services, "catalogue", dearer)
        answer = await confirm(api, quote["id"])
        said = answer.json()
        assert (answer.status_code, said["code"]) == (409, "quote_stale")
        assert said["data"]["changed"] == ["price: EUR 18.00, now EUR 21.42"]
        assert charges_of(server) == []
        fresh = said["data"]["quote"]
        assert (await confirm(api, fresh["id"], "again")).status_code == 201
        assert (charges_of(server), findings_in(server)) == ([2142], [])


async def test_who_owns_one_starts_no_other(tmp_path: Path) -> None:
    """They are told which it is; one that has ended is started again where it is."""
    async with running(tmp_path) as server:
        team = make_organisation(server, "Owned Ltd")
        async with team.client() as api:
            assert await refused(api) == (
                409,
                "already_subscribed",
                "You own Owned Ltd: change its subscription, or start it again there.",
            )
            offer = await get(api, "/v1/profile/start")
            assert (offer["plans"], "Owned Ltd" in offer["refusal"]) == ([], True)


async def test_a_user_of_another_subscription_stays_one(tmp_path: Path) -> None:
    """They are told, own theirs without a seat, and keep the token they had where it was (D16)."""
    async with running(tmp_path) as server:
        team = make_organisation(server, "Elsewhere Ltd")
        async with team.client() as owner:
            await owner.post("/v1/users", json={"email": NINA, "first_name": "Nina", "last_name": "New"})
        async with newcomer(server) as api:
            before = await get(api, "/v1/me")
            quote = (await price(api))["quote"]
            said = {each["code"]: each["detail"] for each in quote["warnings"]}
            assert "Elsewhere Ltd" in said["stays_a_user_elsewhere"]
            assert "none of its seats" in said["owner_takes_no_seat"]
            done = (await confirm(api, quote["id"])).json()
            assert done["signed_in"] is (before["organisation"] is None)
            profile = await get(api, "/v1/profile")
            assert profile["uses"]["organisation"] == "Elsewhere Ltd"
            assert [each["organisation"] for each in profile["owns"]] == ["Newcomer & Co"]
        assert findings_in(server) == []


async def test_contracts_are_agreed_with_the_vendor(tmp_path: Path) -> None:
    """A contract is shown with whom to write to, and is not started."""
    async with running(tmp_path) as server, newcomer(server) as api:
        offer = await get(api, "/v1/profile/start")
        found = {plan["id"]: plan["choices"] for plan in offer["plans"]}
        assert found["contract"][0]["allowed"] is False
        assert "sales@vendor.example" in found["contract"][0]["reason"]
        assert all(choice["allowed"] for plan, each in found.items() if plan != "contract" for choice in each)
        status, code, detail = await refused(api, plan="contract", seats=None)
        assert (status, code) == (422, "sold_by_hand")
        assert "sales@vendor.example" in detail


@pytest.mark.parametrize(("sandbox", "said", "there"), [(True, None, True), (True, False, False), (False, None, False)])
async def test_where_the_vendor_sells_by_hand(tmp_path: Path, *, sandbox: bool, said: bool | None, there: bool) -> None:
    """Out of a sandbox it has to be switched on; switched off, every door says whom to write to."""
    async with running(tmp_path, sandbox=sandbox, self_service=said) as server, newcomer(server) as api:
        offer = await get(api, "/v1/profile/start")
        assert bool(offer["plans"]) is there
        assert offer["contact"] == "sales@vendor.example"
        if not there:
            assert offer["refusal"] == "Subscriptions are not started online here: write to sales@vendor.example"
            assert (await refused(api))[:2] == (422, "sold_by_hand")


async def test_switched_off_between_price_and_yes(tmp_path: Path) -> None:
    """The yes is refused, and nothing is charged."""
    async with running(tmp_path) as server, newcomer(server) as api:
        quote = (await price(api))["quote"]
        off = server.services.settings.model_copy(update={"self_service": False})
        object.__setattr__(server.services, "settings", off)
        assert (await confirm(api, quote["id"])).json()["code"] == "sold_by_hand"
        assert (charges_of(server), there_is(server), kept(server)) == ([], (0, 0), ["open"])


async def test_a_token_that_the_organisation_issued_starts_nothing(tmp_path: Path) -> None:
    """Only the person's own sign-in does."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        team.member(email="handed@team.example")
        async with team.client() as owner:
            made = await owner.post("/v1/tokens", json={"email": "handed@team.example", "label": "robot"})
        async with server.client(made.json()["token"]) as api:
            assert (await refused(api))[:2] == (403, "own_sign_in_needed")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"plan": "none-such"}, "not_found"),
        ({"plan": "professional", "billing_cycle": "annual", "seats": None}, "cycle_not_offered"),
        ({"plan": "professional", "seats": 3}, "seats_follow_users"),
        ({"plan": "non-commercial", "seats": 3}, "plan_has_no_sub_accounts"),
        ({"plan": "non-commercial", "seats": None, "billing_cycle": "annual"}, "cycle_not_offered"),
        ({"currency": "XXX"}, "validation_failed"),
        ({"time_zone": "Mars/Base"}, "validation_failed"),
        ({"time_zone": "../etc/passwd"}, "validation_failed"),
        ({"seats": 0}, "validation_failed"),
        ({"seats": 1_000_001}, "validation_failed"),
        ({"seats": True}, "validation_failed"),
        ({"name": ""}, "validation_failed"),
        ({"name": " \u3000 "}, "validation_failed"),
        ({"name": "x" * 201}, "validation_failed"),
        ({"name": "boss@acme.example"}, "validation_failed"),
        ({"name": "A\u202eB"}, "unsafe_text"),
        ({"name": "A\x1b[31mB"}, "unsafe_text"),
    ],
)
async def test_what_cannot_be_started(tmp_path: Path, wanted: dict[str, Any], code: str) -> None:
    """Each is refused with its reason, and nothing is kept."""
    async with running(tmp_path) as server, newcomer(server) as api:
        status, found, _ = await refused(api, **wanted)
        assert (found, status < 500, kept(server)) == (code, True, [])


async def test_another_account_finds_nothing(tmp_path: Path) -> None:
    """Somebody else's quote is not found, and a quote of an organisation is no start."""
    async with running(tmp_path) as server, newcomer(server) as api:
        quote = (await price(api))["quote"]
        async with newcomer(server, "otto@other.example") as other:
            assert (await confirm(other, quote["id"])).status_code == 404
        await started(api, "mine")
        sideways = await api.post(f"/v1/quotes/{quote['id']}/confirm", headers={"Idempotency-Key": "x"})
        assert sideways.status_code == 404
