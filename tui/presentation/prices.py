"""What a quote costs and why: two lines for the Overview, a table for the dialogs. Pure."""

import datetime as dt

from contract.billing import Line as BillLine
from contract.money import Money
from contract.quotes import Quote
from contract.subscription import BillingCycle, SubscriptionStatus
from tui.presentation.text import cells, clean
from tui.presentation.tones import BOLD, MUTED, PLAIN, Line, Span
from tui.presentation.wording import count, near_day, short_day

__all__ = [
    "holds_until",
    "long_day",
    "money_lines",
    "payee_lines",
    "price_lines",
    "reason",
    "renewal_words",
    "unsigned",
    "users_paid",
]

BAR = 78
"""Cells of a line at 80 columns."""

_EACH = {BillingCycle.MONTHLY: "each month", BillingCycle.ANNUAL: "each year"}
_HOLDS = "   holds until 14:17"


def reason(line: BillLine) -> str:
    """Why a line costs what it costs: `6 seats × EUR 6.00 × 10/30 days, to 30 Nov`."""
    who = count(abs(line.quantity), "user" if line.shares else "seat")
    times = ", each" if len(line.shares) > 1 else " ×"
    return f"{who}{times} {line.unit_price}{_times_share(line)}, to {_last_day(line)}"


def _times_share(line: BillLine) -> str:
    return "" if line.factor.numerator == line.factor.denominator else f" × {_share(line)}"


def _share(line: BillLine) -> str:
    return f"{line.factor.numerator:,}/{line.factor.denominator:,} {line.granularity.value}s"


def _last_day(line: BillLine) -> str:
    last = line.service_end - dt.timedelta(days=1)
    return short_day(last) if last.year == line.period_start.year else long_day(last)


def long_day(day: dt.date) -> str:
    """`30 Nov 2026`, where the year matters."""
    return f"{short_day(day)} {day.year}"


def _because(quote: Quote, line: BillLine) -> str:
    """The same in the table of the dialog, where a line is of the old or of the new plan."""
    if line.quantity < 0:
        return f"credited for the rest of {clean(quote.before.plan_name, 40)}{_comma_share(line)}"
    if quote.before.plan == quote.after.plan and quote.before.status is not SubscriptionStatus.ENDED:
        return reason(line)
    seats, plan = count(line.quantity, "seat"), clean(quote.after.plan_name, 40)
    return f"{seats} of {plan} × {line.unit_price}{_times_share(line)}, to {_last_day(line)}"


def _comma_share(line: BillLine) -> str:
    return "" if line.factor.numerator == line.factor.denominator else f", {_share(line)}"


def unsigned(amount: Money) -> str:
    """An amount without its sign, for words that say which way it goes."""
    return f"{Money(amount=abs(amount.amount), currency=amount.currency)}"


def price_lines(quote: Quote) -> list[list[Span]]:
    """Two lines that fit at 80 columns: what is charged now and why, and what the renewal will cost from then on."""
    price = f"{quote.due_now} now"
    room = BAR - cells(price) - 3
    because = next((said for said in _reasons(quote) if cells(said) <= room), "")
    return [
        [(price, BOLD), (f"   {because}", PLAIN)],
        [(renewal_words(quote, BAR - cells(_HOLDS)), MUTED)],
    ]


def _reasons(quote: Quote) -> list[str]:
    """Why it costs that, the fullest words first."""
    if not quote.lines:
        return [_free(quote), "free"]
    extra = f" + {quote.tax} tax" if quote.tax.amount else ""
    credit = f" − {quote.credit_applied} credit" if quote.credit_applied.amount > 0 else ""
    kept = f"; {unsigned(quote.credit_applied)} kept as credit" if quote.credit_applied.amount < 0 else ""
    first = quote.lines[0]
    if len(quote.lines) > 1:
        full = [" + ".join(_because(quote, line) for line in quote.lines), f"{len(quote.lines)} lines"]
    else:
        noun = "user" if first.shares else "seat"
        full = [_because(quote, first), f"{count(abs(first.quantity), noun)}{_times_share(first)}"]
    return [f"{said}{extra}{credit}{kept}" for said in full] + ["with tax" if extra else ""]


