"""Webhooks: addresses that the server tells about events, signed as Standard Webhooks says."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from contract.base import Answer, Body, Identifier, Instant, ShortText, Version
from contract.pages import PageQuery

MOST_WEBHOOKS = 20
"""So many addresses one organisation may have."""

LONGEST_URL = 2000

KindFilter = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.(\*|[a-z_]+)$", max_length=60)]
"""A kind of event, such as `user.added`, or all that begin alike: `transfer.*`."""

Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]
Kinds = Annotated[tuple[KindFilter, ...], Field(max_length=100)]


class WebhookStop(StrEnum):
    """Why a webhook is switched off."""

    OWNER = "owner"
    GONE = "gone"
    FAILING = "failing"


class Webhook(Answer):
    """One address. Without `kinds` it is told everything.

    `stopped` says why it is off. `behind` counts the events that are not looked at yet, `waiting` those that were sent
    without success and are tried again, `failed` those that were given up. `failing_since` is when it last began to
    refuse everything; `old_secret_until` is how long both secrets sign after a rotation.
    """

    id: Identifier
    url: str
    description: str = ""
    kinds: tuple[str, ...] = ()
    enabled: bool
    stopped: WebhookStop | None = None
    created_at: Instant
    last_success_at: Instant | None = None
    failing_since: Instant | None = None
    old_secret_until: Instant | None = None
    behind: int = 0
    waiting: int = 0
    failed: int = 0
    version: Version


class WebhookWithSecret(Webhook):
    """A webhook just made, or with a secret just changed: the only answers that ever have it.

    It is empty when the answer is told again for the same `Idempotency-Key`: change the secret once more.
    """

    secret: str


class NewWebhook(Body):
    """An address to tell from now on."""

    url: Url
    description: ShortText = ""
    kinds: Kinds = ()
    enabled: bool = True


class WebhookChanges(Body):
    """What may be changed; a field that is absent stays. Switched on again, it goes on where it stopped."""

    url: Url | None = None
    description: ShortText | None = None
    kinds: Kinds | None = None
    enabled: bool | None = None


class DeliveryState(StrEnum):
    """What became of telling one address of one event."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(Answer):
    """One event at one address. `message_id` is what `webhook-id` says, however often it is sent.

    `status` is what was answered last; None when nothing was, for the reason in `error`.
    """

    event_id: Identifier
    event_type: str
    message_id: str
    state: DeliveryState
    attempts: int
    first_attempt_at: Instant | None = None
    last_attempt_at: Instant | None = None
    next_attempt_at: Instant | None = None
    status: int | None = None
    error: str = ""


class DeliveriesQuery(PageQuery):
    """Those that wait or failed, and the latest that were delivered; the newest events first."""

    state: DeliveryState | None = None


class Replay(Body):
    """What is to be sent again: one event, everything since a moment, or what was given up."""

    event_id: Identifier | None = None
    since: Instant | None = None
    failed: bool = False

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.event_id is not None) + (self.since is not None) + self.failed != 1:
            message = "give either event_id, since or failed"
            raise ValueError(message)
        return self


class Replayed(Answer):
    """How many events are looked at again; those whose kind is filtered out are among them."""

    events: int
