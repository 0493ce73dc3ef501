"""What an error says on a screen: what failed, why, what to do, and the request id, in one place for all screens."""

from client.errors import HeadcountError, Invalid
from contract.problems import ProblemCode
from contract.subscription import Overview, PlanKind
from tui.presentation.remedies import advice
from tui.presentation.text import clean

__all__ = ["CONNECTING", "refused", "set_by_contract", "told", "told_beside_field"]

CONNECTING = "Still connecting: wait until the overview is here."
"""What any change is answered with before there is anything to change; gone when there is."""

_ASK_THE_VENDOR = frozenset(
    {ProblemCode.REDUCTION_NEEDS_CONTACT, ProblemCode.SET_BY_CONTRACT, ProblemCode.SOLD_BY_HAND}
)
_LONGEST = 600


def told(error: BaseException, *, once: bool = False) -> str:
    """One or two sentences for a person; harmless on any terminal.

    `once`: the same key goes with it when it is sent again, so nobody has to look first whether it was done.
    """
    if not isinstance(error, HeadcountError):
        return clean(str(error) or type(error).__name__, _LONGEST)
    parts = [error.message]
    if isinstance(error, Invalid):
        parts += [field.detail for field in error.fields if field.detail not in error.message]
    parts.append(error.advice if once and error.uncertain else advice(error, on_screen=True))
    if error.request_id:
        parts.append(f"(request {error.request_id})")
    return clean(" ".join(filter(None, parts)), _LONGEST)


def told_beside_field(error: BaseException) -> str:
    """The same where it stands beside the one field it is about: only what is wrong with it."""
    if isinstance(error, Invalid) and error.fields:
        return clean(" ".join(field.detail for field in error.fields), _LONGEST)
    return told(error)


def set_by_contract(overview: Overview) -> str:
    """What is said on a contract plan instead of anything about paying; empty on any other."""
    return _contract_sets_it(overview) if overview.plan.kind is PlanKind.CONTRACT else ""


def _contract_sets_it(overview: Overview) -> str:
    contact = clean(overview.vendor_contact, 120)
    return f"This is set by your contract; write to {contact}." if contact else "This is set by your contract."


def refused(error: HeadcountError, overview: Overview | None = None) -> str:
    """Why there is no such price, and to whom to write where a person has to be asked."""
    code = error.code
    if code is ProblemCode.SET_BY_CONTRACT and overview:
        return _contract_sets_it(overview)
    if code not in _ASK_THE_VENDOR:
        return told(error)
    contact = clean(str(error.data.get("contact") or (overview.vendor_contact if overview else "")), 120)
    if not contact:
        return told(error)
    who = f" and name {clean(overview.me.organisation_name, 60)}" if overview else ""
    said = clean(error.message, 300).rstrip(".")
    return f"{said}." if contact in said else f"{said}. Write to {contact}{who}: they arrange it with you."
