"""The sandbox: a clock that can be moved and a gateway that can be told to decline."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contract.base import Answer, Body, Instant

DURATION = r"^P(\d{1,4}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(\d{1,5}H)?(\d{1,5}M)?(\d{1,6}S)?)?$"


class ClockBody(Body):
    """Either an instant to move to, or an ISO 8601 duration to advance by (`P1M`, `P3DT2H`). Never backwards."""

    now: Instant | None = None
    advance: Annotated[str, StringConstraints(pattern=DURATION)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.now is None) == (self.advance is None):
            message = "give either now or advance"
            raise ValueError(message)
        return self


class Clock(Answer):
    """What time it is on the server, and what fell due on the way there."""

    now: Instant
    events: Annotated[int, Field(ge=0)] = 0


NextPayment = Literal["accept", "decline", "late", "twice", "unreachable"]
"""What the sandbox gateway does with one payment: it may also answer late, answer twice, or not be there at first."""


class PaymentsBody(Body):
    """What the sandbox gateway does with the next payment, or with several: `next` is done `times` times."""

    next: NextPayment
    times: Annotated[int, Field(ge=1, le=100)] = 1


class PaymentsState(Answer):
    """What the sandbox gateway will do next."""

    next: NextPayment
    times: int = 1
