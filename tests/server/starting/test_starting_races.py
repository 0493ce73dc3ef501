"""Two at once, killed anywhere, answers that got lost, names that others want, and how often: one charge or none."""

import asyncio
import contextlib
import datetime as dt
import itertools
from pathlib import Path

import pytest
from billing_desk import DECLINED, Death, FakeBank, PowerCut, deaths, get
from builders import NOW, RunningServer, findings_in, running
from signed_out import signed_out_meanwhile
from starting_desk import NINA, OTTO, confirm, kept, newcomer, price, refused, started, there_is, tries

from server.domain.codes import GUESSES
from server.operations.provisioning import Founding, found
from server.payments.gateway import Delivery, Outcome
from server.payments.settle import deliver
from server.settings import SettingsError
from server.starting import starter
from server.starting.settling import forget_prices, settle_due_starts

LOST = OSError("connection reset")


async def _confirmed(folder: Path, bank: FakeBank, death: Death) -> tuple[str, str, int]:
    """A server that lives until a step of the confirmation; answers the token, the quote, and how many steps it took.

    It may die in a chore that runs beside it, too.
    """
    token, quote_id, steps = "", "", 0
    with contextlib.suppress(PowerCut):
        async with running(folder, gateway=bank) as server, newcomer(server) as api:
            token = api.headers["Authorization"].removeprefix("Bearer ")
            quote_id = (await price(api))["quote"]["id"]
            death.lurk(server.services.database.engine)
            with contextlib.suppress(PowerCut):
                await confirm(api, quote_id, "k")
            steps, death.at = death.steps, 0
    return token, quote_id, steps


async def test_who_is_signed_out_while_it_waits_is_charged_nothing(tmp_path: Path) -> None:
    """The token ended before its turn came: nothing was begun, so nothing is."""
    bank = FakeBank()
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as api:
        quote_id = (await price(api))["quote"]["id"]
        answer = await signed_out_meanwhile(server.services, confirm(api, quote_id, "k"))
        assert answer.status_code == 401
        assert (bank.total, there_is(server)) == (0, (0, 0))


async def test_killed_anywhere_in_a_confirmation(tmp_path: Path) -> None:
    """The next server settles what was asked, or the same request does: one charge, and one organisation."""
    _, _, steps = await _confirmed(tmp_path, FakeBank(), Death())
    assert steps > 20
    for number, at in enumerate(deaths(steps)):
        folder, bank = tmp_path / str(number), FakeBank()
        folder.mkdir()
        token, quote_id, _ = await _confirmed(folder, bank, Death(at))
        async with running(folder, gateway=bank) as server, server.client(token) as api:
            for _ in itertools.count():
                answer = await confirm(api, quote_id, "k")
                if answer.json().get("code") != "payment_in_progress":
                    break
            assert answer.status_code == 201, f"died at {at}: {answer.text}"
            assert answer.json()["signed_in"], f"died at {at}"
            assert (bank.total, there_is(server)) == (1800, (1, 1)), f"died at {at}"
            assert (await get(api, "/v1/subscription"))["seats"] == 3, f"died at {at}"
            assert findings_in(server) == [], f"died at {at}"


@pytest.mark.parametrize("step", [("after", LOST), LOST])
async def test_an_answer_that_got_lost_is_asked_for_again(tmp_path: Path, step: object) -> None:
    """Nobody says that nothing was done; a minute later it is there, and the same key tells so."""
    bank = FakeBank(plan=[step])
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as api:
        quote_id = (await price(api))["quote"]["id"]
        answer = await confirm(api, quote_id, "k")
        assert (answer.status_code, answer.json()["code"]) == (409, "payment_in_progress")
        assert (there_is(server), tries(server), findings_in(server)) == ((0, 0), ["asked"], [])
        assert (await confirm(api, quote_id, "other")).json()["code"] == "payment_in_progress"
        await settle_due_starts(server.services)
        assert there_is(server) == (0, 0)
        server.clock.move_to(NOW + dt.timedelta(minutes=2))
        await settle_due_starts(server.services)
        assert (there_is(server), bank.total, findings_in(server)) == ((1, 1), 1800, [])
        assert (await confirm(api, quote_id, "k")).status_code == 201
        assert (await get(api, "/v1/me"))["role"] == "owner"


async def test_a_gateway_tells_by_itself(tmp_path: Path) -> None:
    """What it brings is acted on once, also when it is told twice, or late that it was declined."""
    bank = FakeBank(plan=[LOST])
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as api:
        quote_id = (await price(api))["quote"]["id"]
        await confirm(api, quote_id, "k")
        with server.services.database.read() as connection:
            (key,) = connection.exec_driver_sql("SELECT id FROM start_payments").scalars()
        for _ in range(2):
            await deliver(server.services, Delivery(key, DECLINED))
        assert (there_is(server), tries(server), kept(server)) == ((0, 0), ["declined"], ["open"])
        assert (await confirm(api, quote_id, "k")).json()["code"] == "payment_failed"
        assert (await confirm(api, quote_id, "again")).status_code == 201
        await deliver(server.services, Delivery(key, Outcome(accepted=True)))
        assert (there_is(server), bank.total, findings_in(server)) == ((1, 1), 1800, [])


