"""Removing users and taking a removal back (D19)."""

from contract.problems import ProblemCode
from contract.subscription import SubscriptionStatus
from contract.users import Added, User
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.store import organisations, subscriptions, users
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.users.adding import main_account, main_account_decides
from server.users.seat_assignment import restore_users, seats_in, unlist_users
from server.users.serializers import answer


def find(call: Call) -> AnyRow:
    """The user of the path, listed or removed.

    Raises:
        ServerProblem: there is none on this subscription.
    """
    row = users.get(call.connection, call.subscription_id, call.id)
    if row is None:
        raise not_found()
    return row


def find_listed(call: Call) -> AnyRow:
    """The listed user of the path, in the version the client saw.

    Raises:
        ServerProblem: there is none, it was removed, or it has changed since.
    """
    row = find(call)
    if row.removed_at is not None:
        raise ServerProblem(ProblemCode.USER_REMOVED)
    call.expect(row.version, answer(call, row))
    return row


def remove_user(call: Call) -> User:
    """Remove one user: the seat goes to whoever waits longest, or stays free; nothing is refunded."""
    unlist_users(call, [find_listed(call)])
    return answer(call, find(call))


def take_back_removal(call: Call) -> Added:
    """List a removed user again, within the period and while a paid seat is free.

    Raises:
        ServerProblem: `not_restorable`, `no_seat_available`, or only the main account itself may.
    """
    row = find(call)
    if row.removed_at is None:
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, "This user is listed.")
    if row.restorable_until is None:
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, "This removal was final: add the user again instead.")
    if call.now >= row.restorable_until:
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, "The billing period of the removal is over.")
    taken = users.listed_keys(call.connection, call.subscription_id, [row.email_key])
    if taken or users.is_account_listed(call.connection, row.account_id):
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, "This address is already on the list of users again.")
    subscription = subscriptions.get(call.connection, call.subscription_id)
    if subscription.status == SubscriptionStatus.ENDED.value:
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, "The subscription has ended.")
    if not organisations.is_member(call.connection, call.organisation_id, row.account_id):
        said = "This account was removed from the organisation: bring it back there, and its place comes back with it."
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, said)
    if row.account_id == main_account(call):
        raise main_account_decides()
    seats = seats_in(subscription)
    if seats.free <= 0:
        raise ServerProblem(ProblemCode.NO_SEAT_AVAILABLE, available_seats=0)
    before = next_payment(call, call.services.catalogue, subscription)
    restore_users(call, [row])
    change = payment_change(before, next_payment(call, call.services.catalogue))
    return Added(**answer(call, find(call)).model_dump(), next_payment=change)
