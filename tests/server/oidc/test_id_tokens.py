"""What an ID token proves: a table of lies, each refused for its own reason, and what honest providers differ in."""

import datetime as dt
import json
import warnings
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from sign_on_provider import by_secret

from server.oidc.errors import LieError
from server.oidc.id_token import Claims, Expected, UnknownKeyError, verify
from server.oidc.signing_keys import SigningKey, signing_keys

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
EXPECTED = Expected(issuer="https://id.example", client_id="headcount", nonce="n" * 43, now=NOW)
AT = int(NOW.timestamp())
HONEST: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": "headcount",
    "sub": "24400320",
    "nonce": "n" * 43,
    "iat": AT,
    "exp": AT + 300,
    "email": "ada@one.example",
    "email_verified": True,
    "given_name": "Ada",
    "family_name": "Lovelace",
}
KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"})


def published(*keys: Any, **more: Any) -> tuple[SigningKey, ...]:
    """Keys as a provider publishes them."""
    return signing_keys({"keys": [{**key.as_dict(private=False), **more} for key in keys]})


def signed(claims: Mapping[str, Any], key: Any = KEY, **header: Any) -> str:
    """A token with these claims."""
    said = {"alg": "ES256", "kid": "k1", **header}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what should not be done: that is the point
        named = {name: value for name, value in said.items() if value is not None}
        return jws.serialize_compact(named, json.dumps(dict(claims)), key, [str(said["alg"])])


def checked(token: object, access: object = "access", keys: Any = None) -> Claims:
    """What it proves."""
    return verify(token, access, published(KEY) if keys is None else keys, EXPECTED)


def test_an_honest_token() -> None:
    """It says who somebody is, and how the provider calls them for good."""
    assert checked(signed(HONEST)) == Claims(
        subject="24400320", email="ada@one.example", email_verified=True, first_name="Ada", last_name="Lovelace"
    )


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://evil.example"}, "iss"),
    "nearly the issuer": ({"iss": "https://id.example/"}, "iss"),
    "no issuer": ({"iss": None}, "iss"),
    "for somebody else": ({"aud": "other"}, "aud"),
    "for nobody": ({"aud": []}, "aud"),
    "for a number": ({"aud": 7}, "aud"),
    "for a part of us": ({"aud": "head"}, "aud"),
    "for others too": ({"aud": ["headcount", "other"]}, "azp"),
    "given to somebody else": ({"azp": "other"}, "azp"),
    "for others too, given to them": ({"aud": ["headcount", "other"], "azp": "other"}, "azp"),
    "expired": ({"exp": AT - 61}, "exp"),
    "without an end": ({"exp": None}, "exp"),
    "ends with a word": ({"exp": "never"}, "exp"),
    "ends with yes": ({"exp": True}, "exp"),
    "ends when nothing does": ({"exp": float("inf")}, "exp"),
    "ends at no number": ({"exp": float("nan")}, "exp"),
    "ends beyond numbers": ({"exp": 10**400}, "exp"),
    "from the future": ({"iat": AT + 61}, "iat"),
    "old": ({"iat": AT - 700}, "iat"),
    "without a beginning": ({"iat": None}, "iat"),
    "holds later": ({"nbf": AT + 61}, "nbf"),
    "another question": ({"nonce": "m" * 43}, "nonce"),
    "no question": ({"nonce": None}, "nonce"),
    "half a character": ({"nonce": "\ud800"}, "nonce"),
    "nobody": ({"sub": None}, "sub"),
    "an empty name": ({"sub": ""}, "sub"),
    "a number for a name": ({"sub": 7}, "sub"),
    "a name too long": ({"sub": "x" * 256}, "sub"),
    "half a character for a name": ({"sub": "\ud800"}, "sub"),
    "another access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
}


@pytest.mark.parametrize(("lie", "which"), LIES.values(), ids=LIES)
def test_a_lie_in_the_claims(lie: dict[str, Any], which: str) -> None:
    """Each is refused by the check that it is about."""
    claims = {name: value for name, value in {**HONEST, **lie}.items() if value is not None}
    with pytest.raises(LieError, match=f"^{which}: "):
        checked(signed(claims))


def test_clocks_may_differ_by_a_minute() -> None:
    """Both ways, and no more."""
    assert checked(signed({**HONEST, "iat": AT + 59}))
    assert checked(signed({**HONEST, "exp": AT - 59}))


def test_for_several_when_it_was_given_to_us() -> None:
    """`azp` says who asked for it."""
    assert checked(signed({**HONEST, "aud": ["other", "headcount"], "azp": "headcount"}))


def test_nobody_signed_it() -> None:
    """`alg: none`, with a signature or without."""
    for token in (signed(HONEST, None, alg="none"), f"{signed(HONEST, None, alg='none')}{signed(HONEST)[-86:]}"):
        with pytest.raises(LieError, match=r"^alg: "):
            checked(token)


def test_everybody_could_have_signed_it() -> None:
    """HMAC with the public key as the secret."""
    with pytest.raises(LieError, match=r"^alg: "):
        checked(by_secret({"alg": "HS256", "kid": "k1"}, json.dumps(HONEST), KEY.as_pem(private=False)))


