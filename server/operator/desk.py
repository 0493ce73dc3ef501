"""What an operator's action is done with."""

import datetime as dt
from dataclasses import dataclass

from contract.events import Actor
from server.catalogue import Catalogue
from server.platform.transaction import Unit
from server.store.types import Connection

OPERATOR = Actor(label="the operator")
"""Who acts in the events: who may do so has the server's machine."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One transaction, and what is known beside it. `machine` is the machine's time, `served` that a server runs.

    `address` is how people reach the server, as far as that is known.
    """

    connection: Connection
    now: dt.datetime
    machine: dt.datetime
    catalogue: Catalogue
    address: str = ""
    served: bool = False


def unit_of(desk: Desk, organisation_id: str, subscription_id: str = "") -> Unit:
    """The operator's work in one organisation."""
    return Unit(
        connection=desk.connection,
        organisation_id=organisation_id,
        subscription_id=subscription_id,
        now=desk.now,
        actor=OPERATOR,
    )
