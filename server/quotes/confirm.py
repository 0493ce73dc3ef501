"""Confirming a quote in three steps, so that a crash anywhere ends in one charge or none (D5).

1. one transaction checks everything and notes the payment as asked, under an id that is its key at the gateway;
2. the gateway is asked, as often as need be: it charges once per key;
3. one transaction makes the change, issues the invoice, and keeps the answer under the idempotency key.

What was interrupted between 1 and 3 is finished by the same request sent again, or by `settle_pending` at start.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from contract.money import Money
from contract.people import Role
from contract.problems import ProblemCode
from contract.quotes import Change, Confirmation, Quote, QuoteStatus
from contract.subscription import SubscriptionStatus
from server.domain.errors import Refusal
from server.domain.periods import local_date
from server.domain.pricing import PricedChange
from server.http.call import Call, LongCall
from server.http.owners import owners_of
from server.http.problems import ServerProblem, not_found
from server.limits.spending import allowance_of, settle
from server.payments import gateway
from server.platform.ids import new_id
from server.quotes.apply import apply
from server.quotes.finish import PaymentRefused, finish
from server.quotes.make import make, payees_of, price, still_payees
from server.quotes.price_snapshot import basis_of, moved
from server.store import payments, quotes, subscriptions
from server.store.quotes import StoredQuote
from server.store.types import AnyRow

log = logging.getLogger("headcount.server")


@dataclass(frozen=True, slots=True)
class Ask:
    """A payment that is noted as asked: what the gateway is to collect."""

    payment_id: str
    amount: Money


async def confirm_quote(call: LongCall) -> Confirmation:
    """Make the change and charge exactly what the quote says, or nothing."""

    def begin(first: Call) -> Confirmation | Ask | ServerProblem:
        begun = _begin(first)
        if isinstance(begun, Confirmation):
            call.finish(first, begun)
        return begun

    begun = await call.aside(begin)
    if isinstance(begun, ServerProblem):
        raise begun
    return begun if isinstance(begun, Confirmation) else await _collect(call, begun)


async def _collect(call: LongCall, ask: Ask) -> Confirmation:
    try:
        outcome = await gateway.ask(call.asked.services.gateway, ask.payment_id, ask.amount)
        done = await call.aside(lambda last: finish(last, call.asked.services, last.id, ask.payment_id, outcome))
    except Exception as error:
        # Whatever failed, the outcome of the payment is open: "not done" would be a guess, and no answer may be kept.
        log.exception("payment %s is not settled yet", ask.payment_id)
        raise _in_progress(5) from error
    if isinstance(done, PaymentRefused):
        raise done.problem
    return done


def _begin(call: Call) -> Confirmation | Ask | ServerProblem:
    stored = quotes.find(call.connection, call.organisation_id, call.id)
    if stored is None:
        raise not_found()
    resumed = _resumed(call, stored)
    if resumed is not None:
        return resumed
    row = subscriptions.get(call.connection, call.subscription_id)
    if call.now >= stored.quote.expires_at:
        raise ServerProblem(
            ProblemCode.QUOTE_EXPIRED, "A quote is valid for fifteen minutes.", expired_at=_iso(stored.quote.expires_at)
        )
    if row.pending_payment_id is not None:
        raise _in_progress(1)
    changed, priced = _changed(call, stored, row)
    if changed or priced is None:
        return _stale(call, stored, changed)
    _check_owner(call, stored.quote)
    running = stored.quote.before.status is SubscriptionStatus.ACTIVE
    if running and local_date(call.now, row.time_zone) >= row.period_end:
        raise ServerProblem(
            ProblemCode.SUBSCRIPTION_NOT_ACTIVE, "The renewal is being processed: try again in a minute."
        )
    _count(call, stored.quote, priced)
    if stored.quote.due_now.amount == 0:
        quotes.confirming(
            call.connection, call.id, account_id=call.principal.account_id, key=_key(call), payment_id=None
        )
        return apply(call, call.services, stored)
    return _ask(call, stored)


def _changed(call: Call, stored: StoredQuote, row: AnyRow) -> tuple[list[str], PricedChange | None]:
    """What is different from when the quote was made: what it stood on, or else what the same change comes to now.

    And the change with its price of now, where nothing it stood on is different.
    """
    change = stored.quote.change
    try:
        payees = payees_of(call, change)
    except Refusal:
        payees = still_payees(call, change)
    found = moved(stored.basis, basis_of(row, call.services.catalogue, payees))
    if found:
        return found, None
    day = local_date(stored.quote.created_at, row.time_zone)
    try:
        priced = price(call, call.services, change, payees, day)
    except Refusal as refusal:
        return [refusal.detail], None
    quote = stored.quote
    now = ([line.amount for line in priced.charge.lines], priced.charge.due, priced.after.terms)
    same = now == ([line.amount for line in quote.lines], quote.due_now, quote.after)
    return [] if same else [f"price: {quote.due_now}, now {priced.charge.due}"], priced


def _check_owner(call: Call, quote: Quote) -> None:
    """Ending a subscription, and going on with one, is for its owner."""
    ends_something = quote.change.cancel or quote.change.resume
    if ends_something and call.principal.role is not Role.OWNER:
        owners = owners_of(call.connection, call.organisation_id)
        detail, data = owners.tell("Only an owner may cancel the subscription or resume it")
        raise ServerProblem(ProblemCode.NOT_ALLOWED, detail, needed_role=Role.OWNER.value, **data)


def _resumed(call: Call, stored: StoredQuote) -> Confirmation | Ask | None:
    """What a repeated request goes on with; None for a quote nobody confirms yet."""
    mine = stored.confirm_key == _key(call) and stored.confirmed_by == call.principal.account_id
    if stored.confirmation is not None:
        if mine:
            return stored.confirmation
        raise ServerProblem(ProblemCode.QUOTE_ALREADY_CONFIRMED, "Ask for a new quote to change something else.")
    if stored.quote.status is QuoteStatus.CONFIRMING:
        if mine and stored.payment_id and _asked_here(call, stored.payment_id):
            return Ask(stored.payment_id, stored.quote.due_now)
        raise _in_progress(1)
    return None


def _asked_here(call: Call, payment_id: str) -> bool:
    """Whether it was this gateway that was asked: another one would charge once more."""
    return bool(payments.find(call.connection, payment_id).gateway == call.services.gateway.name)


def _ask(call: Call, stored: StoredQuote) -> Ask:
    payment_id, quote = new_id("pay"), stored.quote
    account_id = call.principal.account_id
    payments.insert_asked(
        call.connection,
        payment_id,
        organisation_id=call.organisation_id,
        account_id=account_id,
        amount=quote.due_now,
        gateway=call.services.gateway.name,
        now=call.now,
        token_id=call.token and call.token.token_id,
    )
    quotes.confirming(call.connection, quote.id, account_id=account_id, key=_key(call), payment_id=payment_id)
    payments.pend(call.connection, call.subscription_id, payment_id)
    return Ask(payment_id, quote.due_now)


def _stale(call: Call, stored: StoredQuote, changed: list[str]) -> ServerProblem:
    """The problem with a fresh quote, which is kept: the transaction must be committed before it is raised."""
    change = stored.quote.change
    if isinstance(change.pay_users, tuple) and (left := still_payees(call, change)):
        change = Change(pay_users=tuple(payee.id for payee in left))
    try:
        fresh = make(call, call.services, change, call.principal.account_id).quote.model_dump(mode="json")
        detail = "; ".join(changed)
    except Refusal as refusal:
        fresh, detail = None, f"{'; '.join(changed)}. {refusal.detail}"
    return ServerProblem(ProblemCode.QUOTE_STALE, detail, quote=fresh, changed=changed)


def _count(call: Call, quote: Quote, priced: PricedChange) -> None:
    """Count what is paid now, and what the next renewal charges more, against the limit of whoever confirms."""
    account_id, catalogue = call.principal.account_id, call.services.catalogue
    allowance = allowance_of(call, account_id)
    if allowance is not None:
        sides = priced.before, priced.after
        settle(call, catalogue, allowance, account_id, sides, due_now=quote.due_now.amount, quote_id=quote.id)


def _key(call: Call) -> str | None:
    return call.asked.idempotency_key


def _in_progress(seconds: int) -> ServerProblem:
    return ServerProblem(
        ProblemCode.PAYMENT_IN_PROGRESS, "Its outcome is not known yet: try again.", retry_after=seconds
    )


def _iso(instant: dt.datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
