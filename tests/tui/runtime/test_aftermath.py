"""What the next start says of commands without an answer."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

from answers import make_event

from client.api import Client
from client.journal import Intention
from contract.events import Event, EventKind
from contract.pages import Page
from tui.runtime.recovery import aftermath

AT = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def client_with(*events: Event) -> Client:
    """A client whose server knows these events, and which keeps no journal."""

    async def known(_: Any) -> Any:
        return Page[Event](items=events)

    return cast("Client", SimpleNamespace(events=known, journal=None))


async def test_a_confirmation_is_called_what_it_was() -> None:
    """Not by the title of its call: somebody pressed y on a price."""
    sent = Intention(key="k", method="POST", path="/v1/quotes/quo_1/confirm", summary="Make the change", at=AT)
    (said,) = await aftermath(client_with(), [sent])
    assert said.startswith("Not done yet: the change you confirmed (sent 22 Nov ")
    assert said.endswith("Look at the overview before you repeat it.")
    (said,) = await aftermath(client_with(make_event(EventKind.PAYMENT_SUCCEEDED, amount="EUR 2.00")), [sent])
    assert said.startswith("Done: the change you confirmed")
    assert said.endswith("EUR 2.00 was paid.")


async def test_any_other_command_says_what_it_does() -> None:
    """By the summary of its call."""
    sent = Intention(key="k", method="POST", path="/v1/users", summary="Add a user", at=AT)
    (said,) = await aftermath(client_with(), [sent])
    assert said.startswith("Not done yet: Add a user (sent ")
    assert said.endswith("Look at the list before you repeat it.")


async def test_a_batch_of_decisions_is_told_with_its_numbers() -> None:
    """How many of those asked about were accepted, how many of them are NOT PAID, how many were not done."""
    path, told = "/v1/transfers/decisions", make_event(EventKind.TRANSFER_ACCEPTED, user_status="not_paid")
    sent = Intention(key="k", method="POST", path=path, summary="Decide many", items=3, at=AT)
    (said,) = await aftermath(client_with(told, told, make_event(EventKind.USER_ADDED)), [sent])
    assert said.startswith("Done: 2 accepted (NOT PAID: 2) of 3 requests (sent 22 Nov ")
    assert said.endswith(" 1 not done: look at the list.")
    (said,) = await aftermath(client_with(), [sent])
    assert said.startswith("Not done yet: your decision about 3 requests (sent ")
    undo = Intention(key="k", method="POST", path=f"{path}/dec_1/undo", summary="Withdraw", at=AT)
    (said,) = await aftermath(client_with(make_event(EventKind.TRANSFER_REOPENED)), [undo])
    assert said.startswith("Done: 1 undone (sent ")
