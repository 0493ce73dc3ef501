"""What the list of users says: details, summaries, results. Pure: lines of styled text, no widgets."""

import datetime as dt
from collections.abc import Sequence

from contract.people import Permission
from contract.problems import ItemProblem
from contract.subscription import Overview, PlanKind, SubscriptionStatus
from contract.users import User, UserBatchReport, UserStatus
from tui.presentation.confirmation import MOST_UNTYPED, Summary
from tui.presentation.lines import labelled, line
from tui.presentation.seat_sums import restorable, vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line, Piece, Tone
from tui.presentation.wording import count, day_of, said_day, zone_of

__all__ = [
    "STATUS_TONES",
    "STATUS_WORDS",
    "conflict_notes",
    "detail_lines",
    "no_access",
    "outcome",
    "person",
    "removal_results",
    "removal_summary",
    "restored_line",
    "status_tone",
    "undoing",
]

STATUS_WORDS = {UserStatus.ACTIVE: "● active", UserStatus.NOT_PAID: "! NOT PAID", UserStatus.REMOVED: "- removed"}
"""A user's status as every list shows it: sign and word."""

STATUS_TONES: dict[UserStatus, Tone] = {UserStatus.ACTIVE: "ok", UserStatus.NOT_PAID: "bad", UserStatus.REMOVED: "dim"}
_TONE_OF = {STATUS_WORDS[status]: tone for status, tone in STATUS_TONES.items()}
_FREE = "a paid seat is free"
_FIELDS = {"first_name": "First name", "last_name": "Last name", "position": "Position"}


def status_tone(cell: str) -> Tone:
    """How a status cell looks."""
    return _TONE_OF.get(cell, "")


def person(name: str, email: str) -> str:
    """Name and address made safe; the address alone for somebody without a name."""
    return clean(email, 100) if name == email else f"{clean(name, 60)}  {clean(email, 100)}"


def no_access(overview: Overview | None) -> str:
    """Why nobody can use the service just now, whatever a user's own status; empty when those active may (D13)."""
    if overview is None:
        return ""
    subscription = overview.subscription
    if subscription.status is SubscriptionStatus.ENDED:
        return f"Nobody can use the service: the subscription ended on {said_day(subscription.period_end, overview)}."
    if subscription.status is not SubscriptionStatus.SUSPENDED:
        return ""
    since = subscription.suspended_at
    said = "suspended" + (f" since {said_day(day_of(since, overview), overview)}" if since else "")
    may_pay = Permission.CONFIRM_QUOTES in overview.me.may
    pays = f" 1 o pays {subscription.overdue}." if subscription.overdue and may_pay else ""
    return f"Nobody can use the service: {said}.{pays}"


def detail_lines(user: User, overview: Overview | None = None) -> list[Line]:
    """Every field, a line each, and what stands between the user and the service."""
    closed = no_access(overview)
    status: list[Piece] = [(STATUS_WORDS[user.status], STATUS_TONES[user.status])]
    if closed and overview and user.status is UserStatus.ACTIVE:
        status = [(f"{STATUS_WORDS[user.status]} · {overview.subscription.status.value}", "bad")]
    lines = [
        labelled("Name", clean(user.name)),
        labelled("E-mail", clean(user.email, 254)),
        labelled("Position", clean(user.position) or ("none", "dim")),
        labelled("Status", status),
        labelled("Way in", user.source.value),
        labelled("Added", f"{user.added_at.astimezone(zone_of(overview)):%Y-%m-%d %H:%M %Z}"),
    ]
    if user.added_by:
        lines.append(labelled("Added by", clean(user.added_by)))
    if closed:
        lines += ["", (closed, "bad")]
    elif user.status is UserStatus.NOT_PAID:
        lines += ["", (f"Can't use the service yet: {_until_paid(overview)}.", "warn")]
    return lines


