"""A server killed anywhere in a confirmation, whatever the gateway does, ends in one charge and one change.

Which steps it dies at differs from run to run; at every one with `HEADCOUNT_DEATHS=1`.
"""

import itertools
from pathlib import Path

import pytest
from billing_desk import Death, PowerCut, ask, charges_of, confirm, deaths, get, invoices_of, kinds, tell_gateway
from builders import NOW, findings_in, make_organisation, running

from server.payments.settle import settle_elsewhere

OUTCOMES = ("accept", "late", "twice", "unreachable")


async def _confirmed(folder: Path, outcome: str, death: Death) -> tuple[str, str]:
    """A server that lives until a step of the confirmation; answers the owner's token and the quote."""
    async with running(folder, now=NOW) as server:
        team = make_organisation(server, users=11)
        async with team.client() as api:
            quote = await ask(api, 12)
            await tell_gateway(api, outcome)
            death.lurk(server.services.database.engine)
            if death.at:
                with pytest.raises(PowerCut):
                    await confirm(api, quote["id"], "k")
            else:
                await confirm(api, quote["id"], "k")
            death.at = 0
    return team.token, str(quote["id"])


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_killed_anywhere_in_a_confirmation(tmp_path: Path, outcome: str) -> None:
    """The next server settles what was asked, or the same request does: one charge, one invoice, one event."""
    counting = Death()
    await _confirmed(tmp_path, outcome, counting)
    assert counting.steps > 10
    for number, at in enumerate(deaths(counting.steps)):
        folder = tmp_path / str(number)
        folder.mkdir()
        token, quote_id = await _confirmed(folder, outcome, Death(at))
        async with running(folder, now=NOW) as server, server.client(token) as api:
            for _ in itertools.count():
                answer = await confirm(api, quote_id, "k")
                if answer.json().get("code") != "payment_in_progress":
                    break
            assert answer.status_code == 200, f"died at {at}: {answer.text}"
            await settle_elsewhere(server.services)
            assert charges_of(server) == [1200], f"died at {at}"
            after = await get(api, "/v1/subscription")
            assert (after["seats"], after["users_active"]) == (12, 11), f"died at {at}"
            assert [each["status"] for each in await invoices_of(api)] == ["paid"], f"died at {at}"
            assert (await kinds(api)).count("seats.added") == 1, f"died at {at}"
            assert findings_in(server) == [], f"died at {at}"
