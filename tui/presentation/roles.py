"""What a role may do, what giving one changes, what handing the subscription over means. Pure: values in, words out.

A role is chosen in a dialog; what can't be is said there with its reason, before anything is sent.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from contract.members import MemberChanges, MemberProfile, RemovedMember
from contract.money import Money, minor_units
from contract.ownership import Ownership, OwnershipOffer
from contract.people import Role
from contract.subscription import Overview
from tui.presentation.confirmation import Summary
from tui.presentation.lines import line
from tui.presentation.members import who
from tui.presentation.seat_sums import vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.users import leaving_line
from tui.presentation.wording import count, day_of, said_day

__all__ = [
    "HandingOver",
    "RoleQuestion",
    "accepting_ownership",
    "amount_of",
    "bringing_back",
    "brought_back",
    "gone",
    "offered_line",
    "removing",
    "withdrawing",
]

DOES = {
    Role.OWNER: "everything: money, users, roles, tokens, ending it",
    Role.ADMIN: "users, codes and transfers; pays up to a monthly limit",
    Role.BILLING: "sees all of it, and pays",
    Role.VIEWER: "sees all of it, and changes nothing",
    Role.MEMBER: "their own profile, nothing else",
}
"""What each role may do, in the order in which they are chosen."""

_ROLES = tuple(DOES)
_TYPED = re.compile(r"(\d{1,12})(?:\.(\d{1,4}))?")


def amount_of(typed: str, currency: str) -> Money | None:
    """What was typed as an amount, never rounded; None where it is none of this currency."""
    found = _TYPED.fullmatch(typed.strip() or "0")
    decimals = minor_units(currency)
    if found is None or len(found[2] or "") not in {0, decimals}:
        return None
    return Money(amount=int(found[1] + (found[2] or "").ljust(decimals, "0")), currency=currency)


def _step(role: Role, by: int) -> Role:
    return _ROLES[max(0, min(_ROLES.index(role) + by, len(_ROLES) - 1))]


def _role_lines(chosen: Role, now: Role | None = None) -> list[Line]:
    """Every role with what it may do, the chosen one pointed at."""
    lines: list[Line] = []
    for role, does in DOES.items():
        here = role is chosen
        mark = " (now)" if role is now else ""
        lines.append(
            line(("▸ " if here else "  ", "accent"), (f"{role.value:<8}", "strong" if here else ""), f" {does}{mark}")
        )
    return lines


@dataclass(frozen=True, slots=True)
class RoleQuestion:
    """Which role a member is to have, and as an admin which limit: `limit` as typed, None for no limit."""

    member: MemberProfile
    currency: str
    owners: int
    me: str
    role: Role
    limit: str | None = ""

    @classmethod
    def about(cls, member: MemberProfile, overview: Overview, ownership: Ownership) -> "RoleQuestion":
        """As it is now."""
        limit: str | None = ""
        if member.role is Role.ADMIN:
            limit = member.spending_limit.figure.replace(",", "") if member.spending_limit else None
        currency, me = overview.subscription.currency, overview.me.account.id
        return cls(member, currency, len(ownership.owners), me, member.role, limit)

    def step(self, by: int) -> "RoleQuestion":
        """Another role."""
        return replace(self, role=_step(self.role, by))

    def typed(self, character: str) -> "RoleQuestion":
        """A digit or the point more in the limit, or one character less for an empty one."""
        if self.role is not Role.ADMIN:
            return self
        before = self.limit or ""
        return replace(self, limit=(before + character)[:16] if character else before[:-1])

    def unlimited(self) -> "RoleQuestion":
        """No limit, or one again."""
        return replace(self, limit="" if self.limit is None else None) if self.role is Role.ADMIN else self

    @property
    def refusal(self) -> str:
        """Why this can't be done; empty when it can."""
        owner = self.member.role is Role.OWNER and self.role is not Role.OWNER
        if owner and self.member.main_account:
            return "The main account pays, so it always is an owner: it hands the subscription over first."
        if owner and self.owners <= 1:
            return "This is the last owner: make another member an owner first."
        if self.role is Role.ADMIN and self.limit is not None and amount_of(self.limit, self.currency) is None:
            example = Money(amount=100 * 10 ** minor_units(self.currency), currency=self.currency)
            return f"Type an amount such as {example.figure}."
        return "" if self.is_other else "Nothing is changed: j and k choose another role."

    @property
    def is_other(self) -> bool:
        """Whether anything would be another."""
        same_limit = self.role is not Role.ADMIN or self.wanted_limit == self.member.spending_limit
        return self.role is not self.member.role or not same_limit

    @property
    def wanted_limit(self) -> Money | None:
        """The limit as an amount; None for none."""
        return None if self.limit is None else amount_of(self.limit, self.currency)

    @property
    def changes(self) -> MemberChanges:
        """What is sent."""
        if self.role is Role.ADMIN:
            return MemberChanges(role=self.role, spending_limit=self.wanted_limit)
        return MemberChanges(role=self.role)

    def summary(self) -> Summary:
        """What the dialog says."""
        name = clean(self.member.name, 40)
        return Summary(
            f"Role of {name}",
            f"Make {self.role.value}" if self.role is not self.member.role else "Save",
            lines=[who(self.member), "", *_role_lines(self.role, self.member.role), "", *self._limit_lines()],
            final=self.refusal if self.is_other else "",
            opener="members.role",
            danger=self._loses_power,
        )

    @property
    def _loses_power(self) -> bool:
        return _ROLES.index(self.role) > _ROLES.index(self.member.role)

    def _limit_lines(self) -> list[Line]:
        said: list[Line] = []
        if self.role is Role.ADMIN:
            shown = "no limit" if self.limit is None else f"{self.currency} [ {self.limit or '0'} ]"
            said.append(line("Monthly limit  ", (shown, "strong"), ("   digits type it, n: no limit", "dim")))
            said.append(("It counts payments and what is added to the next renewal.", "dim"))
        if self.member.role is Role.OWNER and self._loses_power:
            said.append(("Tokens that they issued to others end.", "warn"))
        if self.member.id == self.me and self._loses_power:
            said.append(("This is your own role: you can't give it back to yourself.", "bad"))
        return said


