"""What the next start says of commands without an answer."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

from answers import make_event

from client.api import Client
from client.journal import Intention
from contract.events import Event, EventKind
from tui.aftermath import aftermath

AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def client_with(*events: Event) -> Client:
    """A client whose server knows these events, and which keeps no journal."""

    async def known(_: Any) -> Any:
        return SimpleNamespace(items=events)

    return cast("Client", SimpleNamespace(events=known, journal=None))


async def test_a_confirmation_is_called_what_it_was() -> None:
    """Not by the title of its call: somebody pressed y on a price."""
    sent = Intention(key="k", method="POST", path="/v1/quotes/quo_1/confirm", summary="Make the change", at=AT)
    (said,) = await aftermath(client_with(), [sent])
    assert said.startswith("Not done so far: the change you confirmed (sent 22 Nov ")
    assert said.endswith("Look at the overview before you do it again.")
    (said,) = await aftermath(client_with(make_event(EventKind.PAYMENT_SUCCEEDED, amount="EUR 2.00")), [sent])
    assert said.startswith("Done: the change you confirmed")
    assert said.endswith("EUR 2.00 was paid.")


async def test_any_other_command_says_what_it_does() -> None:
    """By the summary of its call."""
    sent = Intention(key="k", method="POST", path="/v1/users", summary="Add a user", at=AT)
    (said,) = await aftermath(client_with(), [sent])
    assert said.startswith("Not done so far: Add a user (sent ")
    assert said.endswith("Look at the list before you do it again.")
