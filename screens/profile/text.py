"""What the profile says: who one is, what one uses and until when, and what waits."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeAlias

from contract.entitlements import EntitlementReason as Reason
from contract.ownership import OwnershipOffer
from contract.profile import Own, OwnProfile, OwnTransfer, Way
from contract.transfers import TransferState
from contract.users import UserStatus
from tui.presentation.confirmation import Summary
from tui.presentation.glyphs import Glyphs
from tui.presentation.limit_words import left_words
from tui.presentation.lines import line
from tui.presentation.memberships import belongs, contact, house_used, seat_words, way_in
from tui.presentation.text import clean
from tui.presentation.tones import Line, Piece, pieces
from tui.presentation.wording import count, near_day

__all__ = [
    "LABEL",
    "accepting",
    "chosen_request",
    "ending_lines",
    "last_decision",
    "leaving",
    "nothing_waits",
    "outcome",
    "request_lines",
    "state",
    "taking_back",
    "undo_lines",
    "use_lines",
    "waiting_of",
    "you_lines",
]

Waiting: TypeAlias = OwnTransfer | OwnershipOffer
"""What somebody decides about, or waits for."""

_WHY = {
    Reason.ACTIVE: "you can use the service",
    Reason.SUBSCRIPTION_PAST_DUE: "you can still use the service",
    Reason.NOT_PAID: "you can use it once a seat is paid for",
    Reason.SUBSCRIPTION_SUSPENDED: "nobody can use it until it is paid",
    Reason.SUBSCRIPTION_ENDED: "nobody can use it any more",
    Reason.REMOVED: "you are no longer on the list",
    Reason.NOT_LISTED: "you use no subscription",
}
_STATES = {
    Reason.ACTIVE: ("live", "active", "ok"),
    Reason.SUBSCRIPTION_PAST_DUE: ("bad", "past due", "warn"),
    Reason.NOT_PAID: ("bad", "NOT PAID", "bad"),
    Reason.SUBSCRIPTION_SUSPENDED: ("bad", "suspended", "bad"),
    Reason.SUBSCRIPTION_ENDED: ("minus", "ended", "bad"),
    Reason.REMOVED: ("minus", "no subscription", "bad"),
    Reason.NOT_LISTED: ("waiting", "no subscription", "dim"),
}


LABEL = 9
"""Cells of the labels on the left."""


def _field(label: str, value: Line) -> Line:
    return [(label.ljust(LABEL), "dim"), *pieces(value)]


def you_lines(own: OwnProfile) -> list[Line]:
    """Who is signed in, and what they are where."""
    account, me = own.me.account, own.me
    lines = [_field("Name", clean(account.name, 120)), _field("E-mail", clean(account.email, 120))]
    if account.position:
        lines.append(_field("Position", clean(account.position, 120)))
    lines += [_field("" if place else "You are", said) for place, said in enumerate(belongs(own))]
    lines += [] if own.memberships else [_field("You are", "of no organisation")]
    left = left_words(me)
    return [*lines, _field("Limit", left)] if left else lines


def state(own: OwnProfile, glyphs: Glyphs) -> Piece:
    """Whether the account may use the service, as glyph, word and colour."""
    glyph, word, tone = _STATES[own.entitlement.reason]
    return (f"{getattr(glyphs, glyph)} {word}", tone)


def use_lines(own: OwnProfile) -> list[Line]:
    """The subscription used, until when, and the one paid for."""
    entitled = own.entitlement
    lines: list[Line] = []
    if own.uses is not None:
        lines.append(_field("Through", clean(own.uses.organisation, 120)))
        lines.append(_field("Plan", clean(own.uses.plan, 60)))
        lines.append(_field("Since", way_in(own)))
        lines.append(_field("Seat", (seat_words(own), "bad" if own.uses.status is UserStatus.NOT_PAID else "")))
    until = f", until {_last_day(entitled.until, own.as_of)}" if entitled.until else ""
    says = _WHY[entitled.reason] + until
    lines.append(_field("Access", says[:1].upper() + says[1:]))
    house = house_used(own)
    lines += [_field("Contact", who)] if house and (who := contact(own, house)) else []
    lines += [_field("You pay", line((clean(each.label, 120), "warn"))) for each in own.owns]
    if own.uses is None and not entitled.entitled and own.me.own_sign_in:
        lines.append(_field("", ("u uses a code, t asks to join", "dim")))
    return lines


def _last_day(until: dt.datetime, now: dt.datetime) -> str:
    """The last day of it: what ends at midnight ends with the day before."""
    return near_day((until - dt.timedelta(microseconds=1)).date(), now.date())


def waiting_of(own: OwnProfile) -> tuple[Waiting, ...]:
    """What waits: first offers to hand a subscription over, then requests both ways."""
    handed = (each for each in own.ownership if each.state is TransferState.PENDING)
    return (*handed, *own.waiting)


def last_decision(own: OwnProfile) -> Waiting | None:
    """What one decided last, while it can be undone."""
    decided: list[Waiting] = [*own.undoable, *(each for each in own.ownership if each.undo_until)]
    return max(decided, key=lambda each: each.decided_at or each.created_at, default=None)


def request_lines(own: OwnProfile, chosen: int, glyphs: Glyphs) -> list[Line]:
    """Every request that waits, the chosen one marked."""
    lines: list[Line] = []
    for place, request in enumerate(waiting_of(own)):
        here = place == chosen
        pointer = (f"{glyphs.point} " if here else "  ", "accent")
        until = near_day(request.expires_at.date(), own.as_of.date())
        name = clean(request.organisation, 60)
        if isinstance(request, OwnershipOffer):
            sender = clean(request.sender.name, 40)
            lines.append([pointer, (f"{sender} offers to hand {name} over to you", "reverse" if here else "")])
            lines.append([(f"    You would pay for it. Until {until}", "dim"), _answers(here=here)])
            continue
        if request.way is Way.OFFER:
            said: list[Piece] = [(f"{name} asks you to join", "reverse" if here else "")]
            said.append((f"   until {until}" + ("   a accepts, x declines" if here else ""), "dim"))
        else:
            said = [(f"You asked {name} to let you join", "reverse" if here else "dim")]
            said.append((f"   until {until}" + ("   d withdraws it" if here else ""), "dim"))
        lines.append([pointer, *said])
        if request.message:
            lines.append([("    " + clean(request.message, 300), "dim")])
    return lines


def _answers(*, here: bool) -> Piece:
    return ("   a accepts, x declines" if here else "", "dim")


def nothing_waits(own: OwnProfile) -> str:
    """What stands where there is no request to show."""
    if own.me.own_sign_in:
        return "No requests waiting for your answer."
    return "Your token was issued by your organisation. Requests, codes, your name and leaving need your own sign-in."


def undo_lines(own: OwnProfile) -> list[Line]:
    """What one decided last, while it can be taken back."""
    last = last_decision(own)
    if last is None or last.undo_until is None:
        return []
    did, name = last.state.value, clean(last.organisation, 60)
    if isinstance(last, OwnershipOffer):
        until = f"   z undoes it until {last.undo_until:%H:%M} UTC"
        return [[(f"You took {name} over from {clean(last.sender.name, 40)}", ""), (until, "dim")]]
    return [[(f"You {did} what {name} asked", ""), (f"   z undoes it until {last.undo_until:%H:%M} UTC", "dim")]]


def ending_lines(owns: Sequence[Own], when: str) -> list[Line]:
    """What somebody who pays for subscriptions gives up, a line each."""
    return [_ending_line(each, when) for each in owns]


def _ending_line(own: Own, when: str) -> Line:
    users = f": {count(own.users, 'user')} of {clean(own.organisation, 60)} lose access" if own.users > 1 else ""
    return line((f"Your own subscription ends {when}{users}.", "warn"), f" {clean(own.label, 120)}.")


def accepting(request: OwnTransfer, own: OwnProfile) -> Summary:
    """What accepting an offer does."""
    name = clean(request.organisation, 60)
    lines: list[Line] = [
        f"You become a user of {name}'s subscription.",
        "If a paid seat is free you are active at once; if not, you are NOT PAID until they pay.",
        *ending_lines(own.owns, "at once"),
        "z undoes it for ten minutes, unless a seat is paid for you meanwhile.",
    ]
    return Summary(
        f"Join {name}?",
        "Join",
        lines=lines,
        final="Nothing you have paid is refunded." if own.owns else "",
        opener="profile.accept",
        danger=bool(own.owns),
    )


def taking_back(request: OwnTransfer) -> Summary:
    """What taking a request back does."""
    said = f"{clean(request.organisation, 60)} will no longer see your request; you can ask again."
    return Summary("Withdraw your request?", "Withdraw", lines=[said], opener="profile.take_back", stay="Keep it")


def leaving(own: OwnProfile) -> Summary:
    """What leaving does."""
    assert own.uses is not None
    name = clean(own.uses.organisation, 60)
    lines: list[Line] = [
        f"You stop using {clean(own.uses.plan, 60)} through {name} immediately.",
        "Your seat goes to the user waiting longest.",
        "Your account and its data stay.",
    ]
    final = "You can't undo this yourself: to come back you need an offer, a code, or a request they accept."
    return Summary(
        f"Leave {name}?", "Leave", lines=lines, final=final, opener="profile.leave", danger=True, stay="Stay"
    )


def outcome(own: OwnProfile | None) -> str:
    """How one stands after joining."""
    if own is None or own.uses is None:
        return ""
    where = clean(own.uses.organisation, 60)
    says = _WHY[own.entitlement.reason]
    return f"You are a user of {where}: {says}."


def chosen_request(waiting: Sequence[Waiting], chosen: int) -> Waiting | None:
    """The request the cursor is on."""
    return waiting[chosen] if 0 <= chosen < len(waiting) else None
