"""The summary of a quote: what it costs, why, and what it does, in the words of the Overview and the dialogs."""

import datetime as dt
from collections.abc import Sequence

from contract.money import Money
from contract.quotes import Change, Confirmation, Quote, Terms, WarningCode
from contract.subscription import SubscriptionStatus
from tui.presentation.confirmation import Summary
from tui.presentation.limit_words import check_lines
from tui.presentation.prices import long_day, money_lines, payee_lines, unsigned
from tui.presentation.text import clean
from tui.presentation.tones import BOLD, MUTED, Line
from tui.presentation.unusual import slip_words
from tui.presentation.wording import count, near_day, short_day, some

__all__ = [
    "change_in_words",
    "confirmation_summary",
    "done",
    "effects",
    "moved_words",
    "promises_the_same",
    "terms_lines",
    "verb",
]

_LABEL = 9


def terms_lines(quote: Quote) -> list[Line]:
    """What a change of terms makes of plan, cycle, seats and period: only what changes, before → after."""
    before, after = quote.before, quote.after
    if quote.change.start is None and quote.change.plan is None and quote.change.billing_cycle is None:
        return []
    pairs = [
        ("Plan", clean(before.plan_name, 40), clean(after.plan_name, 40)),
        ("Billed", before.billing_cycle.value, after.billing_cycle.value),
        ("Seats", f"{before.seats:,}", f"{after.seats:,}"),
        ("Period", _period(before), _period(after)),
    ]
    return [
        [(label.ljust(_LABEL), MUTED), was, (" → ", MUTED), (becomes, BOLD)]
        for label, was, becomes in pairs
        if was != becomes
    ]


def _period(terms: Terms) -> str:
    last = terms.period_end - dt.timedelta(days=1)
    first = short_day(terms.period_start) if terms.period_start.year == last.year else long_day(terms.period_start)
    return f"{first} – {long_day(last)}"


def effects(quote: Quote) -> list[str]:
    """What confirming does besides the money, one sentence each."""
    said = _deeds(quote)
    if quote.activates.count and not quote.change.pay_users:
        who = some(quote.activates.names, quote.activates.count)
        become = "becomes" if quote.activates.count == 1 else "become"
        said.append(f"{count(quote.activates.count, 'user')} NOT PAID until now {become} active: {who}.")
    return said + [clean(warning.detail) for warning in quote.warnings if not _is_said(warning.code, quote)]


def _is_said(code: WarningCode, quote: Quote) -> bool:
    """Whether the figures or another sentence say it already."""
    change = quote.change
    return (
        code in {WarningCode.CREDIT_KEPT, WarningCode.CREDIT_USED}
        or (code in {WarningCode.USERS_LOSE_ACCESS, WarningCode.USERS_STAY_NOT_PAID} and bool(change.cancel))
        or (code is WarningCode.NEW_PERIOD and _tells_period(change))
    )


def _tells_period(change: Change) -> bool:
    """Whether the words about a change name its period anyway."""
    return any((change.pay_overdue, change.start, change.plan, change.billing_cycle))


def _deeds(quote: Quote) -> list[str]:
    change, after = quote.change, quote.after
    if change.cancel or change.resume:
        renews = near_day(after.period_end, quote.created_at)
        return _cancelled(quote) if change.cancel else [f"It continues, and renews on {renews}."]
    if change.pay_users:
        become = "becomes" if quote.activates.count == 1 else "become"
        return [f"{count(quote.activates.count, 'user')} NOT PAID until now {become} active."]
    if change.pay_overdue:
        return _paid_up(quote)
    if change.start:
        return [f"The subscription starts{_when(quote) or ' today'}, until {_last_day(after)}."]
    if change.plan or change.billing_cycle:
        return [f"Takes effect{_when(quote) or ' at once'}."]
    stays = f"It stays {count(quote.seats_after, 'seat')}: the reduction is cancelled."
    goes = f"The seats go from {quote.seats_before:,} to {quote.seats_after:,}{_when(quote)}."
    return [stays if quote.seats_before == quote.seats_after else goes]


def _last_day(terms: Terms) -> str:
    return long_day(terms.period_end - dt.timedelta(days=1))


def _cancelled(quote: Quote) -> list[str]:
    if quote.after.status is SubscriptionStatus.ENDED:
        return ["The subscription ends at once, and nobody can use it any more."]
    return [
        f"The subscription ends on {long_day(quote.effective)}: from then on nobody can use it.",
        "Until then nothing changes, and it can be resumed.",
    ]


def _paid_up(quote: Quote) -> list[str]:
    if quote.after.status is SubscriptionStatus.ENDED:
        return ["What was used and not paid is paid now. The subscription stays ended."]
    if quote.before.status is SubscriptionStatus.SUSPENDED:
        return [f"A new period starts today, until {_last_day(quote.after)}, and access comes back at once."]
    period = _period(quote.after)
    return [f"The payment that was refused is made now, for {period}, and the subscription is active again."]


def _when(quote: Quote) -> str:
    """When it will be so, for what waits for the end of the period; nothing for what is so at once.

    Not by the moment of the quote, which is in UTC: where the subscription is billed it may be another day.
    """
    waits = quote.effective == quote.before.period_end == quote.after.period_end
    return f" on {near_day(quote.effective, quote.created_at)}" if waits else ""


