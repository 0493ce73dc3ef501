"""Which plan and cycle may follow which: plans only go up, cycles only from monthly to annual (D10)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from contract.money import Money
from contract.problems import ProblemCode
from contract.subscription import BillingCycle, PlanKind, SubscriptionStatus
from server.domain.errors import Refusal
from server.domain.plans import Market, PlanTerms
from server.domain.subscription_state import Standing


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan with one cycle. `refusal` says why it can't be had; the current one can't be chosen, without a reason."""

    plan: PlanTerms
    cycle: BillingCycle
    price: Money | None
    current: bool
    refusal: Refusal | None = None

    @property
    def allowed(self) -> bool:
        """Whether a quote for it can be asked."""
        return not self.current and self.refusal is None


def choices(standing: Standing, plan: PlanTerms, market: Market, today: dt.date) -> Iterator[Choice]:
    """The cycles of a plan at today's prices, as this subscription may move to them; one without prices has one."""
    for cycle in [cycle for cycle in BillingCycle if cycle in plan.prices] or [BillingCycle.MONTHLY]:
        over = standing.status is SubscriptionStatus.ENDED
        priceless = plan.kind is not PlanKind.PAID
        current = plan.id == standing.plan.id and (priceless or cycle is standing.cycle) and not over
        refusal = None
        if not current:
            try:
                check_move(standing, plan, cycle, market)
            except Refusal as found:
                refusal = found
        yield Choice(plan, cycle, plan.price_on(cycle, today), current, refusal)


def check_move(standing: Standing, plan: PlanTerms, cycle: BillingCycle, market: Market) -> None:
    """Raise Refusal, with whom to ask, when this plan and cycle can't follow what there is."""
    by_contract(standing, market)
    _check_plan(standing, plan, market)
    if cycle not in plan.prices:
        raise Refusal(ProblemCode.CYCLE_NOT_OFFERED, f"{plan.name} is not offered {cycle.value}")
    if starts_anew(standing):
        return
    if standing.status is not SubscriptionStatus.ACTIVE:
        raise Refusal(
            ProblemCode.SUBSCRIPTION_NOT_ACTIVE,
            "The overdue amount has to be paid first",
            status=standing.status.value,
        )
    if standing.cycle is BillingCycle.ANNUAL and cycle is BillingCycle.MONTHLY:
        to_vendor("Only the vendor can change annual billing to monthly", market)
    if standing.ends and cycle is not standing.cycle:
        detail = f"The subscription ends on {standing.period.end}, and another cycle begins a period: resume it first"
        raise Refusal(ProblemCode.SUBSCRIPTION_NOT_ACTIVE, detail, status=standing.status.value)


def starts_anew(standing: Standing) -> bool:
    """Whether there is nothing paid for to go on from: a free plan, or a subscription that has ended (D12)."""
    return standing.plan.kind is PlanKind.FREE or standing.status is SubscriptionStatus.ENDED


def by_contract(standing: Standing, market: Market) -> None:
    """Raise Refusal on a contract: whatever it sets is changed with the vendor."""
    if standing.plan.kind is PlanKind.CONTRACT:
        detail = f"Your contract sets this: {market.ask_vendor}"
        raise Refusal(ProblemCode.SET_BY_CONTRACT, detail, contact=market.contact)


def _check_plan(standing: Standing, plan: PlanTerms, market: Market) -> None:
    if plan.kind is PlanKind.CONTRACT:
        to_vendor("A contract is agreed with the vendor", market)
    if starts_anew(standing):
        if plan.kind is PlanKind.FREE:
            to_vendor(f"{plan.name} can't be chosen this way", market)
        return
    if plan.id != standing.plan.id and plan.id not in standing.plan.moves:
        to_vendor(f"From {standing.plan.name} to {plan.name} goes through the vendor", market)


def to_vendor(what: str, market: Market, code: ProblemCode = ProblemCode.REDUCTION_NEEDS_CONTACT) -> NoReturn:
    """Raise Refusal that says what only the vendor does, and whom to write to."""
    raise Refusal(code, f"{what}: {market.ask_vendor}", contact=market.contact)
