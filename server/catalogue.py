"""The catalogue of plans: read once, from TOML, with prices by currency."""

import datetime as dt
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from contract.field_words import in_words, place, suggested
from contract.money import Money
from contract.subscription import BillingCycle, Plan, PlanKind
from contract.toml_words import line_of, read_toml
from server.domain.plans import Market, PlanTerms
from server.platform.text import is_unsafe
from server.settings import RefusedValueError

DEFAULT = Path(__file__).with_name("catalogue.toml")

_PlanId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
_Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
_Price = Annotated[int, Field(strict=True, ge=0, le=10**9)]
_HIGHEST_TAX = 10_000
_MOST_TOLD = 10


class Announced(BaseModel):
    """A price that holds from a day on: for what is bought then, and from their next renewal for those who have it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    price: _Price
    since: dt.date = Field(alias="from", strict=True)


class Sold(NamedTuple):
    """The price as it is, and those that are announced."""

    price: _Price
    announced: tuple[Announced, ...] = ()


def _told_apart(said: Any) -> Any:
    """`600`, or `[600, { price = 700, from = 2027-01-01 }]`."""
    return (said[0], tuple(said[1:])) if isinstance(said, list) and said else (said, ())


def _in_order(sold: Sold) -> Sold:
    days = [each.since for each in sold.announced]
    if days != sorted(set(days)):
        message = "prices with a day come in the order of their days, each day once"
        raise ValueError(message)
    return sold


_Prices = dict[_Currency, Annotated[Sold, BeforeValidator(_told_apart), AfterValidator(_in_order)]]


class Offer(BaseModel):
    """One plan as the catalogue has it: prices per seat in minor units by cycle and currency, and what follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: _PlanId
    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    kind: PlanKind
    sub_accounts: bool
    seats_follow_users: bool = False
    monthly: _Prices = {}
    annual: _Prices = {}
    max_users: int | None = None
    moves: frozenset[str] = frozenset()
    """Ids of the plans one may go up to from here (D10)."""

    def sells(self, cycle: BillingCycle, currency: str) -> bool:
        """Whether it is offered."""
        return currency in self._sold(cycle)

    def is_sold(self, currency: str) -> bool:
        """Whether it is offered in this currency, for whichever cycle."""
        return any(self.sells(cycle, currency) for cycle in BillingCycle)

    def unit_price(self, cycle: BillingCycle, currency: str, day: dt.date) -> int | None:
        """The price of one seat for one period bought on a day, in minor units; None when it is not offered."""
        price = self.terms(currency).price_on(cycle, day)
        return None if price is None else price.amount

    def _sold(self, cycle: BillingCycle) -> dict[str, Sold]:
        return self.monthly if cycle is BillingCycle.MONTHLY else self.annual

    def room(self, seats: int, active: int) -> int | None:
        """How many more users a contract for so many takes; None where the plan has no such limit (D15)."""
        return max(0, seats - active) if self.kind is PlanKind.CONTRACT else None

    def terms(self, currency: str) -> PlanTerms:
        """The plan for the rules, priced in one currency."""
        sold = {cycle: self._sold(cycle)[currency] for cycle in BillingCycle if currency in self._sold(cycle)}
        return PlanTerms(
            id=self.id,
            name=self.name,
            kind=self.kind,
            sub_accounts=self.sub_accounts,
            follow_users=self.seats_follow_users,
            prices={cycle: Money(amount=each.price, currency=currency) for cycle, each in sold.items()},
            announced={
                cycle: tuple((new.since, Money(amount=new.price, currency=currency)) for new in each.announced)
                for cycle, each in sold.items()
            },
            moves=self.moves,
        )

    def plan(self, currency: str, day: dt.date) -> Plan:
        """The plan as it travels, priced in one currency as on a day."""
        terms = self.terms(currency)
        return Plan(
            **self.model_dump(include={"id", "name", "kind", "sub_accounts", "seats_follow_users", "max_users"}),
            monthly=terms.price_on(BillingCycle.MONTHLY, day),
            annual=terms.price_on(BillingCycle.ANNUAL, day),
        )


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    vendor_contact: str
    tax_rate: Annotated[int, Field(strict=True, ge=0, le=_HIGHEST_TAX)] = 0
    plans: tuple[Offer, ...]

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> Self:
        ids = [offer.id for offer in self.plans]
        if len(set(ids)) < len(ids):
            message = "two plans have the same id"
            raise ValueError(message)
        if any(is_unsafe(text) for text in (self.vendor_contact, *(offer.name for offer in self.plans))):
            message = "names and the contact must be free of control characters"
            raise ValueError(message)
        return self

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
        found = _File.model_validate(read_toml(path.read_bytes()))
        return cls({offer.id: offer for offer in found.plans}, found.vendor_contact, found.tax_rate)

    @property
    def currencies(self) -> frozenset[str]:
        """What anything is sold in."""
        return frozenset(code for offer in self.offers.values() for code in (*offer.monthly, *offer.annual))

    @property
    def identity(self) -> str:
        """The same for two that say the same, whatever their files look like."""
        offers = [{**each.model_dump(mode="json"), "moves": sorted(each.moves)} for each in self.offers.values()]
        said = json.dumps([offers, self.vendor_contact, self.tax_rate], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def market(self, currency: str) -> Market:
        """All of it for the rules, priced in one currency."""
        plans = {offer.id: offer.terms(currency) for offer in self.offers.values()}
        return Market(plans=plans, tax_rate=self.tax_rate, contact=self.vendor_contact)

    def for_more(self, plan: str, currency: str) -> tuple[str, ...]:
        """Names of the plans that would allow more users; none where the plan has sub-accounts itself (D17)."""
        here = self.offer(plan)
        there = () if here.sub_accounts else (each for each in self.offers.values() if each.id in here.moves)
        return tuple(each.name for each in there if each.sub_accounts and each.is_sold(currency))

    def offer(self, plan: str) -> Offer:
        """The offer behind a subscription's plan; a plan that is no longer sold is a KeyError."""
        return self.offers[plan]


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that comes with the server."""
    return Catalogue.read()


def catalogue_of(path: Path | None) -> Catalogue:
    """The catalogue in a file, or the one that comes with the server.

    Raises:
        RefusedValueError: the file can't be read or is no catalogue; the message says what is wrong, in one line.
    """
    if path is None:
        return default_catalogue()
    try:
        return Catalogue.read(path)
    except OSError as error:
        message = f"the catalogue {str(path)!r} can't be read: {error.strerror}"
        raise RefusedValueError(message) from error
    except ValidationError as error:
        text = path.read_text("utf-8-sig")
        wrong = " ".join(_said(each, text) for each in error.errors(include_url=False)[:_MOST_TOLD])
        message = f"{str(path)!r} is not a catalogue: {wrong}"
        raise RefusedValueError(message) from error
    except ValueError as error:
        message = f"{str(path)!r} is not a catalogue: {error}"
        raise RefusedValueError(message) from error


def _said(found: ErrorDetails, text: str) -> str:
    """One mistake with its line, its name, and what was probably meant."""
    key = found["loc"]
    reason = in_words(found)
    if found["type"] == "extra_forbidden":
        model = Offer if key[:1] == ("plans",) else _File
        reason += suggested(key[-1], model.model_fields)
    line = line_of(text, key)
    return ": ".join(filter(None, (f"line {line}" if line else "", place(key), reason)))
