"""The monthly limit of an admin, for every way in which it makes a payment larger: the one place that counts it.

What a change makes of the next renewal is found by comparing the subscription before it and after, in the transaction
that makes it; who may not spend that is refused, and the transaction with it. Who does many at once asks `may_list`
first, and takes those that fit.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contract.money import Money
from contract.people import LimitOf, Role
from contract.problems import ProblemCode
from contract.spending import SpendingCheck
from server.catalogue import Catalogue
from server.domain.periods import local_date, start_of_day
from server.domain.spending import Allowance, Allowances, growth, most_users, next_renewal
from server.domain.subscription_state import Standing
from server.http.owners import owners_of
from server.http.problems import ServerProblem
from server.platform.transaction import Unit
from server.store import limits, payments, subscriptions
from server.store.types import AnyRow
from server.subscription.reading import standing_of

_BY_HANDING_OUT = (
    "An owner can make a token with a higher limit (headcount tokens create EMAIL --limit AMOUNT), or do it."
)
_BY_MEMBER = "An owner can raise it, or do this"

MANY = 1_000_000
"""More users than any limit is asked about."""


def allowance_of(
    unit: Unit, account_id: str | None, row: AnyRow | None = None, *, admins_alone: bool = False
) -> Allowances | None:
    """What an account may spend this month, the month of the subscription's time zone; None: no limit binds it.

    Nobody's account (the server's own work) has none. Who is no longer in the organisation, or has lost the right to
    spend, may make nothing larger; with `admins_alone` there is none for them, to show it to who may spend at all.
    The unit's token binds besides, whoever it belongs to, where it has a limit of its own.
    """
    if account_id is None:
        return None
    held = limits.holder(unit.connection, unit.organisation_id, account_id)
    admin = held is not None and held.role == Role.ADMIN.value
    boundless = admin and held is not None and held.spending_limit is None
    free = boundless or limits.unbound(held) or (admins_alone and not admin)
    if free and unit.token is None:
        return None
    row = row or subscriptions.get(unit.connection, unit.subscription_id)
    since = start_of_day(local_date(unit.now, row.time_zone).replace(day=1), row.time_zone)
    found = []
    if not free:
        most = (held.spending_limit or 0) if admin and held is not None else 0
        found.append(_allowance(unit, account_id, most, since))
    if unit.token is not None:
        found.append(_allowance(unit, account_id, unit.token.limit, since, unit.token.token_id))
    return Allowances(tuple(found))


def _allowance(unit: Unit, account_id: str, limit: int, since: dt.datetime, token_id: str | None = None) -> Allowance:
    """One limit with what counts against it: all that the account has spent, or what was spent with one token."""
    return Allowance(
        limit=limit,
        paid=payments.spent(unit.connection, unit.organisation_id, account_id, since, token_id),
        added=limits.added(unit.connection, unit.organisation_id, account_id, since, token_id),
        of_token=token_id is not None,
    )


@contextmanager
def counted(unit: Unit, catalogue: Catalogue, account_id: str | None) -> Iterator[None]:
    """Count what is done inside against an account's limit.

    Raises:
        ServerProblem: `spending_limit_reached`, once all of it was tried: the transaction is to be given up.
    """
    row = subscriptions.get(unit.connection, unit.subscription_id)
    allowance = allowance_of(unit, account_id, row)
    yield
    if allowance is None or account_id is None:
        return
    after = subscriptions.get(unit.connection, unit.subscription_id)
    if after.version == row.version:
        return
    sides = standing_of(row, catalogue), standing_of(after, catalogue)
    settle(unit, catalogue, allowance, account_id, sides)


def settle(
    unit: Unit,
    catalogue: Catalogue,
    allowance: Allowances,
    account_id: str,
    sides: tuple[Standing, Standing],
    *,
    due_now: int = 0,
    quote_id: str | None = None,
) -> None:
    """Check one change, as the subscription stands before and after it, and note what it adds to the renewal.

    Raises:
        ServerProblem: `spending_limit_reached`.
    """
    before, after = sides
    check = check_of(allowance, catalogue, before, after, due_now)
    if not check.allowed:
        raise over(unit, check)
    if check.renewal_adds.amount:
        limits.add(
            unit.connection,
            unit.organisation_id,
            account_id,
            renewal_date=after.period.end,
            amount=check.renewal_adds.amount,
            now=unit.now,
            quote_id=quote_id,
            token_id=unit.token and unit.token.token_id,
        )


def check_of(
    allowance: Allowances, catalogue: Catalogue, before: Standing, after: Standing, due_now: int = 0
) -> SpendingCheck:
    """How a change stands against a limit. A credit that it uses up is one that the renewal will not have."""
    market = catalogue.market(before.currency)
    adds = next_renewal(after, market) - next_renewal(before, market) + max(0, before.credit - after.credit)
    return _check(allowance, before, due_now, adds, after.period.end)


def _check(allowances: Allowances, standing: Standing, due_now: int, adds: int, on: dt.date) -> SpendingCheck:
    allowance = allowances.deciding(due_now, adds, on)

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=standing.currency)

    return SpendingCheck(
        limit=money(allowance.limit),
        spent=money(allowance.spent),
        left=money(allowance.left),
        due_now=money(due_now),
        renewal_adds=money(adds),
        allowed=allowances.allows(due_now, adds, on),
        limit_of=_whose(allowance),
    )


def _whose(allowance: Allowance) -> LimitOf:
    return LimitOf.TOKEN if allowance.of_token else LimitOf.MEMBER


def check_users(unit: Unit, catalogue: Catalogue, account_id: str | None, users: int) -> SpendingCheck | None:
    """How so many more users would stand against an account's limit; None where no limit binds it."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    allowance = allowance_of(unit, account_id, row)
    if allowance is None:
        return None
    standing = standing_of(row, catalogue)
    adds = growth(standing, users, catalogue.market(row.currency))
    return _check(allowance, standing, 0, adds, standing.period.end)


