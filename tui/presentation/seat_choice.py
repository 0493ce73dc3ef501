"""A bulk acceptance against the free seats: who fits, what the others would cost, and what may be chosen. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from contract.arithmetic import rounded
from contract.billing import Rounding
from contract.joining import JoiningPreview, PaymentChange
from contract.money import Money
from contract.subscription import Overview, PlanKind, SubscriptionStatus
from tui.presentation.limit_words import limit_lines
from tui.presentation.lines import Hanging, line
from tui.presentation.one_account import why_nobody
from tui.presentation.seat_sums import admission_lines, admit
from tui.presentation.tones import Line
from tui.presentation.wording import count, day_of, said_day

__all__ = ["Choice", "Room", "choice_lines", "payment_lines", "room_for", "seat_lines"]

_LABEL, _KEY = 18, 2


class Choice(StrEnum):
    """What may be made of requests of which not all fit: all of them, those that fit, or seats for all first."""

    ALL = "all"
    FITTING = "fitting"
    BUYING = "buying"


@dataclass(frozen=True, slots=True)
class Room:
    """How the seats work out for so many people: `fit` take free ones; `buy` are missing, `waiting` of them for others.

    `buy` is 0 where seats can't be bought, or nobody here may. On a contract who does not fit is refused; elsewhere
    `refused` are those whom a limit of whoever asks keeps out.
    """

    people: int
    fit: int
    buy: int = 0
    waiting: int = 0
    contract: bool = False
    refused: int = 0

    @property
    def over(self) -> int:
        """Who does not fit."""
        return self.people - self.fit

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What there is to choose from; one alone needs no choosing."""
        fitting = (Choice.FITTING,) if 0 < self.fit < self.people else ()
        return (Choice.ALL, *fitting, *((Choice.BUYING,) if self.buy else ()))


def room_for(overview: Overview, people: int, *, may_buy: bool, preview: JoiningPreview | None = None) -> Room:
    """How the seats work out for so many more; `may_buy` says whether the person may spend.

    By the server's `preview`; by what the overview tells where there is none.
    """
    if preview is not None and preview.people == people:
        return _room_of(overview, preview, may_buy=may_buy)
    sums = admit(overview, people)
    contract = overview.plan.kind is PlanKind.CONTRACT
    running = overview.subscription.status is SubscriptionStatus.ACTIVE
    sold = overview.plan.kind is PlanKind.PAID and running and not overview.plan.seats_follow_users
    if not sums.not_paid or not sold or not may_buy or not overview.plan.sub_accounts:
        return Room(people, sums.active, contract=contract)
    waiting = overview.seats.not_paid
    buy = sums.not_paid + waiting
    if not _within_limit(overview, buy):
        return Room(people, sums.active)
    return Room(people, sums.active, buy=buy, waiting=waiting)


def _room_of(overview: Overview, preview: JoiningPreview, *, may_buy: bool) -> Room:
    contract = overview.plan.kind is PlanKind.CONTRACT
    if preview.seats is None or not may_buy or not overview.plan.sub_accounts:
        return Room(preview.people, preview.fit, contract=contract, refused=preview.refused)
    buy = preview.seats - overview.seats.paid
    if buy <= 0 or not _within_limit(overview, buy):
        return Room(preview.people, preview.fit, refused=preview.refused)
    return Room(preview.people, preview.fit, buy=buy, waiting=max(0, buy - preview.not_paid), refused=preview.refused)


def _within_limit(overview: Overview, seats: int) -> bool:
    """Whether somebody with a spending limit may buy so many, as far as that can be told before asking."""
    limit, about = overview.me.spending_left or overview.me.spending_limit, _estimate(overview, seats)
    return limit is None or about is None or limit.currency != about.currency or about.amount <= limit.amount


