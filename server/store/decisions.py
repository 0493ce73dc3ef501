"""Decisions about transfer requests: who they are about, and what is needed to take them back."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, func, insert, select, tuple_, type_coerce, update

from server.store.bulk import execute_many
from server.store.sqlite import one_of
from server.store.tables import LIVING, accounts, decision_items, decisions, subscriptions, users
from server.store.types import AnyRow


class Mine(NamedTuple):
    """What one account decided in a subscription's list; `undoable` at a moment, or whenever it was."""

    account_id: str
    subscription_id: str
    undoable: dt.datetime | None = None


def applicants(connection: Connection, account_ids: Sequence[str]) -> dict[str, AnyRow]:
    """These accounts by id, with `listed_on`: the subscription each is a user of, if any."""
    query = (
        select(accounts, users.c.subscription_id.label("listed_on"))
        .select_from(accounts.outerjoin(users, (users.c.account_id == accounts.c.id) & LIVING))
        .where(accounts.c.id.in_(one_of("ids")))
    )
    return {row.id: row for row in connection.execute(query, {"ids": json.dumps(account_ids)})}


def own_subscriptions(
    connection: Connection, account_ids: Sequence[str], paid_plans: Iterable[str], but: str
) -> dict[str, list[AnyRow]]:
    """The paid subscriptions, not ended, that these accounts own, the oldest first; `but` is not one of them."""
    s = subscriptions.c
    query = select(subscriptions).where(
        s.owner_account_id.in_(one_of("ids")), s.status != "ended", s.plan.in_(list(paid_plans)), s.id != but
    )
    found: dict[str, list[AnyRow]] = {}
    for row in connection.execute(query.order_by(s.created_at, s.id), {"ids": json.dumps(account_ids)}):
        found.setdefault(row.owner_account_id, []).append(row)
    return found


def add(connection: Connection, values: dict[str, Any], items: Sequence[dict[str, Any]]) -> None:
    """Keep a decision with its items, in their order."""
    connection.execute(insert(decisions), values)
    rows = [{"decision_id": values["id"], "position": position, **item} for position, item in enumerate(items)]
    execute_many(connection, insert(decision_items), rows)


def find(connection: Connection, subscription_id: str, decision_id: str) -> AnyRow | None:
    """One decision in a subscription's list."""
    return connection.execute(
        select(decisions).where(
            decisions.c.id == decision_id, decisions.c.subscription_id == subscription_id, decisions.c.party == "house"
        )
    ).first()


def by_account(connection: Connection, account_id: str, transfer_id: str) -> AnyRow | None:
    """The last decision that an account made in its profile about one request."""
    d = decisions.c
    query = select(decisions).join(decision_items, decision_items.c.decision_id == d.id)
    return connection.execute(
        query.where(d.account_id == account_id, d.party == "account", decision_items.c.transfer_id == transfer_id)
        .order_by(d.created_at.desc(), d.undone_at.is_not(None), d.id)
        .limit(1)
    ).first()


def undoable_by(connection: Connection, account_id: str, now: dt.datetime) -> dict[str, dt.datetime]:
    """Which requests an account has decided in its profile and until when it can take that back, the last first."""
    d = decisions.c
    query = (
        select(decision_items.c.transfer_id, d.undo_until)
        .join(decision_items, decision_items.c.decision_id == d.id)
        .where(d.account_id == account_id, d.party == "account", d.undo_until > now, d.undone_at.is_(None))
        .order_by(d.created_at.desc(), d.id.desc())
    )
    return {row.transfer_id: row.undo_until for row in connection.execute(query)}


def items_of(connection: Connection, decision_id: str) -> list[AnyRow]:
    """What was done, in order. `transfer_id` is the request's public id."""
    query = select(decision_items).where(decision_items.c.decision_id == decision_id)
    return list(connection.execute(query.order_by(decision_items.c.position)))


def close(connection: Connection, decision_id: str, **values: Any) -> None:
    """Note that a decision was taken back."""
    connection.execute(update(decisions).where(decisions.c.id == decision_id).values(**values))


def page(
    connection: Connection, mine: Mine, limit: int, offset: int = 0, before: Sequence[str | int] | None = None
) -> Sequence[AnyRow]:
    """The newest first, with how many were `accepted` and `declined`; `before` is the last one's moment and id."""
    d = decisions.c
    query = _mine(mine).order_by(d.created_at.desc(), d.id.desc()).limit(limit).offset(offset)
    if before is not None:
        query = query.where(tuple_(type_coerce(d.created_at, BigInteger), d.id) < tuple_(*before))
    return connection.execute(query).all()


def total(connection: Connection, mine: Mine) -> int:
    """How many there are."""
    found: int = connection.execute(select(func.count()).select_from(_mine(mine).subquery())).scalar_one()
    return found


def _mine(mine: Mine) -> Select[Any]:
    """Those that did something."""
    d, action = decisions.c, decision_items.c.action
    query = (
        select(
            decisions,
            func.count().filter(action == "accept").label("accepted"),
            func.count().filter(action == "decline").label("declined"),
        )
        .join(decision_items, decision_items.c.decision_id == d.id)
        .where(d.account_id == mine.account_id, d.party == "house", d.subscription_id == mine.subscription_id)
        .group_by(*d)
    )
    if mine.undoable is not None:
        query = query.where(d.undo_until > mine.undoable, d.undone_at.is_(None))
    return query
