"""Events: everything that happened, in one total order per organisation (D29)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from contract.base import Answer, Identifier, Instant
from contract.pages import PageQuery


class EventKind(StrEnum):
    """What can happen. A kind that only a newer server knows is kept by its name instead of spoiling a whole list."""

    ORGANISATION_CREATED = "organisation.created"
    HISTORY_LOST = "organisation.history_lost"
    SUBSCRIPTION_STARTED = "subscription.started"
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    SUBSCRIPTION_PAST_DUE = "subscription.past_due"
    SUBSCRIPTION_SUSPENDED = "subscription.suspended"
    SUBSCRIPTION_ENDED = "subscription.ended"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    SUBSCRIPTION_RESUMED = "subscription.resumed"
    SUBSCRIPTION_RECOVERED = "subscription.recovered"
    PLAN_CHANGED = "subscription.plan_changed"
    CYCLE_CHANGED = "subscription.billing_cycle_changed"
    INVOICE_ISSUED = "invoice.issued"
    SEATS_ADDED = "seats.added"
    SEATS_REDUCTION_SCHEDULED = "seats.reduction_scheduled"
    SEATS_REDUCTION_CANCELLED = "seats.reduction_cancelled"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_FAILED = "payment.failed"
    USERS_PAID = "users.paid"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    USER_ACTIVATED = "user.activated"
    USER_UNSEATED = "user.not_paid"
    USER_REMOVED = "user.removed"
    USER_RESTORED = "user.restored"
    USERS_REMOVED = "users.removed"
    USERS_RESTORED = "users.restored"
    CODE_CREATED = "code.created"
    CODE_USED = "code.used"
    CODE_CHANGED = "code.changed"
    CODE_DELETED = "code.deleted"
    TRANSFER_REQUESTED = "transfer.requested"
    TRANSFER_RESENT = "transfer.resent"
    TRANSFER_ACCEPTED = "transfer.accepted"
    TRANSFER_DECLINED = "transfer.declined"
    TRANSFER_CANCELLED = "transfer.cancelled"
    TRANSFER_EXPIRED = "transfer.expired"
    TRANSFER_REOPENED = "transfer.reopened"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_CHANGED = "member.changed"
    MEMBER_REMOVED = "member.removed"
    MEMBER_RESTORED = "member.restored"
    MEMBER_SIGN_ON_RELEASED = "member.sign_on_released"
    OWNERSHIP_OFFERED = "ownership.offered"
    OWNERSHIP_ACCEPTED = "ownership.accepted"
    OWNERSHIP_DECLINED = "ownership.declined"
    OWNERSHIP_CANCELLED = "ownership.cancelled"
    OWNERSHIP_EXPIRED = "ownership.expired"
    OWNERSHIP_UNDONE = "ownership.undone"
    ADDRESS_OUTSIDE = "address.outside"
    IMPORT_PLANNED = "import.planned"
    IMPORT_APPLIED = "import.applied"
    TOKEN_CREATED = "token.created"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the name of an event
    ACCESS_LINK_CREATED = "access.link_created"
    ACCESS_RESET = "access.reset"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DELETED = "webhook.deleted"
    WEBHOOK_ROTATED = "webhook.secret_changed"
    WEBHOOK_REPLAYED = "webhook.replayed"
    WEBHOOK_DISABLED = "webhook.disabled"
    CLOCK_MOVED = "sandbox.clock_moved"

    @classmethod
    def _missing_(cls, value: object) -> "EventKind | None":
        if not isinstance(value, str):
            return None
        newer = str.__new__(cls, value)
        newer._name_, newer._value_ = "NEWER", value
        return newer


class Actor(Answer):
    """Who did it. `account_id` is empty for the server itself (renewals, expiry)."""

    account_id: str | None = None
    label: str


class EventObject(Answer):
    """What it was done to, as it is afterwards."""

    type: str
    id: str
    label: str
    attributes: dict[str, Any] = Field(default_factory=dict)


class EventRequest(Answer):
    """The request that caused it, so that a client recognises its own command."""

    id: str | None = None
    idempotency_key: str | None = None


class Event(Answer):
    """One thing that happened. `previous` holds the attributes that changed, as they were."""

    id: Identifier
    type: EventKind
    created_at: Instant
    actor: Actor
    object: EventObject
    previous: dict[str, Any] | None = None
    request: EventRequest = EventRequest()


EventId = Annotated[str, Field(max_length=60)]
"""The id of an event in a query; what is none is refused with its pointer."""


class EventsQuery(PageQuery):
    """`after` lists what came after an event, oldest first; without it the newest come first.

    With `up_to` the list ends with that event, so that it stays as it is while more happens. Every word of `who`
    begins one of the actor's label or is their account; of `object`, of its label or e-mail, or is its id; of `search`,
    either. `kind` is a whole kind or what stands before its dot (`user` includes `users`). `since` and `until` are days
    of the organisation's time zone, both included.
    """

    after: EventId | None = None
    up_to: EventId | None = None
    idempotency_key: Annotated[str, Field(max_length=255)] | None = None
    who: Annotated[str, Field(max_length=254)] = ""
    kind: Annotated[str, Field(max_length=60)] = ""
    object: Annotated[str, Field(max_length=254)] = ""
    search: Annotated[str, Field(max_length=254)] = ""
    since: dt.date | None = None
    until: dt.date | None = None


def kind_group(name: str) -> str:
    """The group of a kind, in the singular: `user` of `users.removed`, `address` of `address.outside`."""
    group = name.partition(".")[0]
    return group if group.endswith("ss") else group.removesuffix("s")


KIND_GROUPS: tuple[str, ...] = tuple(dict.fromkeys(kind_group(kind) for kind in EventKind))
"""What stands before the dots of the kinds, as a query takes it."""
