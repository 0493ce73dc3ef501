"""A signed-in person looks at the code that a device shows, and confirms or refuses it.

Only the one who typed the right code sees what waits. Ten wrong codes within an hour, by one account or from one
network, and there is a pause: invitation codes are counted apart.
"""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from server.domain import device_codes
from server.domain.device_codes import State, code_key
from server.limits import guesses
from server.platform.kept_secrets import hash_of
from server.store import device_sign_ins, organisations
from server.store.types import AnyRow, Connection


class No(StrEnum):
    """Why a code can't be confirmed or refused."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    TOO_MANY = "too_many"
    NOT_A_MEMBER = "not_a_member"


class DeniedError(Exception):
    """No, for so many seconds where it is for a while. `guess` is whether it counts as a wrong code."""

    def __init__(self, why: No, *, retry_after: int = 0, guess: bool = False) -> None:
        super().__init__(why.value)
        self.why, self.retry_after, self.guess = why, retry_after, guess


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks, and from which network (empty: unknown)."""

    account_id: str
    network: str = ""

    @property
    def guessers(self) -> list[str]:
        """As whom wrong codes count."""
        found = [f"device account {self.account_id}"]
        return [*found, f"device network {self.network}"] if self.network else found


@dataclass(frozen=True, slots=True)
class House:
    """An organisation that the person may sign in for."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for an answer. What it says of itself is anybody's word.

    `houses` are the person's organisations; `suggested` is the id of the one to begin with, empty for none of them.
    """

    code: str
    machine: str
    network: str
    same_network: bool
    asked_at: dt.datetime
    expires_at: dt.datetime
    read_only: bool
    houses: tuple[House, ...]
    suggested: str
    days: int = device_codes.TOKEN_DAYS


def look(connection: Connection, person: Person, typed: str, now: dt.datetime) -> Waiting:
    """What waits behind a code.

    Raises:
        DeniedError: nothing does, or the person has tried too many. Whoever calls notes a wrong guess (`guessed`).
    """
    row = _found(connection, person, typed, now)
    homes = organisations.homes_of(connection, person.account_id)
    houses = tuple(House(each.id, each.name) for each in homes)
    wished = [
        each.id for each in homes if row.wish and row.wish.casefold() in {each.id.casefold(), each.name.casefold()}
    ]
    return Waiting(
        code=device_codes.shown(code_key(typed)),
        machine=row.machine,
        network=masked(row.network),
        same_network=bool(row.network) and row.network == person.network,
        asked_at=row.created_at,
        expires_at=row.expires_at,
        read_only=row.read_only,
        houses=houses,
        suggested=next(iter((*wished, *(each.id for each in houses))), ""),
    )


def confirm(connection: Connection, person: Person, typed: str, house: str, now: dt.datetime) -> Waiting:
    """The person is signed in on that device, for one of their organisations, or for none (empty).

    Raises:
        DeniedError: as `look`; or the organisation is none of theirs.
    """
    waiting = look(connection, person, typed, now)
    if house not in {each.id for each in waiting.houses} and (house or waiting.houses):
        raise DeniedError(No.NOT_A_MEMBER)
    _decide(connection, person, typed, now, state=State.CONFIRMED.value, organisation_id=house or None)
    return waiting


def refuse(connection: Connection, person: Person, typed: str, now: dt.datetime) -> Waiting:
    """The device is told no.

    Raises:
        DeniedError: as `look`.
    """
    waiting = look(connection, person, typed, now)
    _decide(connection, person, typed, now, state=State.REFUSED.value)
    return waiting


def guessed(connection: Connection, person: Person, now: dt.datetime) -> None:
    """Count a wrong code, in a transaction of its own: what was refused leaves nothing else behind."""
    guesses.note(connection, person.guessers, now)


def forget_confirmed(connection: Connection, account_id: str) -> None:
    """What this account confirmed and no device has fetched yet is worth nothing: its access is being reset."""
    device_sign_ins.end_of(connection, account_id, State.CONFIRMED.value, State.REFUSED.value)


def masked(network: str) -> str:
    """An address as somebody else may see it: without what tells one machine from its neighbours."""
    try:
        found = ipaddress.ip_network(network)
    except ValueError:
        return ""
    if found.version == 4:  # noqa: PLR2004 - the older protocol
        return f"{network.rpartition('.')[0]}.x"
    return f"{ipaddress.ip_network((found.network_address, 48), strict=False).network_address}…"


def _found(connection: Connection, person: Person, typed: str, now: dt.datetime) -> AnyRow:
    if wait := guesses.wait_of(connection, person.guessers, now):
        raise DeniedError(No.TOO_MANY, retry_after=wait)
    key = code_key(typed)
    row = device_sign_ins.by_user_code(connection, hash_of(key)) if key else None
    why = No.UNKNOWN if row is None else _ended(row, person, now)
    if row is None or why:
        raise DeniedError(why or No.UNKNOWN, guess=why is No.UNKNOWN and bool(key))
    return row


def _ended(row: AnyRow, person: Person, now: dt.datetime) -> No | None:
    """Why nothing waits behind a code that was right; what somebody else did with it stays theirs."""
    state = State(row.state)
    if state in {State.CONFIRMED, State.FETCHED, State.REFUSED} and row.account_id != person.account_id:
        return No.UNKNOWN
    ends = {
        State.CONFIRMED: No.CONFIRMED,
        State.FETCHED: No.CONFIRMED,
        State.REFUSED: No.REFUSED,
        State.CANCELLED: No.CANCELLED,
    }
    return ends.get(state) or (No.EXPIRED if now >= row.expires_at else None)


def _decide(connection: Connection, person: Person, typed: str, now: dt.datetime, **values: str | None) -> None:
    """Decide it once: of two tabs, or two people, one is told what the other did."""
    row = device_sign_ins.by_user_code(connection, hash_of(code_key(typed)))
    assert row is not None
    pending = State.PENDING.value
    if not device_sign_ins.decide(
        connection, row.id, pending, account_id=person.account_id, decided_at=now, **values
    ):  # pragma: no cover - one transaction looks and decides
        raise DeniedError(No.UNKNOWN)
