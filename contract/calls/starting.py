"""Calls of somebody without a subscription who takes a first one."""

from contract.operation import Key, Operation
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.starting import Started, StartOffer, StartOrganisation, StartQuery, StartQuote

_MAY_NOT = (Code.SOLD_BY_HAND, Code.ALREADY_SUBSCRIBED, Code.NAME_NOT_AVAILABLE)

START_OFFER = Operation(
    "start_offer",
    "GET",
    "/v1/profile/start",
    "What this account may start, with prices",
    StartOffer,
    Permission.OWN_ACCOUNT,
    query=StartQuery,
    own_sign_in=True,
)
CREATE_START = Operation(
    "create_start",
    "POST",
    "/v1/profile/start/quotes",
    "Price an organisation with a subscription of one's own without starting it",
    StartQuote,
    Permission.OWN_ACCOUNT,
    body=StartOrganisation,
    status=201,
    key=Key.OPTIONAL,
    problems=(
        *_MAY_NOT,
        Code.UNSAFE_TEXT,
        Code.NOT_FOUND,
        Code.CYCLE_NOT_OFFERED,
        Code.SEATS_FOLLOW_USERS,
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
    ),
    own_sign_in=True,
)
CONFIRM_START = Operation(
    "confirm_start",
    "POST",
    "/v1/profile/start/quotes/{id}/confirm",
    "Charge exactly what the quote says, and start the organisation with its subscription",
    Started,
    Permission.OWN_ACCOUNT,
    status=201,
    key=Key.REQUIRED,
    problems=(
        *_MAY_NOT,
        Code.NOT_FOUND,
        Code.QUOTE_EXPIRED,
        Code.QUOTE_STALE,
        Code.QUOTE_ALREADY_CONFIRMED,
        Code.PAYMENT_FAILED,
        Code.PAYMENT_IN_PROGRESS,
    ),
    own_sign_in=True,
)
