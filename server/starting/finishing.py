"""The last step of a start: what the gateway said becomes an organisation with a paid subscription, exactly once."""

import datetime as dt
import logging

from contract.billing import PaymentStatus
from contract.events import Actor, EventKind, EventObject, EventRequest
from contract.people import Organisation, Role
from contract.quotes import Quote
from contract.starting import Started
from server.domain.starting import nothing_yet
from server.payments.gateway import Outcome
from server.people.serializers import token_answer, token_object
from server.platform.ids import new_id
from server.platform.services import Services
from server.platform.transaction import Unit
from server.quotes.apply import apply
from server.quotes.finish import PaymentRefused, settle_paid
from server.store import organisations, payments, quotes, starts, subscriptions, tokens
from server.store.quotes import StoredQuote
from server.store.types import AnyRow, Connection

log = logging.getLogger("headcount.server")


def finish(
    connection: Connection, services: Services, payment_id: str, outcome: Outcome, now: dt.datetime
) -> Started | PaymentRefused:
    """Settle a payment that was asked for; settled already, it answers what came of it and changes nothing."""
    payment = starts.payment(connection, payment_id)
    assert payment is not None
    if payment.status == PaymentStatus.ASKED.value:
        starts.settle(connection, payment_id, accepted=outcome.accepted, reason=outcome.reason, now=now)
        if outcome.accepted:
            return make_organisation(connection, services, payment.start_id, payment, now)
        starts.reopened(connection, payment.start_id)
        log.info("payment %s for a first subscription was declined", payment_id)
        return PaymentRefused(payment.start_id, outcome.reason)
    if payment.status == PaymentStatus.DECLINED.value:
        return PaymentRefused(payment.start_id, payment.reason)
    return started_answer(connection, starts.get(connection, payment.start_id))


def make_organisation(
    connection: Connection, services: Services, start_id: str, payment: AnyRow | None, now: dt.datetime
) -> Started:
    """The organisation, its owner, and the subscription as an ended one that is started by the quote, all at once."""
    row = starts.get(connection, start_id)
    quote, owner = starts.quote_of(row), organisations.account(connection, row.account_id)
    assert owner is not None
    organisation_id = organisations.add(connection, name=row.name, name_key=row.name_key, now=now)
    organisations.add_member(
        connection,
        organisation_id=organisation_id,
        account_id=owner.id,
        role=Role.OWNER,
        now=now,
        spending_limit=None,
    )
    unit = Unit(
        connection=connection,
        organisation_id=organisation_id,
        subscription_id=new_id("sub"),
        now=now,
        actor=Actor(account_id=owner.id, label=owner.email),
        request=EventRequest(idempotency_key=row.confirm_key),
    )
    _nothing_yet(unit, services, row, quote)
    subject = EventObject(type="organisation", id=organisation_id, label=row.name)
    unit.emit(EventKind.ORGANISATION_CREATED, subject)
    _start(unit, services, row, quote, payment)
    _give_token(unit, row)
    unit.record()
    starts.started(connection, start_id, organisation_id, now)
    return started_answer(connection, starts.get(connection, start_id))


def _nothing_yet(unit: Unit, services: Services, row: AnyRow, quote: Quote) -> None:
    """The row that the quote is applied to: it says what the quote was made for."""
    currency, before = quote.due_now.currency, quote.before
    plan = services.catalogue.market(currency).plan(before.plan)
    standing = nothing_yet(plan, before.billing_cycle, currency, before.period_end)
    subscriptions.add(
        unit.connection,
        unit.subscription_id,
        organisation_id=unit.organisation_id,
        owner_account_id=row.account_id,
        plan=plan.id,
        billing_cycle=standing.cycle.value,
        status=standing.status.value,
        currency=currency,
        time_zone=row.time_zone,
        anchor_day=standing.anchor_day,
        period_start=standing.period.start,
        period_end=standing.period.end,
        unit_price=None,
        seats=0,
        high_water=0,
        granted_seats=0,
        created_at=unit.now,
    )


def _start(unit: Unit, services: Services, row: AnyRow, quote: Quote, payment: AnyRow | None) -> None:
    """From here on it is a quote of the organisation's like any other, with its payment in the outbox."""
    stored = StoredQuote(
        quote=quote, basis={}, organisation_id=unit.organisation_id, subscription_id=unit.subscription_id
    )
    quotes.add(unit.connection, stored, account_id=row.account_id)
    payment_id = None if payment is None else payment.id
    who = {"account_id": row.account_id, "key": row.confirm_key}
    quotes.confirming(unit.connection, quote.id, payment_id=payment_id, **who)
    if payment is None:
        apply(unit, services, stored)
        return
    payments.insert_asked(
        unit.connection,
        payment.id,
        organisation_id=unit.organisation_id,
        account_id=row.account_id,
        amount=quote.due_now,
        gateway=payment.gateway,
        now=payment.created_at,
    )
    settle_paid(unit, services, stored, payment.id)


def _give_token(unit: Unit, row: AnyRow) -> None:
    """The token that asked goes on as the owner's, if it was the account's alone: no new secret has to travel."""
    if row.token_id and tokens.adopt(unit.connection, row.token_id, unit.organisation_id):
        token = tokens.one(unit.connection, unit.organisation_id, row.token_id)
        assert token is not None
        unit.emit(EventKind.TOKEN_CREATED, token_object(token_answer(token, unit.now)))


def started_answer(connection: Connection, row: AnyRow) -> Started:
    """What came of a start that is done."""
    stored = quotes.find(connection, row.organisation_id, row.id)
    assert stored is not None
    assert stored.confirmation is not None
    signed_in = bool(row.token_id) and tokens.one(connection, row.organisation_id, row.token_id) is not None
    return Started(
        organisation=Organisation(id=row.organisation_id, name=row.name),
        confirmation=stored.confirmation,
        signed_in=signed_in,
    )
