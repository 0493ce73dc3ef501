"""What others did, and what went wrong by itself, that somebody should look at: said wherever one is, in one line."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from textual.app import App

from contract.events import Event, EventKind
from contract.subscription import Overview, PlanKind
from contract.transfers import Direction
from tui.presentation.event_descriptions import sentence
from tui.presentation.wording import count
from tui.runtime.live_updates import Hub
from tui.runtime.session import Link
from tui.runtime.settings import Attention, AttentionKind

__all__ = ["SILENCE", "News"]

SILENCE = 5.0
"""Seconds between two rings of the bell, whatever happens."""

_PAYMENTS = (
    EventKind.PAYMENT_FAILED,
    EventKind.SUBSCRIPTION_PAST_DUE,
    EventKind.SUBSCRIPTION_SUSPENDED,
    EventKind.SUBSCRIPTION_ENDED,
)
_KINDS: dict[EventKind, AttentionKind] = {
    EventKind.TRANSFER_REQUESTED: AttentionKind.REQUESTS,
    EventKind.CODE_USED: AttentionKind.CODES,
    **dict.fromkeys(_PAYMENTS, AttentionKind.PAYMENTS),
}
_SEEN_IN = {
    AttentionKind.REQUESTS: "transfers",
    AttentionKind.EXPIRING: "transfers",
    AttentionKind.CODES: "codes",
    AttentionKind.PAYMENTS: "billing",
    AttentionKind.SEATS: "users",
}
"""The area that shows it: who goes there has seen it."""


@dataclass(slots=True)
class _Item:
    """How often something happened since it was last looked at, and the last time in words."""

    said: str
    times: int = 1


class News:
    """Gathers what happens until there is a new overview, so that a burst is one line, one number and one ring.

    It stands until it is dismissed (Esc) or the area that shows it is opened. One's own commands are no news.
    """

    def __init__(
        self, app: App[Any], attention: Attention | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._attention, self._clock = app, attention or Attention(), clock
        self._items: dict[AttentionKind, _Item] = {}
        self._before: Overview | None = None
        self._untold = self._own = self._others = False
        self._rang = float("-inf")

    @property
    def line(self) -> str:
        """All of it, the most urgent first; empty when there is nothing."""
        parts = [_words(kind, self._items[kind]) for kind in AttentionKind if kind in self._items]
        return f"{'; '.join(parts)}." if parts else ""

    def hear(self, event: Event) -> None:
        """An event has come; it is said with the next overview."""
        overview = cast("Hub", self._app).session.overview
        if overview is not None and event.actor.account_id == overview.me.account.id:
            self._own = True
            return
        self._others = True
        kind = _KINDS.get(event.type)
        asked = event.object.attributes.get("direction") == Direction.INCOMING.value
        if kind is not None and (asked or kind is not AttentionKind.REQUESTS):
            self._add(kind, sentence(event))

    def look(self, overview: Overview) -> None:
        """There is a new overview: say what has gathered, and what it shows to be worse than before."""
        before, self._before = self._before, overview
        connected = cast("Hub", self._app).session.connection.link is not Link.CONNECTING
        if before is not None and connected and (self._others or not self._own):
            for kind, said in _worse(before, overview):
                self._add(kind, said)
        self._own = self._others = False
        if self._untold:
            self._untold = False
            if self._attention.bell and self._clock() - self._rang >= SILENCE:
                self._rang = self._clock()
                self._app.bell()

    def dismiss(self, area: str = "") -> None:
        """It has been seen: all of it, or what an area shows."""
        self._items = {kind: item for kind, item in self._items.items() if area and _SEEN_IN[kind] != area}

    def _add(self, kind: AttentionKind, said: str) -> None:
        if kind not in self._attention.notify:
            return
        known = self._items.get(kind)
        self._items[kind] = _Item(said, known.times + 1 if known else 1)
        self._untold = True


def _worse(before: Overview, after: Overview) -> Iterator[tuple[AttentionKind, str]]:
    """What no event tells: requests about to expire, and the last seat taken."""
    if after.transfers.expiring > before.transfers.expiring:
        yield AttentionKind.EXPIRING, f"{count(after.transfers.expiring, 'request')} within a day of expiring"
    counted = after.plan.kind is not PlanKind.FREE and not after.plan.seats_follow_users
    if counted and after.seats.used and before.seats.free > 0 and after.seats.free <= 0:
        yield AttentionKind.SEATS, f"no seat is free any more: {after.seats.used:,} of {after.seats.paid:,} taken"


def _words(kind: AttentionKind, item: _Item) -> str:
    """The last time in words, or how often."""
    many = {AttentionKind.REQUESTS: "new transfer requests", AttentionKind.CODES: "people came in with codes"}
    said = f"{item.times:,} {many[kind]}" if kind in many and item.times > 1 else item.said
    return said if "@" in said.partition(" ")[0] else said[:1].upper() + said[1:]
