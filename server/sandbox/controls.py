"""The sandbox's controls: moving its clock, and telling its gateway what to do with the next payments."""

import datetime as dt

from contract.events import EventKind, EventObject
from contract.sandbox import Clock, ClockBody, PaymentsBody, PaymentsState
from server.domain.periods import advance
from server.http.call import Call, LongCall
from server.http.problems import Invalid
from server.renewals.due import run_until
from server.store import events, sandbox

FARTHEST = dt.timedelta(days=3653)
"""How far one call may go."""

END_OF_TIME = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


async def set_clock(call: LongCall) -> Clock:
    """Move the clock, persist it, and do what fell due on the way, in order; all that in one transaction.

    In memory the clock moves only once that is committed.

    Raises:
        Invalid: the move goes back, more than ten years at once, or beyond the year 2200.
    """
    services = call.asked.services
    async with call.transaction() as unit:
        target = _target(call, unit.now)
        sandbox.keep_clock(unit.connection, target - services.clock.machine())
        before = events.last_seq(unit.connection, unit.organisation_id)
        run_until(unit.connection, target, services)
        happened = events.last_seq(unit.connection, unit.organisation_id) - before
        start, unit.now = unit.now, target
        unit.emit(EventKind.CLOCK_MOVED, _subject(target), {"now": _text(start)})
        answer = Clock(now=target, events=happened)
        call.finish(unit, answer)
    services.clock.move_to(target)
    return answer


def set_payments(call: Call) -> PaymentsState:
    """What the next payments come to; after them the gateway accepts again."""
    body: PaymentsBody = call.body
    sandbox.set_next_payment(call.connection, body.next, body.times, call.organisation_id)
    return PaymentsState(next=body.next, times=body.times)


def _target(call: LongCall, now: dt.datetime) -> dt.datetime:
    body = call.asked.body
    assert isinstance(body, ClockBody)
    pointer = "/now" if body.now else "/advance"
    try:
        target = (body.now or advance(now, body.advance or "")).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid((pointer, "bad_time", "The clock can't be set to that time.")) from error
    if target < now:
        raise Invalid((pointer, "backwards", "The clock can only move forward."))
    if target - now > FARTHEST or target > END_OF_TIME:
        raise Invalid((pointer, "too_far", "The clock can move at most ten years at once, and not beyond 2200."))
    return target


def _subject(target: dt.datetime) -> EventObject:
    return EventObject(type="clock", id="clock", label=_text(target), attributes={"now": _text(target)})


def _text(instant: dt.datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
