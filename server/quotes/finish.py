"""The last step of a confirmation: what the gateway said becomes the state of the subscription, exactly once."""

import datetime as dt
from dataclasses import dataclass

from contract.billing import PaymentStatus
from contract.events import EventKind, EventObject
from contract.operations import CONFIRM_QUOTE
from contract.problems import ProblemCode
from contract.quotes import Confirmation
from server.http import idempotency
from server.http.problems import ServerProblem
from server.payments.gateway import Outcome
from server.platform.services import Services
from server.platform.transaction import Unit
from server.quotes.apply import apply, bill
from server.store import limits, payments, quotes
from server.store.quotes import StoredQuote


@dataclass(frozen=True, slots=True)
class PaymentRefused:
    """The payment was declined: nothing has changed, and the quote may be confirmed again."""

    quote_id: str
    reason: str

    @property
    def problem(self) -> ServerProblem:
        """`payment_failed`; it ran, so it is kept under the idempotency key."""
        detail = f"{self.reason}. Nothing was changed."
        return ServerProblem(ProblemCode.PAYMENT_FAILED, detail, ran=True, reason=self.reason)


def finish(
    unit: Unit, services: Services, quote_id: str, payment_id: str, outcome: Outcome
) -> Confirmation | PaymentRefused:
    """Settle a payment that was asked for, and keep the answer under the key of the request that asked.

    Settled already, it answers what came of it and changes nothing.
    """
    stored = quotes.find(unit.connection, unit.organisation_id, quote_id)
    assert stored is not None
    payment = payments.find(unit.connection, payment_id)
    if payment.status == PaymentStatus.ASKED.value:
        done = _settle(unit, services, stored, payment_id, outcome)
        _keep(unit, quote_id, done, services.clock.machine())
        return done
    if payment.status == PaymentStatus.SUCCEEDED.value and stored.confirmation:
        return stored.confirmation
    return PaymentRefused(quote_id, payment.reason)


def _settle(
    unit: Unit, services: Services, stored: StoredQuote, payment_id: str, outcome: Outcome
) -> Confirmation | PaymentRefused:
    if not outcome.accepted:
        return _refused(unit, stored, payment_id, outcome.reason)
    return settle_paid(unit, services, stored, payment_id)


def settle_paid(unit: Unit, services: Services, stored: StoredQuote, payment_id: str) -> Confirmation:
    """The payment was made: its invoice, and the change."""
    invoice_id = bill(unit, stored.quote).id
    payments.settle(unit.connection, payment_id, accepted=True, reason="", invoice_id=invoice_id, now=unit.now)
    unit.emit(EventKind.PAYMENT_SUCCEEDED, _subject(stored, payment_id))
    return apply(unit, services, stored, invoice_id)


def _refused(unit: Unit, stored: StoredQuote, payment_id: str, reason: str) -> PaymentRefused:
    payments.settle(unit.connection, payment_id, accepted=False, reason=reason, invoice_id=None, now=unit.now)
    quotes.reopened(unit.connection, stored.quote.id)
    limits.give_back(unit.connection, stored.quote.id)
    payments.pend(unit.connection, unit.subscription_id, None)
    unit.emit(EventKind.PAYMENT_FAILED, _subject(stored, payment_id, reason))
    return PaymentRefused(stored.quote.id, reason)


def _subject(stored: StoredQuote, payment_id: str, reason: str = "") -> EventObject:
    attributes = {"amount": str(stored.quote.due_now), "quote_id": stored.quote.id}
    if reason:
        attributes["reason"] = reason
    return EventObject(type="payment", id=payment_id, label=str(stored.quote.due_now), attributes=attributes)


def _keep(unit: Unit, quote_id: str, done: Confirmation | PaymentRefused, now: dt.datetime) -> None:
    """The answer is stored here and not by the request, which may be gone: the same key never asks twice."""
    answer = done if isinstance(done, Confirmation) else done.problem
    idempotency.keep_answer(unit, CONFIRM_QUOTE, quote_id, answer, now)
