"""A device asks to be signed in: it gets one code to keep and one to show."""

import datetime as dt
import secrets
from typing import NamedTuple

from contract.device import LONGEST_MACHINE, PAGE, READ, DeviceAuthorization, OAuthError
from server.devices.refusals import Refused
from server.domain.device_codes import ALPHABET, INTERVAL, LETTERS, LIFETIME, State, code_key, shown
from server.platform.ids import new_id, random_text
from server.platform.kept_secrets import hash_of
from server.platform.text import made_safe
from server.store import device_sign_ins
from server.store.types import Connection

DEVICE_CODE = 43
"""Letters and digits of the code that the device keeps: 256 bits."""

FROM_ONE_NETWORK = 30
FROM_EVERYBODY = 10_000
"""Codes that have not expired: more would make guessing one of them easier."""

LONGEST_WISH = 200


class Wish(NamedTuple):
    """What a device says about itself; anybody may say anything. `network` is where it asked from."""

    machine: str = ""
    organisation: str = ""
    scope: str = ""
    network: str = ""


def ask(connection: Connection, wish: Wish, address: str, now: dt.datetime) -> DeviceAuthorization | Refused:
    """Note the wish. `address` is this server's, as people reach it; the codes are in this answer and nowhere else."""
    scopes = set(wish.scope.split())
    if not scopes <= {READ}:
        return Refused(
            OAuthError.INVALID_SCOPE, f"The only scope is {READ}; leave it out for all that the role may do."
        )
    if refused := _too_many(connection, wish.network, now):
        return refused
    device_code, letters = random_text(DEVICE_CODE), _new_letters(connection, now)
    device_sign_ins.add(
        connection,
        id=new_id("dev"),
        device_hash=hash_of(device_code),
        user_hash=hash_of(letters),
        state=State.PENDING.value,
        machine=made_safe(wish.machine)[:LONGEST_MACHINE],
        wish=made_safe(wish.organisation)[:LONGEST_WISH],
        network=wish.network,
        read_only=READ in scopes,
        interval=INTERVAL,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    page = f"{address}{PAGE}"
    return DeviceAuthorization(
        device_code=device_code,
        user_code=shown(letters),
        verification_uri=page,
        verification_uri_complete=f"{page}?user_code={shown(letters)}",
        expires_in=int(LIFETIME.total_seconds()),
        interval=INTERVAL,
    )


def _too_many(connection: Connection, network: str, now: dt.datetime) -> Refused | None:
    here = device_sign_ins.waiting(connection, now, network) if network else 0
    if here < FROM_ONE_NETWORK and device_sign_ins.waiting(connection, now) < FROM_EVERYBODY:
        return None
    said = "Too many codes have been asked for. Wait until some of them have expired."
    return Refused(OAuthError.TEMPORARILY_UNAVAILABLE, said, status=429, retry_after=60)


def _new_letters(connection: Connection, now: dt.datetime) -> str:
    """A code that no device shows now."""
    while True:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        assert code_key(letters) == letters
        known = device_sign_ins.by_user_code(connection, hash_of(letters))
        if known is None or known.expires_at <= now:
            return letters
