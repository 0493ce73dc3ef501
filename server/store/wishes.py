"""What members wish to be told by mail."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, case, func, select, update

from contract.people import Role
from server.store.tables import accounts, members
from server.store.types import AnyRow

_WISHED = func.coalesce(members.c.notify_code_uses, case((members.c.role == Role.OWNER.value, True), else_=False))
"""Where nothing was said, owners wish it."""


def code_uses(
    connection: Connection, account_id: str, organisation_id: str, roles: Collection[Role]
) -> Sequence[AnyRow]:
    """Whether an account wishes to hear of codes that are used: `organisation_id` and `wished` of each membership.

    Only of memberships in these roles; of one organisation, or of all where none is named.
    """
    query = select(members.c.organisation_id, _WISHED.label("wished")).where(
        members.c.account_id == account_id, members.c.role.in_([each.value for each in roles])
    )
    if organisation_id:
        query = query.where(members.c.organisation_id == organisation_id)
    return connection.execute(query).all()


def wish_code_uses(connection: Connection, account_id: str, organisation_ids: Collection[str], *, wished: bool) -> None:
    """Note whether an account wishes to hear of the codes of these organisations."""
    mine = (members.c.account_id == account_id) & members.c.organisation_id.in_(list(organisation_ids))
    connection.execute(update(members).where(mine).values(notify_code_uses=wished))


def who_wishes_code_uses(connection: Connection, organisation_id: str, roles: Collection[Role]) -> Sequence[str]:
    """The addresses of an organisation's members, in these roles, who wish to hear of codes that are used."""
    query = (
        select(accounts.c.email)
        .join(members, members.c.account_id == accounts.c.id)
        .where(
            members.c.organisation_id == organisation_id,
            members.c.role.in_([each.value for each in roles]),
            _WISHED,
        )
        .order_by(accounts.c.id)
    )
    return connection.execute(query).scalars().all()
