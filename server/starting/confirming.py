"""Confirming a start in three steps, like any quote (`server.quotes.confirm`): one charge or none, one organisation.

1. one transaction checks everything, keeps the name, and notes the payment as asked, under an id that is its key;
2. the gateway is asked, as often as need be: it charges once per key;
3. one transaction makes the organisation with its subscription and invoice, or lets the name go again.

What was interrupted between 1 and 3 is finished by the same request sent again, or by `settle_starts`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from contract.billing import PaymentStatus
from contract.money import Money
from contract.problems import ProblemCode
from contract.quotes import Quote, QuoteStatus
from contract.starting import Started
from server.http.problems import ServerProblem, not_found
from server.payments import gateway
from server.platform.ids import new_id
from server.platform.services import Services
from server.quotes.finish import PaymentRefused
from server.starting.finishing import finish, make_organisation, started_answer
from server.starting.offering import quoted
from server.starting.starter import Desk, Starter, check_may_start, check_starts_left
from server.store import starts
from server.store.starts import NewStart
from server.store.types import AnyRow, Connection

log = logging.getLogger("headcount.server")


Renew: TypeAlias = Callable[[Connection], object]
"""Raises where whoever asks may not any more."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A payment that is noted as asked: what the gateway is to collect."""

    payment_id: str
    amount: Money


async def confirm(services: Services, starter: Starter, start_id: str, key: str, renew: Renew) -> Started:
    """Charge exactly what was promised and make the organisation, or nothing; the same `key` does it once.

    `renew` looks again who asks, in the first transaction: nobody is charged who was signed out while it waited.

    Raises:
        ServerProblem: nothing was done, or (`payment_in_progress`) it is not known yet.
    """
    now = services.clock.now()

    def begin(connection: Connection) -> Started | Ask | ServerProblem:
        renew(connection)
        return _begin(Desk(connection, services, starter, now), start_id, key)

    begun = await services.database.write_aside(begin)
    if isinstance(begun, ServerProblem):
        raise begun
    return begun if isinstance(begun, Started) else await _collect(services, begun)


async def _collect(services: Services, ask: Ask) -> Started:
    try:
        outcome = await gateway.ask(services.gateway, ask.payment_id, ask.amount)
        now = services.clock.now()
        done = await services.database.write_aside(
            lambda connection: finish(connection, services, ask.payment_id, outcome, now)
        )
    except Exception as error:
        # Whatever failed, the outcome of the payment is open: "not done" would be a guess, and no answer may be kept.
        log.exception("payment %s is not settled yet", ask.payment_id)
        raise _in_progress(5) from error
    if isinstance(done, PaymentRefused):
        raise done.problem
    return done


def _begin(desk: Desk, start_id: str, key: str) -> Started | Ask | ServerProblem:
    connection, services, starter, now = desk.connection, desk.services, desk.starter, desk.now
    row = starts.find(connection, starter.account_id, start_id)
    if row is None:
        raise not_found()
    resumed = _resumed(connection, services, row, key)
    if resumed is not None:
        return resumed
    if now >= row.expires_at:
        expired = row.expires_at.isoformat().replace("+00:00", "Z")
        raise ServerProblem(ProblemCode.QUOTE_EXPIRED, "A quote is valid for fifteen minutes.", expired_at=expired)
    if starts.confirming_of(connection, starter.account_id):
        raise _in_progress(1)
    check_may_start(desk)
    quote = starts.quote_of(row)
    fresh = _again(replace(desk, now=quote.created_at), row, quote)
    if _promise(fresh) != _promise(quote):
        return _stale(desk, row, quote, fresh)
    check_starts_left(desk)
    if starts.is_taken(connection, row.name_key, but=start_id):
        raise ServerProblem(ProblemCode.NAME_NOT_AVAILABLE, "This name is not available any more. Nothing was charged.")
    starts.confirming(connection, start_id, key=key, token_id=starter.token_id)
    if quote.due_now.amount == 0:
        return make_organisation(connection, services, start_id, None, now)
    payment_id = new_id("pay")
    name = services.gateway.name
    starts.ask(connection, payment_id, start_id, quote.due_now, gateway=name, key=key, now=now)
    return Ask(payment_id, quote.due_now)


def _resumed(connection: Connection, services: Services, row: AnyRow, key: str) -> Started | Ask | ServerProblem | None:
    """What a repeated request goes on with; None for what nobody has confirmed yet."""
    mine = row.confirm_key == key
    if row.status == QuoteStatus.CONFIRMED.value:
        if mine:
            return started_answer(connection, row)
        raise ServerProblem(ProblemCode.QUOTE_ALREADY_CONFIRMED, "The organisation is there.")
    asked = starts.payment_of_key(connection, row.id, key)
    if row.status == QuoteStatus.CONFIRMING.value:
        if mine and asked is not None and asked.gateway == services.gateway.name:
            return Ask(asked.id, starts.quote_of(row).due_now)
        raise _in_progress(1)
    if asked is not None and asked.status == PaymentStatus.DECLINED.value:
        return PaymentRefused(row.id, asked.reason).problem
    return None


def _promise(quote: Quote) -> tuple[object, ...]:
    """What has to be the same as it was: every line, what is due, and what comes of it."""
    return [line.amount for line in quote.lines], quote.due_now, quote.tax_rate, quote.after, quote.renewal


def _again(desk: Desk, row: AnyRow, quote: Quote) -> Quote:
    """The same start as it is priced at another moment."""
    assert quote.change.start is not None
    return quoted(desk, quote.change.start, quote.due_now.currency, row.time_zone)


def _stale(desk: Desk, row: AnyRow, quote: Quote, fresh: Quote) -> ServerProblem:
    """The problem with the price of now, which is kept: the transaction must be committed before it is raised."""
    changed = [f"price: {quote.due_now}, now {fresh.due_now}"]
    current = _again(desk, row, quote)
    kept = {name: getattr(row, name) for name in ("account_id", "name", "name_key", "time_zone", "network")}
    starts.add(desk.connection, NewStart(quote=current, **kept))
    return ServerProblem(
        ProblemCode.QUOTE_STALE, "; ".join(changed), quote=current.model_dump(mode="json"), changed=changed
    )


def _in_progress(seconds: int) -> ServerProblem:
    return ServerProblem(
        ProblemCode.PAYMENT_IN_PROGRESS, "Its outcome is not known yet: try again.", retry_after=seconds
    )
