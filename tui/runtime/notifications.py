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
from tui.presentation.wording import count, opening
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
_ANSWERS = (
    EventKind.TRANSFER_ACCEPTED,
    EventKind.TRANSFER_DECLINED,
    EventKind.TRANSFER_EXPIRED,
    EventKind.TRANSFER_REOPENED,
)
"""What becomes of a request that was sent: said like one that comes in."""

_ENDED = (*_ANSWERS[:3], EventKind.TRANSFER_CANCELLED)
"""After any of these nobody waits any more for a decision about a request."""

_SEEN_IN = {
    AttentionKind.REQUESTS: "transfers",
    AttentionKind.ANSWERS: "transfers",
    AttentionKind.EXPIRING: "transfers",
    AttentionKind.CODES: "codes",
    AttentionKind.PAYMENTS: "billing",
    AttentionKind.SEATS: "users",
}
"""The area that shows it: who goes there has seen it."""


@dataclass(slots=True)
class _Item:
    """What has happened since it was last looked at, each time with the id of what it was about and in words."""

    told: list[tuple[str, str]]

    @property
    def said(self) -> str:
        """The last time in words."""
        return self.told[-1][1]

    @property
    def times(self) -> int:
        """How often."""
        return len(self.told)


class News:
    """Gathers what happens until there is a new overview, so that a burst is one line, one number and one ring.

    It stands until it is dismissed (Esc), the area that shows it is opened, or it is true no longer: nobody is said to
    wait who has been answered. One's own commands are no news.
    """

    def __init__(
        self, app: App[Any], attention: Attention | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app, self._attention, self._clock = app, attention or Attention(), clock
        self._items: dict[AttentionKind, _Item] = {}
        self._away = ""
        self._before: Overview | None = None
        self._untold = self._own = self._others = False
        self._rang = float("-inf")

    @property
    def line(self) -> str:
        """All of it, the most urgent first; empty when there is nothing."""
        parts = [_words(kind, self._items[kind]) for kind in AttentionKind if kind in self._items]
        now = f"{'; '.join(parts)}." if parts else ""
        return " ".join(filter(None, (now, f"{self._away}." if self._away else "")))

    @property
    def areas(self) -> frozenset[str]:
        """The areas that show any of it, for the marks on their tabs."""
        return frozenset(_SEEN_IN[kind] for kind in self._items) | ({"activity"} if self._away else frozenset())

    def tell_away(self, said: str) -> None:
        """What happened while somebody was away; it stands until it is closed, or Activity is opened."""
        self._away = said

    def hear(self, event: Event) -> None:
        """An event has come; it is said with the next overview, and what it makes untrue is said no longer."""
        self._settle(event)
        overview = cast("Hub", self._app).session.overview
        if overview is not None and event.actor.account_id == overview.me.account.id:
            self._own = True
            return
        self._others = True
        kind = _KINDS.get(event.type)
        direction = event.object.attributes.get("direction")
        if event.type in _ANSWERS and direction == Direction.OUTGOING.value:
            kind = AttentionKind.ANSWERS
        if kind is not None and (direction == Direction.INCOMING.value or kind is not AttentionKind.REQUESTS):
            self._add(kind, sentence(event), event.object.id)

    def _settle(self, event: Event) -> None:
        """Forget what an event, also one's own, has put an end to: a request that is decided, a debt that is paid."""
        if event.type in _ENDED:
            self._forget(AttentionKind.REQUESTS, event.object.id)
        if event.type in _ANSWERS:
            self._forget(AttentionKind.ANSWERS, event.object.id)
        if event.type is EventKind.SUBSCRIPTION_RECOVERED:
            self._items.pop(AttentionKind.PAYMENTS, None)

    def _forget(self, kind: AttentionKind, about: str) -> None:
        item = self._items.pop(kind, None)
        left = [each for each in item.told if each[0] != about] if item else []
        if left:
            self._items[kind] = _Item(left)

    def look(self, overview: Overview) -> None:
        """There is a new overview: say what has gathered, and what it shows to be worse than before."""
        before, self._before = self._before, overview
        for kind in _over(overview):
            self._items.pop(kind, None)
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
        if area in {"", "activity"}:
            self._away = ""
        self._items = {kind: item for kind, item in self._items.items() if area and _SEEN_IN[kind] != area}

    def _add(self, kind: AttentionKind, said: str, about: str = "") -> None:
        if kind not in self._attention.notify:
            return
        known = self._items.get(kind)
        self._items[kind] = _Item([*(known.told if known else ()), (about, said)])
        self._untold = True


def _over(now: Overview) -> Iterator[AttentionKind]:
    """What an overview shows to be so no longer, whoever has seen to it."""
    if not now.transfers.expiring:
        yield AttentionKind.EXPIRING
    if now.seats.free > 0:
        yield AttentionKind.SEATS


def _worse(before: Overview, after: Overview) -> Iterator[tuple[AttentionKind, str]]:
    """What no event tells: requests about to expire, and the last seat taken."""
    if after.transfers.expiring > before.transfers.expiring:
        yield AttentionKind.EXPIRING, f"{count(after.transfers.expiring, 'request')} within a day of expiring"
    counted = after.plan.kind is not PlanKind.FREE and not after.plan.seats_follow_users
    if counted and after.seats.used and before.seats.free > 0 and after.seats.free <= 0:
        yield AttentionKind.SEATS, f"no free seats left: {after.seats.used:,} of {after.seats.paid:,} taken"


def _words(kind: AttentionKind, item: _Item) -> str:
    """The last time in words, or how often."""
    many = {
        AttentionKind.REQUESTS: "new transfer requests",
        AttentionKind.ANSWERS: "answers to transfer requests",
        AttentionKind.CODES: "people joined with codes",
    }
    return opening(f"{item.times:,} {many[kind]}" if kind in many and item.times > 1 else item.said)
