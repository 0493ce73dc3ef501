"""Calls about one's own account: what anybody who is signed in may do."""

from contract.calls.codes import REDEEM_PROBLEMS
from contract.codes import RedeemCode
from contract.operation import Key, Operation
from contract.pages import Page, PageQuery
from contract.people import Permission
from contract.problems import ProblemCode as Code
from contract.profile import AcceptOffer, AskToJoin, Left, OpenOffer, OwnProfile, OwnTransfer, ProfileChanges
from contract.transfers import Reason
from contract.users import User

_MOVE = (Code.NOT_FOUND, Code.TRANSFER_NOT_PENDING, Code.TRANSFER_WRONG_SIDE)

PROFILE = Operation(
    "profile", "GET", "/v1/profile", "The signed-in account and what it uses", OwnProfile, Permission.OWN_ACCOUNT
)
CHANGE_PROFILE = Operation(
    "change_profile",
    "PATCH",
    "/v1/profile",
    "Edit one's own names, position and language, and what one gets letters about",
    OwnProfile,
    Permission.OWN_ACCOUNT,
    body=ProfileChanges,
    key=Key.OPTIONAL,
    problems=(Code.UNSAFE_TEXT,),
    own_sign_in=True,
)
REDEEM_CODE = Operation(
    "redeem_code",
    "POST",
    "/v1/profile/redeem-code",
    "Take a free seat with an invitation code",
    User,
    Permission.OWN_ACCOUNT,
    body=RedeemCode,
    key=Key.OPTIONAL,
    problems=REDEEM_PROBLEMS,
    own_sign_in=True,
)
LIST_OWN_TRANSFERS = Operation(
    "list_own_transfers",
    "GET",
    "/v1/profile/transfers",
    "Requests between this account and organisations, the newest first",
    Page[OwnTransfer],
    Permission.OWN_ACCOUNT,
    query=PageQuery,
    own_sign_in=True,
)
ASK_TO_JOIN = Operation(
    "ask_to_join",
    "POST",
    "/v1/profile/transfers",
    "Ask to join an organisation; never tells whether it exists",
    OwnTransfer,
    Permission.OWN_ACCOUNT,
    body=AskToJoin,
    status=201,
    key=Key.OPTIONAL,
    problems=(
        Code.UNSAFE_TEXT,
        Code.TRANSFER_PENDING,
        Code.TRANSFER_TO_ONESELF,
        Code.ALREADY_USER,
        Code.OWN_SUBSCRIPTION_ENDS,
    ),
    own_sign_in=True,
)
ACCEPT_OFFER = Operation(
    "accept_offer",
    "POST",
    "/v1/profile/transfers/{id}/accept",
    "Accept an organisation's offer",
    OwnTransfer,
    Permission.OWN_ACCOUNT,
    body=AcceptOffer,
    body_optional=True,
    key=Key.OPTIONAL,
    problems=(
        *_MOVE,
        Code.OWN_SUBSCRIPTION_ENDS,
        Code.TRANSFER_TO_ONESELF,
        Code.ACCOUNT_NOT_AVAILABLE,
        Code.PLAN_HAS_NO_SUB_ACCOUNTS,
        Code.USER_LIMIT_REACHED,
        Code.SUBSCRIPTION_NOT_ACTIVE,
    ),
    own_sign_in=True,
)
DECLINE_OFFER = Operation(
    "decline_offer",
    "POST",
    "/v1/profile/transfers/{id}/decline",
    "Decline an organisation's offer",
    OwnTransfer,
    Permission.OWN_ACCOUNT,
    body=Reason,
    body_optional=True,
    key=Key.OPTIONAL,
    problems=(*_MOVE, Code.UNSAFE_TEXT),
    own_sign_in=True,
)
UNDO_OFFER = Operation(
    "undo_offer",
    "POST",
    "/v1/profile/transfers/{id}/undo",
    "Undo one's own decision about an offer within ten minutes",
    OwnTransfer,
    Permission.OWN_ACCOUNT,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND, Code.UNDO_NOT_POSSIBLE, Code.TRANSFER_CHANGED),
    own_sign_in=True,
)
OPEN_OFFER = Operation(
    "open_offer",
    "POST",
    "/v1/profile/transfers/open",
    "The offer behind a link, if it is this account's and still the newest link",
    OwnTransfer,
    Permission.OWN_ACCOUNT,
    body=OpenOffer,
    key=Key.OPTIONAL,
    problems=(Code.NOT_FOUND,),
    own_sign_in=True,
)
CANCEL_ASK = Operation(
    "cancel_ask",
    "POST",
    "/v1/profile/transfers/{id}/cancel",
    "Withdraw one's own request",
    OwnTransfer,
    Permission.OWN_ACCOUNT,
    key=Key.OPTIONAL,
    problems=_MOVE,
    own_sign_in=True,
)
LEAVE = Operation(
    "leave",
    "POST",
    "/v1/profile/leave",
    "Leave the subscription one uses: frees the seat, refunds nothing",
    Left,
    Permission.OWN_ACCOUNT,
    key=Key.OPTIONAL,
    problems=(Code.NOT_A_USER,),
    own_sign_in=True,
)
