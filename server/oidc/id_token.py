"""What an ID token proves (OpenID Connect Core 1.0, 3.1.3.7). Pure: it is told the keys and the time."""

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

from authlib.oidc.core.util import create_half_hash
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from server.oidc.errors import LieError
from server.oidc.signing_keys import ALGORITHMS, SigningKey, candidates

SKEW = 60
"""Seconds by which clocks may differ."""

FRESH = 600
"""Seconds since a token was issued, at most: it is used at once."""

LONGEST_SUBJECT = 255
LONGEST = 64 * 1024
_MOST_TRIED = 10

LAST = 2**40
"""Seconds since 1970 that a clock may show; also what no infinity is within, and no NaN."""


class UnknownKeyError(LieError):
    """No key is known that may have signed it: the provider may have new ones."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Who has to have issued it, for whom, in answer to what, and when it is now."""

    issuer: str
    client_id: str
    nonce: str
    now: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Who somebody is, as a provider says; `email` is empty where it says none."""

    subject: str
    email: str = ""
    email_verified: bool = False
    first_name: str = ""
    last_name: str = ""


def verify(token: object, access_token: object, keys: Sequence[SigningKey], expected: Expected) -> Claims:
    """What a token says, if it is this provider's, for us, now, and in answer to this very question.

    Raises:
        LieError: it is not; the message says which check failed.
        UnknownKeyError: none of the keys may have signed it.
    """
    if not isinstance(token, str) or len(token) > LONGEST or not token.isascii():
        _lie("there is no ID token")
    algorithm, claims = _signed(token, keys)
    _check_names(claims, expected)
    _check_times(claims, expected.now.timestamp())
    nonce = claims.get("nonce")
    if not (_is_plain(nonce) and hmac.compare_digest(nonce, expected.nonce)):
        _lie("nonce: it answers another question")
    if "at_hash" in claims:
        _check_access(claims["at_hash"], access_token, algorithm)
    return claims_of(claims)


def claims_of(said: dict[str, Any]) -> Claims:
    """Who somebody is: by an ID token that was verified, or by what the provider answers about the person.

    Raises:
        LieError: it names nobody.
    """
    subject = said.get("sub")
    if not (_is_plain(subject) and 0 < len(subject) <= LONGEST_SUBJECT):
        _lie("sub: it names nobody")
    return Claims(
        subject=subject,
        email=_text(said, "email"),
        email_verified=said.get("email_verified") is True,
        first_name=_text(said, "given_name"),
        last_name=_text(said, "family_name"),
    )


def _is_plain(value: object) -> TypeGuard[str]:
    """Whether it is text that is compared and kept as it is."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


class _Registry(JWSRegistry):
    """Headers that we don't know are passed over (RFC 7515, 4), unless they are critical; certificates may be long."""

    max_header_length = 16 * 1024
    max_payload_length = LONGEST


_REGISTRY = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


def _signed(token: str, keys: Sequence[SigningKey]) -> tuple[str, dict[str, Any]]:
    """The algorithm and the claims of a token that one of these keys has signed."""
    try:
        header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
    except (JoseError, ValueError, TypeError) as error:
        message = "the ID token can't be read"
        raise LieError(message) from error
    algorithm, name = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        _lie("alg: it is not signed with a key of the provider's")
    found = candidates(keys, name if isinstance(name, str) else None, str(algorithm))
    if not found:
        message = "kid: the provider has no such key"
        raise UnknownKeyError(message)
    for each in found[:_MOST_TRIED]:
        try:
            return str(algorithm), jwt.decode(token, each.key, registry=_REGISTRY).claims
        except (JoseError, ValueError, TypeError):
            continue
    message = "the signature is wrong"
    raise LieError(message)


def _check_names(claims: dict[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        _lie("iss: somebody else issued it")
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or expected.client_id not in named:
        _lie("aud: it is for somebody else")
    if (len(named) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        _lie("azp: somebody else was given it")


def _check_times(claims: dict[str, Any], now: float) -> None:
    expires, issued = _number(claims, "exp"), _number(claims, "iat")
    if expires <= now - SKEW:
        _lie("exp: it has expired")
    if issued > now + SKEW:
        _lie("iat: it is from the future")
    if issued < now - FRESH - SKEW:
        _lie("iat: it is old")
    if "nbf" in claims and _number(claims, "nbf") > now + SKEW:
        _lie("nbf: it holds later")


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LAST <= value <= LAST:
        _lie(f"{name}: this is not a time")
    return float(value)


def _check_access(said: object, access_token: object, algorithm: str) -> None:
    """Whether the access token beside it is the one it was issued with."""
    made = create_half_hash(access_token, algorithm) if _is_plain(access_token) else None
    if made is None or not _is_plain(said) or not hmac.compare_digest(made, said.encode()):
        _lie("at_hash: the access token is another one")


def _lie(message: str) -> NoReturn:
    raise LieError(message)