def removing(member: MemberProfile, overview: Overview, *, tokens: int) -> Summary:
    """What taking a member out of the organisation ends: the seat, tokens, requests; and how it can be undone."""
    house = clean(overview.me.organisation_name, 60)
    lines: list[Line] = [f"{clean(member.name, 60)} ({member.role.value}) is no longer a member of {house}."]
    if member.status is not None:
        seat = member.status.has_seat
        lines += [leaving_line("This user", 1, overview), *vacancy_lines(overview, int(seat), int(not seat))]
    else:
        lines.append("The account and its data stay.")
    if tokens:
        lines.append((f"{count(tokens, 'token')} of theirs for {house} {'ends' if tokens == 1 else 'end'}.", "warn"))
    if member.transfer is not None:
        lines.append("Your request to them is cancelled.")
    end = overview.subscription.restorable_until
    until = said_day(day_of(end, overview), overview) if end else "10 minutes from now"
    return Summary(
        "Remove from the organisation",
        "Remove",
        lines=lines,
        items=[who(member)],
        back=f"z undoes it until {until}: role, limit and place on the list come back, tokens don't.",
        opener="members.remove",
        danger=True,
    )


def gone(removed: RemovedMember) -> str:
    """What has ended with a removal."""
    ended = [count(removed.tokens_revoked, "token")] if removed.tokens_revoked else []
    ended += [count(removed.requests_cancelled, "request")] if removed.requests_cancelled else []
    more = f"; {' and '.join(ended)} ended with it" if ended else ""
    return f"{clean(removed.name, 60)} is no longer a member{more}. z undoes it."


def bringing_back(removed: RemovedMember) -> Summary:
    """What undoing a removal does."""
    name, limit = clean(removed.name, 60), f", up to {removed.spending_limit} a month" if removed.spending_limit else ""
    lines: list[Line] = [f"{name} is {_article(removed.role)} of the organisation again{limit}."]
    if removed.was_user:
        lines.append("They are on the List of users again, with a seat if one is free.")
    lines.append(("Tokens that ended stay ended.", "dim"))
    return Summary(f"Bring {name} back", "Bring back", lines=lines, opener="members.undo")


def brought_back(member: MemberProfile) -> str:
    """What became of it."""
    return f"{clean(member.name, 60)} is back as {_article(member.role)}."


def _article(role: Role) -> str:
    words = {Role.OWNER: "an owner", Role.ADMIN: "an admin", Role.BILLING: "billing", Role.VIEWER: "a viewer"}
    return words.get(role, "a member")


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Offer a member to become the main account, and what oneself is afterwards."""

    member: MemberProfile
    overview: Overview
    role: Role = Role.OWNER

    refusal = ""

    def step(self, by: int) -> "HandingOver":
        """Another role for oneself."""
        return replace(self, role=_step(self.role, by))

    def typed(self, character: str) -> "HandingOver":
        """Nothing is typed here."""
        del character
        return self

    def unlimited(self) -> "HandingOver":
        """There is no limit to set."""
        return self

    def summary(self) -> Summary:
        """Both sides: what the other takes on, and what is left to oneself."""
        name = clean(self.member.name, 40)
        lines: list[Line] = [
            f"{name} becomes the main account: owner, and pays from then on.",
            *payer_lines(self.overview),
            "They accept or decline in their profile within 14 days; until then nothing changes.",
            "",
            "You are afterwards:",
            *_role_lines(self.role, self.overview.me.role),
        ]
        return Summary(
            "Hand the subscription over",
            "Offer",
            lines=lines,
            back="h withdraws the offer until it is answered.",
            opener="members.hand_over",
            danger=True,
        )


def payer_lines(overview: Overview) -> Sequence[Line]:
    """What is paid next, for who pays from then on; nothing where nothing is due."""
    coming = overview.subscription.next_payment
    if coming is None:
        return ()
    return (f"The next payment is {coming.amount} on {said_day(coming.date, overview)}.",)


def withdrawing(offer: OwnershipOffer) -> Summary:
    """What withdrawing an offer does."""
    name = clean(offer.recipient.name, 60)
    lines: list[Line] = [f"{name} was asked on {offer.created_at:%Y-%m-%d} to become the main account.", "You stay it."]
    return Summary("Withdraw the offer?", "Withdraw", lines=lines, opener="members.hand_over", stay="Keep it")


def offered_line(offer: OwnershipOffer) -> str:
    """What is said when the offer is made."""
    until = f"{offer.expires_at:%Y-%m-%d}"
    return f"Offered to {clean(offer.recipient.name, 60)}, who decides in their profile until {until}. h withdraws it."


def accepting_ownership(offer: OwnershipOffer) -> Summary:
    """What becoming the main account means."""
    house, sender = clean(offer.organisation, 60), clean(offer.sender.name, 60)
    lines: list[Line] = [
        f"You become the main account of {house}: its owner, and you pay for its subscription from now on.",
        f"{sender} is {_article(offer.then)} afterwards.",
    ]
    return Summary(
        f"Take over {house}?",
        "Take over",
        lines=lines,
        back="z undoes it for ten minutes, if nothing was paid meanwhile.",
        opener="profile.accept",
        danger=True,
    )
