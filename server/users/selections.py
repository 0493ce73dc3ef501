"""Selections: everybody a filter finds but some, counted beside the event loop and written down in parts."""

import asyncio
import datetime as dt
import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from contract.problems import ProblemCode
from contract.selections import LeftAlone, NewSelection, Selection, SelectionSeats, SelectionStatus, UsersFilter
from contract.subscription import PlanKind
from contract.users import UserStatus
from server.catalogue import Catalogue
from server.domain.periods import local_date
from server.http.call import Call, LongCall
from server.http.problems import ServerProblem, not_found
from server.platform.ids import new_id
from server.platform.services import Services
from server.platform.transaction import Unit
from server.store import selections, subscriptions, users
from server.store.selections import Member, packed
from server.store.types import AnyRow, Connection
from server.store.user_lists import UserList
from server.subscription.reading import restorable_until, seated_status
from server.users.listing import finds_nobody, wanted_users
from server.users.seat_assignment import seats_in

KEPT = dt.timedelta(hours=1)
"""How long a count may be acted on."""

PART = 100
"""Users of one transaction."""

PARTS_AT_ONCE = 500
"""Parts written down in one transaction."""


@dataclass
class Counted:
    """Who was found, by number and version; those who are NOT PAID apart."""

    newest: int = 0
    active: "list[array[int]]" = field(default_factory=lambda: [array("q"), array("q")])
    not_paid: "list[array[int]]" = field(default_factory=lambda: [array("q"), array("q")])

    def add(self, status: UserStatus, found: Sequence[Any]) -> None:
        """More of one status, each with number and version."""
        if found:
            numbers, versions = self.active if status is UserStatus.ACTIVE else self.not_paid
            more = tuple(zip(*found, strict=True))
            numbers.extend(more[0])
            versions.extend(more[1])

    def parts(self) -> Iterator[bytes]:
        """In the order of removal: who is NOT PAID first, or some of them would be given the seats of the others."""
        for numbers, versions in (self.not_paid, self.active):
            members = map(Member, numbers, versions)
            while some := list(islice(members, PART)):
                yield packed(some)


async def select_users(call: LongCall) -> Selection:
    """Count users and keep who they are; the count and what is kept are of one moment.

    Raises:
        ServerProblem: one of the ids is of nobody here.
    """
    asked, services = call.asked, call.asked.services
    body = asked.body
    assert isinstance(body, NewSelection)
    mine = asked.principal.subscription_id
    now = services.clock.now()
    counted = await services.database.read_aside(lambda connection: count(connection, mine, body, now))
    async with call.transaction() as unit:
        row = selections.add(unit.connection, _values(unit, body, counted))
    parts = counted.parts()
    written = 0
    while some := list(islice(parts, PARTS_AT_ONCE)):
        async with services.database.writing() as connection:
            selections.add_parts(connection, row.number, written, some)
        written += len(some)
        await asyncio.sleep(0)
    async with call.transaction() as unit:
        values = {"parts": written, "status": SelectionStatus.COUNTED.value}
        answer = selection_answer(unit, services.catalogue, selections.change(unit.connection, row.number, **values))
        call.finish(unit, answer)
    return answer


def count(connection: Connection, subscription_id: str, body: NewSelection, now: dt.datetime) -> Counted:
    """Find them, as they are now.

    Raises:
        ServerProblem: one of the ids is of nobody here.
    """
    counted = Counted(selections.newest_user(connection))
    if body.filter is None:
        found = users.many(connection, subscription_id, body.ids)
        if missing := set(body.ids) - set(found):
            detail = f"{len(missing):,} of these users do not belong to this subscription."
            raise ServerProblem(ProblemCode.NOT_FOUND, detail)
        for status in (UserStatus.NOT_PAID, UserStatus.ACTIVE):
            listed = [row for row in found.values() if row.removed_at is None and row.status == status.value]
            counted.add(status, sorted((row.number, row.version) for row in listed))
        return counted
    asked = body.filter.status
    if finds_nobody(asked, seated_status(subscriptions.get(connection, subscription_id), now)):
        return counted
    excepted = {row.number for row in users.many(connection, subscription_id, body.exceptions).values()}
    for status in (UserStatus.NOT_PAID, UserStatus.ACTIVE):
        if asked is not None and asked.has_seat is not status.has_seat:
            continue
        matching = list_of(connection, subscription_id, body.filter.model_copy(update={"status": status}))
        for some in matching.numbers():
            counted.add(status, [each for each in some if each[0] not in excepted] if excepted else some)
    return counted


