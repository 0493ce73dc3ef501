"""An admin's monthly limit in words, before it bites: what counts against it, and what would be refused. Pure."""

from contract.people import LimitOf, Me
from contract.spending import SpendingCheck
from contract.subscription import Overview
from tui.presentation.tones import Line

__all__ = ["check_lines", "left_words", "limit_lines"]

_RAISED = {
    LimitOf.MEMBER: "An owner can raise the limit, or do it.",
    LimitOf.TOKEN: "An owner can make a token with a higher limit (headcount tokens create), or do it.",
}
_WHOSE = {LimitOf.MEMBER: "your limit", LimitOf.TOKEN: "this token's limit"}


def left_words(me: Me) -> str:
    """What is left of the limit of who looks: `EUR 40.00 of your EUR 100.00 limit left this month`; empty for none."""
    if me.spending_limit is None or me.spending_left is None:
        return ""
    whose = "your" if me.limit_of is LimitOf.MEMBER else "this token's"
    return f"{me.spending_left} of {whose} {me.spending_limit} limit left this month"


def limit_lines(overview: Overview, people: int) -> list[Line]:
    """How many of so many more users are refused by the limit of who looks; nothing where it lets all of them in."""
    me, most = overview.me, overview.me.may_list
    if most is None or most >= people or me.spending_limit is None:
        return []
    refused = people - most
    who = "It" if people == 1 else f"{refused:,} of {people:,}" if most else f"All {people:,}"
    left = f", {me.spending_left} of it left" if me.spending_left else ""
    limit = f"{_WHOSE[me.limit_of]} of {me.spending_limit} a month{left}"
    said = f"{who} will be refused: the next renewal would grow above {limit}."
    return [(f"{said} {_RAISED[me.limit_of]}", "bad")]


def check_lines(check: SpendingCheck | None) -> list[Line]:
    """What a change counts against a limit, or that it will be refused; nothing where it counts nothing."""
    if check is None or (check.due_now.amount <= 0 and check.renewal_adds.amount <= 0):
        return []
    parts = [f"{check.due_now} now"] if check.due_now.amount else []
    parts += [f"{check.renewal_adds} more at the next renewal"] if check.renewal_adds.amount > 0 else []
    limit = f"{_WHOSE[check.limit_of]} of {check.limit} a month, {check.left} of it left"
    if check.allowed:
        return [(f"Counts against {limit}: {' and '.join(parts)}.", "dim")]
    return [(f"It will be refused: {' and '.join(parts)} {_is(parts)} above {limit}. {_RAISED[check.limit_of]}", "bad")]


def _is(parts: list[str]) -> str:
    return "is" if len(parts) == 1 else "are"
