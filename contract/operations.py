"""Every call of the API in one table: the server binds it, the client calls it, the OpenAPI document describes it."""

from contract.billing import Forecast, ForecastQuery, Invoice, Payment, PaymentsQuery
from contract.events import Event, EventsQuery
from contract.operation import Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Me, Permission
from contract.problems import ProblemCode as Code
from contract.quotes import Change, Confirmation, Quote
from contract.sandbox import Clock, ClockBody, PaymentsBody, PaymentsState
from contract.subscription import Overview, Plan, Subscription
from contract.transfers import (
    DecisionReport,
    Decisions,
    NewTransfer,
    Reason,
    Transfer,
    TransfersQuery,
    UndoReport,
)
from contract.users import NewUser, User, UserBatch, UserBatchReport, UserChanges, UsersQuery

_NEW_USER = (
    Code.UNSAFE_TEXT,
    Code.INVALID_EMAIL,
    Code.ALREADY_USER,
    Code.NEEDS_TRANSFER,
    Code.PLAN_HAS_NO_SUB_ACCOUNTS,
    Code.USER_LIMIT_REACHED,
    Code.SUBSCRIPTION_NOT_ACTIVE,
)
_DECIDE = (
    Code.NOT_FOUND,
    Code.TRANSFER_NOT_PENDING,
    Code.TRANSFER_WRONG_SIDE,
    Code.ACCOUNT_NOT_AVAILABLE,
    Code.PLAN_HAS_NO_SUB_ACCOUNTS,
    Code.USER_LIMIT_REACHED,
    Code.SUBSCRIPTION_NOT_ACTIVE,
)