def seat_lines(overview: Overview, room: Room, preview: JoiningPreview | None = None) -> list[Line]:
    """The seats in a sentence: `7 fit, 5 will be NOT PAID: EUR 10.00 now or with the payment of 1 Dec.`.

    And what becomes of the next payment, also where all take free seats, as far as the server was asked.
    """
    later = payment_lines(overview, preview.next_payment) if preview is not None else []
    if why := why_nobody(overview):
        return [(f"All will be refused. {why}", "warn")]
    if room.contract or not room.over:
        return [*admission_lines(overview, room.people), *later]
    fit = f"{room.fit:,} {'fits' if room.fit == 1 else 'fit'}, " if room.fit else ""
    unpaid = room.over - room.refused
    if not unpaid:
        return [*limit_lines(overview, room.people), *later]
    price = _price(overview, unpaid, preview.pay_now if preview is not None else None)
    said: Line = (f"{fit}{unpaid:,} will be NOT PAID{price}.", "warn")
    return [*limit_lines(overview, room.people), said, *later]


def payment_lines(overview: Overview, change: PaymentChange | None) -> list[Line]:
    """The next payment before and after, in a line: `The payment of 1 Dec: EUR 222.00 → EUR 240.00.`."""
    if change is None:
        return []
    day = said_day(change.date, overview)
    if change.before == change.after:
        return [line((f"The payment of {day} stays {change.after}.", "dim"))]
    return [line(f"The payment of {day}: {change.before} → ", (f"{change.after}", "strong"), ".")]


def _price(overview: Overview, people: int, pay_now: Money | None = None) -> str:
    subscription = overview.subscription
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return " until the overdue amount is paid"
    day = said_day(subscription.period_end, overview)
    about = _estimate(overview, people)
    now = f"{pay_now} now" if pay_now else f"about {about} now" if about else "until paid"
    if subscription.cancel_at_period_end:
        return f": {now}; the subscription ends on {day}"
    return f": {now} or with the payment of {day}" if pay_now or about else f" {now} or until the payment of {day}"


def _estimate(overview: Overview, people: int) -> Money | None:
    """What so many seats cost for the rest of the period by the known price; a quote alone says what is charged."""
    subscription = overview.subscription
    price = subscription.unit_price
    whole = (subscription.period_end - subscription.period_start).days
    left = (subscription.period_end - day_of(overview.as_of, overview)).days
    if price is None or whole <= 0 or not 0 < left <= whole:
        return None
    exact = Fraction(price.amount * people * left, whole)
    return Money(amount=rounded(exact, Rounding.HALF_UP), currency=price.currency)


STAY_MARKED = ("stays pending, and marked", "stay pending, and marked")
"""What becomes of those who don't fit: of one, and of several."""


def choice_lines(room: Room, chosen: Choice, rest: tuple[str, str] = STAY_MARKED) -> list[Line]:
    """What may be chosen, each with its key; the one that `y` does is marked. Nothing where there is one way only.

    `rest` says what becomes of those who are left out.
    """
    said = {
        Choice.ALL: ("", f"all {room.people:,}", _all_do(room)),
        Choice.FITTING: ("f", f"the first {room.fit:,}", _fitting_do(room, rest)),
        Choice.BUYING: ("b", f"buy {count(room.buy, 'seat')}…", _buying_does(room)),
    }
    offered = room.choices if len(room.choices) > 1 else ()
    return [_choice_line(*said[each], marked=each is chosen) for each in offered]


def _choice_line(key: str, label: str, does: str, *, marked: bool) -> Line:
    here = "strong" if marked else ""
    sign = "> " if marked else "  "
    words = (does, here or "dim")
    return Hanging(_LABEL + len(sign) + _KEY, sign, (key.ljust(_KEY), "key"), (label.ljust(_LABEL), here), words)


def _all_do(room: Room) -> str:
    if room.contract or room.over == room.refused:
        return f"{room.over:,} of them will be refused"
    return f"{room.over:,} of them NOT PAID until paid" if room.fit else "NOT PAID until paid"


def _fitting_do(room: Room, rest: tuple[str, str]) -> str:
    return f"the other{'' if room.over == 1 else f' {room.over:,}'} {rest[room.over > 1]}"


def _buying_does(room: Room) -> str:
    already = "user already waiting" if room.waiting == 1 else "users already waiting"
    return f"{room.waiting:,} of them for {already}; shows the price" if room.waiting else "you see the price first"
