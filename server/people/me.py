"""The principal as it travels."""

from contract.people import PERMISSIONS, Account, LimitOf, Me, Organisation, Role
from server.http.call import Call, Principal
from server.limits.spending import left_of


def me_answer(call: Call) -> Me:
    """Who is signed in. A spending limit is told only to whom it binds: an admin, or whose token has one."""
    principal = call.principal
    bound = principal.role is Role.ADMIN or call.token is not None
    told = left_of(call, call.services.catalogue, principal.account_id) if bound else None
    limit, left, users, whose = told or (None, None, None, LimitOf.MEMBER)
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
        spending_limit=limit,
        spending_left=left,
        may_list=users,
        limit_of=whose,
        read_only=principal.read_only,
    )


def _organisation(principal: Principal) -> Organisation | None:
    if not principal.organisation_id:
        return None
    return Organisation(id=principal.organisation_id, name=principal.organisation_name)
