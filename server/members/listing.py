"""The directory, page by page, one profile, and a member as it travels."""

from collections.abc import Callable, Sequence
from typing import Any

from contract.members import Member, MemberProfile, MembersQuery
from contract.money import Money
from contract.pages import Page
from contract.people import Role
from contract.users import UserStatus
from server.http.call import Call
from server.http.paging import read_page
from server.http.problems import not_found
from server.platform.text import fold
from server.store import events, members, subscriptions, users
from server.store.members import ORDERS, MemberList, Wanted
from server.store.types import AnyRow
from server.transfers.serializers import as_answer
from server.users.listing import finds_nobody
from server.users.serializers import seated_now, shown_status, user_answer


def list_members(call: Call) -> Page[Member]:
    """A page by cursor or by offset. Nobody is both on the subscription and not, so such a filter finds nobody."""
    query: MembersQuery = call.query
    if finds_nobody(query.status, seated_now(call)) or (query.status is not None and query.listed is False):
        return Page(items=(), total=0 if query.count else None)
    wanted = Wanted(
        organisation_id=call.organisation_id,
        words=tuple(fold(query.search).split()),
        role=query.role and query.role.value,
        listed=query.listed,
        status=query.status and (UserStatus.ACTIVE if query.status.has_seat else query.status).value,
    )
    everybody = Wanted(organisation_id=call.organisation_id)
    length = _counted(call, everybody, lambda: members.count(call.connection, call.organisation_id))
    found = MemberList(call.connection, wanted, length)
    total = length
    if wanted != everybody and (query.count or query.offset is not None):
        total = _counted(call, wanted, found.count)
    page = read_page(found, query, query.sort.value, ORDERS, total)
    return Page(
        items=_in_full(call, page.rows),
        next_cursor=page.next_cursor,
        has_more=page.next_cursor is not None,
        total=total if query.count else None,
    )


def _counted(call: Call, wanted: Wanted, count: Callable[[], int]) -> int:
    """Counted once between two events: a member's change is one, or it makes a new member."""
    seq = events.last_seq(call.connection, call.organisation_id)
    return call.services.totals.get((wanted, seq, members.newest(call.connection)), count)


def _in_full(call: Call, rows: Sequence[AnyRow]) -> tuple[Member, ...]:
    known = members.many(call.connection, call.organisation_id, [row.account_id for row in rows])
    seated = seated_now(call)
    return tuple(member_answer(known[row.account_id], call.subscription_id, seated) for row in rows)


def find(call: Call) -> AnyRow:
    """The member of the path.

    Raises:
        ServerProblem: nobody with this id is a member here.
    """
    row = members.many(call.connection, call.organisation_id, [call.id]).get(call.id)
    if row is None:
        raise not_found()
    return row


def show_member(call: Call) -> MemberProfile:
    """A profile: who it is, the user they are here, and the request that waits."""
    row = find(call)
    seated = seated_now(call)
    fields = member_fields(row, call.subscription_id, seated)
    user = users.get(call.connection, call.subscription_id, row.user_id) if fields["user_id"] else None
    waiting = members.pending_transfer(call.connection, call.subscription_id, row.email_key)
    subscription = subscriptions.get(call.connection, call.subscription_id)
    return MemberProfile(
        **fields,
        user=user and user_answer(user, seated),
        transfer=as_answer(waiting) if waiting is not None else None,
        version=row.version,
        spending_limit=_limit(row, subscription.currency),
        main_account=row.id == subscription.owner_account_id,
    )


def _limit(row: AnyRow, currency: str) -> Money | None:
    """The monthly limit of an admin who has one."""
    limited = row.role == Role.ADMIN.value and row.spending_limit is not None
    return Money(amount=row.spending_limit, currency=currency) if limited else None


def member_answer(row: AnyRow, subscription_id: str, seated: UserStatus) -> Member:
    """The member as it travels; `seated` is what users with a seat are."""
    return Member.model_construct(**member_fields(row, subscription_id, seated))


def member_fields(row: AnyRow, subscription_id: str, seated: UserStatus) -> dict[str, Any]:
    """What a list and a profile say alike. What an account uses elsewhere is nobody's business here."""
    here = row.listed_on == subscription_id
    return {
        "id": row.id,
        "email": row.email,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "position": row.position,
        "role": Role(row.role),
        "since": row.since,
        "user_id": row.user_id if here else None,
        "status": shown_status(row.user_status, seated) if here else None,
    }
