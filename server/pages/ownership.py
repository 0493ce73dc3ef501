"""Becoming the main account of a subscription, from a browser: what it means, yes, no, and undo."""

from starlette.responses import Response

from contract.ownership import OwnershipOffer
from contract.problems import ProblemCode
from contract.profile import OwnProfile
from contract.transfers import Reason
from server.http.call import Handler
from server.http.problems import ServerProblem, not_found
from server.ownership.accepting import accept_ownership, undo_ownership
from server.ownership.moves import decline_ownership
from server.pages import acting
from server.pages.page import Page, Visit, status_of
from server.profile.answering import show_profile

_ANSWERS: dict[str, tuple[Handler, str]] = {
    "accept": (accept_ownership, "owner_now"),
    "decline": (decline_ownership, "declined"),
    "undo": (undo_ownership, "undone"),
}


async def show_offer(visit: Visit) -> Response:
    """`GET /ownership/{id}`: who offers the subscription, and what paying for it means."""
    return _offer(visit)


async def answer_offer(visit: Visit) -> Response:
    """`POST /ownership/{id}`: accept, decline with a reason, or undo having accepted."""
    action = visit.form.get("do", "")
    if action not in _ANSWERS:
        raise ServerProblem(ProblemCode.BAD_REQUEST)
    answer, said = _ANSWERS[action]
    reason = visit.form.get("reason", "")
    try:
        body = acting.filled(Reason, reason=reason) if action == "decline" else None
        await acting.change(visit, answer, body, id=visit.id)
    except ServerProblem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return _offer(visit, problem)
    return visit.go("/", said=said)


def _offer(visit: Visit, problem: ServerProblem | None = None) -> Response:
    profile: OwnProfile = acting.read(visit, show_profile)
    found: OwnershipOffer | None = next((each for each in profile.ownership if each.id == visit.id), None)
    if found is None:
        raise problem or not_found()
    return visit.render("ownership.html", status=status_of(problem), offer=found, problem=problem)


PAGES = (Page(path="/ownership/{id}", show=show_offer, do=answer_offer),)
