"""Founding an organisation: its owner, its subscription, and the owner's first token."""

import datetime as dt
from dataclasses import dataclass
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contract.events import Actor, EventKind, EventObject
from contract.mailbox import Mailbox, NotAnAddressError, mailbox, one_written, visible
from contract.people import Role
from contract.quotes import MAX_SEATS
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.catalogue import Catalogue, Offer
from server.domain.periods import local_date, period_from
from server.http.tokens import NewToken, make_token
from server.people.own_sign_in import note_own_sign_in
from server.platform.ids import new_id
from server.platform.text import fold, is_unsafe
from server.platform.transaction import SERVER, Unit
from server.settings import RefusedValueError, SettingsError
from server.store import organisations, starts, subscriptions, tokens, usage
from server.store.types import Connection

MAX_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What an organisation starts with. On a contract `seats` is the most users it may have.

    Else they are granted for the first period: no gateway is there to be asked, so no invoice charges them, nothing is
    credited for them, and the first renewal asks for them like for any others.
    """

    organisation: str
    owner: str
    plan: str = "business"
    cycle: BillingCycle = BillingCycle.MONTHLY
    seats: int = 10
    currency: str = "EUR"
    time_zone: str = "UTC"
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Founded:
    """The ids, and the token: it is nowhere else. Empty for an owner who was invited."""

    organisation_id: str
    subscription_id: str
    account_id: str
    token: str


def found(
    connection: Connection,
    wanted: Founding,
    catalogue: Catalogue,
    now: dt.datetime,
    *,
    made: NewToken | None = None,
    invited: bool = False,
    actor: Actor = SERVER,
) -> Founded:
    """Make it all, in this transaction. `made` is the owner's first token, where whoever asks has made it already.

    An owner who is `invited` gets none: a link signs them in.

    Raises:
        SettingsError: the organisation exists, or something in the wish is not possible.
    """
    offer = _checked_offer(wanted, catalogue)
    owner = address_of(wanted.owner)
    if starts.is_taken(connection, fold(wanted.organisation)):
        message = f"the organisation {wanted.organisation!r} exists already"
        raise SettingsError(message)
    organisation_id = organisations.add(
        connection, name=wanted.organisation, name_key=fold(wanted.organisation), now=now
    )
    account_id = _owner(connection, wanted, owner, now)
    organisations.add_member(
        connection,
        organisation_id=organisation_id,
        account_id=account_id,
        role=Role.OWNER,
        now=now,
        spending_limit=None,
    )
    subscription_id = _subscribe(connection, wanted, offer, organisation_id, account_id, now=now)
    token = ""
    if not invited:
        token = give_token(connection, organisation_id, account_id, now, label="the owner's first token", made=made)
    granted = subscriptions.get(connection, subscription_id).granted_seats
    unit = Unit(
        connection=connection, organisation_id=organisation_id, subscription_id=subscription_id, now=now, actor=actor
    )
    _tell(unit, wanted, granted=granted)
    return Founded(organisation_id=organisation_id, subscription_id=subscription_id, account_id=account_id, token=token)


def give_token(
    connection: Connection,
    organisation_id: str | None,
    account_id: str,
    now: dt.datetime,
    *,
    label: str = "",
    made: NewToken | None = None,
) -> str:
    """Sign somebody in by themselves: a token for their account, of no organisation if need be.

    `made` is the token where whoever asks has made it already.

    It is answered once and stored only as a hash. Tokens that others made for the account end.
    """
    note_own_sign_in(connection, account_id, now)
    made = made or make_token()
    tokens.add(
        connection,
        token_id=made.id,
        secret_hash=made.secret_hash,
        organisation_id=organisation_id,
        account_id=account_id,
        label=label,
        now=now,
    )
    return made.token


def address_of(typed: str) -> Mailbox:
    """The address somebody typed on the server's command line.

    Raises:
        RefusedValueError: it is none, or there are several.
    """
    try:
        return mailbox(one_written(typed).email)
    except NotAnAddressError as error:
        message = f"{visible(typed)!r}: {error}"
        raise RefusedValueError(message) from error


def _owner(connection: Connection, wanted: Founding, owner: Mailbox, now: dt.datetime) -> str:
    """The owner's account: the one with that address, or a new one."""
    account = organisations.account_by_email(connection, owner.key)
    if account:
        return str(account.id)
    names = {"first_name": wanted.first_name, "last_name": wanted.last_name}
    return organisations.add_account(connection, email=owner.email, email_key=owner.key, now=now, **names)


def _checked_offer(wanted: Founding, catalogue: Catalogue) -> Offer:
    if not fold(wanted.organisation) or is_unsafe(wanted.organisation) or len(wanted.organisation) > MAX_NAME:
        _refuse("an organisation needs a name of at most 200 characters, without control characters")
    if wanted.plan not in catalogue.offers:
        _refuse(f"unknown plan {wanted.plan!r}; there are {', '.join(catalogue.offers)}")
    if not 0 <= wanted.seats <= MAX_SEATS:
        _refuse(f"seats go from 0 to {MAX_SEATS:,}")
    try:
        ZoneInfo(wanted.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{wanted.time_zone!r} is not a time zone such as Europe/Paris"
        raise RefusedValueError(message) from error
    if wanted.currency not in catalogue.currencies:
        _refuse(f"nothing is sold in {wanted.currency}; there are {', '.join(sorted(catalogue.currencies))}")
    offer = catalogue.offer(wanted.plan)
    if offer.kind is PlanKind.PAID and not offer.sells(wanted.cycle, wanted.currency):
        _refuse(f"{wanted.plan} is not sold {wanted.cycle.value} in {wanted.currency}")
    return offer


def _subscribe(
    connection: Connection,
    wanted: Founding,
    offer: Offer,
    organisation_id: str,
    account_id: str,
    *,
    now: dt.datetime,
) -> str:
    today = local_date(now, wanted.time_zone)
    period = period_from(today, wanted.cycle)
    seats = wanted.seats if offer.sub_accounts else 0
    identity = new_id("sub")
    subscriptions.add(
        connection,
        identity,
        organisation_id=organisation_id,
        owner_account_id=account_id,
        plan=wanted.plan,
        billing_cycle=wanted.cycle.value,
        status=SubscriptionStatus.ACTIVE.value,
        currency=wanted.currency,
        time_zone=wanted.time_zone,
        anchor_day=today.day,
        period_start=period.start,
        period_end=period.end,
        unit_price=offer.unit_price(wanted.cycle, wanted.currency, today),
        seats=seats,
        high_water=seats,
        granted_seats=seats if offer.kind is PlanKind.PAID else 0,
        created_at=now,
    )
    usage.note(connection, identity, today, used=0, paid=seats)
    return identity


def _tell(unit: Unit, wanted: Founding, *, granted: int) -> None:
    unit.emit(
        EventKind.ORGANISATION_CREATED,
        EventObject(type="organisation", id=unit.organisation_id, label=wanted.organisation),
    )
    unit.emit(
        EventKind.SUBSCRIPTION_STARTED,
        EventObject(
            type="subscription",
            id=unit.subscription_id,
            label=wanted.plan,
            attributes={
                "plan": wanted.plan,
                "billing_cycle": wanted.cycle.value,
                "seats": wanted.seats,
                "granted": granted,
            },
        ),
    )
    unit.record()


def _refuse(message: str) -> NoReturn:
    raise RefusedValueError(message)
