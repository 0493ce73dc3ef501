"""A server killed anywhere in a confirmation, whatever the gateway does, ends in one charge and one change.

Which steps it dies at differs from run to run; at every one with `HEADCOUNT_DEATHS=1`.
"""

import contextlib
import itertools
from pathlib import Path

import pytest
from billing_desk import Death, PowerCut, ask, charges_of, confirm, deaths, get, invoices_of, kinds, tell_gateway
from builders import NOW, findings_in, make_organisation, running

from server.payments.settle import settle_elsewhere

OUTCOMES = ("accept", "late", "twice", "unreachable")


async def _confirmed(folder: Path, outcome: str, death: Death) -> tuple[str, str, int]:
    """A server that lives until a step of the confirmation, or of a chore that runs beside it.

    Answers the owner's token, the quote, and how many steps the confirmation took.
    """
    token, quote_id, steps = "", "", 0
    with contextlib.suppress(PowerCut):
        async with running(folder, now=NOW) as server:
            team = make_organisation(server, users=11)
            token = team.token
            async with team.client() as api:
                quote_id = str((await ask(api, 12))["id"])
                await tell_gateway(api, outcome)
                death.lurk(server.services.database.engine)
                with contextlib.suppress(PowerCut):
                    await confirm(api, quote_id, "k")
                steps, death.at = death.steps, 0
    return token, quote_id, steps


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_killed_anywhere_in_a_confirmation(tmp_path: Path, outcome: str) -> None:
    """The next server settles what was asked, or the same request does: one charge, one invoice, one event."""
    _, _, steps = await _confirmed(tmp_path, outcome, Death())
    assert steps > 10
    for number, at in enumerate(deaths(steps)):
        folder = tmp_path / str(number)
        folder.mkdir()
        token, quote_id, _ = await _confirmed(folder, outcome, Death(at))
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
