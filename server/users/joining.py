"""What it comes to when people join, before they do: one answer for adding, members, files and acceptances (D13, D15).

It is worked out by the rules that will seat them, as things stand now; nothing is written.
"""

from dataclasses import replace

from contract.joining import JoiningPreview, JoiningQuery
from contract.subscription import PlanKind, SubscriptionStatus
from server.domain.periods import local_date
from server.domain.renewal import forecast
from server.domain.seat_allocation import paying_for
from server.domain.subscription_state import Standing
from server.http.call import Call
from server.limits.spending import check_users, may_list
from server.store import subscriptions
from server.subscription.next_payment import payment_change
from server.subscription.reading import standing_of


def preview_joining(call: Call) -> JoiningPreview:
    """So many people who would join now: who fits, who is NOT PAID or refused, and what that costs now and later."""
    query: JoiningQuery = call.query
    catalogue, who = call.services.catalogue, call.principal.account_id
    row = subscriptions.get(call.connection, call.subscription_id)
    offer, market = catalogue.offer(row.plan), catalogue.market(row.currency)
    standing = standing_of(row, catalogue)
    coming = _let_in(call, query.people, offer.room(row.seats, row.users_active))
    if not offer.sub_accounts or row.status == SubscriptionStatus.ENDED.value:
        coming = 0
    free = max(0, standing.seats.free)
    fit = min(coming, free)
    unpaid = coming - fit if standing.plan.kind is not PlanKind.CONTRACT else 0
    today = local_date(call.now, row.time_zone)
    return JoiningPreview(
        people=query.people,
        fit=fit,
        not_paid=unpaid,
        refused=query.people - fit - unpaid,
        pay_now=paying_for(standing, unpaid, today, market),
        seats=_to_buy(standing, unpaid),
        next_payment=payment_change(forecast(standing, market), forecast(_joined(standing, fit, unpaid), market)),
        spending=check_users(call, catalogue, who, query.people),
    )


def _let_in(call: Call, people: int, room: int | None) -> int:
    """How many come in at all: by the contract's number, and by the limits of who asks."""
    within = may_list(call, call.services.catalogue, call.principal.account_id, people)
    return max(0, min(most for most in (people, room, within) if most is not None))


def _to_buy(standing: Standing, unpaid: int) -> int | None:
    """How many seats there have to be for nobody to wait, where seats are bought by their number."""
    sold = standing.plan.kind is PlanKind.PAID and standing.status is SubscriptionStatus.ACTIVE
    if not unpaid or not sold or standing.seats.follow_users:
        return None
    return standing.seats.paid + standing.seats.not_paid + unpaid


def _joined(standing: Standing, fit: int, unpaid: int) -> Standing:
    seats = standing.seats
    return replace(standing, seats=replace(seats, active=seats.active + fit, not_paid=seats.not_paid + unpaid))
