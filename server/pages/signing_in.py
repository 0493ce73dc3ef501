"""Signing in by a mailed link: ask for one, open it, say yes. And signing out."""

from starlette.responses import Response

from contract.mailbox import Mailbox, NotAnAddressError, mailbox
from contract.problems import ProblemCode
from server.http.problems import ServerProblem
from server.http.proxies import network_of_client
from server.pages import session, single_sign_on
from server.pages.entering import begun, entered
from server.pages.page import Page, Visit, local
from server.people import sign_in_links
from server.store import tokens

_LONGEST = 200


async def show_form(visit: Visit) -> Response:
    """`GET /sign-in`: where the address is typed; whoever is signed in goes on."""
    wanted = local(visit.query.get("next", "/"))
    if visit.principal is not None:
        return visit.go(wanted)
    return _form(visit, next=wanted, email=visit.query.get("email", "")[:_LONGEST])


async def send_link(visit: Visit) -> Response:
    """`POST /sign-in`: a link to the address that was typed. The same is said, and done, whoever has it."""
    wanted, typed = local(visit.form.get("next", "/")), visit.form.get("email", "")[:_LONGEST]
    settings = visit.services.settings
    if settings.mail is None and not settings.issuers:
        return _form(visit, next=wanted, email=typed)
    try:
        who = mailbox(typed)
    except NotAnAddressError as error:
        return _form(visit, status=422, next=wanted, email=typed, wrong=str(error))
    sent_there = await single_sign_on.offered(visit, who, wanted)
    if sent_there is not None:
        return sent_there
    if settings.mail is None:
        return _form(visit, status=422, next=wanted, email=typed, unknown=True)
    return await _send(visit, who, wanted)


async def _send(visit: Visit, who: Mailbox, wanted: str) -> Response:
    network, now = network_of_client(visit.http), visit.services.clock.now()
    async with visit.services.database.writing() as connection:
        wait = sign_in_links.wait_of(connection, network, now)
        if wait is not None:
            raise ServerProblem(ProblemCode.RATE_LIMITED, retry_after=wait)
        post = not sign_in_links.too_many(connection, who, network, now)
        secret = sign_in_links.make(connection, who, now, next_path=wanted, network=network, mailed=post)
        if post:
            sign_in_links.send(connection, who, secret, now, visit.language)
    return visit.render("sent.html", email=who.email, minutes=int(sign_in_links.LASTS.total_seconds() // 60))


async def show_link(visit: Visit) -> Response:
    """`GET /sign-in/confirm?link=…`: whose link it is. Opening it signs nobody in: programs that look into mail do."""
    secret = visit.query.get("link", "")[:_LONGEST]
    with visit.services.database.read() as connection:
        row = sign_in_links.opened(connection, secret, visit.services.clock.now())
    if row is None:
        return visit.render("used.html", status=410)
    return single_sign_on.refused_link(visit, row.email) or visit.render("confirm.html", email=row.email, link=secret)


async def use_link(visit: Visit) -> Response:
    """`POST /sign-in/confirm`: sign in, once. Whoever was signed in with this browser before no longer is."""
    secret, browser = visit.form.get("link", "")[:_LONGEST], session.browser_of(visit.http)
    with visit.services.database.read() as connection:
        row = sign_in_links.opened(connection, secret, visit.services.clock.now())
    refused = single_sign_on.refused_link(visit, row.email) if row is not None else None
    if refused is not None:
        return refused
    try:
        found, made = await begun(
            visit, lambda connection, now: sign_in_links.use(connection, secret, now, visit.language), browser
        )
    except sign_in_links.UsedError:
        return visit.render("used.html", status=410)
    return entered(visit, made, found.next, said="signed_up" if found.new else "")


async def sign_out(visit: Visit) -> Response:
    """`POST /sign-out`: end this session."""
    services = visit.services
    async with services.database.writing() as connection:
        tokens.revoke(connection, visit.who.token_id, services.clock.now())
    response = visit.go("/sign-in", said="signed_out")
    session.drop(response, session.COOKIE)
    return response


def _form(
    visit: Visit,
    status: int = 200,
    *,
    next: str,  # noqa: A002 - as it is called in addresses
    email: str,
    wrong: str = "",
    unknown: bool = False,
) -> Response:
    settings = visit.services.settings
    return visit.render(
        "sign_in.html",
        status=status,
        next=next,
        email=email,
        wrong=wrong,
        unknown=unknown,
        mails=settings.mail is not None,
        providers=bool(settings.issuers),
    )


PAGES = (
    Page(path="/sign-in", show=show_form, do=send_link, open=True),
    Page(path="/sign-in/confirm", show=show_link, do=use_link, open=True),
    Page(path="/sign-out", do=sign_out),
)
