"""`headcount server verify` holds the outbox, the subscriptions kept for it and the sandbox's ledger to each other."""

from pathlib import Path

import pytest
from billing_desk import ask, confirm, tell_gateway
from builders import findings_in, make_organisation, running
from sqlalchemy import text

from server.platform.services import Services

ALTERED = {
    "UPDATE subscriptions SET pending_payment_id = NULL": ["was asked, and no subscription is kept for it"],
    "UPDATE subscriptions SET pending_payment_id = 'pay_x'": ["no subscription is kept", "is kept for payment pay_x"],
    "UPDATE quotes SET payment_id = NULL": ["neither an invoice nor a quote", "payment none is not asked"],
    "UPDATE quotes SET status = 'open'": ["neither an invoice nor a quote says for what"],
    "UPDATE sandbox_charges SET key = 'x'": ["charged 1200 under x, which is no payment of ours"],
    "UPDATE sandbox_charges SET amount = 1": ["the sandbox charged 1 under pay_"],
    "UPDATE sandbox_charges SET currency = 'USD'": ["the sandbox charged 1200 under pay_"],
    "UPDATE payments SET gateway = 'bank'": ["the sandbox charged 1200 under pay_"],
}


@pytest.mark.parametrize("alteration", ALTERED)
async def test_what_is_on_its_way_agrees_on_all_sides(tmp_path: Path, alteration: str) -> None:
    """A payment that was charged and not answered is in order until one side says something else."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            await tell_gateway(api, "late")
            assert (await confirm(api, quote["id"], "k")).status_code == 409
            assert findings_in(server) == []
            _alter(server.services, alteration)
            found = findings_in(server)
    assert len(found) == len(ALTERED[alteration]), found
    assert all(any(said in finding for finding in found) for said in ALTERED[alteration]), found


async def test_a_charge_is_not_kept_from_who_paid(tmp_path: Path) -> None:
    """What the sandbox took is a payment that succeeded, never one that is called refused."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        async with team.client() as api:
            quote = await ask(api, 12)
            assert (await confirm(api, quote["id"], "k")).status_code == 200
            assert findings_in(server) == []
            _alter(server.services, "UPDATE payments SET status = 'declined'")
            assert any("the payment is declined" in finding for finding in findings_in(server))


def _alter(services: Services, alteration: str) -> None:
    with services.database.write() as connection:
        connection.execute(text(alteration))