def list_of(connection: Connection, subscription_id: str, asked: UsersFilter) -> UserList:
    """The list that a filter makes of the users."""
    row = subscriptions.get(connection, subscription_id)
    wanted = wanted_users(asked, subscription_id, row.time_zone)
    return UserList(connection, wanted, row.users_active + row.users_not_paid)


def show_selection(call: Call) -> Selection:
    """A selection as it is now."""
    return selection_answer(call, call.services.catalogue, required(call))


def required(call: Call) -> AnyRow:
    """The selection of the path.

    Raises:
        ServerProblem: there is none on this subscription.
    """
    row = selections.get(call.connection, call.subscription_id, call.id)
    if row is None:
        raise not_found()
    return row


def selection_answer(unit: Unit, catalogue: Catalogue, row: AnyRow) -> Selection:
    """A selection as it travels; one that may still be removed says what that does as of now."""
    status = SelectionStatus(row.status)
    counts = ("removed", "restored", "gone", "changed", "came", "no_seat", "not_restorable")
    return Selection(
        id=row.id,
        status=status,
        count=row.active + row.not_paid,
        active=row.active,
        not_paid=row.not_paid,
        seats=_seats(unit, catalogue, row) if status is SelectionStatus.COUNTED else None,
        **{name: getattr(row, name) for name in counts},
        left=tuple(LeftAlone.model_validate(each) for each in json.loads(row.left_alone)),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _seats(unit: Unit, catalogue: Catalogue, row: AnyRow) -> SelectionSeats:
    subscription = subscriptions.get(unit.connection, unit.subscription_id)
    seats = seats_in(subscription)
    waiting = max(0, seats.not_paid - row.not_paid)
    taken = min(row.active, waiting)
    free = row.active - taken
    until = restorable_until(subscription, unit.now)
    restorable = 0 if until is None else min(row.active + row.not_paid, max(0, seats.free) + free)
    end = subscription.period_end if until is None else local_date(until, subscription.time_zone)
    contract = catalogue.offer(subscription.plan).kind is PlanKind.CONTRACT
    taken = 0 if contract else taken
    return SelectionSeats(taken=taken, free=free, restorable=restorable, period_end=end)


def _values(unit: Unit, body: NewSelection, counted: Counted) -> dict[str, Any]:
    return {
        "id": new_id("sel"),
        "organisation_id": unit.organisation_id,
        "subscription_id": unit.subscription_id,
        "account_id": unit.actor.account_id,
        "actor": unit.actor.label,
        "status": selections.COUNTING,
        "filter": None if body.filter is None else body.filter.model_dump_json(),
        "newest": counted.newest,
        "active": len(counted.active[0]),
        "not_paid": len(counted.not_paid[0]),
        "created_at": unit.now,
        "expires_at": unit.now + KEPT,
    }


def abandon(services: Services) -> Sequence[AnyRow]:
    """At start: what was being counted is over; answers those on which a command was being done."""
    with services.database.write() as connection:
        selections.abandon(connection)
        return [
            row
            for status in (SelectionStatus.REMOVING, SelectionStatus.RESTORING)
            for row in selections.under_way(connection, status)
        ]


def forget(services: Services) -> Iterator[int]:
    """The chore: delete selections whose time is over; users stay as they are."""
    now = services.clock.now()
    with services.database.read() as connection:
        found = selections.over(connection, now)
    for number in found:
        dropped = 1
        while dropped:
            with services.database.write() as connection:
                dropped = selections.drop_parts(connection, number, PARTS_AT_ONCE)
                if not dropped:
                    selections.forget(connection, number)
            yield 1