async def test_two_accounts_want_one_name(tmp_path: Path) -> None:
    """One has it, the other is told no more than that it is not available, and pays nothing."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as nina, newcomer(server, OTTO) as otto:
        first, second = (await price(nina, name="The One"))["quote"], (await price(otto, name="THE  öne"))["quote"]
        answers = await asyncio.gather(confirm(nina, first["id"]), confirm(otto, second["id"]))
        assert sorted(each.status_code for each in answers) == [201, 409]
        (loser,) = [each.json() for each in answers if each.status_code == 409]
        assert loser["code"] == "name_not_available"
        assert "nina" not in str(loser).lower()
        assert (bank.total, there_is(server), findings_in(server)) == (1800, (1, 1), [])


async def test_a_name_is_kept_while_its_payment_is_in_progress(tmp_path: Path) -> None:
    """From others, and from whoever makes organisations for the vendor; refused, it is anybody's again."""
    bank = FakeBank(plan=[LOST, DECLINED])
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as nina, newcomer(server, OTTO) as otto:
        await confirm(nina, (await price(nina, name="Kept"))["quote"]["id"])
        assert (await refused(otto, name="kept"))[:2] == (409, "name_not_available")
        wanted = Founding(organisation="KEPT", owner="o@x.example")
        with pytest.raises(SettingsError), server.services.database.write() as connection:
            found(connection, wanted, server.services.catalogue, NOW)
        server.clock.move_to(NOW + dt.timedelta(minutes=2))
        await settle_due_starts(server.services)
        assert (await price(otto, name="kept"))["name"] == "kept"


async def test_twenty_confirmations_at_once(tmp_path: Path) -> None:
    """Of one account, of two prices, with one key or many: one charge and one organisation."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as api:
        ids = [(await price(api, name=name))["quote"]["id"] for name in ("One", "Two")]
        await asyncio.gather(*(confirm(api, ids[each % 2], f"key-{each % 5}") for each in range(20)))
        assert (bank.total, there_is(server), findings_in(server)) == (1800, (1, 1), [])


async def test_a_few_organisations_a_day_from_one_network(tmp_path: Path) -> None:
    """Then it is said when to come back; the day after it goes on."""
    async with running(tmp_path) as server:
        for number in range(starter.MOST_STARTED):
            async with newcomer(server, f"n{number}@x.example") as api:
                await started(api, name=f"House {number}", plan="non-commercial", seats=None)
        async with newcomer(server) as api:
            quote_id = (await price(api))["quote"]["id"]
            answer = await confirm(api, quote_id)
            assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
            assert int(answer.headers["Retry-After"]) > 3600
            server.clock.move_to(NOW + dt.timedelta(days=1, minutes=1))
            await started(api, "tomorrow")


async def test_cards_are_not_tried_out_here(tmp_path: Path) -> None:
    """Ten payments a day by one account, whatever became of them."""
    bank = FakeBank(plan=[DECLINED] * 20)
    async with running(tmp_path, gateway=bank) as server, newcomer(server) as api:
        quote_id = (await price(api))["quote"]["id"]
        codes = [(await confirm(api, quote_id, f"k{number}")).status_code for number in range(12)]
        assert codes == [402] * starter.MOST_PAYMENTS + [429] * 2
        assert bank.asked == starter.MOST_PAYMENTS


async def test_nobody_looks_through_the_names(tmp_path: Path) -> None:
    """Ten names an hour that are not available, by an account and from a network; then not even a free one."""
    async with running(tmp_path) as server, newcomer(server) as api:
        async with newcomer(server, OTTO) as otto:
            await started(otto, name="Taken", plan="non-commercial", seats=None)
        for _ in range(GUESSES):
            assert (await refused(api, name="taken"))[:2] == (409, "name_not_available")
        assert (await refused(api, name="Free"))[:2] == (429, "rate_limited")
        async with newcomer(server, "third@x.example") as neighbour:
            assert (await refused(neighbour, name="Free"))[1] == "rate_limited"
        server.clock.move_to(NOW + dt.timedelta(hours=1, minutes=1))
        assert (await price(api, name="Free"))["name"] == "Free"


async def test_prices_are_counted_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many a day; two days later nothing is left of what nobody tried to pay, and the name was nobody's."""
    monkeypatch.setattr(starter, "MOST_PRICES", 2)
    async with running(tmp_path) as server, newcomer(server) as api:
        for name in ("A", "B"):
            await price(api, name=name)
        assert (await refused(api))[:2] == (429, "rate_limited")
        server.clock.move_to(NOW + dt.timedelta(days=3))
        assert list(forget_prices(server.services)) == [0]
        assert kept(server) == []


async def test_it_cannot_be_seen_from_anywhere_else(tmp_path: Path) -> None:
    """A price makes nothing that others could join, ask or count: asking to join by its name goes nowhere (D25)."""
    async with running(tmp_path) as server, newcomer(server) as nina, newcomer(server, OTTO) as otto:
        await price(nina, name="Not There Yet")
        asked = await otto.post("/v1/profile/transfers", json={"organisation": "Not There Yet"})
        assert asked.status_code == 201
        assert _waiting(server) == 0
        await started(nina, "k", name="Not There Yet")
        assert (await get(nina, "/v1/transfers"))["items"] == []
        assert NINA in str(await get(nina, "/v1/members"))


def _waiting(server: RunningServer) -> int:
    with server.services.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM transfers").scalar_one())
