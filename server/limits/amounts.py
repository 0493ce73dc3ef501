"""A monthly limit as somebody sets it: in the subscription's currency, in minor units (D1)."""

from contract.money import Money
from contract.problems import ProblemCode
from contract.spending import MOST_LIMIT
from server.http.call import Call
from server.http.problems import Invalid, ServerProblem

AT = "/spending_limit"


def limit_given(call: Call, wanted: Money) -> int:
    """The limit in minor units.

    Raises:
        ServerProblem: it is in another currency, below nothing, or more than can be kept.
    """
    currency = call.principal.currency
    if wanted.currency != currency or wanted.amount < 0:
        raise Invalid((AT, "invalid", f"Give an amount in {currency}, such as {Money(amount=100, currency=currency)}."))
    if wanted.amount > MOST_LIMIT:
        most = Money(amount=MOST_LIMIT, currency=currency)
        raise Invalid((AT, "less_than_equal", f"Give at most {most}, or no limit."))
    return wanted.amount


def refuse_bound(call: Call, instead: str) -> None:
    """Keep a token with a limit of its own from what would get it round that limit.

    Raises:
        ServerProblem: `not_allowed`.
    """
    if call.token is not None:
        detail = f"This token has a spending limit, so it {instead}. Sign in without one, or ask another owner."
        raise ServerProblem(ProblemCode.NOT_ALLOWED, detail, needed_role="owner")
