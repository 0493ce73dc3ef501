"""The one row behind an entitlement: statements made once, each through an index."""

from sqlalchemy import ColumnElement, Connection, Select, bindparam, literal_column, select

from server.store.tables import LIVING, accounts, subscriptions, users
from server.store.types import AnyRow

_S = subscriptions.c
_OF_SUBSCRIPTION = (
    _S.status.label("subscription_status"),
    _S.plan,
    _S.time_zone,
    _S.period_end,
    _S.cancel_at_period_end,
    _S.past_due_since,
    _S.failed_renewals,
    _S.retry_at,
    _S.owner_account_id,
)
_GONE = users.c.removed_at.is_not(None)
_ACTIVE: ColumnElement[str] = literal_column("'active'").label("status")
_REMOVED: ColumnElement[str] = literal_column("'removed'").label("status")


def _listed() -> Select[tuple[str]]:
    return (
        select(users.c.status, *_OF_SUBSCRIPTION)
        .join(subscriptions, _S.id == users.c.subscription_id)
        .where(users.c.subscription_id == bindparam("subscription_id"), LIVING)
    )


BY_EMAIL = _listed().where(users.c.email_key == bindparam("who"))
BY_ACCOUNT = _listed().where(users.c.account_id == bindparam("who"))
_ALONE = (
    select(
        users.c.status, users.c.added_at, users.c.source, users.c.id, _S.organisation_id, _S.currency, *_OF_SUBSCRIPTION
    )
    .join(subscriptions, _S.id == users.c.subscription_id)
    .where(users.c.account_id == bindparam("who"), LIVING)
)
_REMOVED_BY_EMAIL = (
    select(_REMOVED, *_OF_SUBSCRIPTION)
    .select_from(users.join(subscriptions, _S.id == users.c.subscription_id))
    .where(users.c.subscription_id == bindparam("subscription_id"), users.c.email_key == bindparam("who"), _GONE)
    .limit(1)
)
_ADDRESS = select(accounts.c.email_key).where(accounts.c.id == bindparam("who"))
_OWNER = (
    select(_ACTIVE, *_OF_SUBSCRIPTION)
    .join(accounts, accounts.c.id == _S.owner_account_id)
    .where(_S.id == bindparam("subscription_id"), accounts.c.email_key == bindparam("who"))
)


def listed(connection: Connection, subscription_id: str, *, email_key: str = "", account_id: str = "") -> AnyRow | None:
    """The `status` of a user of this subscription, with what its subscription is; one query."""
    query, who = (BY_EMAIL, email_key) if email_key else (BY_ACCOUNT, account_id)
    return connection.execute(query, {"subscription_id": subscription_id, "who": who}).first()


def removed(connection: Connection, subscription_id: str, email_key: str) -> AnyRow | None:
    """The same for somebody who was a user of it."""
    return connection.execute(_REMOVED_BY_EMAIL, {"subscription_id": subscription_id, "who": email_key}).first()


def owner(connection: Connection, subscription_id: str, email_key: str) -> AnyRow | None:
    """The same for its main account, whether or not it is a user."""
    return connection.execute(_OWNER, {"subscription_id": subscription_id, "who": email_key}).first()


def address_of(connection: Connection, account_id: str) -> str | None:
    """The address of an account, as it is compared."""
    found: str | None = connection.execute(_ADDRESS, {"who": account_id}).scalar_one_or_none()
    return found


def anywhere(connection: Connection, account_id: str) -> AnyRow | None:
    """The user an account is, on whichever subscription, with its id, how it came in, and where that is."""
    return connection.execute(_ALONE, {"who": account_id}).first()
