"""The main account's own seat: it is one of the users only if it chooses to be (D15)."""

from contract.ownership import OwnSeat, OwnSeatChanged
from contract.users import User, UserSource
from server.http.call import Call
from server.limits.spending import counted
from server.ownership.moves import check_main
from server.store import organisations, subscriptions, users
from server.store.types import AnyRow
from server.subscription.next_payment import next_payment, payment_change
from server.users.adding import admit_one, check_plan
from server.users.seat_assignment import Listing, list_users, unlist_users
from server.users.serializers import answer


def change_own_seat(call: Call) -> OwnSeatChanged:
    """Put the main account on the list like anybody else, or take it off; as it is already, nothing happens.

    Raises:
        ServerProblem: it is not the main account that asks; or what adding any user may be refused for.
    """
    body: OwnSeat = call.body
    check_main(call)
    listed = users.of_account(call.connection, call.subscription_id, call.principal.account_id)
    if (listed is not None) == body.uses:
        return OwnSeatChanged(uses=body.uses, user=None if listed is None else answer(call, listed))
    before = next_payment(call, call.services.catalogue)
    with counted(call, call.services.catalogue, call.principal.account_id):
        user = _take(call) if listed is None else _leave(call, listed)
    change = payment_change(before, next_payment(call, call.services.catalogue))
    return OwnSeatChanged(uses=body.uses, user=user, next_payment=change)


def _take(call: Call) -> User:
    """A free seat, or NOT PAID without one."""
    check_plan(call)
    account = organisations.account(call.connection, call.principal.account_id)
    assert account is not None
    listing = Listing.of(account, UserSource.MEMBER, outside=users.is_account_listed(call.connection, account.id))
    row = subscriptions.get(call.connection, call.subscription_id)
    return list_users(call, [admit_one(call, listing)], row)[0]


def _leave(call: Call, listed: AnyRow) -> User:
    unlist_users(call, [listed])
    gone = users.get(call.connection, call.subscription_id, listed.id)
    assert gone is not None
    return answer(call, gone)
