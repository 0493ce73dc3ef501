"""Calls about invitation codes."""

from contract.codes import CodeChanges, CodesQuery, CodeUse, InvitationCode, NewCode
from contract.operation import Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code

REDEEM_PROBLEMS = (
    Code.CODE_NOT_ACCEPTED,
    Code.CODE_USED_UP,
    Code.CODE_EXPIRED,
    Code.CODE_OFF,
    Code.TOO_MANY_GUESSES,
    Code.NO_SEAT_AVAILABLE,
    Code.USER_LIMIT_REACHED,
    Code.PLAN_HAS_NO_SUB_ACCOUNTS,
    Code.SUBSCRIPTION_NOT_ACTIVE,
    Code.ALREADY_USER,
    Code.ACCOUNT_NOT_AVAILABLE,
)
"""What using a code may be refused with (`server.codes.redeem`)."""

LIST_CODES = Operation(
    "list_codes",
    "GET",
    "/v1/invitation-codes",
    "Invitation codes, filtered and sorted",
    Page[InvitationCode],
    Permission.READ,
    query=CodesQuery,
)
CREATE_CODE = Operation(
    "create_code",
    "POST",
    "/v1/invitation-codes",
    "Create an invitation code, chosen or generated",
    InvitationCode,
    Permission.MANAGE_USERS,
    body=NewCode,
    status=201,
    key=Key.OPTIONAL,
    problems=(
        Code.UNSAFE_TEXT,
        Code.CODE_TAKEN,
        Code.TOO_MANY_GUESSES,
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.SUBSCRIPTION_NOT_ACTIVE,
    ),
)
GET_CODE = Operation(
    "get_code",
    "GET",
    "/v1/invitation-codes/{id}",
    "One code",
    InvitationCode,
    Permission.READ,
    problems=(Code.NOT_FOUND,),
)
CHANGE_CODE = Operation(
    "change_code",
    "PATCH",
    "/v1/invitation-codes/{id}",
    "Switch a code off or on, or change its limit or expiry",
    InvitationCode,
    Permission.MANAGE_USERS,
    body=CodeChanges,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND,),
)
DELETE_CODE = Operation(
    "delete_code",
    "DELETE",
    "/v1/invitation-codes/{id}",
    "Delete a code; users who joined with it stay",
    InvitationCode,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND,),
)
LIST_CODE_USES = Operation(
    "list_code_uses",
    "GET",
    "/v1/invitation-codes/{id}/uses",
    "Users who joined with a code, newest first",
    Page[CodeUse],
    Permission.READ,
    query=PageQuery,
    problems=(Code.NOT_FOUND,),
)
