"""How seats work out before something is done: who fits, who will be NOT PAID, what is freed. Pure."""

import datetime as dt
from dataclasses import dataclass

from contract.subscription import Overview, PlanKind, SubscriptionStatus
from tui.presentation.limit_words import limit_lines
from tui.presentation.tones import Line
from tui.presentation.wording import count, ends_on, has_ended, renews_on, said_day

__all__ = ["SUSPENDED", "Admission", "Vacancy", "admission_lines", "admit", "restorable", "vacancy_lines", "vacate"]


SUSPENDED = "Nobody is active until the overdue amount is paid: the subscription is suspended."
"""What is said where people come in and it would help nobody (D13)."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of people who come in: `active` take free seats, `not_paid` wait, `refused` are too many."""

    active: int
    not_paid: int = 0
    refused: int = 0


def admit(overview: Overview, people: int) -> Admission:
    """What the rules make of that many more users (D15)."""
    fit = min(people, max(0, overview.seats.free))
    if overview.plan.kind is PlanKind.CONTRACT:
        return Admission(fit, refused=people - fit)
    return Admission(fit, not_paid=people - fit)


def admission_lines(overview: Overview, people: int) -> list[Line]:
    """The same in words: `7 fit into free seats`, and what the others wait for and cost."""
    sums = admit(overview, people)
    lines: list[Line] = limit_lines(overview, people)
    if overview.subscription.status is SubscriptionStatus.SUSPENDED:
        return [*lines, (f"{people:,} will be listed. {SUSPENDED}", "warn")]
    if sums.active:
        seats = "a free seat" if sums.active == 1 else "free seats"
        said = f"All {people:,} fit" if sums.active == people > 1 else _fits(sums.active)
        lines.append((f"{said} into {seats} and will be active at once.", "ok"))
    if sums.not_paid:
        lines.append((f"{sums.not_paid:,} will be NOT PAID until paid{_prices(overview)}.", "warn"))
    if sums.refused:
        lines.append((f"{sums.refused:,} will be refused: the contract's user limit is reached.", "warn"))
    return lines


def _fits(people: int) -> str:
    return f"{people:,} {'fits' if people == 1 else 'fit'}"


def _prices(overview: Overview) -> str:
    """What one seat takes now, and from the renewal on: the two ways to become active."""
    now = f" ({overview.seat_now} each, now)" if overview.seat_now else ""
    if overview.subscription.status is SubscriptionStatus.PAST_DUE:
        return f"{now} for, which the overdue payment does for everybody"
    day = renews_on(overview)
    price = f" ({overview.subscription.unit_price} each)" if overview.subscription.unit_price else ""
    return f"{now} or until the renewal on {said_day(day, overview)}{price}" if day else now


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What becomes of the seats of people who go: `taken` by users who wait, `free` until the renewal."""

    taken: int
    free: int


def vacate(overview: Overview, active: int, not_paid: int) -> Vacancy:
    """What the rules make of that many removals, by the status of who goes (D16)."""
    waiting = max(0, overview.seats.not_paid - not_paid)
    taken = min(active, waiting)
    return Vacancy(taken, active - taken)


def vacancy_lines(overview: Overview, active: int, not_paid: int, sums: Vacancy | None = None) -> list[Line]:
    """The same in words; `sums` where the server has worked it out."""
    sums = sums or vacate(overview, active, not_paid)
    lines: list[Line] = []
    if overview.plan.kind is PlanKind.CONTRACT or has_ended(overview):
        return lines
    if overview.subscription.status is SubscriptionStatus.SUSPENDED:
        return ["No refund: the overdue amount still has to be paid."]
    if sums.taken:
        who = "The user waiting" if sums.taken == 1 else f"The {sums.taken:,} users waiting"
        takes = "takes a freed seat and becomes" if sums.taken == 1 else "take freed seats and become"
        lines.append((f"{who} longest for a paid seat {takes} active.", "warn"))
    lines += _freed(overview, sums.free, active + not_paid)
    if overview.plan.seats_follow_users and renews_on(overview):
        lines.append(f"The next renewal is for {count(active + not_paid, 'seat')} less.")
    return lines


def _freed(overview: Overview, free: int, leaving: int) -> list[Line]:
    """What becomes of freed seats: those that the renewal takes again, and those that end with the period (D8, D9)."""
    end = ends_on(overview)
    if end is None:
        return ["No refund; the payment that is overdue is for no fewer seats."]
    if not free:
        return ["No refund."]
    renews = min(free, _unused_at_renewal(overview, leaving))
    goes, lines = free - renews, list[Line]()
    if goes:
        last = said_day(end - dt.timedelta(days=1), overview)
        lines.append(f"No refund; {_stays(goes, free)} paid and free until {last}.")
    if renews:
        it, they = ("it", "renews") if renews == 1 else ("them", "renew")
        refund = "" if goes else "No refund; "
        said = _stays(renews, free) if refund else f"{count(renews, 'seat')} {_stay(renews)}"
        day = said_day(end, overview)
        lines.append(f"{refund}{said} paid and {they} on {day}: lower the seats to stop paying for {it}.")
    return lines


def _unused_at_renewal(overview: Overview, leaving: int) -> int:
    """How many seats the renewal pays for that nobody uses, once so many users have left."""
    seats, subscription = overview.seats, overview.subscription
    if overview.plan.seats_follow_users or renews_on(overview) is None:
        return 0
    kept = seats.paid if subscription.scheduled_seats is None else subscription.scheduled_seats
    return max(0, kept - (seats.used + seats.not_paid - leaving))


def _stays(seats: int, of: int) -> str:
    return "the seat stays" if seats == of == 1 else f"{count(seats, 'seat')} {_stay(seats)}"


def restorable(overview: Overview, active: int, not_paid: int) -> int:
    """How many of the removed could be listed again at once: as many as paid seats will be free, none after the end."""
    if has_ended(overview):
        return 0
    free = max(0, overview.seats.free) + vacate(overview, active, not_paid).free
    return min(active + not_paid, free)


def _stay(seats: int) -> str:
    return "stays" if seats == 1 else "stay"
