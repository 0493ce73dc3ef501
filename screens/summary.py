"""The summary of a quote: what it costs, why, and what it does, in the words of the Overview and the dialog."""

import datetime as dt

from contract.billing import Line
from contract.quotes import Confirmation, Quote
from contract.subscription import BillingCycle
from tui.text import clean
from tui.wording import count, short_day, some

Span = tuple[str, str]
"""A piece of text and its tone."""

BOLD, MUTED, PLAIN = "strong", "dim", ""
_EACH = {BillingCycle.MONTHLY: "each month", BillingCycle.ANNUAL: "each year"}


def reason(line: Line) -> str:
    """Why a line costs what it costs: `6 seats × EUR 6.00 × 10/30 days, to 30 Nov`."""
    part = "" if line.factor.numerator == line.factor.denominator else f" × {_share(line)}"
    last = line.service_end - dt.timedelta(days=1)
    return f"{count(line.quantity, 'seat')} × {line.unit_price}{part}, to {short_day(last)}"


def _share(line: Line) -> str:
    return f"{line.factor.numerator}/{line.factor.denominator} {line.granularity.value}s"


def price_lines(quote: Quote, cycle: BillingCycle) -> list[list[Span]]:
    """Two lines: what is charged now and why, and what the renewal will cost from then on."""
    because = " + ".join(reason(line) for line in quote.lines) or _free(quote)
    if quote.tax.amount:
        because += f" + {quote.tax} tax"
    return [
        [(f"{quote.due_now} now", BOLD), (f"   {because}", PLAIN)],
        [(_renewal(quote, cycle), MUTED)],
    ]


def _free(quote: Quote) -> str:
    if quote.seats_after < quote.seats_before:
        return f"fewer seats from {short_day(quote.effective)}; nothing is refunded before"
    return "these seats are paid for already"


def _renewal(quote: Quote, cycle: BillingCycle) -> str:
    if quote.renewal is None:
        return "no further renewal"
    return f"{quote.renewal.amount} from {short_day(quote.renewal.date)}, {_EACH[cycle]}"


def effects(quote: Quote) -> list[str]:
    """What confirming does besides the money, one sentence each."""
    said = [f"The seats go from {quote.seats_before:,} to {quote.seats_after:,}{_when(quote)}."]
    if quote.activates.count:
        who = some(quote.activates.names, quote.activates.count)
        said.append(f"{count(quote.activates.count, 'user')} NOT PAID until now become active: {who}.")
    said += [clean(warning.detail) for warning in quote.warnings]
    return said


def _when(quote: Quote) -> str:
    return "" if quote.effective == quote.created_at.date() else f" on {short_day(quote.effective)}"


def holds_until(quote: Quote, zone: dt.tzinfo | None = None) -> str:
    """Until when the price holds, as a time of day: it needs no repainting, as a countdown would."""
    return f"holds until {quote.expires_at.astimezone(zone):%H:%M}"


def change_in_words(delta: int, not_paid: int) -> str:
    """What a change of the number does: `3 for NOT PAID users, 3 spare`, `at the renewal`."""
    if delta < 0:
        return "at the renewal"
    for_waiting = min(delta, not_paid)
    if not for_waiting:
        return ""
    spare = delta - for_waiting
    return f"{for_waiting:,} for NOT PAID users" + (f", {spare:,} spare" if spare else "")


def done(confirmation: Confirmation) -> str:
    """The result in one line."""
    subscription = confirmation.subscription
    if confirmation.payment is None:
        kept = subscription.scheduled_seats
        if kept is None:
            return f"Done: {count(subscription.seats, 'seat')}, nothing charged."
        return f"Done: {count(kept, 'seat')} from {short_day(subscription.period_end)}, nothing charged."
    said = f"Done: {count(subscription.seats, 'seat')}, {confirmation.payment.amount} charged"
    if confirmation.activated.count:
        said += f", {count(confirmation.activated.count, 'user')} became active"
    return said + "."
