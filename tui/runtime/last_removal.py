"""What one removed last and can still take back, as the server's history has it: also after a restart (D19)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from client.api import Client
from client.errors import NotFound
from contract.events import Event, EventKind, EventsQuery
from contract.pages import MAX_LIMIT
from contract.selections import Selection, SelectionStatus
from contract.subscription import Overview
from contract.users import User, UserStatus

__all__ = ["MOST_BY_NAME", "EarlierRemoval", "last_removal"]

MOST_BY_NAME = 1_000
"""The most users a removal names one by one; of more the server keeps who they are."""


@dataclass(frozen=True, slots=True)
class EarlierRemoval:
    """One command that removed users, with those who could still come back: by name, or a whole selection."""

    event: Event
    users: tuple[User, ...] = ()
    selection: Selection | None = None

    @property
    def away(self) -> int:
        """How many that are."""
        return self.selection.away if self.selection else len(self.users)


async def last_removal(client: Client, overview: Overview) -> EarlierRemoval | None:
    """The last removal by whoever asks; None where nobody of it could come back.

    Raises:
        HeadcountError: what the client raises.
    """
    kinds = (EventKind.USER_REMOVED, EventKind.USERS_REMOVED)
    newest = [event for kind in kinds for event in await _removed_by(client, overview, kind)]
    last = max(newest, key=lambda event: (event.created_at, event.type is EventKind.USERS_REMOVED), default=None)
    if last is None:
        return None
    if last.type is EventKind.USERS_REMOVED:
        return await _of_selection(client, last)
    users = [user async for user in _of_command(client, last) if _may_come_back(user, overview)]
    return EarlierRemoval(last, tuple(users)) if users else None


async def _removed_by(client: Client, overview: Overview, kind: EventKind) -> tuple[Event, ...]:
    page = await client.events(EventsQuery(who=overview.me.account.id, kind=kind.value, limit=1))
    return tuple(event for event in page.items if event.type is kind)


async def _of_selection(client: Client, event: Event) -> EarlierRemoval | None:
    try:
        selection = await client.selection(event.object.id)
    except NotFound:
        return None
    away = selection.status is SelectionStatus.REMOVED and selection.away
    return EarlierRemoval(event, selection=selection) if away else None


async def _of_command(client: Client, last: Event) -> AsyncIterator[User]:
    """Those whom the same command removed, in its order."""
    events, key = [last], last.request.idempotency_key
    if key is not None:
        query = EventsQuery(idempotency_key=key, kind=EventKind.USER_REMOVED.value, limit=MAX_LIMIT)
        events = [event async for page in client.all_pages(client.events, query) for event in page.items]
    for event in reversed(events[:MOST_BY_NAME]):
        try:
            yield await client.user(event.object.id)
        except NotFound:
            continue


def _may_come_back(user: User, overview: Overview) -> bool:
    """Whether a user was not listed again, and the period of the removal is not over."""
    away = user.status is UserStatus.REMOVED and user.account_id != overview.me.account.id
    return away and user.restorable_until is not None and overview.as_of < user.restorable_until
