"""Taking a first subscription: what somebody without one may start, its price, and what starting it did (D12).

Until a start is confirmed there is nothing but its price: no organisation, no subscription, and no name that is kept.
"""

from typing import Annotated

from pydantic import Field

from contract.base import Answer, Body, Query, ShortText
from contract.people import Organisation
from contract.quotes import Confirmation, PlanId, Quote, Start
from contract.subscription import BillingCycle, Plan

MAX_NAME = 200
"""Characters of an organisation's name."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class StartQuery(Query):
    """In which currency; without one in the vendor's first."""

    currency: Currency | None = None


class StartOffer(Answer):
    """What this account may start. `refusal` says why it may not; then there is nothing to choose.

    `contact` is the vendor's. `plans` are those with a price in `currency`, the free ones, and the contracts; their
    choices say which can be had this way.
    """

    refusal: str = ""
    contact: str = ""
    currencies: tuple[str, ...] = ()
    currency: str = ""
    plans: tuple[Plan, ...] = ()


class StartOrganisation(Body):
    """An organisation of one's own with its subscription. Without seats it has one; days are those of `time_zone`."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    plan: PlanId
    billing_cycle: BillingCycle = BillingCycle.MONTHLY
    seats: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    currency: Currency | None = None
    time_zone: ShortText = "UTC"

    @property
    def start(self) -> Start:
        """The change that a quote is for."""
        return Start(plan=self.plan, billing_cycle=self.billing_cycle, seats=self.seats)


class StartQuote(Answer):
    """What it costs and does: a quote like any other, for an organisation that is not there yet."""

    name: str
    time_zone: str
    quote: Quote


class Started(Answer):
    """The organisation is there, paid for, and its owner is who asked.

    `signed_in` says whether the token that asked is the organisation's from now on: one that belonged to the account
    alone is, one of another organisation stays there.
    """

    organisation: Organisation
    confirmation: Confirmation
    signed_in: bool = False
