"""Using a code: an account of any organisation, or of none, takes a free seat that is paid for (D21)."""

from dataclasses import replace

from contract.codes import CodeState
from contract.events import EventKind
from contract.people import Role
from contract.problems import ProblemCode
from contract.subscription import PlanKind, SubscriptionStatus
from contract.users import User, UserSource
from server.codes import guesses
from server.codes.serializers import as_answer, subject
from server.http.call import Call
from server.http.problems import ServerProblem
from server.limits.spending import counted, may_list
from server.notifications.enqueue import note_code_used, note_joined
from server.platform.text import code_key
from server.store import codes, decisions, limits, organisations, subscriptions, users
from server.store.types import AnyRow
from server.users.adding import check_plan, contract_limit, limit_reached
from server.users.seat_assignment import Listing, list_users, seats_in

_TOLD = {
    CodeState.USED_UP: ProblemCode.CODE_USED_UP,
    CodeState.EXPIRED: ProblemCode.CODE_EXPIRED,
    CodeState.OFF: ProblemCode.CODE_OFF,
}
_LISTED = "You are already a user of a subscription: leave it first."
_OWN = "You pay for a subscription of your own: ask to join instead; your subscription ends when they accept."


def redeem(call: Call, typed: str) -> User:
    """Make the account that asks a user of the subscription whose code this is. Case and separators don't matter.

    What happened is recorded in the code's organisation, whatever the account's own is. A code that is wrong, used up,
    expired or off gets one and the same answer, and counts as a guess; only an account that came in with it once is
    told which. What it adds to the next renewal counts against the limit of whoever vouches for the code.

    Raises:
        ServerProblem: `REDEEM_PROBLEMS` of `contract.calls.codes`.
    """
    guesses.check(call)
    if users.is_account_listed(call.connection, call.principal.account_id):
        raise ServerProblem(ProblemCode.ALREADY_USER, _LISTED)
    row = _accepted(call, typed)
    house = replace(
        call,
        organisation_id=row.organisation_id,
        subscription_id=row.subscription_id,
        drafts=[],
        token=limits.token_limit(call.connection, row.vouched_token),
    )
    _check_house(house)
    who = row.vouched_by or row.created_by
    if may_list(house, house.services.catalogue, who, 1) == 0:
        raise ServerProblem(ProblemCode.NO_SEAT_AVAILABLE, available_seats=0)
    with counted(house, house.services.catalogue, who):
        user = _list(house)
    codes.add_use(house.connection, row.id, user.account_id, user.id, house.now)
    after = codes.one(house.connection, house.subscription_id, row.id)
    assert after is not None
    house.emit(EventKind.CODE_USED, subject(as_answer(after, house)), {"uses": row.uses})
    house.record()
    note_joined(house, user.account_id, user.email)
    note_code_used(house, after, user)
    return user


def _accepted(call: Call, typed: str) -> AnyRow:
    """The code, if it is in force."""
    row = codes.by_key(call.connection, code_key(typed))
    known = codes.was_used_by(call.connection, row.id if row else "", call.principal.account_id)
    state = as_answer(row, call).state if row else None
    if row is not None and state is CodeState.ACTIVE:
        return row
    if known and state is not None:
        raise ServerProblem(_TOLD[state])
    raise guesses.wrong(call, ProblemCode.CODE_NOT_ACCEPTED)


def _check_house(house: Call) -> None:
    """Whether the subscription takes anybody in, and has a free seat that is paid for."""
    row = subscriptions.get(house.connection, house.subscription_id)
    if row.status == SubscriptionStatus.SUSPENDED.value:
        raise ServerProblem(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "The subscription is suspended.", status=row.status)
    if not house.services.catalogue.offer(row.plan).sub_accounts:
        raise ServerProblem(ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS)
    check_plan(house)
    paid = [offer.id for offer in house.services.catalogue.offers.values() if offer.kind is PlanKind.PAID]
    account = house.principal.account_id
    if decisions.own_subscriptions(house.connection, [account], paid, but=house.subscription_id):
        raise ServerProblem(ProblemCode.ACCOUNT_NOT_AVAILABLE, _OWN)
    if contract_limit(house) == 0:
        raise limit_reached()
    if seats_in(row).free <= 0:
        raise ServerProblem(ProblemCode.NO_SEAT_AVAILABLE, available_seats=0)


def _list(house: Call) -> User:
    """List the account, and put it into the directory if it is not there yet."""
    account = organisations.account(house.connection, house.principal.account_id)
    assert account is not None
    if not organisations.is_member(house.connection, house.organisation_id, account.id):
        organisations.add_member(
            house.connection,
            organisation_id=house.organisation_id,
            account_id=account.id,
            role=Role.MEMBER,
            now=house.now,
        )
    return list_users(house, [Listing.of(account, UserSource.CODE)])[0]
