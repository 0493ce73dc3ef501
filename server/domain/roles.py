"""Who may be given which role, who may be taken out, and what limit goes with a role (the table before D28).

Roles are the contract's words, as text. There always is an owner, and the main account, which pays, always is one.
"""

import datetime as dt
from dataclasses import dataclass

from contract.problems import ProblemCode
from server.domain.errors import Refusal

OWNER, ADMIN = "owner", "admin"

OFFER_FOR = dt.timedelta(days=14)
"""How long an offer to hand the subscription over waits for its answer, as a transfer request does (D23)."""

UNDO_FOR = dt.timedelta(minutes=10)
"""How long having accepted it can be undone (D27), and the least time in which a removed member can be brought back."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a member is: the role, the monthly limit in minor units (None: no limit), whether it is the main account."""

    role: str
    limit: int | None = 0
    main: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member is to be. No `role`: as before. `limited` says that `limit` was named, be it as none."""

    role: str | None = None
    limit: int | None = None
    limited: bool = False


def changed(before: Place, wanted: Wanted, owners: int) -> Place:
    """What becomes of a member; `owners` is how many there are before.

    A limit is an admin's alone: whoever becomes one without it may spend nothing, and every other role has none to set.

    Raises:
        Refusal: `main_account_stays` or `last_owner`.
    """
    role = wanted.role or before.role
    if role != OWNER:
        keep_owner(before, owners)
    return Place(role, _limit(before, wanted, role), before.main)


def keep_owner(place: Place, owners: int) -> None:
    """Whether a member may stop being an owner: by another role, or by being taken out.

    Raises:
        Refusal: it is the main account, or there would be no owner left.
    """
    if place.main:
        raise Refusal(ProblemCode.MAIN_ACCOUNT_STAYS, "The main account pays, so it always is an owner.")
    if place.role == OWNER and owners <= 1:
        raise Refusal(ProblemCode.LAST_OWNER, "This is the last owner, and there has to be one.")


def takes_limit(before: Place, wanted: Wanted) -> bool:
    """Whether a limit that was named can be kept: none can, and one of an admin's."""
    return wanted.limit is None or (wanted.role or before.role) == ADMIN


def _limit(before: Place, wanted: Wanted, role: str) -> int | None:
    if role == OWNER:
        return None
    if role != ADMIN:
        return 0
    if wanted.limited:
        return wanted.limit
    return before.limit if before.role == ADMIN else 0


def restorable_until(now: dt.datetime, period_end: dt.datetime | None) -> dt.datetime:
    """Until when somebody taken out now can be brought back: as long as their place on the list could be (D19)."""
    least = now + UNDO_FOR
    return least if period_end is None else max(least, period_end)
