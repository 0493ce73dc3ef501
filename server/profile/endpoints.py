"""`/v1/profile`."""

from contract.operations import (
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
from contract.problems import ProblemCode
from contract.profile import Left
from contract.users import User
from server.codes.redeem import redeem
from server.http.call import Call
from server.http.problems import ServerProblem
from server.profile.answering import change_profile, show_profile
from server.profile.asking import ask_to_join
from server.profile.deciding import (
    accept_offer,
    cancel_ask,
    decline_offer,
    list_own_transfers,
    open_offer,
    undo_offer,
)
from server.profile.own import house_of
from server.store import organisations, subscriptions, users
from server.users.seat_assignment import unlist_users


def redeem_code(call: Call) -> User:
    """Use an invitation code."""
    return redeem(call, call.body.code)


def leave(call: Call) -> Left:
    """Take oneself off, for whoever waits; nothing is refunded, and the account and its memberships stay (D19).

    Raises:
        ServerProblem: `not_a_user`.
    """
    account = call.principal.account_id
    listed = users.of_account_anywhere(call.connection, account)
    if listed is None:
        raise ServerProblem(ProblemCode.NOT_A_USER)
    row = subscriptions.get(call.connection, listed.subscription_id)
    house = house_of(call, row.organisation_id, row.id)
    unlist_users(house, [listed])
    house.record()
    return Left(organisation=organisations.name_of(call.connection, row.organisation_id), left_at=call.now)


HANDLERS = {
    PROFILE: show_profile,
    CHANGE_PROFILE: change_profile,
    REDEEM_CODE: redeem_code,
    LIST_OWN_TRANSFERS: list_own_transfers,
    ASK_TO_JOIN: ask_to_join,
    ACCEPT_OFFER: accept_offer,
    DECLINE_OFFER: decline_offer,
    UNDO_OFFER: undo_offer,
    OPEN_OFFER: open_offer,
    CANCEL_ASK: cancel_ask,
    LEAVE: leave,
}
