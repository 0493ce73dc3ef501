"""What every use case here begins with: the account's key, its own paid subscription, the other side's house."""

from collections.abc import Collection
from dataclasses import replace

from contract.money import Money
from contract.problems import ProblemCode
from contract.profile import Own
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.transfers import Told
from server.http.call import Call
from server.http.problems import ServerProblem
from server.store import decisions, organisations
from server.store.own_transfers import Whose
from server.store.types import AnyRow

_EACH = {BillingCycle.MONTHLY: "month", BillingCycle.ANNUAL: "year"}


def my_key(call: Call) -> str:
    """The account's address as it is compared, which is what is stored: two accounts never share it."""
    account = organisations.account(call.connection, call.principal.account_id)
    assert account is not None
    return str(account.email_key)


def whose(call: Call) -> Whose:
    """Whose requests are read."""
    return Whose(call.principal.account_id, my_key(call), call.now)


def house_of(call: Call, organisation_id: str, subscription_id: str) -> Call:
    """The same request inside another organisation, by this account: its events are recorded there."""
    return replace(call, organisation_id=organisation_id, subscription_id=subscription_id, drafts=[], token=None)


def own_subscriptions(call: Call, but: str = "") -> tuple[Own, ...]:
    """The paid subscriptions this account pays for, the oldest first; `but` is not one."""
    catalogue = call.services.catalogue
    paid = [offer.id for offer in catalogue.offers.values() if offer.kind is PlanKind.PAID]
    account = call.principal.account_id
    rows = decisions.own_subscriptions(call.connection, [account], paid, but=but).get(account, [])
    return tuple(_own(call, row) for row in rows)


def _own(call: Call, row: AnyRow) -> Own:
    plan = call.services.catalogue.offer(row.plan)
    cycle = BillingCycle(row.billing_cycle)
    price = None if row.unit_price is None else Money(amount=row.unit_price, currency=row.currency)
    each = "" if row.seats == 1 else " per seat"
    return Own(
        id=row.id,
        organisation=organisations.name_of(call.connection, row.organisation_id),
        label=f"{plan.name}, {price} a {_EACH[cycle]}{each}" if price else plan.name,
        plan=plan.name,
        billing_cycle=cycle,
        status=SubscriptionStatus(row.status),
        price=price,
        period_end=row.period_end,
        users=row.users_active + row.users_not_paid,
    )


def agreed_end(call: Call, ends: Collection[str], but: str = "") -> Told:
    """What the account gives up: all that it pays for itself.

    Raises:
        ServerProblem: `own_subscription_ends`, with what would end, unless that is what was agreed to (D24).
    """
    own = own_subscriptions(call, but)
    ids, label = [each.id for each in own], "; ".join(each.label for each in own)
    if not set(ids) <= set(ends):
        names = ", and ".join(f"{each.label}, of {each.organisation}" for each in own)
        raise ServerProblem(
            ProblemCode.OWN_SUBSCRIPTION_ENDS, f"{names}, would end without refund.", ends=ids, label=label
        )
    return Told(label, frozenset(ids))
