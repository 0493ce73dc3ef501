"""Who a browser belongs to: a session is a token that only a cookie holds, and that ends by itself.

Beside the session there is a visit: what tells one browser from another before anybody has signed in, so that a form
comes back only from the page it was given to. Signing in begins a new session and never takes one over.
"""

import datetime as dt
import hashlib
import hmac
import re

from starlette.requests import Request
from starlette.responses import Response

from server.http.auth import as_now, holder_of
from server.http.call import Principal
from server.http.tokens import make_token
from server.platform.ids import random_text
from server.platform.services import Services
from server.store import tokens
from server.store.types import Connection

COOKIE = "__Host-headcount"
VISIT = "__Host-headcount-visit"
SAID = "__Host-headcount-said"

LASTS = dt.timedelta(hours=12)
_VISIT_SECRET = 43
_SANE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_NAMES = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}


class SignedOutError(Exception):
    """The session ended while somebody waited."""


def begin(connection: Connection, account_id: str, now: dt.datetime, label: str = "") -> str:
    """Sign an account in with a browser; answers what the cookie holds, which is stored as a hash only.

    Whoever calls it has made sure that it is the person: `server.people.own_sign_in.note_own_sign_in` comes before.
    """
    made = make_token()
    tokens.add(
        connection,
        token_id=made.id,
        secret_hash=made.secret_hash,
        organisation_id=None,
        account_id=account_id,
        label=label,
        now=now,
        expires_at=now + LASTS,
        kind=tokens.SESSION,
    )
    return made.token


def signed_in(request: Request, services: Services) -> Principal | None:
    """Whose browser this is, if somebody is signed in with it."""
    return holder_of(request.cookies.get(COOKIE, ""), tokens.SESSION, services)


def still(principal: Principal, services: Services) -> Principal:
    """Who is signed in, looked at again inside the transaction that does what they want.

    Whoever waited for the database may have been signed out meanwhile: then nothing is done.

    Raises:
        SignedOutError: the session has ended.
    """
    found = as_now(principal, services)
    if found is None:
        raise SignedOutError
    return found


def secret_of(request: Request, *, session: bool) -> str:
    """What this browser's forms are tied to: its session, or the visit of somebody who is not signed in; else empty."""
    found = request.cookies.get(COOKIE if session else VISIT, "")
    return found if _SANE.fullmatch(found) else ""


def form_token(secret: str) -> str:
    """What every form of a page carries: nobody makes it up who does not know the cookie."""
    return hmac.new(secret.encode(), b"a form of this browser", hashlib.sha256).hexdigest()


def is_form_token(secret: str, given: str) -> bool:
    """Whether a form was given to this browser; compared in constant time."""
    return bool(secret) and hmac.compare_digest(form_token(secret).encode(), given.encode())


def new_visit() -> str:
    """The secret of a browser that comes for the first time."""
    return random_text(_VISIT_SECRET)


def keep(response: Response, name: str, value: str, lasts: dt.timedelta | None = None) -> None:
    """Have the browser keep a cookie; without `lasts` until it is closed."""
    age = None if lasts is None else int(lasts.total_seconds())
    response.set_cookie(name, value, max_age=age, path="/", secure=True, httponly=True, samesite="lax")


def drop(response: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def browser_of(request: Request) -> str:
    """How a session is listed: the browser and the system as its own words name them, such as `Firefox on Android`."""
    said = request.headers.get("user-agent", "")[:400]
    browser = next((_NAMES.get(each, each) for each in _BROWSERS if each in said), "")
    system = next((name for word, name in _SYSTEMS.items() if word in said), "Linux" if "Linux" in said else "")
    return " on ".join(each for each in (browser or "A browser", system) if each)