def test_somebody_else_signed_it() -> None:
    """With a key of the same name; with a name nobody knows, the provider may be asked for its keys again."""
    stranger = ECKey.generate_key("P-256")
    with pytest.raises(LieError, match="signature"):
        checked(signed(HONEST, stranger))
    with pytest.raises(UnknownKeyError):
        checked(signed(HONEST, stranger, kid="k2"))
    honest = signed(HONEST)
    head, _, signature = honest.split(".")
    other = signed({**HONEST, "sub": "1"}).split(".")[1]
    with pytest.raises(LieError, match="signature"):
        checked(f"{head}.{other}.{signature}")


def test_a_key_that_came_with_the_token() -> None:
    """Headers that bring a key, or say where one is, are passed over; what is critical and unknown is refused."""
    stranger = ECKey.generate_key("P-256")
    for header in ({"jwk": stranger.as_dict(private=False)}, {"jku": "https://evil.example/keys"}):
        with pytest.raises(LieError, match="signature"):
            checked(signed(HONEST, stranger, **header))
    head = {"alg": "ES256", "kid": "k1", "crit": ["exp"], "exp": 1}
    with pytest.raises(LieError):
        checked(jws.serialize_compact({"alg": "ES256"}, "{}", KEY).replace("eyJhbGciOiJFUzI1NiJ9", _encoded(head)))


def _encoded(header: dict[str, Any]) -> str:
    import base64

    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "a.b.c", "é", "..", "x" * 70_000, {"a": 1}])
def test_no_token_at_all(token: object) -> None:
    """Whatever it is, it is a sentence and no traceback."""
    with pytest.raises(LieError):
        checked(token)


def test_claims_that_are_none() -> None:
    """A signature over something else than an object."""
    for payload in ("[]", "7", "nothing", "{" * 5000):
        with pytest.raises(LieError):
            checked(jws.serialize_compact({"alg": "ES256", "kid": "k1"}, payload, KEY))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"kid": "k1"}), "RS256"),
        (RSAKey.generate_key(2048, {"kid": "k1"}), "PS384"),
        (ECKey.generate_key("P-384", {"kid": "k1"}), "ES384"),
    ],
    ids=["RS256", "PS384", "ES384"],
)
def test_the_kinds_of_keys(key: Any, algorithm: str) -> None:
    """Each kind that only the provider can sign with."""
    token = signed(HONEST, key, alg=algorithm)
    assert verify(token, "access", published(key), EXPECTED).subject == "24400320"


def test_a_key_is_used_for_what_it_is_for() -> None:
    """One for encryption, for another algorithm or another curve has signed nothing."""
    for more in ({"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["encrypt"]}, {"key_ops": 7}):
        other = ECKey.generate_key("P-256", {"kid": "k2"})
        keys = (*published(other), *_as_far_as(KEY, **more))
        with pytest.raises(UnknownKeyError):
            verify(signed(HONEST), "access", keys, EXPECTED)


def _as_far_as(key: Any, **more: Any) -> tuple[SigningKey, ...]:
    """The key, if it can be used at all."""
    try:
        return published(key, **more)
    except LieError:
        return ()


def test_without_names_each_key_is_tried() -> None:
    """A provider need not name its keys, also while it changes them."""
    old, new = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    keys = tuple(each._replace(name="") for each in published(old, new))
    for key in (old, new):
        assert verify(signed(HONEST, key, kid=None), "access", keys, EXPECTED)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"keys": 7},
        {"keys": []},
        {"keys": [7, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "EC"}]},
        {"keys": [{"kty": "RSA", "n": "A" * 2000, "e": "AQAB"}]},
        {"keys": [KEY.as_dict(private=False)] * 51},
    ],
    ids=["nothing", "a number", "none", "secrets, short ones and broken ones", "endless ones", "too many"],
)
def test_keys_that_are_no_good(body: dict[str, Any]) -> None:
    """They are left out; when none is left the provider can't be believed."""
    with pytest.raises(LieError):
        signing_keys(body)


def test_an_unknown_kind_of_key_leaves_the_others() -> None:
    """Providers add new kinds beside the old ones (RFC 7517, 5)."""
    assert len(signing_keys({"keys": [{"kty": "ML-DSA", "x": "y"}, KEY.as_dict(private=False)]})) == 1


def test_the_access_token_it_came_with() -> None:
    """`at_hash` binds the two, where it is there."""
    import base64
    import hashlib

    half = base64.urlsafe_b64encode(hashlib.sha256(b"access").digest()[:16]).rstrip(b"=").decode()
    assert checked(signed({**HONEST, "at_hash": half}))
    with pytest.raises(LieError, match=r"^at_hash"):
        checked(signed({**HONEST, "at_hash": half}), access="another")


@pytest.mark.parametrize("said", ["true", 1, None, False])
def test_verified_is_true_and_nothing_else(said: object) -> None:
    """A word or a number is not what the standard says."""
    assert not checked(signed({**HONEST, "email_verified": said})).email_verified
