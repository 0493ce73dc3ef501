"""Who sits on which seat: the only place that gives seats to users and takes them back (D15, D16, D19).

Every function keeps the counters of the subscription's row, the week's seat use and the events in the same transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from contract.events import EventKind
from contract.subscription import SubscriptionStatus
from contract.users import User, UserSource, UserStatus
from server.domain.periods import local_date
from server.domain.seats import Seats
from server.platform.ids import new_ids
from server.platform.text import fold, keys_of
from server.platform.transaction import Unit
from server.store import subscriptions, usage, users
from server.store.types import AnyRow
from server.store.users import Waiting
from server.subscription.reading import restorable_until, seated_status
from server.users.serializers import added_object, shown_status, user_object


class Listing(NamedTuple):
    """Somebody to list: an account that is on no subscription, and how it came in.

    `outside`: it is an account of somebody else's, or on another subscription, which has to be asked and is not listed.
    `remark` says what was removed around what was sent.
    """

    account_id: str
    email: str
    email_key: str
    first_name: str = ""
    last_name: str = ""
    position: str = ""
    source: UserSource = UserSource.HAND
    outside: bool = False
    remark: str = ""

    @classmethod
    def of(cls, account: AnyRow, source: UserSource, *, outside: bool = False) -> "Listing":
        """Somebody who has an account, with its names."""
        return cls(
            account_id=account.id,
            email=account.email,
            email_key=account.email_key,
            first_name=account.first_name,
            last_name=account.last_name,
            position=account.position,
            source=source,
            outside=outside,
        )


def seats_in(row: AnyRow) -> Seats:
    """The seats of a subscription's row, as far as seating needs to know."""
    return Seats(
        paid=row.seats,
        high_water=row.high_water,
        scheduled=row.scheduled_seats,
        active=row.users_active,
        not_paid=row.users_not_paid,
    )


def list_users(unit: Unit, listings: Sequence[Listing], row: AnyRow | None = None) -> list[User]:
    """List these accounts in this order: the first take the free seats, the rest are not paid (D15).

    On a contract the caller has checked that all of them fit. Each leaves a `user.added`, but for those who came by a
    transfer: its acceptance says it already. `row` is the subscription's, where it was read before.
    """
    row = row or subscriptions.get(unit.connection, unit.subscription_id)
    seated = seated_status(row, unit.now)
    rows = list_all(unit, listings, row)
    return [_answer(each, seated, listing.remark) for each, listing in zip(rows, listings, strict=True)]


def list_all(unit: Unit, listings: Sequence[Listing], row: AnyRow | None = None) -> list[dict[str, Any]]:
    """The same for very many; answers their rows."""
    row = row or subscriptions.get(unit.connection, unit.subscription_id)
    seats = seats_in(row)
    free = max(0, seats.free)
    ids = new_ids("usr", len(listings))
    rows = [
        _row(unit, identity, listing, active=place < free)
        for place, (identity, listing) in enumerate(zip(ids, listings, strict=True))
    ]
    users.add(unit.connection, rows)
    active = min(free, len(rows))
    keep_counts(unit, row, replace(seats, active=seats.active + active, not_paid=seats.not_paid + len(rows) - active))
    _note_main(unit, row, (listing.account_id for listing in listings), uses=True)
    seated = seated_status(row, unit.now)
    for each in rows:
        if each["source"] != UserSource.TRANSFER.value:
            unit.emit(EventKind.USER_ADDED, added_object(each, seated))
    return rows


def unlist_users(unit: Unit, rows: Sequence[AnyRow], *, for_good: bool = False) -> None:
    """Take listed users off; freed seats go to those who wait longest (D16, D19).

    It can be undone until the end of the period. `for_good`: not at all, and without a `user.removed`, because what
    takes them off (an acceptance that is taken back) says it already.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    until = None if for_good else restorable_until(row, unit.now)
    users.remove(unit.connection, [each.id for each in rows], unit.now, until)
    active = sum(each.status == UserStatus.ACTIVE.value for each in rows)
    for each in () if for_good else rows:
        unit.emit(EventKind.USER_REMOVED, user_object(each, UserStatus.REMOVED), {"status": each.status})
    _note_main(unit, row, (each.account_id for each in rows), uses=False)
    seats = seats_in(row)
    left = replace(seats, active=seats.active - active, not_paid=seats.not_paid - (len(rows) - active))
    _seat_waiting(unit, row, left)


def restore_users(unit: Unit, gone: Sequence[AnyRow]) -> None:
    """List removed users again, on seats that the caller found free."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    users.restore(unit.connection, [each.id for each in gone])
    seats = seats_in(row)
    keep_counts(unit, row, replace(seats, active=seats.active + len(gone)))
    _note_main(unit, row, (each.account_id for each in gone), uses=True)
    seated = seated_status(row, unit.now)
    for each in gone:
        unit.emit(EventKind.USER_RESTORED, user_object(each, seated), {"status": UserStatus.REMOVED.value})