def _until_paid(overview: Overview | None) -> str:
    """What makes somebody active who is NOT PAID, with the key for who may pay (D15)."""
    may_pay = overview is None or Permission.CONFIRM_QUOTES in overview.me.may
    if overview is None or overview.subscription.cancel_at_period_end:
        return "P pays" if may_pay else "NOT PAID"
    renewal = f"the payment of {said_day(overview.subscription.period_end, overview)}"
    return f"P pays, or {renewal} does" if may_pay else f"NOT PAID until {renewal}"


def removal_summary(users: Sequence[User], overview: Overview, *, hidden: str = "") -> Summary:
    """What removing these users does, each by name."""
    active = sum(user.status is UserStatus.ACTIVE for user in users)
    many = len(users)
    who = "This user loses" if many == 1 else f"These {many:,} users lose"
    return Summary(
        title=f"Remove {count(many, 'user')}",
        verb=f"Remove {many:,}",
        lines=[
            f"{who} access now. Accounts and data stay.",
            *vacancy_lines(overview, active, many - active),
        ],
        items=[_removed_item(user) for user in users],
        hidden=hidden,
        final=undoing(many, restorable(overview, active, many - active), overview),
        type_number=many if many > MOST_UNTYPED else None,
        opener="users.remove",
        danger=True,
    )


def undoing(many: int, back: int, overview: Overview) -> str:
    """How many of a removal `z` can take back, and until when (D19)."""
    contract = overview.plan.kind is PlanKind.CONTRACT
    if back == many:
        return f"z undoes it until {_last_day(overview)}, while {'there is room' if contract else _FREE}."
    if back:
        return f"z can undo only {back:,} of them: the other seats go to waiting users."
    return f"z can't undo this: {'there will be no room' if contract else 'there will be no free paid seat'}."


def _removed_item(user: User) -> Line:
    item = person(user.name, user.email)
    return line(item, ("  NOT PAID", "warn")) if user.status is UserStatus.NOT_PAID else item


def _last_day(overview: Overview) -> str:
    return said_day(overview.subscription.period_end - dt.timedelta(days=1), overview)


def removal_results(users: Sequence[User], report: UserBatchReport) -> tuple[str, list[Line]]:
    """Title and lines of what became of each removal, failures first."""
    results = {result.index: result for result in report.results}
    failed: list[Line] = []
    done: list[Line] = []
    for index, user in enumerate(users):
        result = results.get(index)
        problem = result.problem if result else None
        who = person(user.name, user.email)
        if result is None:
            failed.append(line("! ", who, ("  no answer from the server about it", "bad")))
        elif problem is not None:
            failed.append(line("! ", who, (f"  {reason(problem)}", "bad")))
        else:
            done.append(line(("- ", "dim"), who, ("  removed", "dim")))
    return _title(len(done), "removed", len(failed)), [*failed, *done]


def reason(problem: ItemProblem) -> str:
    """Why one item of a batch was not done."""
    return clean(problem.detail or problem.code.value.replace("_", " "))


def _title(done: int, verb: str, failed: int) -> str:
    return f"{done:,} {verb}" + (f", {failed:,} not done" if failed else "")


def restored_line(user: User, after: User | str) -> Line:
    """What became of taking one removal back: the user as it is now, or why not."""
    who = person(user.name, user.email)
    if isinstance(after, str):
        return line("! ", who, (f"  {after}", "bad"))
    return line(("✓ ", "ok"), who, "  ", outcome(after))


def outcome(user: User) -> tuple[str, str]:
    """A user's status as word and tone."""
    return STATUS_WORDS[user.status], STATUS_TONES[user.status]


def conflict_notes(seen: User, now: User) -> dict[str, str]:
    """For each field that somebody else changed meanwhile, what it is now."""
    return {
        name: f"changed meanwhile, now: {clean(getattr(now, name)) or 'empty'}"
        for name in _FIELDS
        if getattr(seen, name) != getattr(now, name)
    }