def may_list(
    unit: Unit,
    catalogue: Catalogue,
    account_id: str | None,
    wanted: int,
    leaving: int = 0,
    *,
    row: AnyRow | None = None,
) -> int | None:
    """How many of so many more users an account may list, once others have left; None where no limit binds it.

    `row` is the subscription's, where it was read before.
    """
    row = row or subscriptions.get(unit.connection, unit.subscription_id)
    allowance = allowance_of(unit, account_id, row)
    if allowance is None:
        return None
    standing = standing_of(row, catalogue)
    room = allowance.room(standing.period.end)
    return most_users(standing, wanted, room, catalogue.market(row.currency), leaving)


def may_ask(unit: Unit, catalogue: Catalogue, account_id: str | None, wanted: int) -> int | None:
    """How many of so many accounts may be asked: each that still waits may become a user by its answer alone."""
    if account_id is None:
        return None
    if unit.token is None and limits.unbound(limits.holder(unit.connection, unit.organisation_id, account_id)):
        return None
    waiting = limits.asked_by(unit.connection, unit.subscription_id, account_id)
    most = may_list(unit, catalogue, account_id, waiting + wanted)
    return None if most is None else max(0, most - waiting)


def refuse_users(unit: Unit, catalogue: Catalogue, account_id: str | None, users: int = 1) -> ServerProblem:
    """Why so many more users are refused."""
    check = check_users(unit, catalogue, account_id, users)
    assert check is not None
    return over(unit, check)


def over(unit: Unit, check: SpendingCheck) -> ServerProblem:
    """The refusal, with all that it was found from."""
    sums = []
    if check.due_now.amount:
        sums.append(f"costs {check.due_now} now")
    if check.renewal_adds.amount > 0:
        sums.append(f"adds {check.renewal_adds} to the next renewal")
    of_token = check.limit_of is LimitOf.TOKEN
    whose = "The limit of this token" if of_token else "Your limit"
    how, data = _BY_HANDING_OUT, dict[str, Any]()
    if not of_token:
        how, data = owners_of(unit.connection, unit.organisation_id).tell(_BY_MEMBER)
    said = f"{whose} is {check.limit} a month, {check.spent} of it is spent, and this {' and '.join(sums)}. {how}"
    return ServerProblem(ProblemCode.SPENDING_LIMIT_REACHED, said, **check.model_dump(mode="json"), **data)


def left_of(unit: Unit, catalogue: Catalogue, account_id: str) -> tuple[Money, Money, int | None, LimitOf] | None:
    """The tightest limit, what is left of it this month, how many more users that lets in (None: any), and whose."""
    row = subscriptions.get(unit.connection, unit.subscription_id)
    allowance = allowance_of(unit, account_id, row)
    if allowance is None:
        return None
    standing = standing_of(row, catalogue)
    users = most_users(standing, MANY, allowance.room(standing.period.end), catalogue.market(row.currency))
    tightest = allowance.tightest
    limit, left = (Money(amount=each, currency=row.currency) for each in (tightest.limit, tightest.left))
    return limit, left, None if users == MANY else users, _whose(tightest)
