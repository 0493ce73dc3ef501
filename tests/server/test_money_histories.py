"""Any mix of changes, users, time, refusals and lost answers, by two people, against a second set of rules.

Each history is a seed, drawn anew in each run and printed when it fails. One again, or many more:
`HEADCOUNT_MONEY_SEED=123 HEADCOUNT_MONEY_HISTORIES=1 python -m pytest tests/server/test_money_histories.py`.
"""

import datetime as dt
import os
import random
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import confirm, get, move
from builders import Team, findings_in
from money_desk import Bank, opened
from money_model import Model
from money_state import Promise
from sqlalchemy import select

from contract.people import Role
from server.store.tables import invoice_lines, invoices, subscriptions, users

HISTORIES = int(os.environ.get("HEADCOUNT_MONEY_HISTORIES", "12"))
STEPS = 45
PLANS = ("non-commercial", "professional", "business", "enterprise", "contract", "nothing-like-it")


class History:
    """What two people do to one subscription, and what must come of it."""

    def __init__(self, team: Team, bank: Bank, model: Model, chance: random.Random) -> None:
        self.team, self.bank, self.model, self.chance = team, bank, model, chance
        self.owner = team.client()
        self.billing = team.server.client(team.token_of(Role.BILLING))
        self.quotes: list[tuple[str, Promise]] = []
        self.keys = self.names = 0
        self.steps: tuple[Callable[[], Awaitable[object]], ...] = (
            *(self.add, self.add, self.remove, self.restore, self.ask, self.ask, self.confirm, self.confirm),
            *(self.buy, self.buy, self.buy, self.buy, self.buy, self.minutes, self.days, self.days, self.months),
            *(self.decline, self.lose, self.no_such_change),
        )

    async def run(self) -> None:
        """All of it, looking at everything after each step."""
        await self.check()
        for _ in range(STEPS):
            step = self.chance.choice(self.steps)
            await step()
            try:
                await self.check()
            except AssertionError as error:
                error.add_note(f"after {step.__name__}")
                raise

    def anybody(self) -> httpx.AsyncClient:
        """One of the two."""
        return self.chance.choice([self.owner, self.billing])

    # Users.

    async def add(self) -> None:
        """Somebody new."""
        self.names += 1
        body = {"email": f"n{self.names}@people.example", "first_name": f"N{self.names}"}
        answer = await self.owner.post("/v1/users", json=body)
        expected = {"non-commercial": "plan_has_no_sub_accounts"}.get(self.model.plan, "")
        expected = "subscription_not_active" if self.model.status == "ended" else expected
        assert answer.json().get("code", "") == expected, answer.text
        if not expected:
            self.model.add(answer.json()["id"], answer.json()["first_name"])

    async def remove(self) -> None:
        """Somebody goes."""
        listed = [key for key, each in self.model.people.items() if not each.removed]
        if listed:
            gone = self.chance.choice(listed)
            assert (await self.owner.delete(f"/v1/users/{gone}")).status_code == 200
            self.model.remove(gone)

    async def restore(self) -> None:
        """Somebody comes back, or can't."""
        removed = [key for key, each in self.model.people.items() if each.removed]
        if removed:
            back = self.chance.choice(removed)
            answer = await self.owner.post(f"/v1/users/{back}/restore")
            assert (answer.status_code == 200) is self.model.restorable(back), answer.text
            if answer.status_code == 200:
                self.model.restore(back)

    # Changes.

    def change(self) -> dict[str, Any]:
        """Mostly what makes sense as things stand, and now and then anything one may ask for."""
        model, chance = self.model, self.chance
        start = {"start": self.terms(plan=0.9, cycle=0.5) | {"plan": chance.choice(PLANS[:5])}}
        if start["start"].get("seats") == 0:
            del start["start"]["seats"]
        somebody = list(model.people)[-6:] or ["usr_nobody"]
        some = {"pay_users": chance.sample(model.waiting, (len(model.waiting) + 1) // 2) or somebody[:1]}
        whole: list[dict[str, Any]] = [{"pay_users": "all"}, {"cancel": True}, {"resume": True}, {"pay_overdue": True}]
        if chance.random() < 0.15:
            return chance.choice([*whole, start, {"pay_users": somebody}, self.terms(plan=0.5, cycle=0.5)])
        if model.status in {"past_due", "suspended"}:
            return chance.choice([{"pay_overdue": True}, {"pay_overdue": True}, {"cancel": True}])
        if model.status == "ended" or model.plan == "non-commercial":
            return start
        if model.follow and chance.random() < 0.7:
            return {"pay_users": "all"} if model.waiting else {"plan": chance.choice(["business", "enterprise"])}
        sensible: list[dict[str, Any]] = [self.terms(plan=0.15, cycle=0.08)] * 8 + [{"cancel": True}]
        paying: list[dict[str, Any]] = [{"pay_users": "all"}, some]
        sensible += paying * (2 if model.waiting else 0) + [{"resume": True}] * (8 * model.ends)
        return chance.choice(sensible)

    def terms(self, *, plan: float, cycle: float) -> dict[str, Any]:
        """Seats, plan and cycle, or some of them."""
        model, chance = self.model, self.chance
        found: dict[str, Any] = {}
        if chance.random() < plan:
            found["plan"] = chance.choice(PLANS[:5])
        if chance.random() < cycle:
            found["billing_cycle"] = chance.choice(["monthly", "annual", "annual"])
        seats = max(0, model.seats + chance.choice([-4, -2, -1, 1, 1, 2, 3, 8]))
        return found | {"seats": seats} if not found or chance.random() < 0.4 else found

    async def ask(self) -> tuple[str, Promise] | None:
        """A quote is what the second rules say, line for line, or is refused with their reason."""
        change = self.change()
        answer = await self.anybody().post("/v1/quotes", json=change)
        promise = self.model.ask_or_refuse(change)
        assert answer.json().get("code") == (promise if isinstance(promise, str) else None), (change, answer.text)
        if isinstance(promise, str):
            return None
        assert answer.status_code == 201
        quote = answer.json()
        assert [_part(line) for line in quote["lines"]] == promise.parts, change
        said = [quote[name]["amount"] for name in ("net", "tax", "total", "credit_applied", "due_now")]
        assert said == [promise.net, promise.tax, promise.total, promise.applied, promise.due], change
        self.quotes.append((quote["id"], promise))
        return self.quotes[-1]

    async def no_such_change(self) -> None:
        """What nobody sells is not found."""
        answer = await self.anybody().post("/v1/quotes", json={"plan": PLANS[5]})
        expected = {"past_due", "suspended", "ended"} & {self.model.status}
        assert answer.json()["code"] == ("subscription_not_active" if expected else "not_found"), answer.text

    async def buy(self) -> None:
        """Ask and confirm."""
        asked = await self.ask()
        if asked:
            await self._confirm(*asked, self.anybody())

    async def confirm(self) -> None:
        """One of the last quotes, by whomever."""
        waiting = [each for each in self.quotes[-4:] if not each[1].confirmed or self.chance.random() < 0.2]
        if waiting:
            await self._confirm(*self.chance.choice(waiting), self.anybody())

    def expected(self, promise: Promise, api: httpx.AsyncClient) -> tuple[int, str]:
        """How a confirmation must end."""
        model, change = self.model, promise.change
        assert promise.made
        if promise.confirmed:
            return 409, "quote_already_confirmed"
        if model.now >= promise.made + dt.timedelta(minutes=15):
            return 410, "quote_expired"
        if model.basis(change) != promise.basis:
            return 409, "quote_stale"
        if ("cancel" in change or "resume" in change) and api is self.billing:
            return 403, "not_allowed"
        return (402, "payment_failed") if promise.due and model.declines else (200, "")

    async def _confirm(self, quote_id: str, promise: Promise, api: httpx.AsyncClient, key: str = "") -> None:
        """Exactly the quote is charged, or the answer says why not and nothing at all has changed."""
        status, code = self.expected(promise, api)
        before, taken = self._rows(), self.bank.total
        self.keys += 1
        answer = await confirm(api, quote_id, key or f"k{self.keys}")
        assert (answer.status_code, answer.json().get("code", "")) == (status, code), (promise.change, answer.text)
        if status != 200:
            self.model.declines -= status == 402
            assert (self._rows(), self.bank.total) == (before, taken)
            return
        assert self.bank.total - taken == promise.due
        self._done(promise, answer.json())

    def _done(self, promise: Promise, done: dict[str, Any]) -> None:
        payment = done["payment"] or {"id": "", "amount": {"amount": 0}}
        assert payment["amount"]["amount"] == self.bank.answered.get(payment["id"], (0,))[0] == promise.due
        self.model.do(promise)
        promise.confirmed = True

    async def lose(self) -> None:
        """The answer of the gateway gets lost, users come and go, and the same request is sent again."""
        asked = await self.ask()
        if asked is None or not asked[1].due or self.model.declines:
            return
        quote_id, promise = asked
        self.bank.unheard = True
        first = await confirm(self.owner, quote_id, f"lost-{quote_id}")
        assert first.json()["code"] == "payment_in_progress", first.text
        self.model.pending = True
        for _ in range(self.chance.randrange(5)):
            await self.chance.choice([self.add, self.remove, self.restore, self.minutes, self.days])()
        self.bank.unheard = False
        again = await confirm(self.owner, quote_id, f"lost-{quote_id}")
        assert again.status_code == 200, again.text
        self.model.pending = False
        self._done(promise, again.json())
        await self._wait(dt.timedelta())

    def _rows(self) -> list[Any]:
        """Everything that a change may touch."""
        with self.team.server.services.database.read() as connection:
            tables = (subscriptions, users, invoices, invoice_lines)
            rows = [connection.execute(select(table)).all() for table in tables]
        return [[row._asdict() | {"pending_payment_id": None} for row in each] for each in rows]

    # Time and luck.

    async def minutes(self) -> None:
        """A few minutes."""
        await self._wait(dt.timedelta(minutes=self.chance.choice([1, 7, 14, 15, 16])))

    async def days(self) -> None:
        """A few days and some hours."""
        await self._wait(dt.timedelta(hours=self.chance.randrange(1, 24 * 12)))

    async def months(self) -> None:
        """Up to four months at once."""
        await self._wait(dt.timedelta(hours=self.chance.randrange(24 * 20, 24 * 120)))

    async def _wait(self, span: dt.timedelta) -> None:
        until = self.model.now + span
        self.model.wait(until)
        move(self.team.server, until)

    async def decline(self) -> None:
        """The next payments are refused."""
        self.bank.declines = self.model.declines = self.chance.choice([1, 1, 1, 2, 5])

    # What must hold.

    async def check(self) -> None:
        """Everything that is said agrees with the second rules and with itself."""
        assert findings_in(self.team.server) == []
        assert self.bank.declines == self.model.declines
        await self._check_subscription()
        await self._check_users()
        await self._check_money()
        await self._check_forecast()

    async def _check_subscription(self) -> None:
        said, model = await get(self.owner, "/v1/subscription"), self.model
        unit = said["unit_price"] and said["unit_price"]["amount"]
        assert (said["plan"], said["billing_cycle"], said["status"], unit) == (
            *(model.plan, model.cycle, model.status, model.unit),
        )
        assert (said["period_start"], said["period_end"]) == (str(model.start), str(model.end))
        assert (said["seats"], said["scheduled_seats"], said["cancel_at_period_end"] and model.status == "active") == (
            *(model.seats, model.scheduled, model.ends and model.status == "active"),
        )
        assert (said["credit"] or {"amount": 0})["amount"] == model.credit
        works = model.status in {"active", "past_due"}
        assert (said["users_active"], said["users_not_paid"]) == (model.active if works else 0, len(model.waiting))
        assert said["users_active"] + said["users_inactive"] == model.active
        assert model.active <= model.seats
        assert not model.waiting or model.active == model.seats

    async def _check_users(self) -> None:
        items = (await get(self.owner, "/v1/users?limit=500"))["items"]
        waiting = set(self.model.waiting)
        listed = {key for key, each in self.model.people.items() if not each.removed}
        seated = "active" if self.model.status in {"active", "past_due"} else self.model.status
        assert {each["id"]: each["status"] for each in items} == {
            key: "not_paid" if key in waiting else seated for key in listed
        }

    async def _check_money(self) -> None:
        """Σ lines, the gateway's ledger, the credit and the worth of each day are four ways to one sum."""
        model = self.model
        every = (await get(self.owner, "/v1/invoices?limit=500"))["items"]
        for each in every:
            total, *parts = (each[name]["amount"] for name in ("total", "credit_applied", "amount_paid", "amount_due"))
            assert sum(parts) == total or (each["status"] == "void" and parts[1:] == [0, 0])
            assert (parts[2] > 0) == (each["status"] == "open")
            assert (total < 0) == (each["kind"] == "credit_note") == each["number"].startswith("CN-")
        paid = [each for each in every if each["status"] == "paid"]
        names = ("net", "total", "credit_applied", "amount_paid")
        said = [tuple(each[name]["amount"] for name in names) for each in reversed(paid)]
        assert said == model.paid
        assert self.bank.total == sum(due for *_, due in said)
        assert model.credit == -sum(applied for *_, applied, _ in said)
        amounts = [line["amount"]["amount"] for each in paid for line in each["lines"]]
        assert sum(amounts) == sum(net for net, *_ in said)
        assert abs(sum(amounts) + model.given - model.worth) * 2 <= len(amounts)

    async def _check_forecast(self) -> None:
        """What is foretold is what the second rules would charge."""
        said = (await get(self.owner, "/v1/forecast?count=4"))["payments"]
        expected = list(self.model.forecast(4))
        assert [
            (each["period_start"], each["period_end"], each["total"]["amount"], each["due"]["amount"]) for each in said
        ] == [(str(each.after["start"]), str(each.after["end"]), each.total, each.due) for each in expected]
        next_payment = (await get(self.owner, "/v1/subscription"))["next_payment"]
        assert (next_payment and next_payment["amount"]["amount"]) == (expected[0].due if expected else None)


def _part(line: dict[str, Any]) -> tuple[int, int, int, int]:
    factor = line["factor"]
    return line["quantity"], line["unit_price"]["amount"], factor["numerator"], factor["denominator"]


@pytest.mark.parametrize("number", range(HISTORIES))
async def test_any_history_of_changes(tmp_path: Path, number: int, caplog: pytest.LogCaptureFixture) -> None:
    """After every step money, seats, users and promises are what a second implementation of the rules says."""
    caplog.set_level("CRITICAL")
    start = os.environ.get("HEADCOUNT_MONEY_SEED")
    seed = int(start) + number if start else secrets.randbits(32)
    sys.stdout.write(f"HEADCOUNT_MONEY_SEED={seed} HEADCOUNT_MONEY_HISTORIES=1 tells this history again\n")
    chance = random.Random(seed)  # noqa: S311 - the same history for the same seed
    async with opened(tmp_path, chance) as (team, bank, model):
        told = History(team, bank, model, chance)
        async with told.owner, told.billing:
            await told.run()
