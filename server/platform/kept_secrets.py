"""Secrets that are given out once, in a letter, an answer or a cookie: what is kept of them is a hash."""

import hashlib
import secrets
from typing import NamedTuple

BYTES = 32


class Link(NamedTuple):
    """What is sent, once, and what is kept of it."""

    secret: str
    hash: bytes


def new_link() -> Link:
    """The secret of a link, which only its receiver can know; one sent before opens nothing any more (D23)."""
    secret = secrets.token_urlsafe(BYTES)
    return Link(secret, hash_of(secret))


def hash_of(secret: str) -> bytes:
    """What is kept of a secret, whoever made it: also of what anybody may send in its place."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
