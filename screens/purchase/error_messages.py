"""Why something about the subscription may not be had, and to whom to write where a person has to be asked."""

from client.errors import HeadcountError
from contract.problems import ProblemCode
from contract.subscription import Overview
from tui.presentation.errors import told
from tui.presentation.text import clean

__all__ = ["CONNECTING", "refused", "set_by_contract"]

CONNECTING = "Still connecting: wait until the overview is here."
"""What any change is answered with before there is anything to change; gone when there is."""

_ASK_THE_VENDOR = frozenset({ProblemCode.REDUCTION_NEEDS_CONTACT, ProblemCode.SET_BY_CONTRACT})


def set_by_contract(overview: Overview) -> str:
    """What is said on a contract plan instead of anything about paying."""
    contact = clean(overview.vendor_contact, 120)
    return f"This is set by your contract; write to {contact}." if contact else "This is set by your contract."


def refused(error: HeadcountError, overview: Overview | None = None) -> str:
    """Why there is no such price, and to whom to write where a person has to be asked."""
    code = error.code
    if code is ProblemCode.SET_BY_CONTRACT and overview:
        return set_by_contract(overview)
    if code not in _ASK_THE_VENDOR:
        return told(error)
    contact = clean(str(error.data.get("contact") or (overview.vendor_contact if overview else "")), 120)
    if not contact:
        return told(error)
    who = f" and name {clean(overview.me.organisation_name, 60)}" if overview else ""
    said = clean(error.message, 300).rstrip(".")
    return f"{said}." if contact in said else f"{said}. Write to {contact}{who}: they arrange it with you."
