"""A device asks whether it is signed in: it waits, is refused, or gets its token, once.

A code that comes again after its token was fetched is in two hands, or the answer was lost: that token ends (RFC 6749,
10.5), and whoever it was for starts anew.
"""

import datetime as dt

from contract.device import BEARER, READ, DeviceToken, OAuthError
from contract.events import Actor, EventKind
from contract.tokens import EndedBecause
from server.devices.refusals import Refused
from server.domain.device_codes import TOKEN_DAYS, State, Verdict, judged, slower
from server.http import tokens as token_text
from server.people.own_sign_in import end_token, note_own_sign_in
from server.people.serializers import token_answer, token_object
from server.platform.kept_secrets import hash_of
from server.platform.transaction import Unit
from server.store import device_sign_ins, organisations, tokens
from server.store.types import AnyRow, Connection

LIVES = dt.timedelta(days=TOKEN_DAYS)

_REFUSED = {
    Verdict.WAIT: Refused(OAuthError.AUTHORIZATION_PENDING, "Nobody has confirmed the code yet."),
    Verdict.TOO_EARLY: Refused(OAuthError.SLOW_DOWN, "You asked too soon: wait 5 seconds more each time."),
    Verdict.REFUSED: Refused(OAuthError.ACCESS_DENIED, "The sign-in was refused."),
    Verdict.EXPIRED: Refused(OAuthError.EXPIRED_TOKEN, "The code has expired: ask for another one."),
    Verdict.UNKNOWN: Refused(OAuthError.INVALID_GRANT, "This code is not known here, or it was cancelled."),
    Verdict.REPLAYED: Refused(OAuthError.INVALID_GRANT, "This code was used: the token that it gave is revoked."),
}
_GONE = Refused(OAuthError.ACCESS_DENIED, "The account is no longer a member of that organisation.")


def fetch(connection: Connection, device_code: str, now: dt.datetime) -> DeviceToken | Refused:
    """The token of a device whose person has confirmed it."""
    row = device_sign_ins.by_device(connection, hash_of(device_code))
    if row is None:
        return _REFUSED[Verdict.UNKNOWN]
    verdict = judged(State(row.state), expires_at=row.expires_at, asked_at=row.asked_at, interval=row.interval, now=now)
    if verdict is Verdict.TOKEN:
        return _token(connection, row, now)
    if verdict is Verdict.REPLAYED:
        _end_fetched(connection, row.token_id, now, EndedBecause.CODE_USED_TWICE)
    if verdict in {Verdict.WAIT, Verdict.TOO_EARLY}:
        interval = slower(row.interval) if verdict is Verdict.TOO_EARLY else row.interval
        device_sign_ins.change(connection, row.id, asked_at=now, interval=interval)
    return _REFUSED[verdict]


def cancel(connection: Connection, code: str, now: dt.datetime) -> None:
    """The device gives up: its code is worth nothing from now on, nor is a token that it gave. No matter if unknown."""
    row = device_sign_ins.by_device(connection, hash_of(code))
    if row is not None and row.state == State.FETCHED.value:
        _end_fetched(connection, row.token_id, now, EndedBecause.CANCELLED)
    elif row is not None:
        device_sign_ins.change(connection, row.id, state=State.CANCELLED.value)


def revoke_own(connection: Connection, token: str, now: dt.datetime) -> None:
    """Whoever holds a token may end it (RFC 7009). No matter if it is none."""
    identity = token_text.token_id(token)
    row = tokens.holder(connection, identity) if identity else None
    if row is not None and token_text.same(row.secret_hash, token) and row.revoked_at is None:
        _end(connection, row, now, EndedBecause.CANCELLED)


def _end(connection: Connection, row: AnyRow, now: dt.datetime, because: EndedBecause) -> None:
    """End a token, if it is in force; its organisation reads why."""
    if row.organisation_id:
        unit = _unit(connection, row.organisation_id, row, now)
        end_token(unit, row.id, because)
        unit.record()
    else:
        tokens.revoke(connection, row.id, now)


def _end_fetched(connection: Connection, token_id: str, now: dt.datetime, because: EndedBecause) -> None:
    """End the token that a device's code gave, if it is in force."""
    row = tokens.holder(connection, token_id)
    if row is not None and row.revoked_at is None:
        _end(connection, row, now, because)


def _token(connection: Connection, row: AnyRow, now: dt.datetime) -> DeviceToken | Refused:
    """Sign the person in on the device: it is their own sign-in."""
    house = row.organisation_id
    if house and not organisations.is_member(connection, house, row.account_id):
        device_sign_ins.change(connection, row.id, state=State.REFUSED.value)
        return _GONE
    note_own_sign_in(connection, row.account_id, now)
    made = token_text.make_token()
    tokens.add(
        connection,
        token_id=made.id,
        secret_hash=made.secret_hash,
        organisation_id=house,
        account_id=row.account_id,
        label=row.machine,
        now=now,
        expires_at=now + LIVES,
        read_only=row.read_only,
    )
    device_sign_ins.change(connection, row.id, state=State.FETCHED.value, token_id=made.id)
    if house:
        _tell(connection, house, made.id, now)
    scope = READ if row.read_only else ""
    return DeviceToken(access_token=made.token, token_type=BEARER, expires_in=int(LIVES.total_seconds()), scope=scope)


def _tell(connection: Connection, house: str, token_id: str, now: dt.datetime) -> None:
    after = tokens.one(connection, house, token_id)
    assert after is not None
    unit = _unit(connection, house, after, now)
    unit.emit(EventKind.TOKEN_CREATED, token_object(token_answer(after, now)))
    unit.record()


def _unit(connection: Connection, house: str, who: AnyRow, now: dt.datetime) -> Unit:
    actor = Actor(account_id=who.account_id, label=who.email)
    return Unit(connection=connection, organisation_id=house, subscription_id="", now=now, actor=actor)
