"""What every use case here begins with: the account's key, its own paid subscription, the other side's house."""

from dataclasses import replace

from contract.money import Money
from contract.problems import ProblemCode
from contract.profile import Own
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.http.call import Call
from server.http.problems import ServerProblem
from server.store import decisions, organisations
from server.store.own_transfers import Whose
from server.text import email_key

_EACH = {BillingCycle.MONTHLY: "month", BillingCycle.ANNUAL: "year"}


def my_key(call: Call) -> str:
    """The account's address as it is compared."""
    return email_key(call.principal.email) or call.principal.email


def whose(call: Call) -> Whose:
    """Whose requests are read."""
    return Whose(call.principal.account_id, my_key(call), call.now)


def house_of(call: Call, organisation_id: str, subscription_id: str) -> Call:
    """The same request inside another organisation, by this account: its events are recorded there."""
    return replace(call, organisation_id=organisation_id, subscription_id=subscription_id, drafts=[])


def own_subscription(call: Call, but: str = "") -> Own | None:
    """The paid subscription this account pays for; `but` is not one."""
    catalogue = call.services.catalogue
    paid = [offer.id for offer in catalogue.offers.values() if offer.kind is PlanKind.PAID]
    account = call.principal.account_id
    row = decisions.own_subscriptions(call.connection, [account], paid, but=but).get(account)
    if row is None:
        return None
    plan = catalogue.offer(row.plan).plan(row.currency)
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


def agreed_end(call: Call, ends: str | None, but: str = "") -> str:
    """What the account gives up, in words; empty for nothing.

    Raises:
        ServerProblem: `own_subscription_ends`, with what would end, unless that is what was agreed to (D24).
    """
    own = own_subscription(call, but)
    if own is None:
        return ""
    if own.id != ends:
        said = f"{own.label}, of {own.organisation}, would end without refund."
        raise ServerProblem(ProblemCode.OWN_SUBSCRIPTION_ENDS, said, ends=own.id, label=own.label)
    return own.label
