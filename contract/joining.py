"""What it comes to when people join, whichever way they come in: asked before, and answered with what was done."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from contract.base import Answer, Query
from contract.money import Money
from contract.spending import SpendingCheck

MOST_PEOPLE = 250_000
"""As many as one file holds."""


class PaymentChange(Answer):
    """The next payment before and after: on `date`, with tax and after credit. A free paid seat may change it too."""

    date: dt.date
    before: Money
    after: Money


class JoiningQuery(Query):
    """How many people."""

    people: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 1


class JoiningPreview(Answer):
    """So many people who would join now: `fit` take free seats, `not_paid` find none, `refused` do not come in at all.

    `pay_now` is what paying for those NOT PAID would take now, with tax and after credit, as a quote will say it; None
    where nothing can be paid. `seats` is the number to buy so that nobody is NOT PAID, also not who waits already; None
    where nobody is or seats are not bought. `spending` is how it stands against the limit of whoever asks.
    """

    people: int
    fit: int
    not_paid: int
    refused: int
    pay_now: Money | None = None
    seats: int | None = None
    next_payment: PaymentChange | None = None
    spending: SpendingCheck | None = None
