"""Webhooks as stories: told at once, tried again, switched off, told again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import Team, findings_in, make_organisation
from notifications_desk import Office, add_user, all_events, office, receiver, subscribed, until
from standardwebhooks import WebhookVerificationError


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Office]:
    """A sandbox server, which may tell this machine."""
    async with office(tmp_path, webhook_patience=0.5) as found:
        yield found
        assert findings_in(found.server) == []


@pytest.fixture
def team(house: Office) -> Team:
    """One organisation."""
    return make_organisation(house.server)


async def test_every_event_is_told_and_verifies(house: Office, team: Team) -> None:
    """What is sent is signed as Standard Webhooks says, and holds the event as the API has it, in order."""
    async with receiver() as there, team.client() as api:
        made = await subscribed(api, there.url, description="Directory")
        for number in range(3):
            await add_user(api, f"u{number}@team.example")
        happened = await all_events(team)
        mine = happened[[event["type"] for event in happened].index("webhook.created") :]
        await until(lambda: len(there.told) == len(mine))
        for told, event in zip(there.told, mine, strict=True):
            said = told.verified(made["secret"], house.time)
            assert said == {"type": event["type"], "timestamp": event["created_at"], "data": event}
            assert told.path == "/hook?canary=1"
            with pytest.raises(WebhookVerificationError):
                told.verified("whsec_" + "A" * 43 + "=", house.time)
        assert there.told[0].json["type"] == "webhook.created"
        assert there.connections <= 2
