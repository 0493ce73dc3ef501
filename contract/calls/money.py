"""Calls about plans, quotes, invoices, payments."""

from contract.billing import Forecast, ForecastQuery, Invoice, Payment, PaymentsQuery
from contract.operation import LIST_BODY, Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.quotes import Change, Confirmation, Quote
from contract.subscription import Plan, Subscription

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
    most_bytes=LIST_BODY,
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
    "The next payments if nothing changes",
    Forecast,
    Permission.READ,
    query=ForecastQuery,
)
