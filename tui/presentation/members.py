"""What the directory says: profiles, what adding members does, what became of it. Pure: lines, no widgets."""

from collections.abc import Sequence
from dataclasses import replace

from contract.members import Member, MemberProfile
from contract.people import Role
from contract.subscription import Overview
from contract.transfers import Direction, Transfer
from contract.users import User, UserBatchReport, UserStatus
from tui.presentation.additions import Addition
from tui.presentation.confirmation import Summary
from tui.presentation.lines import labelled, line
from tui.presentation.text import clean
from tui.presentation.tones import Line, Tone
from tui.presentation.users import (
    STATUS_TONES,
    STATUS_WORDS,
    no_access,
    outcome,
    person,
    reason,
    removal_summary,
    status_tone,
)
from tui.presentation.wording import count

__all__ = [
    "NOT_LISTED",
    "adding_question",
    "adding_results",
    "listing_tone",
    "listing_word",
    "profile_lines",
    "take_back_summary",
    "who",
]

NOT_LISTED = "– no"
"""What stands for somebody who is not on the subscription."""


def listing_word(member: Member) -> str:
    """Whether a member is on the subscription, as sign and word."""
    return STATUS_WORDS[member.status] if member.status else NOT_LISTED


def listing_tone(cell: str) -> Tone:
    """How the cell that says whether somebody is on the subscription looks."""
    return "dim" if cell == NOT_LISTED else status_tone(cell)


def who(member: Member) -> str:
    """Name and address, safe to show."""
    return person(member.name, member.email)


def profile_lines(member: Member, overview: Overview | None = None) -> list[Line]:
    """Who somebody is, what they are in the organisation, and whether they are on the subscription."""
    status: Line = (listing_word(member), STATUS_TONES[member.status] if member.status else "dim")
    lines = [
        labelled("Name", clean(member.name)),
        labelled("E-mail", clean(member.email, 254)),
        labelled("Position", clean(member.position) or ("none", "dim")),
        labelled("Role", member.role.value),
        labelled("Member", f"since {member.since:%Y-%m-%d}"),
        labelled("User", status),
    ]
    if isinstance(member, MemberProfile):
        lines += _role_lines(member)
        lines += _user_lines(member.user) if member.user else []
        lines += _transfer_lines(member.transfer) if member.transfer else []
    closed = no_access(overview) if member.status else ""
    return [*lines, "", (closed, "bad")] if closed else lines


def _role_lines(member: MemberProfile) -> list[Line]:
    """That it pays, or what an admin may spend."""
    if member.main_account:
        return [labelled("Pays", "main account: always an owner")]
    if member.role is Role.ADMIN:
        limit = f"{member.spending_limit} a month" if member.spending_limit is not None else "none"
        return [labelled("Limit", limit)]
    return []


def _user_lines(user: User) -> list[Line]:
    by = f" by {clean(user.added_by)}" if user.added_by else ""
    return [
        labelled("Way in", user.source.value),
        labelled("Added", f"{user.added_at:%Y-%m-%d %H:%M} UTC{by}"),
    ]


def _transfer_lines(request: Transfer) -> list[Line]:
    asked = "asks to join" if request.direction is Direction.INCOMING else "asked by us"
    until = f"{asked}, {request.created_at:%Y-%m-%d}; expires {request.expires_at:%Y-%m-%d}"
    return [labelled("Request", (until, "warn"))]


def adding_question(
    members: Sequence[Member], overview: Overview, *, already: int = 0, hidden: str = "", may_buy: bool = False
) -> Addition[Member]:
    """What putting these members on the subscription does, each by name; `already` are users and left alone."""
    left = f"{count(already, 'member')} marked {'is' if already == 1 else 'are'} on it already: left alone."
    return Addition(
        people=len(members),
        names=[who(member) for member in members],
        chosen=tuple(members),
        overview=overview,
        opener="members.add",
        what="member",
        where=" to my subscription",
        hidden=hidden,
        remarks=[(left, "dim")] if already else (),
        rest=("stays as it is, and marked", "stay as they are, and marked"),
        may_buy=may_buy,
    )


def adding_results(members: Sequence[Member], report: UserBatchReport) -> tuple[str, list[Line], list[str]]:
    """Title and lines of what became of each member, failures first, and the ids of those that failed."""
    results = {result.index: result for result in report.results}
    failed: list[Line] = []
    done: list[Line] = []
    left: list[str] = []
    for index, member in enumerate(members):
        result = results.get(index)
        if result is not None and result.user is not None:
            done.append(line(("✓ ", "ok"), who(member), "  ", outcome(result.user)))
            continue
        left.append(member.id)
        why = reason(result.problem) if result and result.problem else "no answer from the server about it"
        failed.append(line("! ", who(member), (f"  {why}", "bad")))
    return _title(report, len(left)), [*failed, *done], left


def _title(report: UserBatchReport, failed: int) -> str:
    added = [result.user for result in report.results if result.user]
    unpaid = sum(user.status is UserStatus.NOT_PAID for user in added)
    said = f"{len(added):,} added"
    if unpaid:
        said += ", NOT PAID" if unpaid == len(added) else f", {unpaid:,} of them NOT PAID"
    return said + (f", {failed:,} not done" if failed else "")


def take_back_summary(users: Sequence[User], overview: Overview, *, opener: str, back: str) -> Summary:
    """What taking an addition back does: it removes these people again, who come back as `back` says."""
    many = len(users)
    return replace(
        removal_summary(users, overview),
        title=f"Undo: remove {count(many, 'user')} again",
        final="",
        back=back,
        opener=opener,
    )
