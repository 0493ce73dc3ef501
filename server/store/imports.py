"""Imports and their rows."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, text, update

from contract.imports import ImportStatus, ImportStop, ImportVerdict
from server.store import sqlite
from server.store.bulk import execute_many
from server.store.tables import import_rows, imports
from server.store.types import AnyRow

VERDICTS = tuple(verdict.value for verdict in ImportVerdict)
_WANTED = (ImportVerdict.CREATE.value, ImportVerdict.ADD_MEMBER.value)
_TRIED = (*_WANTED, ImportVerdict.OVER_LIMIT.value)
_REJECTED = (
    ImportVerdict.DUPLICATE_IN_FILE.value,
    ImportVerdict.INVALID.value,
    ImportVerdict.NEEDS_TRANSFER.value,
    ImportVerdict.OVER_LIMIT.value,
)
COUNTED = (*VERDICTS, "rows", "remarked")
"""What is counted of an import's rows."""

_NAME = import_rows.c.first_name + " " + import_rows.c.last_name
_TEXT = import_rows.c.email + " " + _NAME + " " + import_rows.c.position
_NUMBER = re.compile("[0-9]{1,9}")
_OUTCOME = ("verdict", "field", "code", "reason")
_INDEXED = import_rows.c.verdict != text("'create'")
"""Said with its value written out, so that the index over these rows alone is taken."""


_DONE = (
    update(import_rows)
    .where(import_rows.c.import_number == bindparam("of_import"), import_rows.c.number == bindparam("of_row"))
    .values(user_id=bindparam("became"), verdict=bindparam("under"), code=None, reason=None, field=None)
)


def get(connection: Connection, subscription_id: str, import_id: str) -> AnyRow | None:
    """An import of this subscription."""
    mine = and_(imports.c.id == import_id, imports.c.subscription_id == subscription_id)
    return connection.execute(select(imports).where(mine)).first()


def find(connection: Connection, number: int) -> AnyRow | None:
    """An import by its number, whoever's it is."""
    return connection.execute(select(imports).where(imports.c.number == number)).first()


def page(
    connection: Connection, subscription_id: str, *, limit: int, before: int | None = None, offset: int = 0
) -> Sequence[AnyRow]:
    """Imports of this subscription, the newest first."""
    query = select(imports).where(imports.c.subscription_id == subscription_id)
    if before is not None:
        query = query.where(imports.c.number < before)
    return connection.execute(query.order_by(imports.c.number.desc()).limit(limit).offset(offset)).all()


def count(connection: Connection, subscription_id: str) -> int:
    """How many imports there are."""
    query = select(func.count()).select_from(imports).where(imports.c.subscription_id == subscription_id)
    return int(connection.execute(query).scalar_one())


def add(connection: Connection, values: Mapping[str, Any]) -> AnyRow:
    """A new import; answers it."""
    connection.execute(insert(imports).values(**values))
    return connection.execute(select(imports).where(imports.c.id == values["id"])).one()


def change(connection: Connection, number: int, **values: Any) -> AnyRow:
    """Change columns of one import and answer it as it is then."""
    connection.execute(update(imports).where(imports.c.number == number).values(**values))
    return connection.execute(select(imports).where(imports.c.number == number)).one()


def count_up(connection: Connection, number: int, changes: Mapping[str, int]) -> None:
    """Add to counters of one import."""
    values = {name: imports.c[name] + more for name, more in changes.items() if more}
    if values:
        connection.execute(update(imports).where(imports.c.number == number).values(**values))


def under_way(connection: Connection, status: ImportStatus) -> Sequence[AnyRow]:
    """Everybody's imports that were being planned, or applied."""
    return connection.execute(select(imports).where(imports.c.status == text(f"'{status.value}'"))).all()


def interrupt(connection: Connection) -> None:
    """At start nothing runs: what was being applied stands still."""
    connection.execute(
        update(imports)
        .where(imports.c.status == ImportStatus.APPLYING.value)
        .values(status=ImportStatus.STOPPED.value, stopped_because=ImportStop.INTERRUPTED.value)
    )


