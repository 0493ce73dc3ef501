"""Taking a first subscription from a browser: what to start, what it comes to, and the button that does it."""

import datetime as dt
from dataclasses import dataclass, replace

from starlette.responses import Response

from contract.problems import ProblemCode
from contract.quotes import Quote, QuoteStatus
from contract.starting import Started, StartOffer, StartOrganisation, StartQuery, StartQuote
from contract.subscription import BillingCycle
from server.http import idempotency
from server.http.problems import ServerProblem, not_found
from server.http.proxies import network_of_client
from server.pages import acting, session
from server.pages.page import Page, Visit, status_of
from server.platform.ids import new_id
from server.starting.confirming import confirm
from server.starting.endpoints import create_start, start_offer
from server.starting.finishing import started_answer
from server.starting.starter import Starter, starter_of
from server.store import starts
from server.store.types import AnyRow, Connection

FIELDS = ("name", "terms", "seats", "currency", "time_zone")
_CYCLES = {cycle.value: cycle for cycle in BillingCycle}


@dataclass(frozen=True)
class Shown:
    """One start as its page shows it; `done` once the organisation is there."""

    id: str
    name: str
    time_zone: str
    quote: Quote
    expired: bool
    paying: bool
    done: Started | None


async def show_form(visit: Visit) -> Response:
    """`GET /start`: the plans with their prices, and what an organisation needs."""
    return _form(visit)


async def ask_price(visit: Visit) -> Response:
    """`POST /start`: price it; nothing is there yet."""
    form = visit.form
    plan, _, cycle = form.get("terms", "").partition(" ")
    seats = form.get("seats", "").strip()
    try:
        body = acting.filled(
            StartOrganisation,
            name=form.get("name", ""),
            plan=plan,
            billing_cycle=_CYCLES.get(cycle, cycle),
            seats=int(seats) if seats.isascii() and seats.isdigit() else seats or None,
            currency=form.get("currency") or None,
            time_zone=form.get("time_zone", "").strip() or "UTC",
        )
        asked: StartQuote = await acting.change(visit, create_start, body)
    except ServerProblem as problem:
        return _form(visit, problem)
    return visit.go(f"/start/{asked.quote.id}")


async def show_price(visit: Visit) -> Response:
    """`GET /start/{id}`: every sum as the quote says; or what came of it."""
    return _price(visit)


async def start(visit: Visit) -> Response:
    """`POST /start/{id}`: charge exactly that, and start it. Sent twice, the same form does it once."""
    key = idempotency.checked_key([visit.form.get("key", "")])
    assert key is not None
    try:
        await confirm(
            visit.services, _starter(visit), visit.id, key, lambda _: session.still(visit.who, visit.services)
        )
    except ServerProblem as problem:
        if problem.code is ProblemCode.QUOTE_STALE:
            return visit.go(f"/start/{problem.data['quote']['id']}", said="price_changed")
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        again = key if problem.code is ProblemCode.PAYMENT_IN_PROGRESS else ""
        return _price(visit, problem, again)
    return visit.go(f"/start/{visit.id}", said="started")


def _starter(visit: Visit) -> Starter:
    """The account behind the session, which stays one of the account alone."""
    return replace(starter_of(visit.who, network_of_client(visit.http)), token_id=None)


def _form(visit: Visit, problem: ServerProblem | None = None) -> Response:
    offer: StartOffer = acting.read(visit, start_offer, query=_query(visit))
    typed = {name: visit.form.get(name, "") for name in FIELDS}
    typed["currency"] = offer.currency
    found = {error.pointer.strip("/"): error.detail for error in problem.errors} if problem else {}
    wrong = {name: why for name, why in found.items() if name in FIELDS}
    response = visit.render(
        "start.html",
        status=status_of(problem),
        online=visit.services.settings.starts_online,
        offer=offer,
        typed=typed,
        wrong=wrong,
        problem=problem,
    )
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _query(visit: Visit) -> StartQuery:
    """In the currency that was chosen, if there is such a thing."""
    wanted = visit.form.get("currency") or visit.query.get("currency", "")
    known = visit.services.catalogue.currencies
    return StartQuery(currency=wanted if wanted in known else None)


def _price(visit: Visit, problem: ServerProblem | None = None, key: str = "") -> Response:
    with visit.services.database.read() as connection:
        row = starts.find(connection, visit.who.account_id, visit.id)
        if row is None:
            raise not_found()
        shown = _shown(connection, row, visit.services.clock.now())
    address = visit.services.settings.public_address
    return visit.render(
        "started.html" if shown.done else "start_price.html",
        status=status_of(problem),
        start=shown,
        problem=problem,
        key=key or new_id("key"),
        address=address,
    )


def _shown(connection: Connection, row: AnyRow, now: dt.datetime) -> Shown:
    done = row.status == QuoteStatus.CONFIRMED.value
    return Shown(
        id=row.id,
        name=row.name,
        time_zone=row.time_zone,
        quote=starts.quote_of(row),
        expired=not done and now >= row.expires_at,
        paying=row.status == QuoteStatus.CONFIRMING.value,
        done=started_answer(connection, row) if done else None,
    )


PAGES = (
    Page(path="/start", show=show_form, do=ask_price),
    Page(path="/start/{id}", show=show_price, do=start),
)
"""`/start` and the page of one price."""
