"""What is said where people would be added, on a plan that is for one account (D17)."""

from contract.one_account import another_plan, for_one_account
from contract.subscription import Overview
from tui.presentation.text import clean
from tui.presentation.wording import may_spend

__all__ = ["another_plan_words", "why_nobody", "why_nobody_here"]


def why_nobody(overview: Overview | None) -> str:
    """Why nobody can be added on this plan, and which would allow it; empty when people can be."""
    if overview is None or overview.plan.sub_accounts:
        return ""
    return clean(for_one_account(overview.plan.name, overview.plans_for_more), 400)


def why_nobody_here(overview: Overview | None) -> str:
    """The same in the app, with the keys that choose another plan for somebody who may."""
    said = why_nobody(overview)
    may = overview is not None and overview.plans_for_more and may_spend(overview)
    return f"{said} 1 p chooses one." if said and may else said


def another_plan_words(overview: Overview | None) -> str:
    """The same in one row of 80 columns."""
    said = why_nobody(overview)
    return clean(another_plan(overview.plans_for_more), 400) or said if overview is not None and said else ""
