"""`POST /v1/profile/leave`: take oneself off the subscription one uses."""

from contract.problems import ProblemCode
from contract.profile import Left
from server.http.call import Call
from server.http.problems import ServerProblem
from server.profile.own import house_of
from server.store import organisations, subscriptions, users
from server.users.seat_assignment import unlist_users


def leave(call: Call) -> Left:
    """Free one's seat for whoever waits; nothing is refunded, and the account and its memberships stay (D19).

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
