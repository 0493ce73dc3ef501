"""What is said on a plan without sub-accounts, by the server, the app and the command line alike (D17)."""

from collections.abc import Sequence

__all__ = ["another_plan", "for_one_account"]


def for_one_account(plan: str, others: Sequence[str]) -> str:
    """Why nobody can be added, and which plans would allow it."""
    return " ".join(filter(None, (f"{plan} is for one account.", another_plan(others))))


def another_plan(others: Sequence[str]) -> str:
    """Which plans would allow more users, in one sentence; empty where none would."""
    *first, last = others or ("",)
    names = f"{', '.join(first)} or {last}" if first else last
    return f"More users need another plan: {names}." if names else ""
