"""Reading and writing invitation codes and their uses."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from contract.codes import CodeSort, CodesQuery, CodeState
from contract.pages import PageQuery
from server.platform.text import code_key, fold
from server.store.tables import accounts, invitation_code_uses, invitation_codes, users, wrong_guesses
from server.store.types import AnyRow, to_microseconds

C = invitation_codes.c
U = invitation_code_uses.c
FOREVER = 2**62
"""Where codes without an end are sorted."""

_SORTS: dict[str, ColumnElement[Any]] = {
    "created_at": type_coerce(C.created_at, BigInteger),
    "code": C.code_key,
    "uses": C.uses,
    "expires_at": func.coalesce(type_coerce(C.expires_at, BigInteger), FOREVER),
}


def _codes() -> Select[Any]:
    made = accounts.c.email.label("made_by")
    return select(invitation_codes, made).join(accounts, accounts.c.id == C.created_by)


def one(connection: Connection, subscription_id: str, code_id: str) -> AnyRow | None:
    """One code of a subscription, with `made_by`."""
    return connection.execute(_codes().where(C.id == code_id, C.subscription_id == subscription_id)).first()


def by_key(connection: Connection, key: str) -> AnyRow | None:
    """The one code on this server that reads like this."""
    return connection.execute(_codes().where(C.code_key == key)).first()


def edge_types(sort: CodeSort) -> tuple[type, type]:
    """What the edge of a page in this order is made of."""
    return (str if sort.value.endswith("code") else int), str


def page(
    connection: Connection,
    subscription_id: str,
    query: CodesQuery,
    edge: Sequence[str | int] | None,
    now: dt.datetime,
    *,
    by_code: bool = True,
) -> tuple[Sequence[AnyRow], list[str | int] | None, int | None]:
    """A page in the order asked for, behind an edge: rows, the edge of the next page, and the total if asked for.

    Without `by_code` the search looks at who made them alone.
    """
    sort = query.sort.value
    key = _SORTS[sort.removeprefix("-")]
    wanted = _filter(subscription_id, query, now, by_code=by_code)
    found = _codes().add_columns(key.label("place")).where(*wanted)
    down = sort.startswith("-")
    found = found.order_by(key.desc(), C.id.desc()) if down else found.order_by(key, C.id)
    if edge is not None:
        value, identity = edge
        here = tuple_(key, C.id)
        there = tuple_(literal(value, String if isinstance(value, str) else BigInteger), literal(identity))
        found = found.where(here < there if down else here > there)
    rows = connection.execute(found.limit(query.limit + 1).offset(query.offset or 0)).all()
    counted = select(func.count()).select_from(invitation_codes.join(accounts, accounts.c.id == C.created_by))
    total = connection.execute(counted.where(*wanted)).scalar_one() if query.count else None
    if len(rows) <= query.limit:
        return rows, None, total
    last = rows[query.limit - 1]
    return rows[: query.limit], [last.place, last.id], total


def _filter(subscription_id: str, query: CodesQuery, now: dt.datetime, *, by_code: bool) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [C.subscription_id == subscription_id]
    if query.state:
        wanted.append(_state(now) == query.state.value)
    for word in query.search.split():
        by = func.lower(accounts.c.email).contains(fold(word), autoescape=True)
        letters = code_key(word)
        there = C.code_key.contains(letters) if letters else C.code.contains(word, autoescape=True)
        wanted.append(or_(by, there) if by_code else by)
    return wanted


def _state(now: dt.datetime) -> ColumnElement[str]:
    """`server.domain.codes.state_of`, in the database; a test compares the two."""
    moment = to_microseconds(now)
    return case(
        (~C.enabled, CodeState.OFF.value),
        (type_coerce(C.expires_at, BigInteger) <= moment, CodeState.EXPIRED.value),
        (C.uses >= C.max_uses, CodeState.USED_UP.value),
        else_=CodeState.ACTIVE.value,
    )


def add(connection: Connection, values: dict[str, Any]) -> None:
    """A new code."""
    connection.execute(insert(invitation_codes), values)


def change(connection: Connection, code_id: str, **values: Any) -> None:
    """Change columns of a code; its version goes up by one."""
    connection.execute(update(invitation_codes).where(C.id == code_id).values(**values, version=C.version + 1))


def remove(connection: Connection, code_id: str) -> None:
    """Delete a code and the list of its uses; the users stay."""
    connection.execute(delete(invitation_code_uses).where(U.code_id == code_id))
    connection.execute(delete(invitation_codes).where(C.id == code_id))


# Uses.


def add_use(connection: Connection, code_id: str, account_id: str, user_id: str, now: dt.datetime) -> None:
    """Somebody came in: counted in the code's row, in the same transaction."""
    values = {"code_id": code_id, "account_id": account_id, "user_id": user_id, "used_at": now}
    connection.execute(insert(invitation_code_uses), values)
    change(connection, code_id, uses=C.uses + 1)


def was_used_by(connection: Connection, code_id: str, account_id: str) -> bool:
    """Whether this account came in with this code once."""
    used = select(U.number).where(U.account_id == account_id, U.code_id == code_id)
    return connection.execute(used.limit(1)).first() is not None


def uses(
    connection: Connection, code_id: str, query: PageQuery, before: int | None
) -> tuple[Sequence[AnyRow], int | None, int | None]:
    """Who came in before a use, the last first, as they are now: rows, the use to go on before, the total if asked."""
    found = (
        select(U.number.label("use"), U.used_at, users)
        .join(users, users.c.id == U.user_id)
        .where(U.code_id == code_id)
        .order_by(U.number.desc())
    )
    if before is not None:
        found = found.where(U.number < before)
    rows = connection.execute(found.limit(query.limit + 1).offset(query.offset or 0)).all()
    counted = select(func.count()).select_from(invitation_code_uses).where(U.code_id == code_id)
    total = connection.execute(counted).scalar_one() if query.count else None
    if len(rows) <= query.limit:
        return rows, None, total
    return rows[: query.limit], rows[query.limit - 1].use, total


def guesses_of(connection: Connection, guesser: str, since: dt.datetime, limit: int) -> list[dt.datetime]:
    """When this one tried a wrong code after a moment: the last `limit` times, newest first."""
    g = wrong_guesses.c
    found = select(g.made_at).where(g.guesser == guesser, g.made_at > since).order_by(g.made_at.desc())
    return list(connection.execute(found.limit(limit)).scalars())


def add_guesses(connection: Connection, guessers: Sequence[str], now: dt.datetime, forget: dt.datetime) -> None:
    """One more wrong code by each of these, outliving a restart; what is older than `forget` is forgotten."""
    connection.execute(delete(wrong_guesses).where(wrong_guesses.c.made_at <= forget))
    connection.execute(insert(wrong_guesses), [{"guesser": guesser, "made_at": now} for guesser in guessers])
