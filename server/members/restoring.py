"""Bringing a removed member back: role, limit, and the place on the List of users (D19, D15)."""

from contract.events import EventKind
from contract.members import RestoredMember
from contract.problems import ProblemCode
from contract.subscription import SubscriptionStatus
from contract.users import UserSource
from server.http.call import Call
from server.http.problems import ServerProblem, not_found
from server.limits.amounts import refuse_bound
from server.members.listing import find, show_member
from server.members.standing import member_object, place_of
from server.store import organisations, roles, subscriptions, users
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.users.seat_assignment import Listing, list_users, restore_users, seats_in


def restore_member(call: Call) -> RestoredMember:
    """Put a member back as they were. Their tokens stay revoked; without a free seat they are NOT PAID.

    Raises:
        ServerProblem: nobody like that was removed here, they are back already, or the time for it is over.
    """
    refuse_bound(call, "brings nobody back")
    gone = roles.former(call.connection, call.organisation_id, call.id)
    if organisations.is_member(call.connection, call.organisation_id, call.id):
        raise ServerProblem(ProblemCode.ALREADY_MEMBER, "This account is a member of your organisation.")
    if gone is None:
        raise not_found()
    if call.now >= gone.restorable_until:
        raise ServerProblem(ProblemCode.NOT_RESTORABLE, "The time in which this could be undone is over.")
    before = next_payment(call, call.services.catalogue)
    roles.bring_back(call.connection, gone)
    row = find(call)
    call.emit(EventKind.MEMBER_RESTORED, member_object(call, row, place_of(call, row)))
    if gone.user_id is not None:
        _list_again(call, row, gone.user_id)
    change = payment_change(before, next_payment(call, call.services.catalogue))
    return RestoredMember(**dict(show_member(call)), next_payment=change)


def _list_again(call: Call, row: AnyRow, user_id: str) -> None:
    """On a free seat as the same user; else as one who is NOT PAID, where the plan takes any more."""
    subscription = subscriptions.get(call.connection, call.subscription_id)
    offer = call.services.catalogue.offer(subscription.plan)
    over = subscription.status == SubscriptionStatus.ENDED.value or not offer.sub_accounts
    if over or users.is_account_listed(call.connection, row.id):
        return
    user = users.get(call.connection, call.subscription_id, user_id)
    again = user is not None and user.restorable_until is not None and call.now < user.restorable_until
    if user is not None and again and seats_in(subscription).free > 0:
        restore_users(call, [user])
    elif offer.room(subscription.seats, subscription.users_active) != 0:
        list_users(call, [Listing.of(row, UserSource.MEMBER)])
