"""An admin's monthly limit in words, before it bites: what counts against it, and what would be refused. Pure."""

from contract.spending import SpendingCheck
from contract.subscription import Overview
from tui.presentation.tones import Line

__all__ = ["check_lines", "limit_lines"]

_RAISED = "The owner can raise the limit, or do it."


def limit_lines(overview: Overview, people: int) -> list[Line]:
    """How many of so many more users are refused by the limit of who looks; nothing where it lets all of them in."""
    me, most = overview.me, overview.me.may_list
    if most is None or most >= people or me.spending_limit is None:
        return []
    refused = people - most
    who = "It" if people == 1 else f"{refused:,} of {people:,}" if most else f"All {people:,}"
    left = f", {me.spending_left} of it left" if me.spending_left else ""
    said = f"{who} will be refused: the next renewal would grow above your limit of {me.spending_limit} a month{left}."
    return [(f"{said} {_RAISED}", "bad")]


def check_lines(check: SpendingCheck | None) -> list[Line]:
    """What a change counts against a limit, or that it will be refused; nothing where it counts nothing."""
    if check is None or (check.due_now.amount <= 0 and check.renewal_adds.amount <= 0):
        return []
    parts = [f"{check.due_now} now"] if check.due_now.amount else []
    parts += [f"{check.renewal_adds} more at the next renewal"] if check.renewal_adds.amount > 0 else []
    limit = f"your limit of {check.limit} a month, {check.left} of it left"
    if check.allowed:
        return [(f"Counts against {limit}: {' and '.join(parts)}.", "dim")]
    return [(f"It will be refused: {' and '.join(parts)} {_is(parts)} above {limit}. {_RAISED}", "bad")]


def _is(parts: list[str]) -> str:
    return "is" if len(parts) == 1 else "are"
