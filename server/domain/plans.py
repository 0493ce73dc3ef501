"""Plans as the rules see them: what is sold, at which price, and what may follow what (D10)."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.money import Money
from contract.problems import ProblemCode
from contract.subscription import BillingCycle, PlanKind
from server.domain.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """One plan in one currency. `prices` are per seat and whole period; `moves` are the plans one may go up to."""

    id: str
    name: str
    kind: PlanKind
    sub_accounts: bool = True
    follow_users: bool = False
    prices: Mapping[BillingCycle, Money]
    moves: frozenset[str] = frozenset()


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
