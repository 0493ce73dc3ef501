"""Taking a member out of the organisation, and who can still be brought back."""

from functools import partial

from contract.events import EventKind
from contract.members import RemovedMember
from contract.money import Money
from contract.pages import Page, PageQuery
from contract.people import Role
from contract.transfers import Direction
from server.domain.roles import keep_owner, restorable_until
from server.http.call import Call
from server.http.paging import newest
from server.limits.amounts import refuse_bound
from server.members.listing import find, show_member
from server.members.standing import end_tokens, member_object, place_of, said
from server.ownership.moves import withdraw_from
from server.store import members, roles, subscriptions, users
from server.store.types import AnyRow
from server.subscription import reading
from server.transfers.moves import withdraw
from server.users.seat_assignment import unlist_users

SORT = "members.removed"


def remove_member(call: Call) -> RemovedMember:
    """Take one member out: they are no user here any more, and their tokens of this organisation open nothing.

    What the organisation asked of them is withdrawn; what they ask of it stays for somebody to decide. The account and
    its data stay (D19).

    Raises:
        ServerProblem: nobody like that, it has changed since, or it is the main account or the last owner.
    """
    refuse_bound(call, "removes nobody from the organisation")
    row = find(call)
    call.expect(row.version, show_member(call))
    place = place_of(call, row)
    keep_owner(place, roles.count_owners(call.connection, call.organisation_id))
    listed = users.of_account(call.connection, call.subscription_id, row.id)
    if listed is not None:
        unlist_users(call, [listed])
    tokens, requests = end_tokens(call, row.id), _withdraw(call, row)
    subscription = subscriptions.get(call.connection, call.subscription_id)
    gone = roles.take_out(
        call.connection,
        call.organisation_id,
        row.id,
        user_id=listed.id if listed is not None else None,
        now=call.now,
        by=call.actor.label,
        until=restorable_until(call.now, reading.restorable_until(subscription, call.now)),
    )
    subject = member_object(call, row, place).model_copy(
        update={"attributes": {"email": row.email, "state": "removed"}}
    )
    call.emit(EventKind.MEMBER_REMOVED, subject, {**said(call, place), "state": "member"})
    return removed_answer(gone, subscription.currency, tokens_revoked=tokens, requests_cancelled=requests)


def list_removed(call: Call) -> Page[RemovedMember]:
    """A page of those who can be brought back."""
    query: PageQuery = call.query
    removed = roles.Removed(call.organisation_id, call.now)
    read = partial(roles.page_of_former, call.connection, removed)
    page = newest(query, SORT, read, moment="removed_at", key="account_id")
    return Page(
        items=tuple(removed_answer(row, call.principal.currency) for row in page.rows),
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
        total=roles.count_former(call.connection, removed) if query.count else None,
    )


def removed_answer(
    row: AnyRow, currency: str, *, tokens_revoked: int = 0, requests_cancelled: int = 0
) -> RemovedMember:
    """Somebody who was taken out, as they travel."""
    role = Role(row.role)
    limited = role is Role.ADMIN and row.spending_limit is not None
    return RemovedMember(
        id=row.account_id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        role=role,
        spending_limit=Money(amount=row.spending_limit, currency=currency) if limited else None,
        was_user=row.user_id is not None,
        removed_at=row.removed_at,
        removed_by=row.removed_by,
        restorable_until=row.restorable_until,
        tokens_revoked=tokens_revoked,
        requests_cancelled=requests_cancelled,
    )


def _withdraw(call: Call, row: AnyRow) -> int:
    """Withdraw what the organisation asked of a member; answers how many."""
    asked = members.pending_transfer(call.connection, call.subscription_id, row.email_key)
    if asked is None or asked.direction != Direction.OUTGOING.value:
        return withdraw_from(call, row.id)
    withdraw(call, asked)
    return 1 + withdraw_from(call, row.id)
