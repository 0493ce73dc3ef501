"""`GET` and `PATCH /v1/profile`."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from contract.base import full_name
from contract.entitlements import Entitlement
from contract.people import Organisation, Role
from contract.profile import Membership, OwnProfile, OwnTransfer, ProfileChanges, Used, Way
from contract.transfers import TransferState
from contract.users import UserSource, UserStatus
from server.entitlements.answering import NOT_LISTED, of_row, stands_alone
from server.http.call import Call
from server.http.masking import sees_codes
from server.http.problems import Invalid
from server.ownership.reading import offer_answer
from server.people.me import me_answer
from server.profile.own import house_of, my_key, own_subscriptions, whose
from server.store import decisions, entitlements, memberships, organisations, own_transfers, ownership, users, wishes
from server.store.types import AnyRow
from server.subscription.reading import seated_status
from server.users.editing import rename
from server.users.serializers import shown_status

MOST_WAITING = 100
_NAMES = ("first_name", "last_name", "position")
_DECIDED = {TransferState.ACCEPTED.value, TransferState.DECLINED.value}


def show_profile(call: Call) -> OwnProfile:
    """Who this is, what it uses and may use, what it pays for, and what waits.

    A token that was handed out is told only what its organisation knows anyway.
    """
    row = entitlements.anywhere(call.connection, call.principal.account_id)
    if call.principal.made_by is not None:
        here = row is not None and row.organisation_id == call.organisation_id
        return _told(call, row if here else None)
    mine = whose(call)
    waiting = own_transfers.waiting(call.connection, mine, MOST_WAITING)
    until = decisions.undoable_by(call.connection, mine.account_id, call.now)
    decided = own_transfers.many(call.connection, mine, list(until)[:MOST_WAITING])
    return _told(
        call,
        row,
        owns=own_subscriptions(call),
        waiting=tuple(transfer_answer(each) for each in waiting),
        ownership=tuple(
            offer_answer(each, call.now) for each in ownership.concerning(call.connection, mine.account_id, call.now)
        ),
        undoable=tuple(transfer_answer(decided[each], until[each]) for each in until if each in decided),
    )


def _told(call: Call, row: AnyRow | None, **own: Any) -> OwnProfile:
    account = organisations.account(call.connection, call.principal.account_id)
    wished = [row.wished for row in _shown_codes(call)]
    return OwnProfile(
        as_of=call.now,
        me=me_answer(call),
        language=account.language if account is not None else "",
        notify_code_uses=any(wished) if wished else None,
        entitlement=of_row(row, call) if row is not None else _alone(call),
        uses=_used(call, row) if row is not None else None,
        memberships=tuple(_memberships(call)),
        **own,
    )


def transfer_answer(row: AnyRow, undo_until: dt.datetime | None = None) -> OwnTransfer:
    """A request as its account sees it; `undo_until` is how long it can take its decision back."""
    return OwnTransfer(
        id=row.id,
        way=Way(row.way),
        state=TransferState(row.state),
        organisation=row.organisation,
        message=row.message,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at if row.state != TransferState.PENDING.value else None,
        version=row.version,
        undo_until=undo_until if row.state in _DECIDED else None,
    )


def change_profile(call: Call) -> OwnProfile:
    """Change one's own names or position, also where one is listed as a user; one's language; what one is told.

    Raises:
        Invalid: `notify_code_uses` by somebody who is shown no codes.
    """
    body: ProfileChanges = call.body
    account = organisations.account(call.connection, call.principal.account_id)
    assert account is not None
    given = {name: getattr(body, name) for name in _NAMES if getattr(body, name) is not None}
    changed = {name: value.strip() for name, value in given.items() if value.strip() != getattr(account, name)}
    if changed:
        organisations.change_account(call.connection, account.id, **changed)
        listed = users.of_account_anywhere(call.connection, account.id)
        if listed is not None:
            house = house_of(call, listed.organisation_id, listed.subscription_id)
            rename(house, listed, changed)
            house.record()
    if body.language is not None:
        organisations.change_account(call.connection, account.id, language=body.language.value)
    if body.notify_code_uses is not None:
        _wish(call, wished=body.notify_code_uses)
    principal = replace(call.principal, **changed)
    return show_profile(replace(call, asked=replace(call.asked, principal=principal)))


def _wish(call: Call, *, wished: bool) -> None:
    where = [row.organisation_id for row in _shown_codes(call)]
    if not where:
        raise Invalid(("/notify_code_uses", "not_offered", "Only owners and admins get messages about codes."))
    wishes.wish_code_uses(call.connection, call.principal.account_id, where, wished=wished)


def _shown_codes(call: Call) -> Sequence[AnyRow]:
    """The memberships that show this account codes: in its token's organisation, or in all of them without one."""
    roles = [role for role in Role if sees_codes(role)]
    return wishes.code_uses(call.connection, call.principal.account_id, call.principal.organisation_id, roles)


def _alone(call: Call) -> Entitlement:
    """Of somebody who is no user: the main account of a plan for one needs no seat; who was one is told so."""
    if not call.subscription_id:
        return NOT_LISTED
    own = entitlements.owner(call.connection, call.subscription_id, my_key(call))
    if own is not None and stands_alone(own, call.services.catalogue):
        return of_row(own, call)
    was = entitlements.removed(call.connection, call.subscription_id, my_key(call))
    return of_row(was, call) if was is not None else NOT_LISTED


def _memberships(call: Call) -> Iterator[Membership]:
    """What an account is where; of a token that was issued, in its own organisation alone."""
    for row in memberships.of_account(call.connection, call.principal.account_id):
        if call.principal.made_by is None or row.organisation_id == call.organisation_id:
            yield Membership(
                organisation=Organisation(id=row.organisation_id, name=row.name),
                role=Role(row.role),
                since=row.since,
                plan=call.services.catalogue.offer(row.plan).name,
                status=shown_status(row.user_status, seated_status(row, call.now)) if row.user_status else None,
                listed_at=row.added_at,
                contact=row.owner_email,
                contact_name=full_name(row.owner_first_name, row.owner_last_name, row.owner_email),
            )


def _used(call: Call, row: AnyRow) -> Used:
    return Used(
        user_id=row.id,
        organisation=organisations.name_of(call.connection, row.organisation_id),
        plan=call.services.catalogue.offer(row.plan).name,
        status=UserStatus(row.status),
        source=UserSource(row.source),
        added_at=row.added_at,
    )
