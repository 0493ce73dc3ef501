"""Removing a selection, and taking that back: part by part, however often the server dies in between (D19).

Each part is a transaction with its progress, so whoever goes on after a crash finds exactly what is left. Acted on are
those who are in the version that was counted; everybody else is left alone, counted, and the first of them are named.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

from contract.base import full_name
from contract.events import EventKind, EventObject
from contract.problems import ProblemCode
from contract.selections import LeftBecause, RemoveSelection, Selection, SelectionStatus, UsersFilter
from contract.subscription import SubscriptionStatus
from server.catalogue import Catalogue
from server.http.call import LongCall, make_call
from server.http.problems import Invalid, ServerProblem
from server.limits.spending import counted, may_list, refuse_users
from server.platform.services import Services
from server.platform.time_slice import give_way
from server.platform.transaction import Unit, unit_for
from server.store import organisations, selections, subscriptions, users
from server.store.selections import Member
from server.store.types import AnyRow, Connection
from server.subscription.reading import restorable_until
from server.users.adding import main_account
from server.users.seat_assignment import restore_users, seats_in, unlist_users
from server.users.selections import abandon, list_of, required, selection_answer

log = logging.getLogger("headcount.server")

PATIENCE = 1.0
"""Seconds the answer waits for the end; what takes longer goes on by itself."""

NAMED = 100
"""How many of those left alone are named."""

_NOTHING_LEFT = {each.value: 0 for each in LeftBecause}

Left: TypeAlias = list[tuple[AnyRow, LeftBecause]]


async def remove_selection(call: LongCall) -> Selection:
    """Begin to remove who was counted. Asked again it is the same removal, however far it is.

    Raises:
        ServerProblem: the count is too old, or another number was read.
    """
    body = call.asked.body
    assert isinstance(body, RemoveSelection)

    def begin(unit: Unit, row: AnyRow) -> dict[str, Any] | None:
        if body.count != row.active + row.not_paid:
            raise Invalid(("/count", "wrong_count", f"The count found {row.active + row.not_paid:,}."))
        if row.status != SelectionStatus.COUNTED.value:
            return None
        if unit.now >= row.expires_at:
            raise ServerProblem(ProblemCode.SELECTION_EXPIRED, "A count is valid for an hour.")
        subscription = subscriptions.get(unit.connection, unit.subscription_id)
        until = restorable_until(subscription, unit.now)
        expires = row.expires_at if until is None else max(until, row.expires_at)
        return {"status": SelectionStatus.REMOVING.value, "next_part": 0, "expires_at": expires}

    return await _begun(call, begin)


async def restore_selection(call: LongCall) -> Selection:
    """Begin to list again who was removed, who had a seat before first, as far as paid seats are free.

    Raises:
        ServerProblem: nobody was removed, the period is over, or it is above the limit of who asks.
    """

    def begin(unit: Unit, row: AnyRow) -> dict[str, Any] | None:
        if row.status == SelectionStatus.RESTORING.value:
            return None
        if row.status != SelectionStatus.REMOVED.value:
            raise ServerProblem(ProblemCode.NOT_RESTORABLE, "It was not removed.")
        if unit.now >= row.expires_at:
            raise ServerProblem(ProblemCode.NOT_RESTORABLE, "The billing period of the removal is over.")
        _check_limit(unit, call.asked.services.catalogue, row)
        return {
            "status": SelectionStatus.RESTORING.value,
            "next_part": row.parts - 1,
            "left_alone": "[]",
            **_NOTHING_LEFT,
        }

    return await _begun(call, begin)


def _check_limit(unit: Unit, catalogue: Catalogue, row: AnyRow) -> None:
    """As many as free seats take are within the limit of who asks, who may be another than removed them."""
    free = max(0, seats_in(subscriptions.get(unit.connection, unit.subscription_id)).free)
    coming, who = min(free, row.removed - row.restored), unit.actor.account_id
    within = may_list(unit, catalogue, who, coming)
    if within is not None and within < coming:
        raise refuse_users(unit, catalogue, who, coming)


async def _begun(call: LongCall, begin: Callable[[Unit, AnyRow], dict[str, Any] | None]) -> Selection:
    """Write down that it is to be done, with its key, then do it and wait for that a little while.

    Asked again while it is under way, it goes on from where it stands if it had failed in between.
    """
    services = call.asked.services
    async with call.transaction() as unit:
        row = required(unit)
        values = begin(unit, row)
        if values is not None:
            request = {"request_id": unit.request.id, "idempotency_key": unit.request.idempotency_key}
            who = {"account_id": unit.actor.account_id, "actor": unit.actor.label}
            who["token_id"] = unit.token and unit.token.token_id
            row = selections.change(unit.connection, row.number, **who, **request, **values)
        call.finish(unit, selection_answer(unit, services.catalogue, row))
    if row.status in _STEPS:
        start(services, row)
    await services.tasks.settled(row.id, PATIENCE)
    with services.database.read() as connection:
        reading = make_call(call.asked, connection, services.clock.now())
        return selection_answer(reading, services.catalogue, required(reading))


def start(services: Services, row: AnyRow) -> None:
    """Do what is to be done with a selection, beside everything else."""

    async def work() -> None:
        async for _ in clear(services, row.number):
            await give_way()

    services.tasks.start(row.id, work)


async def clear(services: Services, number: int) -> AsyncIterator[int]:
    """Remove, or restore, part after part, each beside the event loop; yields how many users were tried after each."""
    step = partial(_next, services=services, number=number)
    while (tried := await services.database.write_aside(step)) is not None:
        yield tried


def _next(connection: Connection, *, services: Services, number: int) -> int | None:
    """Do the next part; answers how many users it had, None when there is nothing to do."""
    row = selections.find(connection, number)
    if row is None or row.status not in _STEPS:
        return None
    unit = unit_for(connection, services.clock.now(), row)
    with counted(unit, services.catalogue, row.account_id):
        tried = _STEPS[row.status](unit, row, services.catalogue)
    unit.record()
    return tried


def _remove_next(unit: Unit, row: AnyRow, _catalogue: Catalogue) -> int:
    if row.next_part == row.parts:
        _removed(unit, row)
        return 0
    members = selections.part(unit.connection, row.number, row.next_part)
    found = users.by_number(unit.connection, unit.subscription_id, [each.number for each in members])
    going, left = [], []
    for number, version in members:
        user = found[number]
        if user.removed_at is not None:
            left.append((user, LeftBecause.GONE))
        elif user.version != version:
            left.append((user, LeftBecause.CHANGED))
        else:
            going.append(user)
    if going:
        unlist_users(unit, going)
    gone = [Member(each.number, each.version + 1) for each in going]
    selections.replace_part(unit.connection, row.number, row.next_part, gone)
    _step(unit, row, left, next_part=row.next_part + 1, removed=row.removed + len(going))
    return len(members)


def _removed(unit: Unit, row: AnyRow) -> None:
    """The last part is done: say so, and who came since the count."""
    came: list[AnyRow] = []
    total = 0
    if row.filter is not None:
        found = list_of(unit.connection, unit.subscription_id, UsersFilter.model_validate_json(row.filter))
        came = list(found.came_after(row.newest, NAMED))
        total = found.count_newer(row.newest) if len(came) == NAMED else len(came)
    named: Left = [(each, LeftBecause.CAME) for each in came]
    after = _step(unit, row, named, status=SelectionStatus.REMOVED.value, came=total)
    if row.removed:
        _tell(unit, EventKind.USERS_REMOVED, after, removed=row.removed)


def _restore_next(unit: Unit, row: AnyRow, catalogue: Catalogue) -> int:
    if row.next_part < 0:
        after = _step(unit, row, [], status=SelectionStatus.REMOVED.value)
        if row.restored:
            _tell(unit, EventKind.USERS_RESTORED, after, restored=row.restored)
        return 0
    members = selections.part(unit.connection, row.number, row.next_part)
    found = users.by_number(unit.connection, unit.subscription_id, [each.number for each in members])
    possible, left = _restorable(unit, members, [found[each.number] for each in members])
    free = max(0, seats_in(subscriptions.get(unit.connection, unit.subscription_id)).free)
    within = may_list(unit, catalogue, row.account_id, min(free, len(possible)))
    free = free if within is None else min(free, within)
    coming, waiting = possible[:free], possible[free:]
    if coming:
        restore_users(unit, coming)
    left += [(each, LeftBecause.NO_SEAT) for each in waiting]
    away = [Member(each.number, each.version) for each in waiting]
    selections.replace_part(unit.connection, row.number, row.next_part, away)
    _step(unit, row, left, next_part=row.next_part - 1, restored=row.restored + len(coming))
    return len(members)


def _restorable(unit: Unit, members: Sequence[Member], rows: Sequence[AnyRow]) -> tuple[list[AnyRow], Left]:
    """Those who are still as the removal left them and may come back, and the others."""
    ended = subscriptions.get(unit.connection, unit.subscription_id).status == SubscriptionStatus.ENDED.value
    taken = users.listed_keys(unit.connection, unit.subscription_id, [each.email_key for each in rows])
    elsewhere = users.listed_accounts(unit.connection, [each.account_id for each in rows])
    main, here = main_account(unit), organisations.members_of(unit.connection, unit.organisation_id, rows)
    possible: list[AnyRow] = []
    left: Left = []
    for member, row in zip(members, rows, strict=True):
        same = row.removed_at is not None and row.version == member.version
        late = row.restorable_until is None or unit.now >= row.restorable_until
        free = row.account_id in here and row.account_id not in {*elsewhere, main}
        if same and free and not (ended or late or row.email_key in taken):
            possible.append(row)
        else:
            left.append((row, LeftBecause.NOT_RESTORABLE))
    return possible, left


def _step(unit: Unit, row: AnyRow, left: Left, **values: Any) -> AnyRow:
    """Write the progress down, with those left alone."""
    counts: dict[str, Any] = {}
    for _, because in left:
        counts[because.value] = counts.get(because.value, getattr(row, because.value)) + 1
    named = json.loads(row.left_alone)
    named += [_left(user, because) for user, because in left[: max(0, NAMED - len(named))]]
    return selections.change(unit.connection, row.number, **(counts | values), left_alone=json.dumps(named))


def _left(user: AnyRow, because: LeftBecause) -> dict[str, str]:
    name = full_name(user.first_name, user.last_name, user.email)
    return {"id": user.id, "name": name, "email": user.email, "because": because.value}


def _tell(unit: Unit, kind: EventKind, row: AnyRow, **done: int) -> None:
    left = {each.value: getattr(row, each.value) for each in LeftBecause if getattr(row, each.value)}
    number = next(iter(done.values()))
    label = f"{number:,} user{'' if number == 1 else 's'}"
    unit.emit(kind, EventObject(type="selection", id=row.id, label=label, attributes={**done, **left}))


_STEPS: dict[str, Callable[[Unit, AnyRow, Catalogue], int]] = {
    SelectionStatus.REMOVING.value: _remove_next,
    SelectionStatus.RESTORING.value: _restore_next,
}


async def resume(services: Services) -> None:
    """At start: go on with what was being done when the server went down."""
    for row in abandon(services):
        log.info("continuing selection %s", row.id)
        start(services, row)
