"""Joining an organisation from a browser: answer its request, use its code, or ask it to take one in."""

from collections.abc import Mapping

from starlette.responses import Response

from contract.base import Body
from contract.codes import RedeemCode
from contract.problems import ProblemCode
from contract.profile import AcceptOffer, AskToJoin, OpenOffer, OwnProfile, OwnTransfer, Way
from contract.transfers import Reason
from server.codes.redeem import redeem
from server.http.call import Call, Handler
from server.http.problems import ServerProblem, not_found
from server.pages import acting
from server.pages.page import Page, Visit, status_of
from server.platform.kept_secrets import hash_of
from server.profile.answering import show_profile, transfer_answer
from server.profile.asking import ask_to_join
from server.profile.deciding import accept_offer, cancel_ask, decline_offer, open_offer, undo_offer
from server.profile.own import whose
from server.store import decisions, outbound_mail, own_transfers

_LONGEST = 200


async def open_link(visit: Visit) -> Response:
    """`GET /request?link=…`: the link of a letter. It gives nobody a right: to answer, one signs in.

    Whoever is signed in goes on to the request if it is theirs, and is told if it is somebody else's.
    """
    secret = visit.query.get("link", "")[:_LONGEST]
    with visit.services.database.read() as connection:
        row = outbound_mail.by_link(connection, hash_of(secret))
    if row is None or row.expires_at <= visit.services.clock.now():
        return visit.render("link_ended.html", status=404)
    if visit.principal is None:
        return visit.render("asked.html", asked=row, next=f"/request?link={secret}")
    try:
        found = await acting.change(visit, open_offer, acting.filled(OpenOffer, link=secret))
    except ServerProblem as problem:
        if problem.code is not ProblemCode.NOT_FOUND:
            raise
        return visit.render("for_another.html", status=404, asked=row)
    return visit.go(f"/requests/{found.id}")


async def show_request(visit: Visit) -> Response:
    """`GET /requests/{id}`: what an organisation asks and what one gives up, or what became of it."""
    return _request(visit)


async def answer_request(visit: Visit) -> Response:
    """`POST /requests/{id}`: accept, decline, take one's decision back, or withdraw one's own request."""
    identity, action = visit.id, visit.form.get("do", "")
    if action not in _ANSWERS:
        raise ServerProblem(ProblemCode.BAD_REQUEST)
    answer, said = _ANSWERS[action]
    try:
        await acting.change(visit, answer, _body(action, visit.form), id=identity)
    except ServerProblem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return _request(visit, problem)
    return visit.go(f"/requests/{identity}", said=said)


_ANSWERS: dict[str, tuple[Handler, str]] = {
    "accept": (accept_offer, "accepted"),
    "decline": (decline_offer, "declined"),
    "undo": (undo_offer, "undone"),
    "withdraw": (cancel_ask, "withdrawn"),
}
"""What a form may do with a request, and what is said afterwards."""


def _body(action: str, form: Mapping[str, str]) -> Body | None:
    if action == "accept":
        return acting.filled(AcceptOffer, ends=form.get("ends", "").split())
    return acting.filled(Reason, reason=form.get("reason", "")) if action == "decline" else None


async def show_code(visit: Visit) -> Response:
    """`GET /join?code=…`: the form of a code; the address of a code fills it in, and does nothing else."""
    return _code(visit, visit.query.get("code", "")[:_LONGEST])


async def use_code(visit: Visit) -> Response:
    """`POST /join`: take a free seat with an invitation code."""
    typed = visit.form.get("code", "")[:_LONGEST]
    try:
        await acting.change(visit, lambda call: redeem(call, typed), acting.filled(RedeemCode, code=typed))
    except ServerProblem as problem:
        return _code(visit, typed, problem)
    return visit.go("/", said="joined")


async def show_ask(visit: Visit) -> Response:
    """`GET /ask`: the form that asks an organisation to take one in."""
    return _ask(visit)


async def ask(visit: Visit) -> Response:
    """`POST /ask`: ask. The answer never tells whether there is such an organisation (D25)."""
    form = visit.form
    try:
        body = acting.filled(
            AskToJoin,
            organisation=form.get("organisation", ""),
            message=form.get("message", ""),
            ends=form.get("ends", "").split(),
        )
        await acting.change(visit, ask_to_join, body)
    except ServerProblem as problem:
        return _ask(visit, problem)
    return visit.go("/", said="asked")


def _request(visit: Visit, problem: ServerProblem | None = None) -> Response:
    found = acting.read(visit, _one, id=visit.id)
    profile: OwnProfile = acting.read(visit, show_profile)
    return visit.render(
        "request.html",
        status=status_of(problem),
        asked=found,
        offer=found.way is Way.OFFER,
        profile=profile,
        problem=problem,
        reason=visit.form.get("reason", ""),
    )


def _one(call: Call) -> OwnTransfer:
    row = own_transfers.one(call.connection, whose(call), call.id)
    if row is None:
        raise not_found()
    until = decisions.undoable_by(call.connection, call.principal.account_id, call.now)
    return transfer_answer(row, until.get(row.id))


def _code(visit: Visit, typed: str, problem: ServerProblem | None = None) -> Response:
    profile = acting.read(visit, show_profile)
    return _told(
        visit.render("join.html", status=status_of(problem), code=typed, problem=problem, profile=profile), problem
    )


def _ask(visit: Visit, problem: ServerProblem | None = None) -> Response:
    return _told(
        visit.render(
            "ask.html",
            status=status_of(problem),
            organisation=visit.form.get("organisation", ""),
            message=visit.form.get("message", ""),
            problem=problem,
            profile=acting.read(visit, show_profile),
        ),
        problem,
    )


def _told(response: Response, problem: ServerProblem | None) -> Response:
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


PAGES = (
    Page(path="/request", show=open_link, open=True),
    Page(path="/requests/{id}", show=show_request, do=answer_request),
    Page(path="/join", show=show_code, do=use_code),
    Page(path="/ask", show=show_ask, do=ask),
)