def seat_waiting(unit: Unit) -> Sequence[Waiting]:
    """After seats were added: give the free ones to those who wait longest; answers who became active (D16)."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    return _seat_waiting(unit, row, seats_in(row))


def seat_chosen(unit: Unit, ids: Sequence[str]) -> Sequence[Waiting]:
    """After these users were paid for: seats for those of them who still wait, as far as seats are free (D15)."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    seats = seats_in(row)
    chosen = users.still_waiting(unit.connection, unit.subscription_id, ids)[: max(0, seats.free)] if ids else []
    _activate(unit, row, chosen)
    keep_counts(unit, row, replace(seats, active=seats.active + len(chosen), not_paid=seats.not_paid - len(chosen)))
    return chosen


def make_room(unit: Unit, seats: int) -> None:
    """Before so many seats are written: whoever got a seat last waits, if more users than that are active."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    too_many = row.users_active - seats
    if too_many <= 0:
        return
    last = users.newest_active(unit.connection, unit.subscription_id, too_many)
    users.unseat(unit.connection, [each.id for each in last], unit.now)
    for each in last:
        unit.emit(EventKind.USER_UNSEATED, user_object(each, UserStatus.NOT_PAID), {"status": UserStatus.ACTIVE.value})
    counts = seats_in(row)
    keep_counts(unit, row, replace(counts, active=counts.active - too_many, not_paid=counts.not_paid + too_many))


def _note_main(unit: Unit, row: AnyRow, account_ids: Iterable[str], *, uses: bool) -> None:
    """Keep whether the main account is one of the users (D15)."""
    if row.main_account_uses_seat != uses and row.owner_account_id in account_ids:
        subscriptions.change(unit.connection, unit.subscription_id, main_account_uses_seat=uses)


def _activate(unit: Unit, row: AnyRow, chosen: Sequence[Waiting]) -> None:
    users.activate(unit.connection, [each.id for each in chosen])
    seated = seated_status(row, unit.now)
    for each in chosen:
        unit.emit(EventKind.USER_ACTIVATED, user_object(each, seated), {"status": UserStatus.NOT_PAID.value})


def _seat_waiting(unit: Unit, row: AnyRow, seats: Seats) -> Sequence[Waiting]:
    after = seats.seated()
    free = after.active - seats.active
    chosen = users.waiting(unit.connection, unit.subscription_id, free) if free else []
    _activate(unit, row, chosen)
    keep_counts(unit, row, after)
    return chosen


def keep_counts(unit: Unit, row: AnyRow, seats: Seats) -> None:
    """Write the counters, and the week's seat use, if they changed; and the most users of a time nobody paid for."""
    if (row.users_active, row.users_not_paid) != (seats.active, seats.not_paid):
        counts = {"users_active": seats.active, "users_not_paid": seats.not_paid}
        if row.status == SubscriptionStatus.PAST_DUE.value:
            counts["late_seats"] = max(seats.active, row.late_seats or 0)
        subscriptions.change(unit.connection, unit.subscription_id, **counts)
    usage.note(
        unit.connection, unit.subscription_id, local_date(unit.now, row.time_zone), used=seats.active, paid=seats.paid
    )


def _row(unit: Unit, identity: str, listing: Listing, *, active: bool) -> dict[str, Any]:
    name, search = keys_of(listing.first_name, listing.last_name, listing.email, listing.position)
    return {
        "id": identity,
        "subscription_id": unit.subscription_id,
        "account_id": listing.account_id,
        "email": listing.email,
        "email_key": listing.email_key,
        "first_name": listing.first_name,
        "last_name": listing.last_name,
        "position": listing.position,
        "name_key": name,
        "last_key": fold(listing.last_name),
        "position_key": fold(listing.position),
        "search_key": search,
        "status": (UserStatus.ACTIVE if active else UserStatus.NOT_PAID).value,
        "source": listing.source.value,
        "added_at": unit.now,
        "added_by": unit.actor.label,
        "waiting_since": None if active else unit.now,
        "version": 1,
    }


def _answer(row: dict[str, Any], seated: UserStatus, remark: str) -> User:
    fields = {name: row[name] for name in User.model_fields if name in row}
    return User.model_validate({"remark": remark, **fields, "status": shown_status(row["status"], seated)})
