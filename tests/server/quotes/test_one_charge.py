"""Whatever happens while a quote is confirmed, there is one charge or none."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from billing_desk import DECLINED, FakeBank, PowerCut, ask, buy, confirm, get, kinds, statuses_of_payments
from builders import findings_in, make_organisation, running

from contract.money import Money
from server.payments.gateway import Outcome
from server.payments.settle import settle_pending


@pytest.mark.parametrize("same_key", [True, False])
async def test_fifty_confirmations_charge_once(tmp_path: Path, *, same_key: bool) -> None:
    """Fifty at once, with one key or with fifty: one charge, and everybody is told the truth (D30)."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            tries = [confirm(api, quote["id"], "k" if same_key else f"k{number}") for number in range(50)]
            answers = await asyncio.gather(*tries)
            assert (bank.total, bank.asked) == (1200, 1)
            told = Counter(answer.json().get("code", "done") for answer in answers)
            refusals = (
                {"idempotency_key_in_progress"} if same_key else {"payment_in_progress", "quote_already_confirmed"}
            )
            assert told["done"] >= 1
            assert set(told) <= {"done"} | refusals
            assert same_key or told["done"] == 1
            waiting = [answer for answer in answers if answer.json().get("code", "").endswith("in_progress")]
            assert all(answer.headers["Retry-After"] for answer in waiting)
            assert (await get(api, "/v1/subscription"))["seats"] == 12
            assert (await kinds(api)).count("seats.added") == 1
            assert len((await get(api, "/v1/invoices"))["items"]) == 1


async def test_two_quotes_at_once_pay_for_one(tmp_path: Path) -> None:
    """While one payment is under way no other starts; afterwards the other quote is stale."""
    bank = FakeBank(slow=True)
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server)
        async with team.client() as api:
            first, second = await ask(api, 12), await ask(api, 12)
            answers = await asyncio.gather(confirm(api, first["id"], "a"), confirm(api, second["id"], "b"))
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            assert (await confirm(api, second["id"], "b")).json()["code"] == "quote_stale"
            assert bank.total == 1200


@pytest.mark.parametrize("after_the_charge", [True, False])
async def test_a_gateway_that_fails_is_asked_again_with_the_same_key(tmp_path: Path, *, after_the_charge: bool) -> None:
    """An error of the gateway says nothing about the money: the same request sent again ends in one charge."""
    fault = OSError("connection reset")
    bank = FakeBank(plan=[("after", fault) if after_the_charge else fault])
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote, other = await ask(api, 12), await ask(api, 13)
            open_end = await confirm(api, quote["id"], "k")
            assert (open_end.status_code, open_end.json()["code"]) == (409, "payment_in_progress")
            assert open_end.headers["Retry-After"]
            assert (await get(api, "/v1/subscription"))["seats"] == 10
            assert (await confirm(api, other["id"], "o")).json()["code"] == "payment_in_progress"
            assert (await confirm(api, quote["id"], "another")).json()["code"] == "payment_in_progress"
            assert (await confirm(api, quote["id"], "k")).status_code == 200
            assert (bank.total, len(bank.charged), statuses_of_payments(team)) == (1200, 1, ["succeeded"])


async def _cut_off(folder: Path, bank: FakeBank) -> tuple[str, str]:
    """A server that dies while it asks for the payment; answers the owner's token and the quote."""
    async with running(folder, gateway=bank) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            with pytest.raises(PowerCut):
                await confirm(api, quote["id"], "k")
            assert statuses_of_payments(team) == ["asked"]
        return team.token, quote["id"]


@pytest.mark.parametrize("step", [PowerCut(), ("after", PowerCut())], ids=["before the charge", "after the charge"])
async def test_a_server_killed_in_between_finishes_at_the_next_start(tmp_path: Path, step: object) -> None:
    """Killed between "asked to pay" and "paid", the next start settles it: one charge, and the key knows its answer."""
    bank = FakeBank(plan=[step])
    token, quote_id = await _cut_off(tmp_path, bank)
    async with running(tmp_path, gateway=bank) as server, server.client(token) as api:
        assert (await get(api, "/v1/subscription"))["seats"] == 12
        assert (bank.total, len(bank.charged)) == (1200, 1)
        answer = await confirm(api, quote_id, "k")
        assert (answer.status_code, answer.json()["subscription"]["seats"]) == (200, 12)
        assert (await kinds(api))[-2:] == ["payment.succeeded", "seats.added"]
        last = (await get(api, "/v1/events"))["items"][0]
        assert (last["actor"]["label"], last["request"]["idempotency_key"]) == ("owner@example.example", "k")
    async with running(tmp_path, gateway=bank):
        assert bank.total == 1200


