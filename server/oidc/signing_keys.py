"""The public keys that a provider signs with, as far as they are any good."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import DictKey, ECKey, JWKRegistry, RSAKey

from server.oidc.errors import LieError

MOST = 50

_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC"}
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *_CURVES,
)
"""Signatures by a key that only the provider has. Never `none`, and never one by a secret that others know (HS…)."""

_PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}
_FEWEST_BITS = 2048
_SHORTEST_MODULUS, _LONGEST_MODULUS = 341, 1366
"""Letters of an RSA key of 2,048 bits, and of 8,192: more would only take time."""


class SigningKey(NamedTuple):
    """A key with what is said of it; empty where nothing is."""

    key: RSAKey | ECKey
    kind: str
    curve: str
    name: str
    algorithm: str

    def suits(self, algorithm: str) -> bool:
        """Whether it may have made a signature of this kind."""
        family, curve = _FAMILIES.get(algorithm[:2]), _CURVES.get(algorithm, "")
        return self.kind == family and self.curve == curve and self.algorithm in {"", algorithm}


def signing_keys(body: dict[str, Any]) -> tuple[SigningKey, ...]:
    """Those of a JSON Web Key Set that can be used; the others are left out, as RFC 7517 has it.

    Raises:
        LieError: there is none, or this is no set of keys.
    """
    listed = body.get("keys")
    if not isinstance(listed, list) or len(listed) > MOST:
        message = "its keys can't be read"
        raise LieError(message)
    found = tuple(key for each in listed if (key := _usable(each)) is not None)
    if not found:
        message = "it has no key that can be used"
        raise LieError(message)
    return found


def candidates(keys: Sequence[SigningKey], name: str | None, algorithm: str) -> list[SigningKey]:
    """The keys that may have made a signature: the one it names, or every one of its kind if it names none."""
    return [each for each in keys if each.suits(algorithm) and (name is None or each.name == name)]


def _usable(written: object) -> SigningKey | None:
    if not isinstance(written, dict):
        return None
    said = {name: value for name, value in written.items() if isinstance(value, str)}
    kind = said.get("kty", "")
    uses = written.get("key_ops", ["verify"])
    for_signing = said.get("use", "sig") == "sig" and isinstance(uses, list) and "verify" in uses
    if kind not in _PUBLIC or not for_signing:
        return None
    if kind == "RSA" and not _SHORTEST_MODULUS <= len(said.get("n", "")) <= _LONGEST_MODULUS:
        return None
    public: DictKey = {name: said.get(name, "") for name in ("kty", *_PUBLIC[kind])}
    try:
        key = JWKRegistry.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, RSAKey | ECKey) or (isinstance(key, RSAKey) and key.raw_value.key_size < _FEWEST_BITS):
        return None
    return SigningKey(key, kind, said.get("crv", ""), said.get("kid", ""), said.get("alg", ""))
