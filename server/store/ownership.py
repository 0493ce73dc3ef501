"""Offers to hand a subscription over, each with who both sides are."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, insert, literal_column, or_, select, update

from server.store.tables import accounts, organisations, ownership_offers
from server.store.types import AnyRow

O = ownership_offers.c  # noqa: E741 - the table's columns, as elsewhere in the store
_PENDING = O.state == literal_column("'pending'")
_sender, _recipient = accounts.alias("sender"), accounts.alias("recipient")
_NAMES = ("email", "first_name", "last_name")


def _offers() -> Select[Any]:
    sides = [side.c[name].label(f"{side.name}_{name}") for side in (_sender, _recipient) for name in _NAMES]
    return (
        select(ownership_offers, organisations.c.name.label("organisation"), *sides)
        .join(organisations, organisations.c.id == O.organisation_id)
        .join(_sender, _sender.c.id == O.from_account_id)
        .join(_recipient, _recipient.c.id == O.to_account_id)
    )


def add(connection: Connection, **values: Any) -> None:
    """A new offer."""
    connection.execute(insert(ownership_offers).values(**values))


def one(connection: Connection, offer_id: str) -> AnyRow:
    """An offer that is there."""
    return connection.execute(_offers().where(O.id == offer_id)).one()


def of_house(connection: Connection, subscription_id: str, offer_id: str) -> AnyRow | None:
    """An offer of this subscription's."""
    return connection.execute(_offers().where(O.id == offer_id, O.subscription_id == subscription_id)).first()


def to_account(connection: Connection, account_id: str, offer_id: str) -> AnyRow | None:
    """An offer that was made to this account."""
    return connection.execute(_offers().where(O.id == offer_id, O.to_account_id == account_id)).first()


def pending(connection: Connection, subscription_id: str) -> AnyRow | None:
    """The offer of a subscription that nobody has answered, be its time over or not."""
    return connection.execute(_offers().where(O.subscription_id == subscription_id, _PENDING)).first()


def concerning(connection: Connection, account_id: str, now: dt.datetime) -> Sequence[AnyRow]:
    """What an account has to decide, and what it has accepted and can undo, the newest first."""
    open_to = _PENDING & (O.expires_at > now)
    undoable = (O.state == "accepted") & (O.undo_until > now)
    query = _offers().where(O.to_account_id == account_id, or_(open_to, undoable))
    return connection.execute(query.order_by(O.created_at.desc(), O.id.desc())).all()


def change(connection: Connection, offer_id: str, **values: Any) -> AnyRow:
    """Change columns, count the version up, and answer the offer as it is then."""
    connection.execute(update(ownership_offers).where(O.id == offer_id).values(**values, version=O.version + 1))
    return one(connection, offer_id)


def due(connection: Connection, subscription_id: str, now: dt.datetime) -> Sequence[AnyRow]:
    """The offers of a subscription that still say pending though their time is over."""
    return connection.execute(
        _offers().where(_PENDING, O.expires_at <= now, O.subscription_id == subscription_id)
    ).all()


def due_subscriptions(connection: Connection, now: dt.datetime) -> Sequence[AnyRow]:
    """`id` of the subscription and `at` of every offer that is over."""
    query = select(O.subscription_id.label("id"), O.expires_at.label("at"))
    return connection.execute(query.where(_PENDING, O.expires_at <= now)).all()


def next_expiry(connection: Connection, subscription_id: str) -> dt.datetime | None:
    """When the next offer of a subscription is over."""
    query = select(func.min(O.expires_at)).where(_PENDING, O.subscription_id == subscription_id)
    found: dt.datetime | None = connection.execute(query).scalar_one()
    return found
