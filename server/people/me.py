"""The principal as it travels."""

from contract.money import Money
from contract.people import PERMISSIONS, Account, Me, Organisation, Role
from server.http.call import Principal


def me_answer(principal: Principal) -> Me:
    """Who is signed in. A spending limit is told only to the role it binds, an admin."""
    limit = principal.spending_limit if principal.role is Role.ADMIN else None
    return Me(
        account=Account(
            id=principal.account_id,
            email=principal.email,
            first_name=principal.first_name,
            last_name=principal.last_name,
            position=principal.position,
        ),
        organisation=_organisation(principal),
        role=principal.role,
        may=PERMISSIONS[principal.role],
        own_sign_in=principal.made_by is None,
        spending_limit=None if limit is None else Money(amount=limit, currency=principal.currency),
    )


def _organisation(principal: Principal) -> Organisation | None:
    if not principal.organisation_id:
        return None
    return Organisation(id=principal.organisation_id, name=principal.organisation_name)
