"""One provider: what it says of itself, its keys, and what it gives for a code. Remembered for a while.

Only what was verified leaves this module: a `Metadata` whose addresses may be used, keys, and the `Claims` of a person.
"""

import asyncio
import base64
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from server.oidc.errors import GoneError, LieError, RefusedError, SignOnError, StaleError
from server.oidc.fetching import Answer, Line
from server.oidc.id_token import Claims, Expected, UnknownKeyError, claims_of, verify
from server.oidc.signing_keys import SigningKey, signing_keys
from server.settings import Issuer

T = TypeVar("T")

SCOPE = "openid email profile"
KNOWN_FOR = 900.0
"""Seconds for which a provider's word is believed: a key that it takes back is believed no longer than that."""

AGAIN_AFTER = 10.0
"""Seconds until a provider that failed, or whose keys were just asked for, is asked again."""

_TOKEN_ERRORS = frozenset(
    ("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type")
)


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Where a provider is asked what. `says_who` is whether each answer that a browser brings names it (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    secret_in_body: bool = False
    says_who: bool = False


class Code(NamedTuple):
    """What a browser brought back, and what it was asked with."""

    code: str
    redirect_uri: str
    verifier: str
    nonce: str


class Remembered(Generic[T]):
    """Something a provider says: asked for once by however many want it, and again after a while.

    A failure is remembered too, for a little: a provider that is gone keeps nobody waiting after the first.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], clock: Callable[[], float]) -> None:
        self._ask, self._clock = ask, clock
        self._turn = asyncio.Lock()
        self._known: T | None = None
        self._failed: SignOnError | None = None
        self._asked = self._asked_anew = float("-inf")

    async def get(self, *, anew: bool = False) -> T:
        """What it says; `anew` asks again even if it is known, but not every moment.

        Raises:
            SignOnError: it could not be asked, or what it says can't be used.
        """
        async with self._turn:
            now = self._clock()
            again = anew and now - self._asked_anew >= AGAIN_AFTER
            if again or now - self._asked >= (AGAIN_AFTER if self._failed else KNOWN_FOR):
                await self._renew()
                self._asked_anew = now if again else self._asked_anew
            if self._failed is not None:
                raise type(self._failed)(*self._failed.args)
            assert self._known is not None
            return self._known

    async def _renew(self) -> None:
        """Ask. Whoever is cancelled meanwhile leaves everything as it was."""
        known: T | None = None
        failed: SignOnError | None = None
        try:
            known = await self._ask()
        except SignOnError as error:
            failed = error
        self._known, self._failed, self._asked = known, failed, self._clock()


class Provider:
    """One of the settings' issuers, as it is asked while the server runs."""

    def __init__(self, issuer: Issuer, *, sandbox: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._line = Line(issuer, sandbox=sandbox)
        self._metadata = Remembered(self._discover, clock)
        self._keys = Remembered(self._fetch_keys, clock)

    async def metadata(self) -> Metadata:
        """What it says of itself.

        Raises:
            SignOnError: nothing that can be used.
        """
        return await self._metadata.get()

    async def keys(self, *, anew: bool = False) -> Sequence[SigningKey]:
        """The keys it signs with.

        Raises:
            SignOnError: there are none that can be used.
        """
        return await self._keys.get(anew=anew)

    async def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str, hint: str = "") -> str:
        """Where a browser is sent; `hint` is the address somebody typed.

        Raises:
            SignOnError: the provider doesn't say where.
        """
        found = await self.metadata()
        asked: str = prepare_grant_uri(
            found.authorization_endpoint,
            client_id=self.issuer.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            login_hint=hint or None,
        )
        return asked

    async def redeem(self, brought: Code, now: dt.datetime) -> Claims:
        """Who the person is that brought a code.

        Raises:
            SignOnError: the provider gives nothing for it, or nothing that proves anything.
        """
        found = await self.metadata()
        body = await self._exchange(found, brought)
        issuer = self.issuer
        expected = Expected(issuer=issuer.url, client_id=issuer.client_id, nonce=brought.nonce, now=now)
        token, access = body.get("id_token"), body.get("access_token")
        try:
            claims = verify(token, access, await self.keys(), expected)
        except UnknownKeyError:
            claims = verify(token, access, await self.keys(anew=True), expected)
        if claims.email or not found.userinfo_endpoint:
            return claims
        return await self._asked_about(found.userinfo_endpoint, access, claims)

    async def _exchange(self, found: Metadata, brought: Code) -> dict[str, Any]:
        issuer = self.issuer
        secret = issuer.client_secret.get_secret_value()
        extra: dict[str, str] = {}
        headers: dict[str, str] = {}
        if secret and not found.secret_in_body:
            pair = f"{quote(issuer.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            extra = {"client_id": issuer.client_id, **({"client_secret": secret} if secret else {})}
        body: str = prepare_token_request(
            "authorization_code",
            code=brought.code,
            redirect_uri=brought.redirect_uri,
            code_verifier=brought.verifier,
            **extra,
        )
        answer = await self._line.post(found.token_endpoint, headers, body)
        if answer.status != HTTPStatus.OK:
            raise _token_error(answer)
        return answer.body

    async def _asked_about(self, url: str, access_token: object, claims: Claims) -> Claims:
        """The address of a person, which not every provider puts into the token."""
        if not (isinstance(access_token, str) and access_token.isascii() and access_token.isprintable()):
            return claims
        answer = await self._line.get(url, {"Authorization": f"Bearer {access_token}"})
        if answer.status != HTTPStatus.OK:
            message = f"answers {answer.status} when asked about the person"
            raise LieError(message)
        said = claims_of(answer.body)
        if said.subject != claims.subject:
            message = "sub: it answers about somebody else"
            raise LieError(message)
        return said

    async def _discover(self) -> Metadata:
        answer = await self._line.get(f"{self.issuer.url.rstrip('/')}/.well-known/openid-configuration")
        if answer.status != HTTPStatus.OK:
            message = f"answers {answer.status} when asked about itself"
            raise LieError(message)
        return self._read(answer.body)

    def _read(self, said: dict[str, Any]) -> Metadata:
        if said.get("issuer") != self.issuer.url:
            message = "calls itself by another name than the settings do"
            raise LieError(message)
        if "code" not in _listed(said, "response_types_supported", "code"):
            message = "gives no authorisation codes"
            raise LieError(message)
        if "S256" not in _listed(said, "code_challenge_methods_supported", "S256"):
            message = "takes no PKCE with S256"
            raise LieError(message)
        ways = _listed(said, "token_endpoint_auth_methods_supported", "client_secret_basic")
        about = said.get("userinfo_endpoint")
        return Metadata(
            authorization_endpoint=self._line.checked(said.get("authorization_endpoint"), "authorization_endpoint"),
            token_endpoint=self._line.checked(said.get("token_endpoint"), "token_endpoint"),
            jwks_uri=self._line.checked(said.get("jwks_uri"), "jwks_uri"),
            userinfo_endpoint=self._line.checked(about, "userinfo_endpoint") if about else "",
            secret_in_body="client_secret_basic" not in ways and "client_secret_post" in ways,
            says_who=said.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _fetch_keys(self) -> tuple[SigningKey, ...]:
        found = await self.metadata()
        answer = await self._line.get(found.jwks_uri)
        if answer.status != HTTPStatus.OK:
            message = f"answers {answer.status} when asked for its keys"
            raise LieError(message)
        return signing_keys(answer.body)


def _listed(said: dict[str, Any], name: str, usual: str) -> list[Any]:
    """What a provider lists; where it lists nothing, what is usual."""
    value = said.get(name)
    return value if isinstance(value, list) else [usual]


def _token_error(answer: Answer) -> SignOnError:
    """Why nothing was given for a code; what the provider wrote beside it is not repeated."""
    code = answer.body.get("error")
    if code == "invalid_grant":
        return StaleError("invalid_grant: the code was used, or it is old")
    if code == "access_denied":
        return RefusedError("access_denied")
    if code == "temporarily_unavailable":
        return GoneError("temporarily_unavailable")
    known = code if isinstance(code, str) and code in _TOKEN_ERRORS else "no known reason"
    return LieError(f"gives nothing for a code: {answer.status}, {known}")
