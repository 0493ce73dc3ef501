"""Tokens: `hc_` + id (20) + secret (43 letters and digits, 256 bits) + checksum (6). Only the SHA-256 is stored."""

import binascii
import hmac
from typing import NamedTuple

from server.platform.ids import ALPHABET, LENGTH, random_text
from server.platform.kept_secrets import hash_of

PREFIX = "hc_"
SECRET = 43
CHECKSUM = 6
TOTAL = len(PREFIX) + LENGTH + SECRET + CHECKSUM


class NewToken(NamedTuple):
    """A token as it is handed out, once; `secret_hash` is what is stored."""

    id: str
    token: str
    secret_hash: bytes


def checksum(text: str) -> str:
    """Six letters and digits over the rest of a token, so that a mistyped or cut one is told from a wrong one."""
    number = binascii.crc32(text.encode())
    digits = []
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)


def make_token() -> NewToken:
    """A token that nobody else can have."""
    identity = random_text()
    body = PREFIX + identity + random_text(SECRET)
    token = body + checksum(body)
    return NewToken(f"tok_{identity}", token, hash_of(token))


def token_id(token: str) -> str | None:
    """The id inside a token; None when it can't be one of ours."""
    if len(token) != TOTAL or not token.startswith(PREFIX) or not token.isascii():
        return None
    if not hmac.compare_digest(checksum(token[:-CHECKSUM]), token[-CHECKSUM:]):
        return None
    return f"tok_{token[len(PREFIX) : len(PREFIX) + LENGTH]}"


def same(stored: bytes, token: str) -> bool:
    """Whether this is the token behind a stored hash, in constant time."""
    return hmac.compare_digest(stored, hash_of(token))