ME = Operation("me", "GET", "/v1/me", "Who is signed in", Me, Permission.READ)
OVERVIEW = Operation("overview", "GET", "/v1/overview", "All of the first screen", Overview, Permission.READ)
PLANS = Operation("plans", "GET", "/v1/plans", "The catalogue", Page[Plan], Permission.READ, query=PageQuery)
SUBSCRIPTION = Operation(
    "subscription", "GET", "/v1/subscription", "State of the subscription", Subscription, Permission.READ
)
CREATE_QUOTE = Operation(
    "create_quote",
    "POST",
    "/v1/quotes",
    "Price a change without making it",
    Quote,
    Permission.ASK_QUOTES,
    body=Change,
    status=201,
    key=Key.OPTIONAL,
    problems=(
        Code.NOTHING_TO_CHANGE,
        Code.SEATS_BELOW_USERS,
        Code.SEATS_FOLLOW_USERS,
        Code.SUBSCRIPTION_NOT_ACTIVE,
        Code.REDUCTION_NEEDS_CONTACT,
        Code.SET_BY_CONTRACT,
        Code.CYCLE_NOT_OFFERED,
        Code.ALREADY_SUBSCRIBED,
        Code.USER_NOT_UNPAID,
        Code.NOT_FOUND,
    ),
)
GET_QUOTE = Operation(
    "get_quote", "GET", "/v1/quotes/{id}", "A quote", Quote, Permission.READ, problems=(Code.NOT_FOUND,)
)
CONFIRM_QUOTE = Operation(
    "confirm_quote",
    "POST",
    "/v1/quotes/{id}/confirm",
    "Make the change and charge exactly what the quote says",
    Confirmation,
    Permission.CONFIRM_QUOTES,
    key=Key.REQUIRED,
    problems=(
        Code.NOT_FOUND,
        Code.QUOTE_EXPIRED,
        Code.QUOTE_STALE,
        Code.QUOTE_ALREADY_CONFIRMED,
        Code.PAYMENT_FAILED,
        Code.PAYMENT_IN_PROGRESS,
        Code.SPENDING_LIMIT_REACHED,
        Code.SUBSCRIPTION_NOT_ACTIVE,
    ),
)
LIST_USERS = Operation(
    "list_users",
    "GET",
    "/v1/users",
    "Users, filtered and sorted",
    Page[User],
    Permission.READ,
    query=UsersQuery,
)
ADD_USER = Operation(
    "add_user",
    "POST",
    "/v1/users",
    "Add a user by hand",
    User,
    Permission.MANAGE_USERS,
    body=NewUser,
    status=201,
    key=Key.OPTIONAL,
    problems=_NEW_USER,
)
GET_USER = Operation("get_user", "GET", "/v1/users/{id}", "One user", User, Permission.READ, problems=(Code.NOT_FOUND,))
CHANGE_USER = Operation(
    "change_user",
    "PATCH",
    "/v1/users/{id}",
    "Edit name or position",
    User,
    Permission.MANAGE_USERS,
    body=UserChanges,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.UNSAFE_TEXT, Code.USER_REMOVED),
)
REMOVE_USER = Operation(
    "remove_user",
    "DELETE",
    "/v1/users/{id}",
    "Remove a user: frees the seat, refunds nothing",
    User,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    if_match=True,
    problems=(Code.NOT_FOUND, Code.USER_REMOVED),
)
RESTORE_USER = Operation(
    "restore_user",
    "POST",
    "/v1/users/{id}/restore",
    "Undo a removal within the period, while a paid seat is free",
    User,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.NOT_RESTORABLE, Code.NO_SEAT_AVAILABLE),
)
BATCH_USERS = Operation(
    "batch_users",
    "POST",
    "/v1/users/batch",
    "Add or remove many, one result each",
    UserBatchReport,
    Permission.MANAGE_USERS,
    body=UserBatch,
    key=Key.OPTIONAL,
    problems=(Code.PLAN_HAS_NO_SUB_ACCOUNTS, Code.SUBSCRIPTION_NOT_ACTIVE),
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
    Transfer,
    Permission.MANAGE_TRANSFERS,
    key=Key.OPTIONAL,
    problems=_DECIDE,
)
DECLINE_TRANSFER = Operation(
    "decline_transfer",
    "POST",
    "/v1/transfers/{id}/decline",
    "Decline an incoming request",
    Transfer,
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
    problems=(Code.NOT_FOUND, Code.TRANSFER_NOT_PENDING, Code.TRANSFER_WRONG_SIDE, Code.RESEND_TOO_SOON),
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
)
UNDO_DECISIONS = Operation(
    "undo_decisions",
    "POST",
    "/v1/transfers/decisions/{id}/undo",
    "Take decisions back within ten minutes",
    UndoReport,
    Permission.MANAGE_TRANSFERS,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.UNDO_NOT_POSSIBLE),
)
LIST_INVOICES = Operation(
    "list_invoices",
    "GET",
    "/v1/invoices",
    "Invoices, newest first",
    Page[Invoice],
    Permission.READ,
    query=PageQuery,
)
GET_INVOICE = Operation(
    "get_invoice",
    "GET",
    "/v1/invoices/{id}",
    "One invoice",
    Invoice,
    Permission.READ,
    problems=(Code.NOT_FOUND,),
)
LIST_PAYMENTS = Operation(
    "list_payments",
    "GET",
    "/v1/payments",
    "Payments, newest first, refused ones included",
    Page[Payment],
    Permission.READ,
    query=PaymentsQuery,
)
FORECAST = Operation(
    "forecast",
    "GET",
    "/v1/forecast",
    "The next payments as they will be if nothing changes",
    Forecast,
    Permission.READ,
    query=ForecastQuery,
)
LIST_EVENTS = Operation(
    "list_events", "GET", "/v1/events", "What happened", Page[Event], Permission.READ, query=EventsQuery
)
STREAM_EVENTS = Operation(
    "stream_events",
    "GET",
    "/v1/events/stream",
    "What happens, as server-sent events; resumes with Last-Event-ID",
    Event,
    Permission.READ,
    stream=True,
)
SET_CLOCK = Operation(
    "set_clock",
    "POST",
    "/v1/sandbox/clock",
    "Move the sandbox clock; everything that falls due on the way happens, in order",
    Clock,
    Permission.OPERATE_SANDBOX,
    body=ClockBody,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
)
SET_PAYMENTS = Operation(
    "set_payments",
    "POST",
    "/v1/sandbox/payments",
    "What the sandbox gateway does with the next payment",
    PaymentsState,
    Permission.OPERATE_SANDBOX,
    body=PaymentsBody,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
)

OPERATIONS: tuple[Operation, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Operation))
"""All of them, in the order above."""
