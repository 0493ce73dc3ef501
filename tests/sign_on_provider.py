"""OpenID providers as a process of their own on loopback, built with Authlib's authorisation server: honest, or lying.

Each part of the address (`/one`, `/two`) is a provider of its own, whose people are signed in already. What it does is
told by `POST /NAME/behave`: who the person is, and in which way it lies. `sign_on_desk` starts it.
"""

import asyncio
import base64
import hmac
import json
import os
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import AuthorizationCodeMixin
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

NAMES = ("one", "two")
CLIENT, SECRET = "headcount", "an invented secret/with signs"
PERSON = {"sub": "248289761001", "email": "ada@one.example", "email_verified": True, "given_name": "Ada"}


def by_secret(header: dict[str, Any], payload: str, secret: bytes) -> str:
    """A token signed with HMAC, also with a secret that joserfc refuses because everybody knows it."""
    head, body = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (json.dumps(header), payload))
    signature = hmac.digest(secret, head + b"." + body, "sha256")
    return b".".join((head, body, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


@dataclass
class Client:
    """The one client there is."""

    method: str = "client_secret_basic"

    def get_client_id(self) -> str:
        """Its id."""
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        """None is usual."""
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        """It may ask for everything."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Its own, by the shape: each provider has one of its own."""
        return "/sign-in/oidc/" in redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        """The secret is form-encoded in Basic (RFC 6749, 2.3.1), which Authlib leaves to us."""
        from urllib.parse import unquote

        return SECRET in {secret, unquote(secret)}

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """One of the ways."""
        return endpoint != "token" or method == self.method

    def check_response_type(self, response_type: str) -> bool:
        """Codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes only."""
        return grant_type == "authorization_code"


@dataclass
class Issued(AuthorizationCodeMixin):  # type: ignore[misc] # Authlib has no types
    """A code that was given to somebody."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    person: dict[str, Any]

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What it is for."""
        return self.scope

    def get_nonce(self) -> str:
        """In answer to what."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Just now."""
        return int(time.time())

    def get_acr(self) -> None:
        """Nothing of this."""

    def get_amr(self) -> None:
        """Nothing of this."""


@dataclass
class Behaviour:
    """Who is signed in there, and what is not as it should be."""

    person: dict[str, Any] = field(default_factory=lambda: dict(PERSON))
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims of the ID token to be others; None leaves one out. `iat` and `exp` below 10,000 count from now."""
    algorithm: str = ""
    signed_by: str = ""
    """`stranger` signs with a key of somebody's; `public` with HMAC over the public key."""
    kid: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    """What is said of the person at the place for that; then it is not in the token."""
    denies: str = ""
    answer_iss: str | None = None
    """Who it says it is in the answer that the browser brings; empty leaves it out."""
    code: str = ""
    slow: dict[str, float] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    asks: bool = False
    """Show a page with a button first."""


class Grant(AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
    """Codes are kept in memory, each for one use."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    server: "Provider"

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep it."""
        asked = request.payload.data
        self.server.codes[code] = Issued(
            code,
            asked["redirect_uri"],
            asked["scope"],
            asked.get("nonce", ""),
            asked["code_challenge"],
            asked["code_challenge_method"],
            dict(request.user),
        )

    def query_authorization_code(self, code: str, _: Client) -> Issued | None:
        """Find it."""
        return self.server.codes.get(code)

    def delete_authorization_code(self, issued: Issued) -> None:
        """It was used."""
        del self.server.codes[issued.code]

    def authenticate_user(self, issued: Issued) -> dict[str, Any]:
        """Whom it is of."""
        return issued.person


class Token(OpenIDCode):  # type: ignore[misc] # Authlib has no types
    """The ID token: Authlib makes it, and lies are put in afterwards, signed as wished."""

    def __init__(self, provider: "Provider") -> None:
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce: str, _: OAuth2Request) -> bool:
        """Each is used once."""
        return any(issued.nonce == nonce for issued in self.provider.codes.values())

    def resolve_client_private_key(self, _: Client) -> RSAKey | ECKey:
        """The newest key signs."""
        return self.provider.keys[-1]

    def get_client_algorithm(self, _: Client) -> str:
        """As the key wants it."""
        return "RS256" if isinstance(self.provider.keys[-1], RSAKey) else "ES256"

    def get_client_claims(self, _: Client) -> dict[str, Any]:
        """For whom, by whom."""
        return {"iss": self.provider.issuer, "aud": [CLIENT]}

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        """With the name of the key."""
        return {"alg": self.get_client_algorithm(client), "kid": self.provider.keys[-1].kid}

    def generate_user_info(self, user: dict[str, Any], _: str) -> dict[str, Any]:
        """Everything, unless it is said elsewhere."""
        return {"sub": user["sub"]} if self.provider.does.userinfo is not None else dict(user)

    def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
        """Honest, or with the lies."""
        honest: str = super().encode_id_token(token, request)
        does = self.provider.does
        if not (does.claims or does.algorithm or does.signed_by or does.kid is not None):
            return honest
        said = jws.extract_compact(honest.encode())
        claims = {**json.loads(said.payload), **does.claims}
        now = int(time.time())
        for name in ("iat", "exp", "nbf"):
            if isinstance(claims.get(name), int) and abs(claims[name]) < 10_000:
                claims[name] += now
        claims = {name: value for name, value in claims.items() if value is not None}
        return self._signed(said.headers(), claims)

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        does = self.provider.does
        own = self.provider.keys[-1]
        header = {**header, **({"alg": does.algorithm} if does.algorithm else {})}
        header |= {"kid": does.kid} if does.kid is not None else {}
        key: Any = own
        if does.signed_by == "stranger":
            key = RSAKey.generate_key(2048) if isinstance(own, RSAKey) else ECKey.generate_key("P-256")
        if does.signed_by == "public":
            return by_secret(header, json.dumps(claims), own.as_pem(private=False))
        return jws.serialize_compact(header, json.dumps(claims), key, [header["alg"]])


class Located(PlainTextResponse):
    """An answer with the address it leads to, where Authlib's extension changes it."""

    @property
    def location(self) -> str:
        """Empty when it leads nowhere."""
        return self.headers.get("location", "")

    @location.setter
    def location(self, address: str) -> None:
        self.headers["location"] = address


class Answers(IssuerParameter):  # type: ignore[misc] # Authlib has no types
    """The answer names its issuer (RFC 9207)."""

    def __init__(self, provider: "Provider") -> None:
        self.provider = provider

    def get_issuer(self) -> str:
        """Itself, or whom it pretends to be."""
        pretended = self.provider.does.answer_iss
        return self.provider.issuer if pretended is None else pretended


class Asked(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    """A request whose form was read already."""

    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=dict(request.headers))
        self.headers = {name.title(): value for name, value in request.headers.items()}
        self._form, self._args = form, dict(request.query_params)
        self.payload = BasicOAuth2Payload({**self._args, **form})

    @property
    def args(self) -> dict[str, str]:
        """Of the address."""
        return self._args

    @property
    def form(self) -> dict[str, str]:
        """Of the body."""
        return self._form


class Provider(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """One provider: Authlib's authorisation server, made to answer Starlette."""

    def __init__(self, issuer: str) -> None:
        super().__init__(scopes_supported=["openid", "email", "profile"])
        self.issuer = issuer
        self.keys: list[RSAKey | ECKey] = []
        self.codes: dict[str, Issued] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.does = Behaviour()
        self.asked: list[str] = []
        self.client = Client()
        self.rotate("EC")
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: os.urandom(16).hex()))
        self.register_grant(Grant, [Token(self), CodeChallenge(required=True)])
        self.register_extension(Answers(self))

    def rotate(self, kind: str) -> None:
        """A new key; the old ones are gone."""
        made = RSAKey.generate_key(2048) if kind == "RSA" else ECKey.generate_key("P-256")
        made.ensure_kid()
        self.keys = [made]

    def query_client(self, client_id: str) -> Client | None:
        """The one there is."""
        return self.client if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep whom it is of."""
        self.tokens[token["access_token"]] = request.user

    def create_oauth2_request(self, request: Asked) -> Asked:
        """It is one."""
        return request

    def handle_response(self, status: int, body: object, headers: list[tuple[str, str]]) -> Response:
        """As Starlette's."""
        known = dict(headers)
        if isinstance(body, dict):
            return JSONResponse(body, status, known)
        return Located(str(body or ""), status, known)

    def send_signal(self, name: str, *_: object, **__: object) -> None:
        """Nobody listens."""

    def metadata(self) -> dict[str, Any]:
        """What it says of itself."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [self.client.method],
            "authorization_response_iss_parameter_supported": True,
            **self.does.metadata,
        }
        return {name: value for name, value in said.items() if value is not None}


class Site:
    """The pages of the providers."""

    def __init__(self, base: str) -> None:
        self.providers = {name: Provider(f"{base}/{name}") for name in NAMES}

    def app(self) -> Starlette:
        """Everything there is."""
        return Starlette(
            routes=[
                Route("/{name}/behave", self.behave, methods=["POST"]),
                Route("/{name}/asked", self.asked),
                Route("/{name}/{what:path}", self.answer, methods=["GET", "POST"]),
            ]
        )

    async def behave(self, request: Request) -> Response:
        """From now on it does this; forgets what it did before, but for its keys and what it has given."""
        provider = self.providers[request.path_params["name"]]
        said = await request.json()
        if kind := said.pop("rotate", ""):
            provider.rotate(kind)
        provider.client.method = said.pop("method", "client_secret_basic")
        provider.does = Behaviour(**said)
        provider.asked.clear()
        return JSONResponse({"issuer": provider.issuer})

    async def asked(self, request: Request) -> Response:
        """What was asked since."""
        return JSONResponse(self.providers[request.path_params["name"]].asked)

    async def answer(self, request: Request) -> Response:
        """One of its pages, slowly or wrongly if it was told so."""
        provider, what = self.providers[request.path_params["name"]], request.path_params["what"]
        provider.asked.append(what)
        does = provider.does
        await asyncio.sleep(does.slow.get(what, 0))
        if what in does.text or what in does.status:
            status = does.status.get(what, 200)
            return Response(does.text.get(what, "{}"), status, {"Location": f"{provider.issuer}/elsewhere"})
        form = {name: str(value) for name, value in (await request.form()).items()}
        pages: dict[str, Any] = {
            ".well-known/openid-configuration": lambda: JSONResponse(provider.metadata()),
            "keys": lambda: JSONResponse(KeySet(list(provider.keys)).as_dict(private=False)),
            "authorize": lambda: _authorize(provider, Asked(request, form)),
            "token": lambda: provider.create_token_response(Asked(request, form)),
            "userinfo": lambda: _about(provider, request),
        }
        found: Response = pages[what]() if what in pages else PlainTextResponse("", 404)
        return found


def _authorize(provider: Provider, asked: Asked) -> Response:
    does = provider.does
    if does.asks and not asked.form:
        return HTMLResponse(
            "<!doctype html><html lang=en><link rel=icon href=data:,><title>Provider</title>"
            f"<h1>{provider.issuer}</h1><form method=post>"
            "<button name=yes value=yes>Sign in here</button></form></html>"
        )
    try:
        grant = provider.get_consent_grant(asked, does.person)
        if does.denies:
            error = OAuth2Error(redirect_uri=asked.payload.redirect_uri, state=asked.payload.state)
            error.error = does.denies
            return provider.handle_error_response(asked, error)  # type: ignore[no-any-return] # no types
    except OAuth2Error as error:
        return JSONResponse(dict(error.get_body()), 400)
    response: Response = provider.create_authorization_response(asked, does.person, grant)
    if does.code:
        response.headers["location"] = response.headers["location"].replace("code=", f"code={does.code}&was=")
    return response


def _about(provider: Provider, request: Request) -> Response:
    user = provider.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
    if user is None:
        return JSONResponse({"error": "invalid_token"}, 401)
    return JSONResponse({**user, **(provider.does.userinfo or {})})


def main() -> None:
    """Answer on any free port, say which, and stop with whoever started it."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    listener = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Site(base).app(), log_level="warning", lifespan="off"))

    async def serve() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        sys.stdout.write(f"{base}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving

    asyncio.run(serve())


if __name__ == "__main__":
    main()