def _free(quote: Quote) -> str:
    change = quote.change
    if change.cancel or change.resume or change.seats is None:
        return "nothing is charged"
    if quote.seats_after < quote.seats_before:
        return f"fewer seats from {near_day(quote.effective, quote.created_at)}; nothing is refunded before then"
    return "these seats are already paid for"


def renewal_words(quote: Quote, room: int = BAR) -> str:
    """What renewals cost from then on, in at most that many cells: `EUR 252.00 from 1 Dec, each month`.

    Where a credit pays some of the next one, that is told apart from the price of those after it:
    `EUR 0.00 on 1 Dec (EUR 252.00 credit), EUR 252.00 each month from 1 Jan 2027`.
    """
    coming = quote.renewal
    if coming is None:
        return "no further renewal"
    day, each = _near(coming.date, quote), _EACH[quote.after.billing_cycle]
    if coming.credit_applied.amount <= 0:
        ways = [f"{coming.amount} from {day}, {each}", f"{coming.amount} from {day}"]
    else:
        then = f"from {_near(coming.full_from, quote)}" if coming.full_from else "once the credit is used up"
        ways = [
            f"{coming.due} on {day} ({coming.credit_applied} credit), {coming.amount} {each} {then}",
            f"{coming.due} on {day}, {coming.amount} {each} {then}",
            f"{coming.due} on {day}, then {coming.amount} {each}",
            f"{coming.due} on {day}, then {coming.amount}",
        ]
    return next((said for said in ways if cells(said) <= room), ways[-1])


def _near(day: dt.date, quote: Quote) -> str:
    return short_day(day) if day.year == quote.created_at.year else long_day(day)


def money_lines(quote: Quote) -> list[Line]:
    """The same for a dialog: a table of amounts when there is more than one, else the two lines."""
    several = len(quote.lines) > 1 or any(len(line.shares) > 1 for line in quote.lines)
    if not several and not quote.tax.amount and not quote.credit_applied.amount:
        return [*price_lines(quote)]
    rows = _rows(quote)
    width = max(len(amount.lstrip("− ")) for amount, _, _ in rows)
    table: list[Line] = [
        [(f"{'−' if amount[0] == '−' else ' '} {amount.lstrip('− ').rjust(width)}", tone), f"  {why}"]
        for amount, why, tone in rows
    ]
    return [*table, (f"  {renewal_words(quote)}", MUTED)]


def _rows(quote: Quote) -> list[tuple[str, str, str]]:
    """Amount, reason and tone of each row of the table."""
    rows = [(_signed(line.amount), _because(quote, line), PLAIN) for line in quote.lines]
    if quote.tax.amount:
        rows.append((_signed(quote.tax), f"tax, {_percent(quote.tax_rate)}" if quote.tax_rate else "tax", PLAIN))
    if quote.credit_applied.amount > 0:
        rows.append((f"− {quote.credit_applied}", "from your credit", PLAIN))
    if quote.credit_applied.amount < 0:
        rows.append((unsigned(quote.credit_applied), "kept as credit for the next payments", "ok"))
    return [*rows, (f"{quote.due_now}", "now", BOLD)]


def _signed(amount: Money) -> str:
    return f"− {unsigned(amount)}" if amount.amount < 0 else f"{amount}"


def _percent(rate: int) -> str:
    return f"{rate / 100:g} %"


def users_paid(quote: Quote) -> int:
    """How many users it pays for by name."""
    return sum(len(line.shares) for line in quote.lines)


def payee_lines(quote: Quote) -> list[Line]:
    """One line for each user that is paid for, with the share of the price."""
    paid = [share for line in quote.lines for share in line.shares]
    width = max((len(f"{share.amount}") for share in paid), default=0)
    return [[(f"{share.amount}".rjust(width), BOLD), f"  a seat for {clean(share.name, 120)}"] for share in paid]


def holds_until(quote: Quote, zone: dt.tzinfo | None = None) -> str:
    """Until when the price holds, as a time of day: it needs no repainting, as a countdown would."""
    return f"holds until {quote.expires_at.astimezone(zone):%H:%M}"
