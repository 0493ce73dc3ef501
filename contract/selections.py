"""Selections: everybody a filter finds but some, counted once, then removed as one command (D19, D26)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contract.base import Answer, Body, Identifier, Instant
from contract.users import MAX_BATCH, AddedDay, UserSource, UserStatus


class UsersFilter(Body):
    """Which users: the same filters as for their list. An empty one finds everybody."""

    search: Annotated[str, Field(max_length=200)] = ""
    status: UserStatus | None = None
    source: UserSource | None = None
    added_from: AddedDay | None = None
    added_before: AddedDay | None = None


class NewSelection(Body):
    """Whom to count: all that `filter` finds but the `exceptions`, or the users named by `ids`."""

    filter: UsersFilter | None = None
    exceptions: Annotated[tuple[Identifier, ...], Field(max_length=MAX_BATCH)] = ()
    ids: Annotated[tuple[Identifier, ...], Field(max_length=MAX_BATCH)] = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.filter is None) == (not self.ids):
            message = "give either a filter or ids"
            raise ValueError(message)
        if self.ids and self.exceptions:
            message = "leave exceptions out of the ids"
            raise ValueError(message)
        return self


class SelectionStatus(StrEnum):
    """How far it is. `removing` and `restoring` go on by themselves, also after the server was down; ask again."""

    COUNTED = "counted"
    REMOVING = "removing"
    REMOVED = "removed"
    RESTORING = "restoring"


class LeftBecause(StrEnum):
    """Why somebody was left alone: removed by others, changed, or added since the count; or why not restored."""

    GONE = "gone"
    CHANGED = "changed"
    CAME = "came"
    NO_SEAT = "no_seat"
    NOT_RESTORABLE = "not_restorable"


class LeftAlone(Answer):
    """Somebody to whom nothing was done."""

    id: Identifier
    name: str
    email: str
    because: LeftBecause


class SelectionSeats(Answer):
    """What becomes of the seats of a selection: `taken` by users who wait, the others `free` until `period_end`.

    Nothing is refunded (D19). `restorable` is how many could be listed again at once.
    """

    taken: int
    free: int
    restorable: int
    period_end: dt.date


class Selection(Answer):
    """A fixed set of users, each in the version it was counted in; whoever is another by then is left alone.

    `count` users were counted, `active` and `not_paid` among them; `seats` says, until they are removed, what that
    does. `removed` and `restored` count up while it is done. `gone`, `changed`, `came`, `no_seat` and `not_restorable`
    count those left alone by the command that ran last; `left` names the first of them.
    """

    id: Identifier
    status: SelectionStatus
    count: int
    active: int
    not_paid: int
    seats: SelectionSeats | None = None
    removed: int = 0
    restored: int = 0
    gone: int = 0
    changed: int = 0
    came: int = 0
    no_seat: int = 0
    not_restorable: int = 0
    left: tuple[LeftAlone, ...] = ()
    created_at: Instant
    expires_at: Instant

    @property
    def underway(self) -> bool:
        """Whether it goes on by itself just now."""
        return self.status in {SelectionStatus.REMOVING, SelectionStatus.RESTORING}

    @property
    def away(self) -> int:
        """How many of those who were removed are not restored."""
        return self.removed - self.restored


class RemoveSelection(Body):
    """Remove it. `count` is the number that was read; another one is refused."""

    count: Annotated[int, Field(ge=0)]
