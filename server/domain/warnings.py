"""What a person should know before confirming a change."""

from collections.abc import Iterator

from contract.money import Money
from contract.quotes import QuoteWarning, WarningCode
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.charging import Charge
from server.domain.renewal import next_price
from server.domain.subscription_state import Standing
from server.domain.wording import days_in_words, seats_in_words

_PERIODS = {BillingCycle.MONTHLY: "month", BillingCycle.ANNUAL: "year"}


def warnings_of(before: Standing, after: Standing, charge: Charge, owed: Money | None = None) -> Iterator[QuoteWarning]:
    """Every warning that a change from one standing to another deserves; `owed` is what it leaves to be paid."""
    yield from _about_seats(before, after)
    yield from _about_time(before, after)
    yield from _about_credit(before, charge)
    yield from _about_price(after)
    starts = after.plan.id != before.plan.id or before.status is SubscriptionStatus.ENDED
    if starts and after.plan.follow_users and not after.seats.listed and after.status is SubscriptionStatus.ACTIVE:
        each = f"{after.price} for the rest of its {_PERIODS[after.cycle]}"
        detail = (
            f"Nobody is listed, so no seat is charged. Each user you add is NOT PAID until you pay for them ({each}), "
            f"or until the renewal on {after.period.end}, which charges {after.price} for each user listed then."
        )
        yield _warning(WarningCode.CHARGES_NOBODY, detail)
    if owed is not None and owed.amount and after.owed is not None:
        days = days_in_words(after.period.end, after.owed.until)
        detail = (
            f"{owed} stays owed for {seats_in_words(after.owed.seats)} used and not paid, {days}: "
            "it is an open invoice, and starting again asks for it too."
        )
        yield _warning(WarningCode.STAYS_OWED, detail)


def _about_seats(before: Standing, after: Standing) -> Iterator[QuoteWarning]:
    was, seats, end = before.seats.scheduled, after.seats, after.period.end
    lowered = seats.scheduled is not None and seats.scheduled != was
    if lowered:
        yield _warning(WarningCode.NO_REFUND, f"The seats stay yours until {end}; nothing is refunded.")
    taken_back = seats.scheduled is None and (seats.paid, after.period) == (before.seats.paid, before.period)
    running = before.status is SubscriptionStatus.ACTIVE
    if running and was is not None and not taken_back and was not in {seats.scheduled, seats.paid}:
        detail = f"Replaces the reduction to {seats_in_words(was)} on {before.period.end}."
        yield _warning(WarningCode.REPLACES_REDUCTION, detail)
    yield from _about_going(before, after)
    if seats.not_paid and after.plan.kind is PlanKind.PAID and after.status is SubscriptionStatus.ACTIVE:
        stay = "1 user stays" if seats.not_paid == 1 else f"{seats.not_paid:,} users stay"
        until = f"until paid for: it ends on {end} without another renewal" if after.ends else f"until {end}"
        yield _warning(WarningCode.USERS_STAY_NOT_PAID, f"{stay} NOT PAID {until}.")


def _about_going(before: Standing, after: Standing) -> Iterator[QuoteWarning]:
    """Seats that are paid for and go: at once with a new period, or at the renewal after a change of plan (D8, D10)."""
    seats, held = after.seats, before.seats.held
    if before.status is SubscriptionStatus.ACTIVE and after.period != before.period and seats.paid < held:
        gone = held - seats.paid
        detail = (
            f"{gone:,} of your {seats_in_words(held)} {'goes' if gone == 1 else 'go'} today and not only on "
            f"{before.period.end}; nothing is refunded for {'it' if gone == 1 else 'them'}."
        )
        yield _warning(WarningCode.SEATS_GO, detail)
    elif after.plan.id != before.plan.id and after.period == before.period and seats.scheduled is not None:
        gone = seats.paid - seats.scheduled
        detail = f"{gone:,} of the {seats_in_words(seats.paid)} {'goes' if gone == 1 else 'go'} on {after.period.end}."
        yield _warning(WarningCode.SEATS_GO, detail)


def _about_time(before: Standing, after: Standing) -> Iterator[QuoteWarning]:
    if after.period != before.period:
        days = days_in_words(after.period.start, after.period.end)
        began = before.status is SubscriptionStatus.PAST_DUE
        detail = f"It pays for the period that has begun: {days}." if began else f"A new period begins: {days}."
        yield _warning(WarningCode.NEW_PERIOD, detail)
    if after.status is SubscriptionStatus.ENDED and before.status is not SubscriptionStatus.ENDED:
        detail = "The subscription ends at once; nobody can use the service from then on."
        yield _warning(WarningCode.USERS_LOSE_ACCESS, detail)
    elif after.status is not SubscriptionStatus.ACTIVE:
        return
    elif after.ends and not before.ends:
        detail = f"From {after.period.end} on nobody can use the service; until then it can be undone."
        yield _warning(WarningCode.USERS_LOSE_ACCESS, detail)
    elif after.ends:
        yield _warning(WarningCode.ENDS_ANYWAY, f"The subscription still ends on {after.period.end}.")


def _about_credit(before: Standing, charge: Charge) -> Iterator[QuoteWarning]:
    applied = charge.credit_applied.amount
    if applied < 0:
        kept = Money(amount=-applied, currency=before.currency)
        yield _warning(WarningCode.CREDIT_KEPT, f"{kept} is kept as credit and pays the next payments; not paid out.")
    elif applied > 0:
        yield _warning(WarningCode.CREDIT_USED, f"{charge.credit_applied} of it is paid from your credit.")


def _about_price(after: Standing) -> Iterator[QuoteWarning]:
    found = next_price(after)
    if found is not None:
        detail = f"From the renewal of {found.date} on, a seat costs {found.unit_price} instead of {after.price}."
        yield _warning(WarningCode.PRICE_CHANGES, detail)


def _warning(code: WarningCode, detail: str) -> QuoteWarning:
    return QuoteWarning(code=code, detail=detail)
