"""From a path to an answer for a browser: who it is, in which language, and whether a form is theirs.

A `Page` has a `show` (GET) and may have a `do` (POST). Before either: who is signed in. Before `do`: the form was given
to this very browser, by a page of ours. Whatever goes wrong is a page too, that says what to do.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contract.problems import PROBLEMS, ProblemCode
from server.domain.errors import Refusal
from server.http import bodies
from server.http.binding import request_id
from server.http.call import Principal
from server.http.problems import ServerProblem, refused
from server.http.unsaved import cannot_answer, passing
from server.languages import ready
from server.pages import rendering, session
from server.platform.services import Services
from server.store.errors import UnavailableError

log = logging.getLogger("headcount.server")

MOST_FORM = 16 * 1024
"""Bytes of a form."""
MOST_FIELDS = 40
MOST_PATH = 1000
"""Characters of an address of ours to go on to: more than any has, and it is kept with a link that was asked for."""
SIGN_IN = "/sign-in"
_OURS = frozenset({"same-origin", "none", ""})
_NEW_LINES = re.compile(r"(?:\r\n|\r|\n)+")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request for a page. `secret` is what the forms of this browser are tied to; `form` what was sent, by field.

    `said` names the sentence about what was just done, which is shown once.
    """

    http: Request
    services: Services
    language: str
    principal: Principal | None = None
    secret: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def who(self) -> Principal:
        """Who is signed in, on a page that is only for them."""
        assert self.principal is not None
        return self.principal

    @property
    def id(self) -> str:
        """What the path names, on a page of one thing."""
        return str(self.http.path_params["id"])

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark of the address."""
        return self.http.query_params

    def render(self, template: str, status: int = 200, forms: tuple[str, ...] = (), **shown: object) -> Response:
        """A page from its template; `forms` are other origins that its forms may lead to."""
        return rendering.page(
            template,
            status=status,
            forms=forms,
            language=self.language,
            form_token=session.form_token(self.secret),
            me=self.principal,
            said=self.said,
            path=self.http.scope["path"],
            **shown,
        )

    def go(self, path: str, said: str = "") -> Response:
        """After a form: to a page of ours, which says once what was done. The back button sends nothing again."""
        response = RedirectResponse(local(path), status_code=303)
        if said:
            session.keep(response, session.SAID, said)
        return response


Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What answers a path. `open` pages are for everybody; the others send people to sign in first."""

    path: str
    show: Handler | None = None
    do: Handler | None = None
    open: bool = False

    @property
    def methods(self) -> list[str]:
        """What its path takes."""
        return [*(["GET", "HEAD"] if self.show else []), *(["POST"] if self.do else [])]


def answering(page: Page, services: Services) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a page."""

    async def answer(request: Request) -> Response:
        await ready()
        visit = _visit(request, services)
        try:
            response = await _answer(page, visit)
        except session.SignedOutError:
            response = _sign_in_first(visit)
        except (ServerProblem, Refusal) as error:
            response = problem_page(visit, error if isinstance(error, ServerProblem) else refused(error))
        except (UnavailableError, OSError) as error:
            if not passing(error):
                raise
            response = problem_page(visit, cannot_answer(error, reading=request.method != "POST", whole=True))
        except Exception:
            log.exception("page %s failed, request %s", page.path, request_id(request))
            response = problem_page(visit, ServerProblem(ProblemCode.INTERNAL_ERROR))
        return _kept(visit, response)

    return answer


async def _answer(page: Page, visit: Visit) -> Response:
    posted = visit.http.method == "POST"
    handler = page.do if posted else page.show if visit.http.method in {"GET", "HEAD"} else None
    if handler is None:
        raise ServerProblem(ProblemCode.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(page.methods)})
    if visit.principal is None and not page.open:
        return _sign_in_first(visit)
    if posted:
        visit = replace(visit, form=await read_form(visit.http))
        check_form(visit)
    return await handler(visit)


def _sign_in_first(visit: Visit) -> Response:
    return visit.go(f"{SIGN_IN}?next={quote(_asked(visit.http), safe='')}")


def status_of(problem: ServerProblem | None) -> int:
    """The status of a page that may say what was wrong with a form."""
    return HTTPStatus.OK if problem is None else problem.problem().status


async def nowhere(request: Request, services: Services) -> Response:
    """What a browser is told about an address that nothing answers."""
    await ready()
    return problem_page(_visit(request, services), ServerProblem(ProblemCode.NOT_FOUND))


def is_for_a_browser(request: Request) -> bool:
    """Whether somebody with a browser asks, and not a program for the API."""
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].startswith("/v1/")


def _visit(request: Request, services: Services) -> Visit:
    principal = session.signed_in(request, services)
    secret = session.secret_of(request, session=principal is not None) or session.new_visit()
    language = rendering.language_of(request, principal)
    said = request.cookies.get(session.SAID, "")[:40]
    return Visit(http=request, services=services, language=language, principal=principal, secret=secret, said=said)


def _kept(visit: Visit, response: Response) -> Response:
    """Cookies that every answer sets: of a visit that has none yet, and that what was done has been said."""
    known = session.secret_of(visit.http, session=False)
    if visit.principal is None and not known:
        session.keep(response, session.VISIT, visit.secret)
    if visit.said and response.status_code == HTTPStatus.OK:
        session.drop(response, session.SAID)
    return response


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; of one that is there twice, the values on lines of their own.

    Where somebody began a new line, as on a phone, there is a blank: what they write is one line elsewhere too.

    Raises:
        ServerProblem: it is no form, or larger than any of ours.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise ServerProblem(ProblemCode.UNSUPPORTED_MEDIA_TYPE)
    raw = await bodies.read_body(request, MOST_FORM)
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ServerProblem(ProblemCode.BAD_REQUEST, "This form can't be read.") from error
    fields: dict[str, str] = {}
    for name, typed in pairs:
        value = _NEW_LINES.sub(" ", typed)
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields


def check_form(visit: Visit) -> None:
    """Take a form only from a page of ours, in the browser that it was given to.

    Raises:
        ServerProblem: it comes from elsewhere, or from another session or visit than this one.
    """
    foreign = visit.http.headers.get("sec-fetch-site", "") not in _OURS or _is_elsewhere(visit)
    secret = session.secret_of(visit.http, session=visit.principal is not None)
    if foreign or not session.is_form_token(secret, visit.form.get(rendering.FORM_TOKEN, "")):
        raise ServerProblem(ProblemCode.NOT_ALLOWED)


def _is_elsewhere(visit: Visit) -> bool:
    """Whether the browser names another site as the form's; under a policy of no referrer it names none (`null`)."""
    origin, host = visit.http.headers.get("origin", "null"), visit.http.headers.get("host", "")
    return origin not in {"null", visit.services.settings.public_address, f"https://{host}", f"http://{host}"}


def problem_page(visit: Visit, problem: ServerProblem) -> Response:
    """A refusal or a failure as a page: what it is, what to do, and by which id whoever runs this finds it."""
    status = PROBLEMS[problem.code].status
    response = visit.render("problem.html", status=status, problem=problem, request_id=request_id(visit.http))
    for name, value in problem.headers.items():
        response.headers[name] = value
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def local(path: str) -> str:
    """A path of this server, whatever somebody wrote: never another host's."""
    plain = len(path) <= MOST_PATH and path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def _asked(request: Request) -> str:
    """The address of a page that somebody wanted, to come back to; of a form, its own page."""
    query = request.scope["query_string"].decode("latin-1")
    path: str = request.scope["path"]
    return local(f"{path}?{query}" if query and request.method != "POST" else path)
