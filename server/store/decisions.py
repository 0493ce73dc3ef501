"""Decisions about transfer requests: who they are about, and what is needed to take them back."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from server.store.bulk import execute_many
from server.store.tables import LIVING, accounts, decision_items, decisions, subscriptions, users
from server.store.transfers import chunks
from server.store.types import AnyRow


def applicants(connection: Connection, account_ids: Sequence[str]) -> dict[str, AnyRow]:
    """These accounts by id, with `listed_on`: the subscription each is a user of, if any."""
    found: dict[str, AnyRow] = {}
    for chunk in chunks(account_ids):
        query = (
            select(accounts, users.c.subscription_id.label("listed_on"))
            .select_from(accounts.outerjoin(users, (users.c.account_id == accounts.c.id) & LIVING))
            .where(accounts.c.id.in_(chunk))
        )
        found.update((row.id, row) for row in connection.execute(query))
    return found


def own_subscriptions(
    connection: Connection, account_ids: Sequence[str], paid_plans: Iterable[str], but: str
) -> dict[str, AnyRow]:
    """The paid subscriptions, not ended, that these accounts own, by account; `but` is not one of them."""
    s = subscriptions.c
    paid = list(paid_plans)
    found: dict[str, AnyRow] = {}
    for chunk in chunks(account_ids):
        query = select(subscriptions).where(
            s.owner_account_id.in_(chunk), s.status != "ended", s.plan.in_(paid), s.id != but
        )
        found.update((row.owner_account_id, row) for row in connection.execute(query))
    return found


def add(connection: Connection, values: dict[str, Any], items: Sequence[dict[str, Any]]) -> None:
    """Keep a decision with its items, in their order."""
    connection.execute(insert(decisions), values)
    rows = [{"decision_id": values["id"], "position": position, **item} for position, item in enumerate(items)]
    execute_many(connection, insert(decision_items), rows)


def find(connection: Connection, subscription_id: str, decision_id: str) -> AnyRow | None:
    """One decision of a subscription."""
    return connection.execute(
        select(decisions).where(decisions.c.id == decision_id, decisions.c.subscription_id == subscription_id)
    ).first()


def items_of(connection: Connection, decision_id: str) -> list[AnyRow]:
    """What was done, in order. `transfer_id` is the request's public id."""
    query = select(decision_items).where(decision_items.c.decision_id == decision_id)
    return list(connection.execute(query.order_by(decision_items.c.position)))


def close(connection: Connection, decision_id: str, **values: Any) -> None:
    """Note that a decision was taken back."""
    connection.execute(update(decisions).where(decisions.c.id == decision_id).values(**values))
