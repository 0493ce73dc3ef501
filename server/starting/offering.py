"""What may be started, and what it costs: nothing is there yet but the price."""

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.quotes import AffectedUsers, Change, Quote, Start
from contract.starting import StartOffer, StartOrganisation, StartQuote
from contract.subscription import Plan, PlanChoice, PlanKind
from server.catalogue import Catalogue, Offer
from server.domain.errors import Refusal
from server.domain.periods import local_date
from server.domain.starting import price_start, start_choices, start_warnings
from server.http.problems import Invalid, ServerProblem, refused
from server.platform.text import fold, trimmed_name
from server.quotes.make import quote_of
from server.starting.starter import Desk, check_may_start, check_name, check_prices_left
from server.store import entitlements, organisations, starts
from server.store.starts import NewStart
from server.store.types import Connection

NOBODY = AffectedUsers(count=0)


def offer(desk: Desk, currency: str | None) -> StartOffer:
    """The plans with their prices of today, or why there are none to choose from."""
    catalogue = desk.services.catalogue
    try:
        check_may_start(desk)
    except ServerProblem as problem:
        return StartOffer(refusal=problem.detail, contact=catalogue.vendor_contact)
    chosen = _currency(catalogue, currency)
    plans = [_plan(catalogue, each, chosen, desk.now.date()) for each in catalogue.offers.values()]
    return StartOffer(
        contact=catalogue.vendor_contact,
        currencies=tuple(sorted(catalogue.currencies)),
        currency=chosen,
        plans=tuple(plan for plan in plans if plan.kind is not PlanKind.PAID or plan.monthly or plan.annual),
    )


def make_start(desk: Desk, wanted: StartOrganisation) -> StartQuote:
    """Price it, and keep the promise for fifteen minutes.

    Raises:
        ServerProblem: it can't be started like this, or not by this account.
    """
    check_may_start(desk)
    check_prices_left(desk)
    name, name_key = checked_name(wanted.name)
    _check_time_zone(wanted.time_zone)
    currency = _currency(desk.services.catalogue, wanted.currency)
    check_name(desk, name_key)
    quote = quoted(desk, wanted.start, currency, wanted.time_zone)
    starts.add(
        desk.connection,
        NewStart(
            quote=quote,
            account_id=desk.starter.account_id,
            name=name,
            name_key=name_key,
            time_zone=wanted.time_zone,
            network=desk.starter.network,
        ),
    )
    return StartQuote(name=name, time_zone=wanted.time_zone, quote=quote)


def quoted(desk: Desk, start: Start, currency: str, time_zone: str) -> Quote:
    """The price of a start at this moment.

    Raises:
        ServerProblem: the plan can't be had this way.
    """
    try:
        market = desk.services.catalogue.market(currency)
        priced = price_start(start, currency, local_date(desk.now, time_zone), market)
    except Refusal as refusal:
        raise refused(refusal) from refusal
    quote = quote_of(priced, Change(start=start), desk.services, desk.now, activates=NOBODY)
    warnings = (*start_warnings(priced, uses_of(desk.connection, desk.starter.account_id)), *quote.warnings)
    return quote.model_copy(update={"warnings": warnings})


def uses_of(connection: Connection, account_id: str) -> str:
    """The organisation whose subscription an account is a user of; empty for none."""
    row = entitlements.anywhere(connection, account_id)
    return organisations.name_of(connection, row.organisation_id) if row is not None else ""


def checked_name(typed: str) -> tuple[str, str]:
    """A name as it is kept, and as it is compared.

    Raises:
        Invalid: it is empty, or could be taken for an owner's address, by which others ask to join.
    """
    name, _ = trimmed_name(typed, "the name")
    if not fold(name):
        raise Invalid(("/name", "empty", "Give the organisation a name."))
    if "@" in name:
        raise Invalid(("/name", "like_an_address", "A name has no @: others could take it for an address."))
    return name, fold(name)


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        detail = "Give a time zone such as Europe/Paris, or UTC."
        raise Invalid(("/time_zone", "unknown", detail)) from error


def _currency(catalogue: Catalogue, wanted: str | None) -> str:
    """The currency that was asked for, or the first that the catalogue sells in.

    Raises:
        Invalid: nothing is sold in it.
    """
    if wanted is None:
        sold = [code for each in catalogue.offers.values() for code in (*each.monthly, *each.annual)]
        return next(iter(sold), "EUR")
    if wanted not in catalogue.currencies:
        known = ", ".join(sorted(catalogue.currencies))
        raise Invalid(("/currency", "not_sold", f"Nothing is sold in {wanted}. Available: {known}."))
    return wanted


def _plan(catalogue: Catalogue, each: Offer, currency: str, today: dt.date) -> Plan:
    market = catalogue.market(currency)
    choices = tuple(
        PlanChoice(
            billing_cycle=choice.cycle,
            price=choice.price,
            current=False,
            allowed=choice.allowed,
            reason=f"{choice.refusal.detail}." if choice.refusal else "",
        )
        for choice in start_choices(market.plan(each.id), market, today)
    )
    return each.plan(currency, today).model_copy(update={"choices": choices})
