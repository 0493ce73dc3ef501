"""Every call of the API in one table: the server binds it, the client calls it, the OpenAPI document describes it."""

from types import ModuleType

from contract.calls import account, codes, entitlements, events, money, sandbox, transfers, users
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
from contract.calls.sandbox import SET_CLOCK, SET_PAYMENTS
from contract.calls.transfers import (
    ACCEPT_TRANSFER,
    CANCEL_TRANSFER,
    CREATE_TRANSFER,
    DECIDE_TRANSFERS,
    DECLINE_TRANSFER,
    GET_TRANSFER,
    LIST_TRANSFERS,
    RESEND_TRANSFER,
    UNDO_DECISIONS,
)
from contract.calls.users import ADD_USER, BATCH_USERS, CHANGE_USER, GET_USER, LIST_USERS, REMOVE_USER, RESTORE_USER
from contract.operation import Operation

__all__ = [
    "ACCEPT_TRANSFER",
    "ADD_USER",
    "APPLY_IMPORT",
    "BATCH_USERS",
    "CANCEL_TRANSFER",
    "CHANGE_CODE",
    "CHANGE_USER",
    "CONFIRM_QUOTE",
    "CREATE_CODE",
    "CREATE_QUOTE",
    "CREATE_TRANSFER",
    "DECIDE_TRANSFERS",
    "DECLINE_TRANSFER",
    "DELETE_CODE",
    "ENTITLEMENT",
    "FORECAST",
    "GET_CODE",
    "GET_IMPORT",
    "GET_INVOICE",
    "GET_QUOTE",
    "GET_TRANSFER",
    "GET_USER",
    "LIST_CODES",
    "LIST_CODE_USES",
    "LIST_EVENTS",
    "LIST_IMPORTS",
    "LIST_IMPORT_ROWS",
    "LIST_INVOICES",
    "LIST_PAYMENTS",
    "LIST_TRANSFERS",
    "LIST_USERS",
    "MAP_IMPORT",
    "ME",
    "MEND_IMPORT_ROW",
    "OPERATIONS",
    "OVERVIEW",
    "PLANS",
    "PLAN_IMPORT",
    "REJECTED_ROWS",
    "REMOVE_USER",
    "RESEND_TRANSFER",
    "RESTORE_USER",
    "SEND_IMPORT_TRANSFERS",
    "SET_CLOCK",
    "SET_PAYMENTS",
    "STOP_IMPORT",
    "STREAM_EVENTS",
    "SUBSCRIPTION",
    "UNDO_DECISIONS",
]

_AREAS: tuple[ModuleType, ...] = (account, money, users, transfers, events, sandbox, entitlements)

OPERATIONS: tuple[Operation, ...] = tuple(
    each for area in _AREAS for each in vars(area).values() if isinstance(each, Operation)
)
"""All of them, area by area."""
