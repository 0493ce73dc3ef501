"""Every call of the API in one table: the server binds it, the client calls it, the OpenAPI document describes it."""

from types import ModuleType

from contract.calls import (
    account,
    codes,
    entitlements,
    events,
    imports,
    members,
    money,
    profile,
    sandbox,
    tokens,
    transfers,
    users,
)
from contract.calls.account import ME, OVERVIEW
from contract.calls.codes import CHANGE_CODE, CREATE_CODE, DELETE_CODE, GET_CODE, LIST_CODE_USES, LIST_CODES
from contract.calls.entitlements import ENTITLEMENT
from contract.calls.events import LIST_EVENTS, STREAM_EVENTS
from contract.calls.imports import (
    APPLY_IMPORT,
    GET_IMPORT,
    LIST_IMPORT_ROWS,
    LIST_IMPORTS,
    MAP_IMPORT,
    MEND_IMPORT_ROW,
    PLAN_IMPORT,
    REJECTED_ROWS,
    SEND_IMPORT_TRANSFERS,
    STOP_IMPORT,
)
from contract.calls.members import ADD_MEMBER, ADD_MEMBERS, GET_MEMBER, LIST_MEMBERS
from contract.calls.money import (
    CONFIRM_QUOTE,
    CREATE_QUOTE,
    FORECAST,
    GET_INVOICE,
    GET_QUOTE,
    LIST_INVOICES,
    LIST_PAYMENTS,
    PLANS,
    SUBSCRIPTION,
)
from contract.calls.profile import (
    ACCEPT_OFFER,
    ASK_TO_JOIN,
    CANCEL_ASK,
    CHANGE_PROFILE,
    DECLINE_OFFER,
    LEAVE,
    LIST_OWN_TRANSFERS,
    OPEN_OFFER,
    PROFILE,
    REDEEM_CODE,
    UNDO_OFFER,
)
from contract.calls.sandbox import SET_CLOCK, SET_PAYMENTS
from contract.calls.tokens import CREATE_TOKEN, LIST_TOKENS, REVOKE_TOKEN
from contract.calls.transfers import (
    ACCEPT_TRANSFER,
    CANCEL_TRANSFER,
    CREATE_TRANSFER,
    DECIDE_TRANSFERS,
    DECLINE_TRANSFER,
    GET_TRANSFER,
    LIST_DECISIONS,
    LIST_TRANSFERS,
    RESEND_TRANSFER,
    UNDO_DECISIONS,
)
from contract.calls.users import (
    ADD_USER,
    BATCH_USERS,
    CHANGE_USER,
    EXPORT_USERS,
    GET_USER,
    LIST_USERS,
    REMOVE_USER,
    RESTORE_USER,
    USERS_TEMPLATE,
)
from contract.operation import Operation

__all__ = [
    "ACCEPT_OFFER",
    "ACCEPT_TRANSFER",
    "ADD_MEMBER",
    "ADD_MEMBERS",
    "ADD_USER",
    "APPLY_IMPORT",
    "ASK_TO_JOIN",
    "BATCH_USERS",
    "CANCEL_ASK",
    "CANCEL_TRANSFER",
    "CHANGE_CODE",
    "CHANGE_PROFILE",
    "CHANGE_USER",
    "CONFIRM_QUOTE",
    "CREATE_CODE",
    "CREATE_QUOTE",
    "CREATE_TOKEN",
    "CREATE_TRANSFER",
    "DECIDE_TRANSFERS",
    "DECLINE_OFFER",
    "DECLINE_TRANSFER",
    "DELETE_CODE",
    "ENTITLEMENT",
    "EXPORT_USERS",
    "FORECAST",
    "GET_CODE",
    "GET_IMPORT",
    "GET_INVOICE",
    "GET_MEMBER",
    "GET_QUOTE",
    "GET_TRANSFER",
    "GET_USER",
    "LEAVE",
    "LIST_CODES",
    "LIST_CODE_USES",
    "LIST_DECISIONS",
    "LIST_EVENTS",
    "LIST_IMPORTS",
    "LIST_IMPORT_ROWS",
    "LIST_INVOICES",
    "LIST_MEMBERS",
    "LIST_OWN_TRANSFERS",
    "LIST_PAYMENTS",
    "LIST_TOKENS",
    "LIST_TRANSFERS",
    "LIST_USERS",
    "MAP_IMPORT",
    "ME",
    "MEND_IMPORT_ROW",
    "OPERATIONS",
    "OPEN_OFFER",
    "OVERVIEW",
    "PLANS",
    "PLAN_IMPORT",
    "PROFILE",
    "REDEEM_CODE",
    "REJECTED_ROWS",
    "REMOVE_USER",
    "RESEND_TRANSFER",
    "RESTORE_USER",
    "REVOKE_TOKEN",
    "SEND_IMPORT_TRANSFERS",
    "SET_CLOCK",
    "SET_PAYMENTS",
    "STOP_IMPORT",
    "STREAM_EVENTS",
    "SUBSCRIPTION",
    "UNDO_DECISIONS",
    "UNDO_OFFER",
    "USERS_TEMPLATE",
]

_AREAS: tuple[ModuleType, ...] = (
    account,
    money,
    users,
    transfers,
    imports,
    members,
    codes,
    events,
    sandbox,
    entitlements,
    tokens,
    profile,
)

OPERATIONS: tuple[Operation, ...] = tuple(
    each for area in _AREAS for each in vars(area).values() if isinstance(each, Operation)
)
"""All of them, area by area."""
