"""`GET /v1/subscription` and `GET /v1/plans`."""

from contract.operations import PLANS, SUBSCRIPTION
from contract.pages import Page
from contract.subscription import Plan, Subscription
from server.http import cursors
from server.http.call import Call
from server.store import subscriptions
from server.subscription.reading import plan_choices, subscription_answer


def show_subscription(call: Call) -> Subscription:
    """State of the subscription."""
    row = subscriptions.get(call.connection, call.subscription_id)
    return subscription_answer(row, call.services.catalogue)


def list_plans(call: Call) -> Page[Plan]:
    """The catalogue, in its own order, priced in the subscription's currency, with what it may move to (D10)."""
    query = call.query
    catalogue = call.services.catalogue
    row = subscriptions.get(call.connection, call.subscription_id)
    plans = [
        offer.plan(row.currency).model_copy(update={"choices": plan_choices(row, catalogue, offer.id)})
        for offer in catalogue.offers.values()
    ]
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


HANDLERS = {SUBSCRIPTION: show_subscription, PLANS: list_plans}
