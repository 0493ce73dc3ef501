"""Plans as the rules see them: what is sold, at which price, and what may follow what (D10)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.money import Money
from contract.problems import ProblemCode
from contract.subscription import BillingCycle, PlanKind
from server.domain.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """One plan in one currency. `prices` are per seat and whole period; `moves` are the plans one may go up to.

    `announced` are prices that hold from a day on, by that day, the earliest first.
    """

    id: str
    name: str
    kind: PlanKind
    sub_accounts: bool = True
    follow_users: bool = False
    prices: Mapping[BillingCycle, Money]
    announced: Mapping[BillingCycle, tuple[tuple[dt.date, Money], ...]] = field(default_factory=dict)
    moves: frozenset[str] = frozenset()

    def price_on(self, cycle: BillingCycle, day: dt.date) -> Money | None:
        """What a seat that is bought on a day costs for a period; none where that is not sold."""
        return self.newest(cycle, dt.date.min, day) or self.prices.get(cycle)

    def newest(self, cycle: BillingCycle, after: dt.date, until: dt.date) -> Money | None:
        """The price that was announced last for a day in `(after, until]`, if any was."""
        found = [price for since, price in self.announced.get(cycle, ()) if after < since <= until]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What the vendor sells in one currency: plans by id, the tax in hundredths of a percent, and whom to write to."""

    plans: Mapping[str, PlanTerms]
    tax_rate: int = 0
    contact: str = ""

    def plan(self, plan_id: str) -> PlanTerms:
        """A plan by its id; raises Refusal when nothing of that name is sold."""
        found = self.plans.get(plan_id)
        if found is None:
            said = f" “{plan_id}”" if plan_id.isprintable() else ""
            raise Refusal(ProblemCode.NOT_FOUND, f"Unknown plan{said}. Available: {', '.join(self.plans)}")
        return found

    @property
    def ask_vendor(self) -> str:
        """How a sentence ends that sends somebody to the vendor."""
        return f"write to {self.contact}" if self.contact else "ask the vendor"
