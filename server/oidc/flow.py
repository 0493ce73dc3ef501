"""The way to a provider and back: begun by one browser, ended once, within ten minutes, by the same browser.

What the provider gives back (`state`) is kept as a hash, and so is what the browser is known by. The nonce and PKCE's
verifier are made of both, so that whoever reads the database can end nobody's way.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import NamedTuple

from server.oidc.errors import LieError, RefusedError, StaleError, TooManyError
from server.oidc.id_token import Claims
from server.oidc.provider import Code, Provider
from server.platform.clock import Clock
from server.platform.kept_secrets import hash_of
from server.platform.services import Services
from server.settings import Issuer
from server.store import single_sign_on
from server.store.database import Database

LASTS = dt.timedelta(minutes=10)
MOST_OF_NETWORK = 500
"""Begun and not ended, from one network: a whole office may come in the morning."""

MOST_IN_ALL = 20_000
_BYTES = 32
_LONGEST = 4096
_DENIALS = frozenset(("access_denied", "login_required", "interaction_required", "consent_required"))


class Start(NamedTuple):
    """What is begun: which browser, where it wants to go then, from which network, and the address that was typed."""

    browser: str
    destination: str = ""
    network: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a browser comes back with. `issuer` is whom it says it comes from, where the provider says so (RFC 9207)."""

    browser: str
    state: str
    code: str = ""
    error: str = ""
    issuer: str | None = None


class Proven(NamedTuple):
    """Who came back, and where they wanted to go."""

    claims: Claims
    destination: str


@dataclass(frozen=True)
class Way:
    """How people get to one provider and back; `redirect_uri` is where they come back to."""

    provider: Provider
    redirect_uri: str
    database: Database
    clock: Clock

    @property
    def issuer(self) -> Issuer:
        """Whom people are sent to."""
        return self.provider.issuer

    async def begin(self, start: Start) -> str:
        """Where to send a browser.

        Raises:
            SignOnError: the provider doesn't say where, or too many are on the way.
        """
        assert start.browser
        state = secrets.token_urlsafe(_BYTES)
        address = await self.provider.address(
            redirect_uri=self.redirect_uri,
            state=state,
            nonce=_made_of(start.browser, state, "nonce"),
            verifier=_made_of(start.browser, state, "verifier"),
            hint=start.hint,
        )
        now = self.clock.machine()
        async with self.database.writing() as connection:
            single_sign_on.forget_expired(connection, now)
            everybody = single_sign_on.begun(connection, now)
            theirs = single_sign_on.begun(connection, now, start.network) if start.network else 0
            if everybody >= MOST_IN_ALL or theirs >= MOST_OF_NETWORK:
                message = "too many have begun and not come back"
                raise TooManyError(message)
            single_sign_on.begin(
                connection,
                state_hash=hash_of(state),
                browser_hash=hash_of(start.browser),
                issuer=self.issuer.url,
                destination=start.destination,
                network=start.network,
                expires_at=now + LASTS,
            )
        return address

    async def end(self, brought: Brought) -> Proven:
        """Who came back. Whatever comes of it, this way is at its end: it is not gone twice.

        Raises:
            SignOnError: nobody that is proven.
        """
        destination = await self._taken(brought)
        self._check_sender(brought, says_who=(await self.provider.metadata()).says_who)
        if brought.error:
            raise _refusal(brought.error)
        if not (brought.code and brought.code.isascii() and brought.code.isprintable()):
            message = "it came back without a code"
            raise LieError(message)
        verifier = _made_of(brought.browser, brought.state, "verifier")
        nonce = _made_of(brought.browser, brought.state, "nonce")
        code = Code(brought.code, self.redirect_uri, verifier, nonce)
        return Proven(await self.provider.redeem(code, self.clock.machine()), destination)

    async def _taken(self, brought: Brought) -> str:
        if not (brought.browser and 0 < len(brought.state) <= _LONGEST):
            message = "no such way was begun in this browser"
            raise StaleError(message)
        state, browser = hash_of(brought.state), hash_of(brought.browser)
        with self.database.read() as connection:
            known = single_sign_on.known(connection, state, browser)
        if known:
            async with self.database.writing() as connection:
                row = single_sign_on.take(connection, state, browser)
            if row is not None and row.expires_at > self.clock.machine() and row.issuer == self.issuer.url:
                return str(row.destination)
        message = "no such way was begun in this browser, or it has ended"
        raise StaleError(message)

    def _check_sender(self, brought: Brought, *, says_who: bool) -> None:
        """Whether the answer comes from the provider that was asked (RFC 9207, against mix-ups).

        A refusal signs nobody in, and not every provider signs its refusals.
        """
        if brought.issuer is None and (brought.error or not says_who):
            return
        if brought.issuer != self.issuer.url:
            message = "iss: the answer comes from another provider"
            raise LieError(message)


def comes_back(public_url: str, name: str) -> str:
    """Where people come back to, as it has to be registered at the provider: it is never read from a request."""
    return f"{public_url}/sign-in/oidc/{name}/callback"


def way_to(services: Services, name: str) -> Way | None:
    """How people get to the provider of this name; None where the settings have none."""
    provider = services.providers.get(name)
    if provider is None:
        return None
    back = comes_back(services.settings.public_url, name)
    return Way(provider, back, services.database, services.clock)


def _refusal(code: str) -> RefusedError | LieError:
    if code in _DENIALS:
        return RefusedError(code)
    return LieError("it came back with an error of the provider's")


def _made_of(browser: str, state: str, what: str) -> str:
    """43 letters that nobody makes who lacks the browser's secret or the state."""
    made = hmac.new(browser.encode(), f"single sign-on {what} {state}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
