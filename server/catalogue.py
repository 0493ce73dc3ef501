"""The catalogue of plans: read once, from TOML, with prices by currency."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, model_validator

from contract.money import Money
from contract.subscription import BillingCycle, Plan, PlanKind
from server.domain.plans import Market, PlanTerms

DEFAULT = Path(__file__).with_name("catalogue.toml")


class Offer(BaseModel):
    """One plan as the catalogue has it: a price per seat in minor units for each currency and cycle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    kind: PlanKind
    sub_accounts: bool
    seats_follow_users: bool = False
    monthly: dict[str, int] = {}
    annual: dict[str, int] = {}
    max_users: int | None = None
    moves: frozenset[str] = frozenset()
    """Ids of the plans one may go up to from here (D10)."""

    def unit_price(self, cycle: BillingCycle, currency: str) -> int | None:
        """The price of one seat for one period in minor units; None when it is not offered."""
        return (self.monthly if cycle is BillingCycle.MONTHLY else self.annual).get(currency)

    def terms(self, currency: str) -> PlanTerms:
        """The plan for the rules, priced in one currency."""
        prices = {cycle: self.unit_price(cycle, currency) for cycle in BillingCycle}
        return PlanTerms(
            id=self.id,
            name=self.name,
            kind=self.kind,
            sub_accounts=self.sub_accounts,
            follow_users=self.seats_follow_users,
            prices={
                cycle: Money(amount=price, currency=currency) for cycle, price in prices.items() if price is not None
            },
            moves=self.moves,
        )

    def plan(self, currency: str) -> Plan:
        """The plan as it travels, priced in one currency."""
        monthly, annual = self.monthly.get(currency), self.annual.get(currency)
        return Plan(
            **self.model_dump(include={"id", "name", "kind", "sub_accounts", "seats_follow_users", "max_users"}),
            monthly=None if monthly is None else Money(amount=monthly, currency=currency),
            annual=None if annual is None else Money(amount=annual, currency=currency),
        )


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    vendor_contact: str
    tax_rate: int = 0
    plans: tuple[Offer, ...]

    @model_validator(mode="after")
    def _moves_lead_somewhere(self) -> Self:
        known = {offer.id for offer in self.plans}
        lost = sorted({move for offer in self.plans for move in offer.moves} - known)
        if lost:
            message = f"plans may move to {lost}, which the catalogue does not have"
            raise ValueError(message)
        return self


class Catalogue(NamedTuple):
    """The plans by id, in the order of the file; `tax_rate` in hundredths of a percent."""

    offers: dict[str, Offer]
    vendor_contact: str
    tax_rate: int

    @classmethod
    def read(cls, path: Path = DEFAULT) -> Self:
        """Read a catalogue file.

        Raises:
            ValueError: the file is not a catalogue (TOML and validation errors are both of this kind).
        """
        found = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
        return cls({offer.id: offer for offer in found.plans}, found.vendor_contact, found.tax_rate)

    @property
    def currencies(self) -> frozenset[str]:
        """What anything is sold in."""
        return frozenset(code for offer in self.offers.values() for code in (*offer.monthly, *offer.annual))

    def market(self, currency: str) -> Market:
        """All of it for the rules, priced in one currency."""
        plans = {offer.id: offer.terms(currency) for offer in self.offers.values()}
        return Market(plans=plans, tax_rate=self.tax_rate, contact=self.vendor_contact)

    def offer(self, plan: str) -> Offer:
        """The offer behind a subscription's plan; a plan that is no longer sold is a KeyError."""
        return self.offers[plan]


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that comes with the server."""
    return Catalogue.read()
