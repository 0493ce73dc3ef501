"""The subscription's row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from server.store.tables import subscriptions
from server.store.types import AnyRow

_ONE = select(subscriptions).where(subscriptions.c.id == bindparam("id"))


def get(connection: Connection, subscription_id: str) -> AnyRow:
    """The row of a subscription that is there (its id comes from a principal or a foreign key)."""
    return connection.execute(_ONE, {"id": subscription_id}).one()


def lock(connection: Connection, subscription_id: str) -> AnyRow:
    """The same row, kept from every other writer until the end of the transaction (SQLite has one writer anyway)."""
    return connection.execute(_ONE.with_for_update(), {"id": subscription_id}).one()


def change(connection: Connection, subscription_id: str, **values: Any) -> AnyRow:
    """Change columns, count the version up, and answer the row as it is then."""
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(**values, version=subscriptions.c.version + 1)
    )
    return get(connection, subscription_id)


def held_terms(connection: Connection) -> Sequence[AnyRow]:
    """Each plan, billing cycle and currency that some subscription has, ended ones included."""
    terms = (subscriptions.c.plan, subscriptions.c.billing_cycle, subscriptions.c.currency)
    return connection.execute(select(*terms).distinct()).all()
