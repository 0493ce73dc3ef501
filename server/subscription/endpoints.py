"""`GET /v1/subscription` and `GET /v1/plans`."""

import datetime as dt

from contract.operations import PLANS, SUBSCRIPTION
from contract.pages import Page
from contract.subscription import Plan, PlanKind, Subscription
from server.catalogue import Catalogue, Offer
from server.domain.periods import local_date
from server.http import cursors
from server.http.call import Call
from server.store import subscriptions
from server.store.types import AnyRow
from server.subscription.reading import plan_choices, subscription_answer


def show_subscription(call: Call) -> Subscription:
    """State of the subscription."""
    row = subscriptions.get(call.connection, call.subscription_id)
    return subscription_answer(row, call.services.catalogue, call.now)


def list_plans(call: Call) -> Page[Plan]:
    """The catalogue, in its own order, priced in the subscription's currency, with what it may move to (D10)."""
    query = call.query
    catalogue = call.services.catalogue
    row = subscriptions.get(call.connection, call.subscription_id)
    today = local_date(call.now, row.time_zone)
    plans = [_offered(row, catalogue, offer, today) for offer in catalogue.offers.values()]
    start = query.offset or 0
    if query.cursor:
        start = int(cursors.decode(query.cursor, "plans", [int])[0])
    end = max(0, start) + query.limit
    more = end < len(plans)
    return Page(
        items=tuple(plans[max(0, start) : end]),
        next_cursor=cursors.encode("plans", [end]) if more else None,
        has_more=more,
        total=len(plans) if query.count else None,
    )


def _offered(row: AnyRow, catalogue: Catalogue, offer: Offer, today: dt.date) -> Plan:
    """A plan with what may be made of it; who has a contract is shown no prices (D15)."""
    plan, choices = offer.plan(row.currency, today), plan_choices(row, catalogue, offer.id, today)
    if catalogue.offer(row.plan).kind is PlanKind.CONTRACT:
        choices = tuple(choice.model_copy(update={"price": None}) for choice in choices)
        plan = plan.model_copy(update={"monthly": None, "annual": None})
    return plan.model_copy(update={"choices": choices})


HANDLERS = {SUBSCRIPTION: show_subscription, PLANS: list_plans}