def known(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these imports there are."""
    return set(connection.execute(select(imports.c.id).where(imports.c.id.in_(list(ids)))).scalars())


def over(connection: Connection, now: dt.datetime) -> Sequence[AnyRow]:
    """Everybody's imports whose time is over, unless somebody still works on them."""
    idle = imports.c.status.not_in([ImportStatus.APPLYING.value, ImportStatus.PLANNING.value])
    return connection.execute(select(imports).where(imports.c.expires_at <= now, idle)).all()


def forget(connection: Connection, number: int) -> None:
    """Delete an import that has no rows any more."""
    connection.execute(delete(imports).where(imports.c.number == number))


# Rows.


def add_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New rows, in the order of the file."""
    execute_many(connection, import_rows, rows)


def drop_rows(connection: Connection, number: int, limit: int | None = None) -> int:
    """Delete rows of an import, so many of them or all; answers how many they were."""
    mine = import_rows.c.import_number == number
    if limit is not None:
        some = select(import_rows.c.number).where(mine).limit(limit)
        mine = and_(mine, import_rows.c.number.in_(some))
    return int(connection.execute(delete(import_rows).where(mine)).rowcount)


def row(connection: Connection, number: int, row_number: int) -> AnyRow | None:
    """One row."""
    mine = and_(import_rows.c.import_number == number, import_rows.c.number == row_number)
    return connection.execute(select(import_rows).where(mine)).first()


def rows_by_key(connection: Connection, number: int, key: str, limit: int) -> Sequence[AnyRow]:
    """The first rows with this address, in the order of the file."""
    query = select(import_rows).where(_alike(number, key)).order_by(import_rows.c.number)
    return connection.execute(query.limit(limit)).all()


def holder(connection: Connection, number: int, key: str, of: int) -> int | None:
    """The first row with this address of which another is a repetition: one that is done, or stands before it."""
    stands = import_rows.c.verdict.not_in([ImportVerdict.INVALID.value, ImportVerdict.DUPLICATE_IN_FILE.value])
    before = or_(import_rows.c.user_id.is_not(None), import_rows.c.number < of)
    mine = and_(_alike(number, key), import_rows.c.number != of, stands, before)
    query = select(import_rows.c.number).where(mine).order_by(import_rows.c.number).limit(1)
    return connection.execute(query).scalar()


def repeats(connection: Connection, number: int, key: str, *, after: int, reason: str) -> None:
    """Say the same of all repetitions of this address that stand behind a row."""
    again = import_rows.c.verdict == ImportVerdict.DUPLICATE_IN_FILE.value
    mine = and_(_alike(number, key), import_rows.c.number > after, again, import_rows.c.user_id.is_(None))
    connection.execute(update(import_rows).where(mine).values(reason=reason))


def _alike(number: int, key: str) -> ColumnElement[bool]:
    return and_(import_rows.c.import_number == number, import_rows.c.email_key == key)


def rows_page(
    connection: Connection,
    number: int,
    *,
    limit: int,
    verdict: str | None = None,
    done: bool | None = None,
    rejected: bool = False,
    remarked: bool = False,
    words: Sequence[str] = (),
    after: int = 0,
    offset: int = 0,
) -> Sequence[AnyRow]:
    """Rows in the order of the file, after one of them or from a place."""
    chosen = _chosen(number, verdict, rejected=rejected, remarked=remarked, done=done, words=words)
    query = select(import_rows).where(chosen, import_rows.c.number > after)
    return connection.execute(query.order_by(import_rows.c.number).limit(limit).offset(offset)).all()


def count_rows(
    connection: Connection,
    number: int,
    *,
    verdict: str | None = None,
    done: bool | None = None,
    rejected: bool = False,
    remarked: bool = False,
    words: Sequence[str] = (),
) -> int:
    """How many rows such a page comes from."""
    chosen = _chosen(number, verdict, rejected=rejected, remarked=remarked, done=done, words=words)
    return int(connection.execute(select(func.count()).select_from(import_rows).where(chosen)).scalar_one())


def rejected(connection: Connection, number: int, after: int, limit: int) -> Sequence[AnyRow]:
    """Rows that somebody has to look at, after one of them."""
    return rows_page(connection, number, limit=limit, rejected=True, done=False, after=after)


def to_do(connection: Connection, number: int, after: int, limit: int) -> Sequence[AnyRow]:
    """Rows that applying tries: nobody has done them, and they may be done, in the order of the file."""
    mine = and_(import_rows.c.import_number == number, import_rows.c.number > after, import_rows.c.user_id.is_(None))
    query = select(import_rows).where(mine, import_rows.c.verdict.in_(_TRIED))
    return connection.execute(query.order_by(import_rows.c.number).limit(limit)).all()


def mark_done(connection: Connection, number: int, done: Sequence[tuple[int, str, str]]) -> None:
    """Note which user each of these rows became: (row, user's id, verdict it was done under)."""
    rows = [{"of_import": number, "of_row": row, "became": user, "under": verdict} for row, user, verdict in done]
    execute_many(connection, _DONE, rows)


def judge_again(connection: Connection, number: int, row_number: int, values: Mapping[str, Any]) -> None:
    """Write what is different about one row."""
    mine = and_(import_rows.c.import_number == number, import_rows.c.number == row_number)
    connection.execute(update(import_rows).where(mine).values(**values))


def remaining(row: AnyRow) -> int:
    """Rows that applying would still do, as far as was known when they were judged."""
    return int(sum(getattr(row, name) for name in _WANTED)) - int(row.applied)


def outcome(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row a verdict is made of."""
    return {name: values[name] for name in _OUTCOME}


def _chosen(
    number: int, verdict: str | None, *, rejected: bool, remarked: bool, done: bool | None, words: Sequence[str]
) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = [import_rows.c.import_number == number]
    if verdict is not None:
        tests.append(import_rows.c.verdict == verdict)
        if verdict != ImportVerdict.CREATE.value:
            tests.append(_INDEXED)
    if remarked:
        tests.append(import_rows.c.remark.is_not(None))
    if rejected:
        tests += [import_rows.c.verdict.in_(_REJECTED), _INDEXED]
    if done is not None:
        tests.append(import_rows.c.user_id.is_not(None) if done else import_rows.c.user_id.is_(None))
    return and_(*tests, *(_has(word) for word in words))


def _has(word: str) -> ColumnElement[bool]:
    """Whether a folded word is somewhere in a row, or is its number. Asked row by row: an import lives for days."""
    found = sqlite.contains(sqlite.folded(_TEXT), word)
    return or_(found, import_rows.c.number == int(word)) if _NUMBER.fullmatch(word) else found
