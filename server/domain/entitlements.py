"""May somebody use the service now, and until when (D12, D13, D15)?"""

import datetime as dt
from dataclasses import dataclass

from contract.entitlements import Entitlement
from contract.entitlements import EntitlementReason as Reason
from contract.subscription import SubscriptionStatus
from contract.users import UserStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a subscription gives to its users. `paid_until` is the end of its period, `ends` that it ends then.

    `lost_at` is when a refused renewal takes access away.
    """

    status: SubscriptionStatus
    paid_until: dt.datetime
    ends: bool = False
    lost_at: dt.datetime | None = None


def entitlement(access: Access, user: UserStatus | None, now: dt.datetime) -> Entitlement:
    """The answer for a user; None is somebody who never was one."""
    reason = _reason(access, user, now)
    entitled = reason in {Reason.ACTIVE, Reason.SUBSCRIPTION_PAST_DUE}
    until = access.lost_at if reason is Reason.SUBSCRIPTION_PAST_DUE else access.paid_until
    return Entitlement(entitled=entitled, reason=reason, until=until if entitled else None)


def _reason(access: Access, user: UserStatus | None, now: dt.datetime) -> Reason:
    if user in {None, UserStatus.REMOVED}:
        return Reason.REMOVED if user else Reason.NOT_LISTED
    over = access.ends and now >= access.paid_until
    if access.status is SubscriptionStatus.ACTIVE and not over:
        return Reason.ACTIVE if user is UserStatus.ACTIVE else Reason.NOT_PAID
    if access.status is SubscriptionStatus.SUSPENDED:
        return Reason.SUBSCRIPTION_SUSPENDED
    if access.status is not SubscriptionStatus.PAST_DUE:
        return Reason.SUBSCRIPTION_ENDED
    return Reason.SUBSCRIPTION_PAST_DUE if user is UserStatus.ACTIVE else Reason.NOT_PAID
