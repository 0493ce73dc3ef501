"""The subscription's row."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from server.store.tables import subscriptions
from server.store.types import AnyRow

_ONE = select(subscriptions).where(subscriptions.c.id == bindparam("id"))


def add(connection: Connection, subscription_id: str, **values: Any) -> None:
    """A new subscription."""
    connection.execute(insert(subscriptions).values(id=subscription_id, **values))


def oldest(connection: Connection) -> AnyRow | None:
    """The subscription that was founded first; None in an empty database."""
    return connection.execute(select(subscriptions).order_by(subscriptions.c.created_at)).first()


def of_organisation(connection: Connection, organisation_id: str) -> AnyRow:
    """The row of the subscription that an organisation has."""
    return connection.execute(select(subscriptions).where(subscriptions.c.organisation_id == organisation_id)).one()


def get(connection: Connection, subscription_id: str) -> AnyRow:
    """The row of a subscription that is there (its id comes from a principal or a foreign key)."""
    return connection.execute(_ONE, {"id": subscription_id}).one()


def lock(connection: Connection, subscription_id: str) -> AnyRow:
    """The same row, kept from every other writer until the end of the transaction (SQLite has one writer anyway)."""
    return connection.execute(_ONE.with_for_update(), {"id": subscription_id}).one()


def change(connection: Connection, subscription_id: str, **values: Any) -> AnyRow:
    """Change columns, count the version up, and answer the row as it is then."""
    query = update(subscriptions).where(subscriptions.c.id == subscription_id)
    return connection.execute(
        query.values(**values, version=subscriptions.c.version + 1).returning(subscriptions)
    ).one()


def held_terms(connection: Connection) -> Sequence[AnyRow]:
    """Each plan, billing cycle and currency that some subscription has, ended ones included."""
    terms = (subscriptions.c.plan, subscriptions.c.billing_cycle, subscriptions.c.currency)
    return connection.execute(select(*terms).distinct()).all()


def due(connection: Connection, latest: dt.date, now: dt.datetime) -> list[AnyRow]:
    """The active ones whose period ends on a day or before, and the late ones whose payment is to be tried again.

    Statuses are written out, so that the indexes over these alone are taken.
    """
    ended = (subscriptions.c.status == literal_column("'active'"), subscriptions.c.period_end <= latest)
    late = (subscriptions.c.status == literal_column("'past_due'"), subscriptions.c.retry_at <= now)
    return [row for which in (ended, late) for row in connection.execute(select(subscriptions).where(*which))]