async def test_a_payment_declined_at_the_next_start_is_told_too(tmp_path: Path) -> None:
    """When the bank says no only after the restart, the key of the request answers 402 and nothing has changed."""
    bank = FakeBank(plan=[PowerCut(), DECLINED])
    token, quote_id = await _cut_off(tmp_path, bank)
    async with running(tmp_path, gateway=bank) as server, server.client(token) as api:
        assert (await get(api, "/v1/subscription"))["seats"] == 10
        assert (await confirm(api, quote_id, "k")).json()["code"] == "payment_failed"
        assert bank.total == 0
        assert (await confirm(api, quote_id, "new")).status_code == 200


async def test_a_bank_that_is_down_does_not_keep_the_server_from_starting(tmp_path: Path) -> None:
    """A payment that can't be settled at the start waits; the same request finishes it later."""
    bank = FakeBank(plan=[("after", PowerCut()), OSError("bank is down")])
    token, quote_id = await _cut_off(tmp_path, bank)
    async with running(tmp_path, gateway=bank) as server, server.client(token) as api:
        assert (await get(api, "/v1/subscription"))["seats"] == 10
        assert (await confirm(api, quote_id, "k")).status_code == 200
        assert (bank.total, len(bank.charged)) == (1200, 1)


async def test_a_bank_that_comes_back_is_asked_by_the_running_server(tmp_path: Path) -> None:
    """A payment whose outcome is open is settled between two rounds of chores, without a restart or a client."""
    bank = FakeBank(plan=[("after", OSError("connection reset"))])
    async with running(tmp_path, gateway=bank, chores=0.01) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await confirm(api, quote["id"], "k")
            async with asyncio.timeout(10):
                while (await get(api, "/v1/subscription"))["seats"] != 12:
                    await asyncio.sleep(0.01)
            assert (bank.total, len(bank.charged)) == (1200, 1)
            assert (await confirm(api, quote["id"], "k")).json()["invoice"]["total"]["amount"] == 1200


class HesitantBank(FakeBank):
    """It answers nobody before `gate` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def charge(self, key: str, amount: Money) -> Outcome:
        """Charge once it may."""
        found = await super().charge(key, amount)
        await self.gate.wait()
        return found


async def test_a_payment_told_twice_counts_once(tmp_path: Path) -> None:
    """The request and the server itself may both learn how a payment ended: the change is made once, and answered."""
    bank = HesitantBank()
    async with running(tmp_path, gateway=bank) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            asking = asyncio.create_task(confirm(api, quote["id"], "k"))
            while bank.asked < 1:
                await asyncio.sleep(0)
            settling = [asyncio.create_task(settle_pending(server.services)) for _ in range(2)]
            while bank.asked < 3:
                await asyncio.sleep(0)
            bank.gate.set()
            await asyncio.gather(*settling)
            answer = await asking
            assert (answer.status_code, answer.json()["subscription"]["seats"]) == (200, 12)
            assert (await kinds(api)).count("seats.added") == 1
            assert (bank.total, len((await get(api, "/v1/invoices"))["items"])) == (1200, 1)
        assert findings_in(server) == []


async def test_the_sandbox_charges_once_per_key_over_restarts(tmp_path: Path) -> None:
    """The sandbox's own ledger is durable: the seats and the invoice are there after a restart, once."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            done = await buy(api, 12)
    async with running(tmp_path) as server, server.client(team.token) as api:
        (invoice,) = (await get(api, "/v1/invoices"))["items"]
        assert invoice == done["invoice"]
        assert invoice["payments"][0]["gateway"] == "sandbox"
