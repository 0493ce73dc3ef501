"""Whether an account may use the service now: what the vendor's product asks, on every request if it likes."""

from enum import StrEnum

from contract.base import Answer, Instant


class EntitlementReason(StrEnum):
    """Why an account may use the service, or may not."""

    ACTIVE = "active"
    SUBSCRIPTION_PAST_DUE = "subscription_past_due"
    NOT_PAID = "not_paid"
    NOT_LISTED = "not_listed"
    REMOVED = "removed"
    SUBSCRIPTION_SUSPENDED = "subscription_suspended"
    SUBSCRIPTION_ENDED = "subscription_ended"


class Entitlement(Answer):
    """May this account use the service now?

    Somebody entitled is so until `until` if nothing changes: the end of what is paid for, and after a refused renewal
    the moment at which access is lost (D13). Without it nothing ends. `subscription_past_due` is still entitled.
    """

    entitled: bool
    reason: EntitlementReason
    until: Instant | None = None
