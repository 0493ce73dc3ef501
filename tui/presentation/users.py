"""What the list of users says: details, summaries, results. Pure: lines of styled text, no widgets."""

import datetime as dt
from collections.abc import Sequence

from contract.problems import ItemProblem
from contract.subscription import Overview, PlanKind, SubscriptionStatus
from contract.users import User, UserBatchReport, UserStatus
from tui.presentation.confirmation import MOST_UNTYPED, Summary
from tui.presentation.lines import labelled, line
from tui.presentation.seat_sums import restorable, vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line, Piece, Tone
from tui.presentation.wording import clock, count, day_of, ended_on, has_ended, may_spend, renews_on, said_day, zone_of

__all__ = [
    "STATUS_TONES",
    "STATUS_WORDS",
    "closed_words",
    "conflict_notes",
    "detail_lines",
    "earlier_summary",
    "leaving_line",
    "named",
    "no_access",
    "outcome",
    "person",
    "removal_results",
    "removal_summary",
    "restored_line",
    "seated_word",
    "status_tone",
    "undoing",
]

STATUS_WORDS = {
    UserStatus.ACTIVE: "● active",
    UserStatus.NOT_PAID: "! NOT PAID",
    UserStatus.REMOVED: "- removed",
    UserStatus.SUSPENDED: "× inactive",
    UserStatus.ENDED: "× inactive",
}
"""A user's status as every list shows it: sign and word."""

STATUS_TONES: dict[UserStatus, Tone] = {
    UserStatus.ACTIVE: "ok",
    UserStatus.NOT_PAID: "bad",
    UserStatus.REMOVED: "dim",
    UserStatus.SUSPENDED: "bad",
    UserStatus.ENDED: "bad",
}
_TONE_OF = {STATUS_WORDS[status]: tone for status, tone in STATUS_TONES.items()}
_FREE = "a paid seat is free"
_FIELDS = {"first_name": "First name", "last_name": "Last name", "position": "Position"}


def status_tone(cell: str) -> Tone:
    """How a status cell looks."""
    return _TONE_OF.get(cell, "")


def person(name: str, email: str) -> str:
    """Name and address made safe; the address alone for somebody without a name."""
    return clean(email, 100) if name == email else f"{clean(name, 60)}  {clean(email, 100)}"


def named(first_name: str, last_name: str, email: str) -> str:
    """The same of somebody whose name comes in two parts."""
    return person(f"{first_name} {last_name}".strip() or email, email)


def no_access(overview: Overview | None) -> str:
    """Why nobody can use the service just now, whatever a user's own status; empty when those active may (D13)."""
    if overview is None:
        return ""
    subscription, closed = overview.subscription, closed_words(overview)
    suspended = subscription.status is SubscriptionStatus.SUSPENDED
    pays = f" 1 o pays {subscription.overdue}." if suspended and subscription.overdue and may_spend(overview) else ""
    return f"{closed}{pays}"


def closed_words(overview: Overview) -> str:
    """The same without the key that helps."""
    subscription = overview.subscription
    if has_ended(overview):
        return f"Nobody can use the service: the subscription ended on {said_day(ended_on(overview), overview)}."
    if subscription.status is not SubscriptionStatus.SUSPENDED:
        return ""
    since = subscription.suspended_at
    said = "suspended" + (f" since {said_day(day_of(since, overview), overview)}" if since else "")
    return f"Nobody can use the service: {said}."


def seated_word(overview: Overview) -> str:
    """What users with a seat are: `active`, or `inactive` where nobody can use the service."""
    return "inactive" if closed_words(overview) else "active"


def detail_lines(user: User, overview: Overview | None = None) -> list[Line]:
    """Every field, a line each, and what stands between the user and the service."""
    closed = no_access(overview)
    why = f" · {user.status.value}" if user.status in {UserStatus.SUSPENDED, UserStatus.ENDED} else ""
    status: list[Piece] = [(f"{STATUS_WORDS[user.status]}{why}", STATUS_TONES[user.status])]
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
    if overview is None:
        return "P pays"
    pays = may_spend(overview)
    if overview.subscription.status is SubscriptionStatus.PAST_DUE:
        return f"NOT PAID until the overdue amount is paid{'; 1 o pays it' if pays else ''}"
    day = renews_on(overview)
    if day is None:
        return "P pays" if pays else "a seat has to be paid for"
    renewal = f"the payment of {said_day(day, overview)}"
    return f"P pays, or {renewal} does" if pays else f"NOT PAID until {renewal}"


def removal_summary(users: Sequence[User], overview: Overview, *, hidden: str = "") -> Summary:
    """What removing these users does, each by name."""
    active = sum(user.status.has_seat for user in users)
    many = len(users)
    back = restorable(overview, active, many - active)
    who = "This user" if many == 1 else f"These {many:,} users"
    return Summary(
        title=f"Remove {count(many, 'user')}",
        verb=f"Remove {many:,}",
        lines=[
            leaving_line(who, many, overview),
            *vacancy_lines(overview, active, many - active),
        ],
        items=[_removed_item(user) for user in users],
        hidden=hidden,
        final="" if back == many else undoing(many, back, overview),
        back=undoing(many, back, overview) if back == many else "",
        type_number=many if many > MOST_UNTYPED else None,
        opener="users.remove",
        danger=True,
    )


def leaving_line(who: str, many: int, overview: Overview) -> str:
    """What a removal takes away: access, where there is any."""
    one = many == 1
    leaves, loses = ("leaves the list", "loses access") if one else ("leave the list", "lose access")
    loses = leaves if closed_words(overview) else loses
    return f"{who} {loses} now. Accounts and data stay."


def earlier_summary(users: Sequence[User], many: int, when: dt.datetime, overview: Overview) -> Summary:
    """What taking back a removal does that was made before this was started; `users` are those of it by name."""
    free = max(0, overview.seats.free)
    fit = "as many as paid seats are free" if free < many else "for all of them a paid seat is free"
    return Summary(
        title=f"Undo: list {count(many, 'user')} again",
        verb=f"List {many:,} again",
        lines=[
            f"You removed {'this user' if many == 1 else 'them'} ({clock(when, overview.as_of, zone_of(overview))}).",
            f"Nothing is charged; {fit} ({free:,} now)." if many > 1 else f"Nothing is charged; {_one_fits(free)}.",
        ],
        items=[person(user.name, user.email) for user in users],
        opener="users.undo",
    )


def _one_fits(free: int) -> str:
    return "a paid seat is free" if free else "but no paid seat is free just now"


def undoing(many: int, back: int, overview: Overview) -> str:
    """How many of a removal `z` can take back, and until when (D19)."""
    contract = overview.plan.kind is PlanKind.CONTRACT
    if has_ended(overview):
        return "z can't undo this: the subscription has ended."
    if back == many:
        return f"z undoes it until {_last_day(overview)}, while {'there is room' if contract else _FREE}."
    if back:
        return f"z can undo only {back:,} of them: the other seats go to waiting users."
    return f"z can't undo this: {'there will be no room' if contract else 'there will be no free paid seat'}."


def _removed_item(user: User) -> Line:
    item = person(user.name, user.email)
    return line(item, ("  NOT PAID", "warn")) if user.status is UserStatus.NOT_PAID else item


def _last_day(overview: Overview) -> str:
    """The last day on which a removal can be taken back."""
    until = overview.subscription.restorable_until
    end = day_of(until, overview) if until else overview.subscription.period_end
    return said_day(end - dt.timedelta(days=1), overview)


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
