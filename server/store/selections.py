"""Selections of users and the parts they are done in."""

import datetime as dt
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select, text, update

from contract.selections import SelectionStatus
from server.store.bulk import execute_many
from server.store.tables import user_selection_parts as parts
from server.store.tables import user_selections as selections
from server.store.tables import users
from server.store.types import AnyRow

COUNTING = "counting"
"""The status of one whose members are still being written down: nobody is told of it."""


class Member(NamedTuple):
    """A user by number, in one version."""

    number: int
    version: int


def packed(members: Iterable[Member]) -> bytes:
    """Members as they are stored."""
    numbers = [each for member in members for each in member]
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpacked(stored: bytes) -> list[Member]:
    """Members as they were stored."""
    return [Member(*pair) for pair in struct.iter_unpack("<2q", stored)]


def newest_user(connection: Connection) -> int:
    """The number of the newest user there is."""
    return int(connection.execute(select(func.coalesce(func.max(users.c.number), 0))).scalar_one())


def add(connection: Connection, values: Mapping[str, Any]) -> AnyRow:
    """A new selection; answers it."""
    connection.execute(insert(selections).values(**values))
    return connection.execute(select(selections).where(selections.c.id == values["id"])).one()


def get(connection: Connection, subscription_id: str, selection_id: str) -> AnyRow | None:
    """A selection of this subscription that is counted."""
    mine = and_(selections.c.id == selection_id, selections.c.subscription_id == subscription_id)
    return connection.execute(select(selections).where(mine, selections.c.status != COUNTING)).first()


def find(connection: Connection, number: int) -> AnyRow | None:
    """A selection by its number, whoever's it is."""
    return connection.execute(select(selections).where(selections.c.number == number)).first()


def change(connection: Connection, number: int, **values: Any) -> AnyRow:
    """Change columns of one selection and answer it as it is then."""
    connection.execute(update(selections).where(selections.c.number == number).values(**values))
    return connection.execute(select(selections).where(selections.c.number == number)).one()


def add_parts(connection: Connection, number: int, first: int, members: Sequence[bytes]) -> None:
    """Write parts down, numbered from `first` on."""
    rows = [
        {"selection_number": number, "part": part, "members": each} for part, each in enumerate(members, start=first)
    ]
    execute_many(connection, insert(parts), rows)


def part(connection: Connection, number: int, place: int) -> list[Member]:
    """The members of one part."""
    mine = and_(parts.c.selection_number == number, parts.c.part == place)
    return unpacked(connection.execute(select(parts.c.members).where(mine)).scalar_one())


def replace_part(connection: Connection, number: int, place: int, members: Iterable[Member]) -> None:
    """Other members for one part: those that may be acted on next."""
    mine = and_(parts.c.selection_number == number, parts.c.part == place)
    connection.execute(update(parts).where(mine).values(members=packed(members)))


def under_way(connection: Connection, status: SelectionStatus) -> Sequence[AnyRow]:
    """Everybody's selections on which a command is being done."""
    return connection.execute(select(selections).where(selections.c.status == text(f"'{status.value}'"))).all()


def is_removing(connection: Connection, subscription_id: str) -> bool:
    """Whether users of this subscription are on their way out."""
    removing = selections.c.status == text(f"'{SelectionStatus.REMOVING.value}'")
    mine = select(selections.c.number).where(removing, selections.c.subscription_id == subscription_id)
    return connection.execute(mine.limit(1)).first() is not None


def abandon(connection: Connection) -> None:
    """At start nothing is being counted: what was is over, and forgotten with the rest."""
    counting = selections.c.status == text(f"'{COUNTING}'")
    connection.execute(update(selections).where(counting).values(expires_at=selections.c.created_at))


def over(connection: Connection, now: dt.datetime) -> Sequence[int]:
    """The numbers of everybody's selections whose time is over, unless they are acted on."""
    idle = selections.c.status.not_in([SelectionStatus.REMOVING.value, SelectionStatus.RESTORING.value])
    return connection.execute(select(selections.c.number).where(selections.c.expires_at <= now, idle)).scalars().all()


def drop_parts(connection: Connection, number: int, limit: int) -> int:
    """Delete so many parts of a selection; answers how many they were."""
    some = select(parts.c.part).where(parts.c.selection_number == number).limit(limit)
    mine = and_(parts.c.selection_number == number, parts.c.part.in_(some))
    return int(connection.execute(delete(parts).where(mine)).rowcount)


def forget(connection: Connection, number: int) -> None:
    """Delete a selection that has no parts any more."""
    connection.execute(delete(selections).where(selections.c.number == number))
