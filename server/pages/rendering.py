"""Templates into pages: escaped, in the reader's language, with headers that let nothing else in.

No script, nothing from elsewhere: a page is its HTML and one style sheet. Every text from outside is made harmless
before it is escaped: no control character, nothing that turns the reading direction.
"""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.http.call import Principal
from server.languages import choose, moment, time_of_day, translations
from server.pages import words
from server.platform.text import made_safe

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
FORM_TOKEN = "form"  # noqa: S105 - the name of a field
STATIC = {"style.css": "text/css", "icon.svg": "image/svg+xml"}
"""The files that pages have with them, under `/static/`, and what they are."""

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def page(
    template: str, *, language: str, status: int = 200, form_token: str, forms: tuple[str, ...] = (), **shown: Any
) -> Response:
    """A template as an answer. `forms` are other origins that a form of it may lead to (`https://login.example`)."""
    text = environment(language).get_template(template).render(language=language, token=_field(form_token), **shown)
    policy = _POLICY.format(forms=" ".join(("'self'", *forms)))
    headers = {**_HEADERS, "Content-Security-Policy": policy, "Content-Language": language}
    return HTMLResponse(text, status_code=status, headers=headers)


@cache
def environment(language: str) -> "Environment":
    """The templates in one language; what compiles them is loaded for the first page, not at every start."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(language)
    made.install_gettext_translations(spoken, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(_sentences(spoken.gettext))
    made.filters["moment"] = partial(moment, language=language)
    made.filters["clock_time"] = time_of_day
    return made


def language_of(request: Request, principal: Principal | None) -> str:
    """The language for a reader: the one of their account, else the browser's."""
    return choose(request.headers.get("accept-language", ""), principal.language if principal else "")


def _sentences(_: words.Gettext) -> dict[str, Any]:
    """What templates look sentences up in."""
    return {
        "SAID": words.done(_),
        "DEVICE": words.device(_),
        "REASONS": words.reasons(_),
        "STATES": words.states(_),
        "refusal": lambda problem: words.refusal(_, problem),
    }


def _field(form_token: str) -> Callable[[], Markup]:
    """What every form has in it."""
    return lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FORM_TOKEN, form_token)


def _harmless(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return made_safe(value) if isinstance(value, str) else value


@cache
def static(name: str) -> str:
    """A file that pages have with them."""
    return (HERE / "static" / name).read_text()
