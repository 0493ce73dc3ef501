"""Who asks, and whether they may."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from starlette.requests import Request

from contract.operation import Operation
from contract.people import PERMISSIONS, Permission, Role
from contract.problems import ProblemCode
from server.http import tokens as token_text
from server.http.call import Principal
from server.http.owners import owners_of
from server.http.problems import ServerProblem
from server.platform.services import Services
from server.store.tokens import TOKEN
from server.store.types import AnyRow, Connection

LADDER = (Role.VIEWER, Role.BILLING, Role.ADMIN, Role.OWNER)
"""Roles from the least to the most powerful, to name the one that is needed."""

READ_ONLY = "This token is read-only. Sign in with one that may change something."


def authenticate(request: Request, services: Services) -> Principal:
    """The principal behind the request's token.

    Raises:
        ServerProblem: `not_authenticated`, the same for a missing, wrong, expired or revoked token.
    """
    found = holder_of(_bearer(request), TOKEN, services)
    if found is None:
        raise _refused()
    return found


def holder_of(secret: str, kind: str, services: Services) -> Principal | None:
    """Who is behind a token or a session that is in force; None for one that is not, or of another kind."""
    identity = token_text.token_id(secret)
    if identity is None:
        return None
    now = services.clock.now()
    row = services.holders.get(identity)
    if row is None or not token_text.same(row.secret_hash, secret) or not _in_force(row, now) or not _belongs(row):
        return None
    if row.kind != kind:
        return None
    services.last_uses.note(identity, row.last_used_at, now)
    return _principal(row)


def still_may(principal: Principal, permission: Permission, services: Services) -> bool:
    """Whether a token that was accepted is still in force, and its role still allows it: for what stays open."""
    row = services.holders.get(principal.token_id)
    if row is None or not _in_force(row, services.clock.now()) or not _belongs(row):
        return False
    return permission in PERMISSIONS[_role(row)]


def renewed(principal: Principal, operation: Operation, services: Services, connection: Connection) -> Principal:
    """The same principal as it is now, inside the transaction that does what was asked.

    Whoever waited for the database may have lost the token or the role meanwhile: what is done goes by what holds then.

    Raises:
        ServerProblem: `not_authenticated`, or as `permit`.
    """
    found = as_now(principal, services)
    if found is None:
        raise _refused()
    permit(found, operation, lambda: nullcontext(connection))
    return found


def as_now(principal: Principal, services: Services) -> Principal | None:
    """The same principal as it is by now; None when its token or session is no longer in force."""
    row = services.holders.get(principal.token_id)
    if row is None or not _in_force(row, services.clock.now()) or not _belongs(row):
        return None
    return _principal(row)


def permit(
    principal: Principal, operation: Operation, reading: Callable[[], AbstractContextManager[Connection]]
) -> None:
    """Check the role. `reading` gives a connection, to name owners with.

    Raises:
        ServerProblem: `not_allowed`, naming the role needed (D28) and, to who may read here, the owners who give it,
            or for a token that changes nothing;
            `own_sign_in_needed` for a token handed out.
    """
    if principal.read_only and operation.method != "GET":
        raise ServerProblem(ProblemCode.NOT_ALLOWED, READ_ONLY, permission=operation.permission.value)
    if operation.permission in PERMISSIONS[principal.role]:
        if operation.own_sign_in and principal.made_by is not None:
            raise ServerProblem(
                ProblemCode.OWN_SIGN_IN_NEEDED,
                f"This token was issued by the organisation: only {principal.email} can do that.",
            )
        return
    needed = needed_role(operation.permission)
    said, data = f"You are {principal.role.value} here; this needs {needed.value}.", dict[str, Any]()
    if Permission.READ in PERMISSIONS[principal.role]:
        with reading() as connection:
            how, data = owners_of(connection, principal.organisation_id).tell("An owner can give you that role")
        said = f"{said} {how}"
    raise ServerProblem(
        ProblemCode.NOT_ALLOWED, said, needed_role=needed.value, permission=operation.permission.value, **data
    )


def needed_role(permission: Permission) -> Role:
    """The least powerful role that may do it."""
    return next(role for role in LADDER if permission in PERMISSIONS[role])


def _in_force(row: AnyRow, now: dt.datetime) -> bool:
    """Neither taken back nor at its end, nor handed out for what nobody may hand out any more."""
    return row.revoked_at is None and not row.void and (row.expires_at is None or row.expires_at > now)


def _belongs(row: AnyRow) -> bool:
    """Whether the account is still what its token says: a member of that organisation, or of none."""
    return row.organisation_id is None or (row.role is not None and row.subscription_id is not None)


def _role(row: AnyRow) -> Role:
    """Somebody outside every organisation may do what any member may: nothing but mind their own account."""
    return Role.MEMBER if row.organisation_id is None else Role(row.role)


def _bearer(request: Request) -> str:
    values = request.headers.getlist("authorization")
    scheme, _, token = (values[0] if len(values) == 1 else "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refused() -> ServerProblem:
    return ServerProblem(ProblemCode.NOT_AUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="headcount"'})


def _principal(row: AnyRow) -> Principal:
    return Principal(
        token_id=row.id,
        account_id=row.account_id,
        organisation_id=row.organisation_id or "",
        organisation_name=row.organisation_name or "",
        subscription_id=row.subscription_id or "",
        role=_role(row),
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        position=row.position,
        spending_limit=row.spending_limit,
        currency=row.currency or "",
        made_by=row.made_by,
        token_limit=row.token_limit,
        read_only=bool(row.read_only),
        language=row.language,
    )
