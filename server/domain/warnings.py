"""What a person should know before confirming a change."""

from collections.abc import Iterator

from contract.money import Money
from contract.quotes import QuoteWarning, WarningCode
from contract.subscription import PlanKind, SubscriptionStatus
from server.domain.charging import Charge
from server.domain.renewal import next_price
from server.domain.subscription_state import Standing
from server.domain.wording import days_in_words, seats_in_words


def warnings_of(before: Standing, after: Standing, charge: Charge) -> Iterator[QuoteWarning]:
    """Every warning that a change from one standing to another deserves."""
    yield from _about_seats(before, after)
    yield from _about_time(before, after)
    yield from _about_credit(before, charge)
    yield from _about_price(after)


def _about_seats(before: Standing, after: Standing) -> Iterator[QuoteWarning]:
    was, seats, end = before.seats.scheduled, after.seats, after.period.end
    lowered = seats.scheduled is not None and seats.scheduled != was
    if lowered:
        yield _warning(WarningCode.NO_REFUND, f"The seats stay yours until {end}; nothing is refunded.")
    taken_back = seats.scheduled is None and (seats.paid, after.period) == (before.seats.paid, before.period)
    if was is not None and not taken_back and was not in {seats.scheduled, seats.paid}:
        detail = f"Replaces the reduction to {seats_in_words(was)} on {before.period.end}."
        yield _warning(WarningCode.REPLACES_REDUCTION, detail)
    if seats.not_paid and after.plan.kind is PlanKind.PAID:
        stay = "1 user stays" if seats.not_paid == 1 else f"{seats.not_paid:,} users stay"
        yield _warning(WarningCode.USERS_STAY_NOT_PAID, f"{stay} NOT PAID until {end}.")


def _about_time(before: Standing, after: Standing) -> Iterator[QuoteWarning]:
    if after.period != before.period:
        days = days_in_words(after.period.start, after.period.end)
        yield _warning(WarningCode.NEW_PERIOD, f"A new period begins: {days}.")
    if after.status is SubscriptionStatus.ENDED and before.status is not SubscriptionStatus.ENDED:
        detail = "The subscription ends at once; nobody can use the service from then on."
        yield _warning(WarningCode.USERS_LOSE_ACCESS, detail)
    elif after.ends and not before.ends:
        detail = f"From {after.period.end} on nobody can use the service; until then it can be taken back."
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
