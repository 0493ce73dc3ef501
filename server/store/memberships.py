"""The organisations an account is a member of, each with its subscription and the user it is there; one query."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from server.store.tables import LIVING, accounts, members, organisations, subscriptions, users
from server.store.types import AnyRow

MOST = 100
"""So many are told; somebody who belongs to more is told of the oldest."""

_owners = accounts.alias("owners")
_OF_ACCOUNT = (
    select(
        members.c.organisation_id,
        members.c.role,
        members.c.created_at.label("since"),
        organisations.c.name,
        subscriptions,
        users.c.status.label("user_status"),
        users.c.added_at,
        _owners.c.id.label("owner_id"),
        _owners.c.email.label("owner_email"),
        _owners.c.first_name.label("owner_first_name"),
        _owners.c.last_name.label("owner_last_name"),
    )
    .join(organisations, organisations.c.id == members.c.organisation_id)
    .join(subscriptions, subscriptions.c.organisation_id == members.c.organisation_id)
    .join(_owners, _owners.c.id == subscriptions.c.owner_account_id)
    .outerjoin(
        users, (users.c.subscription_id == subscriptions.c.id) & (users.c.account_id == members.c.account_id) & LIVING
    )
    .where(members.c.account_id == bindparam("who"))
    .order_by(members.c.created_at, members.c.organisation_id)
    .limit(MOST)
)


def of_account(connection: Connection, account_id: str) -> Sequence[AnyRow]:
    """All of them, the oldest membership first: role, since when, plan, the user's status, and the main account."""
    return connection.execute(_OF_ACCOUNT, {"who": account_id}).all()
