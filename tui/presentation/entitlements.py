"""Why somebody may use the service, or may not, as a command says it."""

from contract.entitlements import EntitlementReason as Reason

__all__ = ["WHY"]

WHY: dict[Reason, str] = {
    Reason.ACTIVE: "active",
    Reason.SUBSCRIPTION_PAST_DUE: "active, though the renewal is not paid yet",
    Reason.NOT_PAID: "NOT PAID",
    Reason.NOT_LISTED: "a user of no subscription",
    Reason.REMOVED: "removed from the subscription",
    Reason.SUBSCRIPTION_SUSPENDED: "the subscription is suspended",
    Reason.SUBSCRIPTION_ENDED: "the subscription has ended",
}
