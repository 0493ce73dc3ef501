"""Who starts an organisation, and what they may do today."""

import datetime as dt
from dataclasses import dataclass
from functools import partial

from contract.problems import ProblemCode
from server.domain.codes import GUESSES
from server.domain.starting import sold_by_hand
from server.domain.waiting import seconds_to_wait
from server.http.call import Principal
from server.http.problems import ServerProblem, refused
from server.limits import guesses
from server.platform.services import Services
from server.store import starts
from server.store.types import Connection

DAY = dt.timedelta(days=1)

MOST_PRICES = 100
"""Prices that an account may ask for in a day."""
MOST_PRICES_OF_NETWORK = 400
MOST_PAYMENTS = 10
"""Times that an account may try to pay in a day: a stolen card is not to be tried out here."""
MOST_STARTED = 5
"""Organisations that may be started from one network in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """An account that is signed in by itself. `network` is where it asks from, empty where nobody knows.

    `token_id` is the token that is to be the new organisation's, if it belongs to the account alone: none for a session
    of the pages.
    """

    account_id: str
    email: str
    network: str = ""
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """One transaction in which somebody starts an organisation: `now` is one instant for all of it."""

    connection: Connection
    services: Services
    starter: Starter
    now: dt.datetime


def starter_of(principal: Principal, network: str) -> Starter:
    """Who asks, and from which network; empty where nobody knows."""
    return Starter(
        account_id=principal.account_id,
        email=principal.email,
        network=network,
        token_id=principal.token_id,
    )


def check_may_start(desk: Desk) -> None:
    """What holds whatever is to be started.

    Raises:
        ServerProblem: it is sold by hand here, or they own a subscription.
    """
    if not desk.services.settings.starts_online:
        raise refused(sold_by_hand(desk.services.catalogue.market("")))
    owned = starts.owned_by(desk.connection, desk.starter.account_id)
    if owned is not None:
        detail = f"You own {owned}: change its subscription, or start it again there."
        raise ServerProblem(ProblemCode.ALREADY_SUBSCRIBED, detail)


def check_prices_left(desk: Desk) -> None:
    """A price costs the server work, and tells whether a name is available.

    Raises:
        ServerProblem: `rate_limited`.
    """
    connection, starter, now = desk.connection, desk.starter, desk.now
    since = now - DAY
    mine = starts.asked_since(connection, since, MOST_PRICES, account_id=starter.account_id)
    _check(seconds_to_wait(mine, MOST_PRICES, DAY, now), f"{MOST_PRICES} prices within a day.")
    if starter.network:
        ours = starts.asked_since(connection, since, MOST_PRICES_OF_NETWORK, network=starter.network)
        wait = seconds_to_wait(ours, MOST_PRICES_OF_NETWORK, DAY, now)
        _check(wait, f"{MOST_PRICES_OF_NETWORK} prices within a day.")


def check_starts_left(desk: Desk) -> None:
    """A few organisations a day from one network, and a few payments by one account.

    Raises:
        ServerProblem: `rate_limited`.
    """
    connection, starter, now = desk.connection, desk.starter, desk.now
    tried = starts.paid_since(connection, now - DAY, MOST_PAYMENTS, starter.account_id)
    _check(seconds_to_wait(tried, MOST_PAYMENTS, DAY, now), f"{MOST_PAYMENTS} payments within a day.")
    if starter.network:
        started = starts.started_since(connection, now - DAY, MOST_STARTED, starter.network)
        wait = seconds_to_wait(started, MOST_STARTED, DAY, now)
        _check(wait, f"{MOST_STARTED} organisations within a day from your network.")


def check_name(desk: Desk, name_key: str) -> None:
    """Whether a name can be had; said in the same words whoever has it (D25).

    Wrong tries count as guesses: nobody looks through the names.

    Raises:
        ServerProblem: `name_not_available`, which counts, or `rate_limited`.
    """
    connection, starter, now = desk.connection, desk.starter, desk.now
    wait = guesses.wait_of(connection, _guessers(starter), now)
    _check(wait, f"{GUESSES} names within an hour that were not available.")
    if starts.is_taken(connection, name_key):
        leaves = partial(guesses.note, guessers=_guessers(starter), now=now)
        raise ServerProblem(ProblemCode.NAME_NOT_AVAILABLE, "This name is not available.", leaves=leaves)


def _guessers(starter: Starter) -> list[str]:
    found = [f"name account {starter.account_id}"]
    return [*found, f"name address {starter.network}"] if starter.network else found


def _check(wait: int | None, said: str) -> None:
    if wait is not None:
        raise ServerProblem(ProblemCode.RATE_LIMITED, said, retry_after=wait)
