"""Calls about who owns the organisation and pays for it, and about the main account's own seat."""

from contract.operation import Key, Operation
from contract.ownership import (
    NewOwnershipOffer,
    Ownership,
    OwnershipOffer,
    OwnSeat,
    OwnSeatChanged,
)
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.transfers import Reason

_MOVE = (Code.NOT_FOUND, Code.OWNERSHIP_NOT_PENDING)

OWNERSHIP = Operation(
    "ownership",
    "GET",
    "/v1/ownership",
    "The main account, the owners, and an offer to hand over that is pending",
    Ownership,
    Permission.READ,
)
OFFER_OWNERSHIP = Operation(
    "offer_ownership",
    "POST",
    "/v1/ownership",
    "Offer a member to become the main account, which pays",
    OwnershipOffer,
    Permission.MANAGE_ACCESS,
    body=NewOwnershipOffer,
    status=201,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.MAIN_ACCOUNT_DECIDES, Code.OWNERSHIP_PENDING),
    own_sign_in=True,
)
CANCEL_OWNERSHIP = Operation(
    "cancel_ownership",
    "POST",
    "/v1/ownership/{id}/cancel",
    "Withdraw an offer to hand over before it is answered",
    OwnershipOffer,
    Permission.MANAGE_ACCESS,
    key=Key.OPTIONAL,
    problems=(*_MOVE, Code.MAIN_ACCOUNT_DECIDES),
)
ACCEPT_OWNERSHIP = Operation(
    "accept_ownership",
    "POST",
    "/v1/profile/ownership/{id}/accept",
    "Become the main account of the subscription, and pay for it from now on",
    OwnershipOffer,
    Permission.OWN_ACCOUNT,
    key=Key.OPTIONAL,
    problems=(*_MOVE, Code.PAYMENT_IN_PROGRESS),
    own_sign_in=True,
)
DECLINE_OWNERSHIP = Operation(
    "decline_ownership",
    "POST",
    "/v1/profile/ownership/{id}/decline",
    "Decline to become the main account",
    OwnershipOffer,
    Permission.OWN_ACCOUNT,
    body=Reason,
    body_optional=True,
    key=Key.OPTIONAL,
    problems=(*_MOVE, Code.UNSAFE_TEXT),
    own_sign_in=True,
)
UNDO_OWNERSHIP = Operation(
    "undo_ownership",
    "POST",
    "/v1/profile/ownership/{id}/undo",
    "Undo having accepted within ten minutes, if nothing was paid since",
    OwnershipOffer,
    Permission.OWN_ACCOUNT,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.UNDO_NOT_POSSIBLE),
    own_sign_in=True,
)
OWN_SEAT = Operation(
    "own_seat",
    "PATCH",
    "/v1/subscription/own-seat",
    "Whether the main account is one of the users",
    OwnSeatChanged,
    Permission.MANAGE_ACCESS,
    body=OwnSeat,
    key=Key.OPTIONAL,
    problems=(
        Code.MAIN_ACCOUNT_DECIDES,
        Code.NEEDS_TRANSFER,
        Code.SPENDING_LIMIT_REACHED,
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.USER_LIMIT_REACHED,
        Code.SUBSCRIPTION_NOT_ACTIVE,
    ),
)
