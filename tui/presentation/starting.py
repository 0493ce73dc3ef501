"""Taking a first subscription in words: what is to be started, what it costs, and what it came to."""

from contract.money import Money
from contract.quotes import UNUSUAL_BY
from contract.starting import Started, StartOffer, StartQuote
from contract.subscription import BillingCycle, Plan, PlanChoice, PlanKind
from tui.presentation.confirmation import Summary
from tui.presentation.prices import money_lines
from tui.presentation.quote_summary import effects, verb
from tui.presentation.text import clean
from tui.presentation.tones import BOLD, MUTED, Line
from tui.presentation.unusual import above
from tui.presentation.wording import count

__all__ = ["choice_words", "may_be_chosen", "start_summary", "started_words", "takes_seats", "why_not"]

_LABEL = 14
_PER = {BillingCycle.MONTHLY: "month", BillingCycle.ANNUAL: "year"}


def why_not(offer: StartOffer) -> str:
    """Why nothing can be started, as a sentence; empty when something can."""
    said = clean(offer.refusal, 300).rstrip(".")
    return f"{said}." if said else ""


def may_be_chosen(offer: StartOffer) -> list[tuple[Plan, PlanChoice]]:
    """Every plan with a cycle that can be started, in the vendor's order."""
    return [(plan, choice) for plan in offer.plans for choice in plan.choices if choice.allowed]


def takes_seats(plan: Plan) -> bool:
    """Whether seats are bought as a number on it."""
    return plan.kind is PlanKind.PAID and not plan.seats_follow_users


def choice_words(plan: Plan, choice: PlanChoice) -> str:
    """`EUR 6.00 per seat and month`; what a plan without a price, or with one for each user, says instead."""
    if choice.price is None:
        return "free, for you alone"
    what = "seat" if takes_seats(plan) else "user"
    return f"{choice.price} per {what} and {_PER[choice.billing_cycle]}"


def start_summary(asked: StartQuote, opener: str = "", *, remark: str = "", limit: Money | None = None) -> Summary:
    """All that a dialog says about it; where many seats are meant their number is typed. `remark` comes first."""
    quote, after, name = asked.quote, asked.quote.after, clean(asked.name, 120)
    much = above(quote, limit)
    many = quote.seats_after > UNUSUAL_BY or bool(much)
    pairs = [("Organisation", name), ("Plan", clean(after.plan_name, 40))]
    pairs += [("Billed", after.billing_cycle.value)] if after.unit_price else []
    pairs += [("Seats", f"{after.seats:,}")] if after.seats else []
    pairs += [("Days of", clean(asked.time_zone, 60))] if asked.time_zone != "UTC" else []
    lines: list[Line] = [(remark, "warn"), ""] if remark else []
    lines += [[(label.ljust(_LABEL), MUTED), (value, BOLD)] for label, value in pairs]
    check = [(f"Please check: {much or count(quote.seats_after, 'seat')}.", "warn")] if many else []
    return Summary(
        title=f"Start {name}?",
        verb=verb(quote),
        lines=[*lines, "", *effects(quote), *check],
        money=money_lines(quote),
        final="Payments are not refunded when seats are lowered later." if quote.due_now.amount else "",
        opener=opener,
        type_number=quote.seats_after if many else None,
    )


def started_words(done: Started) -> str:
    """The result in one line."""
    subscription, payment = done.confirmation.subscription, done.confirmation.payment
    seats = f", {count(subscription.seats, 'seat')}" if subscription.seats else ""
    charged = f"{payment.amount} charged" if payment else "nothing charged"
    return f"Done: {clean(done.organisation.name, 120)} is started{seats}, {charged}. You are its owner."
