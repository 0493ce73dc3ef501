"""Calls about transfer requests."""

from contract.operation import LIST_BODY, Key, Operation
from contract.pages import Page
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.transfers import (
    Decided,
    DecisionReport,
    Decisions,
    DecisionsQuery,
    DecisionSummary,
    NewTransfer,
    Reason,
    Transfer,
    TransfersQuery,
    UndoReport,
)

_DECIDE = (
    Code.NOT_FOUND,
    Code.TRANSFER_NOT_PENDING,
    Code.TRANSFER_WRONG_SIDE,
    Code.ACCOUNT_NOT_AVAILABLE,
    Code.PLAN_HAS_NO_SUB_ACCOUNTS,
    Code.USER_LIMIT_REACHED,
    Code.SUBSCRIPTION_NOT_ACTIVE,
    Code.TRANSFER_TO_ONESELF,
    Code.SPENDING_LIMIT_REACHED,
)

LIST_TRANSFERS = Operation(
    "list_transfers",
    "GET",
    "/v1/transfers",
    "Transfer requests both ways",
    Page[Transfer],
    Permission.READ,
    query=TransfersQuery,
)
CREATE_TRANSFER = Operation(
    "create_transfer",
    "POST",
    "/v1/transfers",
    "Ask an account to become a user",
    Transfer,
    Permission.MANAGE_TRANSFERS,
    body=NewTransfer,
    status=201,
    key=Key.OPTIONAL,
    problems=(
        Code.TRANSFER_PENDING,
        Code.ALREADY_USER,
        Code.ALREADY_MEMBER,
        Code.TRANSFER_TO_ONESELF,
        Code.SPENDING_LIMIT_REACHED,
        Code.INVALID_EMAIL,
        Code.UNSAFE_TEXT,
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.SUBSCRIPTION_NOT_ACTIVE,
    ),
)
GET_TRANSFER = Operation(
    "get_transfer",
    "GET",
    "/v1/transfers/{id}",
    "One request",
    Transfer,
    Permission.READ,
    problems=(Code.NOT_FOUND,),
)
ACCEPT_TRANSFER = Operation(
    "accept_transfer",
    "POST",
    "/v1/transfers/{id}/accept",
    "Accept an incoming request",
    Decided,
    Permission.MANAGE_TRANSFERS,
    key=Key.OPTIONAL,
    problems=_DECIDE,
)
DECLINE_TRANSFER = Operation(
    "decline_transfer",
    "POST",
    "/v1/transfers/{id}/decline",
    "Decline an incoming request",
    Decided,
    Permission.MANAGE_TRANSFERS,
    body=Reason,
    body_optional=True,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.TRANSFER_NOT_PENDING, Code.TRANSFER_WRONG_SIDE, Code.UNSAFE_TEXT),
)
CANCEL_TRANSFER = Operation(
    "cancel_transfer",
    "POST",
    "/v1/transfers/{id}/cancel",
    "Cancel an outgoing request",
    Transfer,
    Permission.MANAGE_TRANSFERS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.TRANSFER_NOT_PENDING, Code.TRANSFER_WRONG_SIDE),
)
RESEND_TRANSFER = Operation(
    "resend_transfer",
    "POST",
    "/v1/transfers/{id}/resend",
    "Send an outgoing request again: a new link, a new expiry",
    Transfer,
    Permission.MANAGE_TRANSFERS,
    key=Key.OPTIONAL,
    problems=(
        Code.NOT_FOUND,
        Code.TRANSFER_NOT_PENDING,
        Code.TRANSFER_WRONG_SIDE,
        Code.RESEND_TOO_SOON,
        Code.TRANSFER_TO_ONESELF,
        Code.ALREADY_USER,
        Code.ALREADY_MEMBER,
        Code.SPENDING_LIMIT_REACHED,
    ),
)
DECIDE_TRANSFERS = Operation(
    "decide_transfers",
    "POST",
    "/v1/transfers/decisions",
    "Decide many incoming requests, one result each",
    DecisionReport,
    Permission.MANAGE_TRANSFERS,
    body=Decisions,
    key=Key.OPTIONAL,
    problems=(Code.UNSAFE_TEXT,),
    most_bytes=LIST_BODY,
)
LIST_DECISIONS = Operation(
    "list_decisions",
    "GET",
    "/v1/transfers/decisions",
    "One's own decisions that can still be undone, the newest first",
    Page[DecisionSummary],
    Permission.MANAGE_TRANSFERS,
    query=DecisionsQuery,
)
UNDO_DECISIONS = Operation(
    "undo_decisions",
    "POST",
    "/v1/transfers/decisions/{id}/undo",
    "Undo decisions within ten minutes",
    UndoReport,
    Permission.MANAGE_TRANSFERS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.UNDO_NOT_POSSIBLE),
)
