"""The profile page of the account itself: what it uses, what waits for its answer, and what it may change."""

from typing import Any

from starlette.responses import Response

from contract.pages import MAX_LIMIT, PageQuery
from contract.profile import Language, ProfileChanges
from server.http.problems import ServerProblem
from server.languages import LANGUAGES
from server.pages import acting
from server.pages.page import Page, Visit
from server.people.sign_ins import end_sign_in, list_sign_ins
from server.profile.answering import change_profile, show_profile
from server.profile.endpoints import leave

_NAMES = ("first_name", "last_name", "position")
_CODES = "notify_code_uses"


async def home(visit: Visit) -> Response:
    """`GET /`: the profile; to whoever is not signed in, what this is."""
    settings = visit.services.settings
    if visit.principal is None:
        return visit.render("welcome.html", address=settings.public_address)
    profile = acting.read(visit, show_profile)
    return visit.render("home.html", profile=profile, online=settings.starts_online, address=settings.public_address)


async def show_names(visit: Visit) -> Response:
    """`GET /names`: the form of one's names, position and language, and of what one gets letters about."""
    me, own = visit.who, acting.read(visit, show_profile)
    typed = {name: getattr(me, name) for name in _NAMES}
    return _names(visit, {**typed, "language": own.language, _CODES: own.notify_code_uses})


async def change_names(visit: Visit) -> Response:
    """`POST /names`: change them, also where one is listed. A box without a tick is not sent, so its name is too."""
    typed: dict[str, Any] = {name: visit.form.get(name, "") for name in _NAMES}
    language = visit.form.get("language")
    typed["language"] = Language(language) if language in set(Language) else language
    typed[_CODES] = visit.form.get(_CODES) == "on" if visit.form.get(f"has_{_CODES}") else None
    try:
        await acting.change(visit, change_profile, acting.filled(ProfileChanges, **typed))
    except ServerProblem as problem:
        if not problem.errors:
            raise
        return _names(visit, typed, problem)
    return visit.go("/", said="names_saved")


async def show_leave(visit: Visit) -> Response:
    """`GET /leave`: what leaving means, before it is done."""
    return visit.render("leave.html", profile=acting.read(visit, show_profile))


async def do_leave(visit: Visit) -> Response:
    """`POST /leave`: leave the subscription one uses."""
    await acting.change(visit, leave)
    return visit.go("/", said="left")


async def show_sign_ins(visit: Visit) -> Response:
    """`GET /sign-ins`: the browsers and terminals one is signed in with."""
    return visit.render("sign_ins.html", page=acting.read(visit, list_sign_ins, query=PageQuery(limit=MAX_LIMIT)))


async def end_one(visit: Visit) -> Response:
    """`POST /sign-ins`: sign out of one of them, at once."""
    await acting.change(visit, end_sign_in, id=visit.form.get("sign_in", ""))
    return visit.go("/sign-ins", said="signed_out_there")


def _names(visit: Visit, typed: dict[str, Any], problem: ServerProblem | None = None) -> Response:
    wrong = {error.pointer.strip("/"): error.detail for error in problem.errors} if problem else {}
    return visit.render("names.html", status=422 if problem else 200, typed=typed, wrong=wrong, languages=LANGUAGES)


PAGES = (
    Page(path="/", show=home, open=True),
    Page(path="/names", show=show_names, do=change_names),
    Page(path="/leave", show=show_leave, do=do_leave),
    Page(path="/sign-ins", show=show_sign_ins, do=end_one),
)
