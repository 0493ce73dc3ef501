"""How SQLite finds events by the beginnings of words: who did it, what it was about, and of what kind it is.

The index knows an event by one number, the organisation's own number before that of the event. So a page of what
matches is read in the order of the events, and no search ever sees another organisation's.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, text

from contract.events import Event
from server.platform.text import fold
from server.store.tables import event_owners

EVENTS_DDL = (
    """CREATE VIRTUAL TABLE events_search USING fts5(
  who, object, kind, content='', columnsize=0, detail='column', tokenize='ascii'
)""",
)
"""Its words are cut here, not there: the tokenizer only finds the blanks between them."""

_SHIFT = 36
"""Bits of an event's number."""

_TOGETHER = 500
_WORD = re.compile(r"[^\W_]+")
_ID = re.compile(r"[A-Za-z]{2,4}_[A-Za-z0-9]+")


class Wanted(NamedTuple):
    """Which events of an organisation: those with numbers in `(low, high]`, of one command, and what `match` answers.

    An empty `asked` lets everything through.
    """

    organisation_id: str
    low: int
    high: int
    asked: str = ""
    command: str | None = None


def install(connection: Connection) -> None:
    """Make the index."""
    for statement in EVENTS_DDL:
        connection.exec_driver_sql(statement)


def words(value: str) -> list[str]:
    """The folded words of a text, each once."""
    return list(dict.fromkeys(_WORD.findall(fold(value))))


def id_word(value: str) -> str:
    """What stands for an id: folding leaves no such sign in what people write, so none of it begins like an id."""
    return "№" + value.replace("_", "").lower()


def kind_word(kind: str) -> str:
    """What stands for a kind, or for the part before its dot."""
    return "".join(_WORD.findall(kind))


def remember(connection: Connection, organisation_id: str, events: Iterable[tuple[int, Event]]) -> None:
    """Index these events by their numbers, in the transaction that appends them."""
    base = _base(connection, organisation_id) or _new_base(connection, organisation_id)
    rows = [(base + seq, *_indexed(event)) for seq, event in events]
    for start in range(0, len(rows), _TOGETHER):
        chunk = rows[start : start + _TOGETHER]
        marks = ", ".join(["(?, ?, ?, ?)"] * len(chunk))
        statement = f"INSERT INTO events_search(rowid, who, object, kind) VALUES {marks}"  # noqa: S608 - only marks
        connection.exec_driver_sql(statement, tuple(value for row in chunk for value in row))


def _indexed(event: Event) -> tuple[str, str, str]:
    about, actor = event.object, event.actor
    who = [*words(actor.label), *([id_word(actor.account_id)] if actor.account_id else [])]
    email = about.attributes.get("email", "")
    named = about.label if not isinstance(email, str) or email == about.label else f"{about.label} {email}"
    group = event.type.partition(".")[0]
    kinds = dict.fromkeys((group, group.removesuffix("s"), kind_word(event.type)))
    return " ".join(who), " ".join([*words(named), id_word(about.id)]), " ".join(kinds)


def match(*, who: str = "", about: str = "", anywhere: str = "", kind: str = "") -> str | None:
    """What the index is asked; None when one of these holds no word, so that nothing can match.

    `who`, `about` and `anywhere` are texts whose every word must begin one there.
    """
    parts = [f"kind : {kind_word(kind)}"] if kind else []
    for column, asked in (("who : ", who), ("object : ", about), ("{who object} : ", anywhere)):
        if not asked.strip():
            continue
        wanted = [found for each in asked.split() if (found := _begun(each))]
        if not wanted:
            return None
        parts += [f"{column}({each})" for each in wanted]
    return " AND ".join(parts)


def but(asked: str, kind: str) -> str:
    """What `match` found, without the events of a kind."""
    return f"({asked}) NOT kind : {kind_word(kind)}"


def _begun(typed: str) -> str:
    """The words that begin like those of one that was typed, or the thing with that id; empty when it has no word."""
    found = " AND ".join(f'"{word}" *' for word in words(typed))
    return f'({found}) OR "{id_word(typed)}"' if found and _ID.fullmatch(typed) else found


def numbers(
    connection: Connection, wanted: Wanted, *, limit: int, offset: int = 0, newest_first: bool = True
) -> list[int]:
    """The numbers of the events that match, in order."""
    base = _base(connection, wanted.organisation_id)
    order = "DESC" if newest_first else "ASC"
    found = connection.execute(
        text(f"SELECT rowid {_condition(wanted)} ORDER BY rowid {order} LIMIT :limit OFFSET :offset"),
        {**_values(wanted, base), "limit": limit, "offset": offset},
    )
    return [row[0] - base for row in found]


def count(connection: Connection, wanted: Wanted) -> int:
    """How many events match."""
    base = _base(connection, wanted.organisation_id)
    query = text(f"SELECT count(*) {_condition(wanted)}")
    return int(connection.execute(query, _values(wanted, base)).scalar_one())


def _condition(wanted: Wanted) -> str:
    found = "FROM events_search WHERE events_search MATCH :asked AND rowid > :base + :low AND rowid <= :base + :high"
    if wanted.command is None:
        return found
    command = "SELECT seq FROM events WHERE organisation_id = :organisation AND idempotency_key = :command"
    return f"{found} AND rowid - :base IN ({command})"


def _values(wanted: Wanted, base: int) -> dict[str, Any]:
    values = {"asked": wanted.asked, "base": base, "low": wanted.low, "high": wanted.high}
    if wanted.command is not None:
        values |= {"organisation": wanted.organisation_id, "command": wanted.command}
    return values


def _base(connection: Connection, organisation_id: str) -> int:
    """What stands before the numbers of an organisation's events; 0 when it has none."""
    query = select(event_owners.c.number).where(event_owners.c.organisation_id == organisation_id)
    return int(connection.execute(query).scalar() or 0) << _SHIFT


def _new_base(connection: Connection, organisation_id: str) -> int:
    connection.execute(insert(event_owners).values(organisation_id=organisation_id))
    return _base(connection, organisation_id)