def change_in_words(delta: int, not_paid: int) -> str:
    """What a change of the number does: `3 for NOT PAID users, 3 spare`, `at the renewal`."""
    if delta < 0:
        return "at the renewal"
    for_waiting = min(delta, not_paid)
    if not for_waiting:
        return ""
    spare = delta - for_waiting
    return f"{for_waiting:,} for NOT PAID users" + (f", {spare:,} spare" if spare else "")


# The dialog.


def verb(quote: Quote) -> str:
    """What the confirming key does, for its button."""
    if quote.due_now.amount:
        return f"Pay {quote.due_now}"
    change = quote.change
    if change.cancel:
        return "End the subscription"
    if change.resume:
        return "Resume it"
    return "Start it" if change.start else "Make this change"


def confirmation_summary(
    quote: Quote,
    title: str,
    opener: str,
    *,
    items: Sequence[Line] | None = None,
    remark: str = "",
    limit: Money | None = None,
) -> Summary:
    """All that a dialog says about a quote. `remark` comes first; `items` take the place of one line per user.

    `limit` is what the profile calls much: above it, or when it may be a slip of the keyboard, the seats are typed.
    """
    slip = slip_words(quote, limit)
    terms = terms_lines(quote)
    said: list[Line] = [(remark, "warn"), ""] if remark else []
    said += [*terms, ""] if terms else []
    return Summary(
        title=title,
        verb=verb(quote),
        lines=[*said, *effects(quote), *check_lines(quote.spending), *([(slip, "warn")] if slip else [])],
        items=payee_lines(quote) if items is None else items,
        money=[] if quote.change.cancel and not quote.lines else money_lines(quote),
        final=_final(quote),
        opener=opener,
        danger=bool(quote.change.cancel),
        stay="Keep it" if quote.change.cancel else "Cancel",
        type_number=quote.seats_after if slip else None,
    )


def _final(quote: Quote) -> str:
    change = quote.change
    if change.cancel:
        return "Nothing is refunded."
    if not quote.due_now.amount:
        return ""
    if change.pay_users or change.pay_overdue:
        return "Payments are not refunded."
    if change.plan or change.billing_cycle:
        return "Nothing is refunded; only the vendor can reverse it."
    return "Payments are not refunded when seats are lowered later."


# What has moved, and what was done.


def moved_words(old: Quote, new: Quote) -> str:
    """What is different about a fresh price: `Seats: 37, now 39; To pay: EUR 6.60, now EUR 2.20.`; or nothing."""
    was, now = old.before, new.before
    pairs = [
        ("Plan", clean(was.plan_name, 40), clean(now.plan_name, 40)),
        ("Billed", was.billing_cycle.value, now.billing_cycle.value),
        ("Status", was.status.value.replace("_", " "), now.status.value.replace("_", " ")),
        ("Seats", f"{was.seats:,}", f"{now.seats:,}"),
        ("Period", _period(was), _period(now)),
        ("To pay", f"{old.due_now}", f"{new.due_now}"),
    ]
    said = [f"{label}: {before}, now {after}" for label, before, after in pairs if before != after]
    return f"{'; '.join(said)}." if said else ""


def promises_the_same(old: Quote, new: Quote) -> bool:
    """Whether two quotes promise the same, so that who has read one has read the other."""
    marks = {"id", "status", "created_at", "expires_at", "subscription_version", "spending"}
    return old.model_dump(exclude=marks) == new.model_dump(exclude=marks)


def done(confirmation: Confirmation, quote: Quote) -> str:
    """The result in one line."""
    charged = f"{confirmation.payment.amount} charged" if confirmation.payment else "nothing charged"
    credit = quote.credit_applied
    kept = f", {unsigned(credit)} kept as credit" if credit.amount < 0 else ""
    active = confirmation.activated.count
    became = f", {count(active, 'user')} became active" if active and not quote.change.pay_users else ""
    return f"Done: {_done_what(confirmation, quote)}, {charged}{kept}{became}."


def _done_what(confirmation: Confirmation, quote: Quote) -> str:
    change, subscription = quote.change, confirmation.subscription
    end = near_day(subscription.period_end, quote.created_at)
    if change.cancel:
        return "the subscription has ended" if subscription.status is SubscriptionStatus.ENDED else f"it ends on {end}"
    if change.resume:
        return f"the subscription continues and renews on {end}"
    if change.pay_users:
        return f"{count(confirmation.activated.count, 'user')} became active"
    if change.pay_overdue:
        over = subscription.status is SubscriptionStatus.ENDED
        return "what was owed is paid" if over else "the subscription is active again"
    if _is_about_seats(change):
        kept = subscription.scheduled_seats
        paid = count(subscription.seats, "seat")
        return paid if kept is None else f"{count(kept, 'seat')} from {end}"
    plan = clean(quote.after.plan_name, 40)
    return f"{plan}, {subscription.billing_cycle.value}, {count(subscription.seats, 'seat')}"


def _is_about_seats(change: Change) -> bool:
    return change.seats is not None and change.plan is None and change.billing_cycle is None
