"""What the Billing area says around its lists: what comes next, what is overdue, why there is nothing. Pure."""

import datetime as dt

from contract.billing import ExpectedPayment, Forecast
from contract.subscription import Overview, PlanKind, Subscription, SubscriptionStatus
from screens.billing.sources import BillingSide
from tui.presentation.lines import line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count, day_of, days_until, short_day

__all__ = ["empty_sentence", "forecast_sentences", "overdue_sentences"]


def _on(day: dt.date, today: dt.date) -> str:
    """`1 Dec (in 10 days)`, with its year when that is another one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{short_day(day)}{year} ({days_until(day, today)})"


def forecast_sentences(forecast: Forecast, overview: Overview) -> list[Line]:
    """What comes next and when; where a credit goes; when it all ends."""
    today = day_of(forecast.as_of, overview)
    if not forecast.payments:
        return [] if overview.plan.kind is PlanKind.FREE else [_nothing_to_come(forecast, overview, today)]
    said = [_next(forecast.payments[0], today)]
    if credit := _credit_sentence(forecast, today):
        said.append(credit)
    if new := forecast.price_change:
        said.append(
            line("A seat costs ", (f"{new.unit_price}", "strong"), f" from the payment of {_on(new.date, today)} on.")
        )
    if forecast.ends:
        ends = f"! Cancelled: nothing is charged after that; access ends on {_on(forecast.ends, today)}."
        said.append((ends, "warn"))
    return said


def _nothing_to_come(forecast: Forecast, overview: Overview, today: dt.date) -> Line:
    if overview.subscription.status is SubscriptionStatus.SUSPENDED:
        return (
            "! Suspended: nothing is charged until the overdue amount is paid (o); a new period starts then.",
            "warn",
        )
    if forecast.ends and forecast.ends > today:
        return (f"! Cancelled: nothing more is charged; access ends on {_on(forecast.ends, today)}.", "warn")
    return ("Nothing more is charged: the subscription has ended.", "dim")


def _next(coming: ExpectedPayment, today: dt.date) -> Line:
    when, seats, applied = _on(coming.date, today), count(coming.seats, "seat"), coming.credit_applied
    free = not coming.due.amount and applied.amount > 0
    amount = "Nothing to pay" if free else f"{coming.due}"
    return line((amount, "strong"), f" on {when} for {seats}, if nothing changes.")


def _credit_sentence(forecast: Forecast, today: dt.date) -> Line | None:
    """Which of the payments a credit pays: `pays 1 Dec, and part of 1 Jan 2027`."""
    if forecast.credit is None or forecast.credit.amount <= 0:
        return None
    used = [each for each in forecast.payments if each.credit_applied.amount > 0]
    days = [f"{'part of ' if each.due.amount else ''}{_day(each.date, today)}" for each in used]
    if not days:
        return line(("Your credit", "ok"), f" of {forecast.credit} is kept.")
    many = len(days) > 2  # noqa: PLR2004 - the first and the last say enough
    shown = f"all from {days[0]} to {days[-1]}" if many else " and ".join(days)
    return line(("Your credit", "ok"), f" of {forecast.credit} pays {shown}.")


def _day(day: dt.date, today: dt.date) -> str:
    return short_day(day) if day.year == today.year else f"{short_day(day)} {day.year}"


# What is overdue, and what an empty list says.


def overdue_sentences(overview: Overview, key: str) -> list[Line]:
    """What was refused, when it is tried again, when access is lost, and the key that pays now; nothing if all is paid.

    `key` is empty for somebody who may not pay.
    """
    subscription, today = overview.subscription, day_of(overview.as_of, overview)
    if subscription.status is SubscriptionStatus.PAST_DUE:
        said = [("! ", "bad"), (f"{_overdue(subscription)} overdue.", "bad"), (_dates(overview, today), "")]
        return [line(*said, *_paying(key, "pays it now"))]
    if subscription.status is SubscriptionStatus.SUSPENDED:
        lost = ("! Suspended: nobody can use the service until it is paid.", "bad")
        return [line(lost, *_paying(key, "pays for a new period from today"))]
    return []


def _overdue(subscription: Subscription) -> str:
    return f"{subscription.overdue} is" if subscription.overdue else "A payment is"


def _dates(overview: Overview, today: dt.date) -> str:
    retry, lost = overview.subscription.retry_at, overview.subscription.suspended_at
    said = [f"tried again on {_on(day_of(retry, overview), today)}"] if retry else []
    said += [f"unless paid, access is lost on {_day(day_of(lost, overview), today)}"] if lost else []
    words = "; ".join(said)
    return f" {words[:1].upper()}{words[1:]}." if words else ""


def _paying(key: str, does: str) -> list[tuple[str, str]]:
    return [("  ", ""), (key, "key"), (f" {does}", "")] if key else []


def empty_sentence(side: BillingSide, overview: Overview | None) -> str:
    """Why there is nothing on a side, with the key that helps."""
    if overview and overview.plan.kind is PlanKind.FREE:
        return f"Nothing to pay on the {clean(overview.plan.name, 20)} plan. 1 goes to the overview."
    match side:
        case BillingSide.INVOICES:
            return "No invoices yet: the first one comes with the first payment. Tab shows upcoming payments."
        case BillingSide.PAYMENTS:
            return "No payments yet. Tab shows upcoming payments."
        case _:
            return "No upcoming payments. Tab shows the invoices."
