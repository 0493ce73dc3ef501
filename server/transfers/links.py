"""The link that a request is sent with: it says which request is meant, and gives nobody a right they have not got."""

import hashlib
import secrets
from typing import NamedTuple

BYTES = 32


class Link(NamedTuple):
    """What is sent, once, and what is kept of it."""

    secret: str
    hash: bytes


def new_link() -> Link:
    """A link that only its receiver can know; one sent before opens nothing any more (D23)."""
    secret = secrets.token_urlsafe(BYTES)
    return Link(secret, hash_of(secret))


def hash_of(secret: str) -> bytes:
    """What is kept of a link."""
    return hashlib.sha256(secret.encode()).digest()
