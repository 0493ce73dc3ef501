"""One key at a time: the next is handed out when the one before has had its effect.

Textual 8.2.8 hands a key to whatever has the focus when it is read. Keys that arrive together (pasted, typed fast, or
bunched by a slow line) all go to the old place: in `/dee` the letters would run commands instead of filtering. Here a
key that arrives while another is being handled waits, and so does a key for a screen that has been opened but has
nothing in it yet: its commands would look for what is not there.
"""

from collections import deque
from functools import partial
from typing import Final, TypeVar

from textual import events
from textual.app import App
from textual.widget import Widget

from tui.terminal.key_parser import Key

__all__ = ["KeyOrder"]

Result = TypeVar("Result")

_PATIENCE: Final = 1.0
"""Seconds after which a key is taken as done though nobody said so: its widget may be gone."""
_MOMENT: Final = 0.005
"""Seconds between looks whether a screen that was opened has what it is made of."""
_MOST_WAITING: Final = 500


class KeyPassed(events.Event, bubble=True):
    """Follows a key from widget to parent up to the app, and so arrives after everything the key did on its way."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class KeyOrder(App[Result]):
    """Keys have their effect in the order they were typed."""

    _waiting_keys: deque[events.Key]
    _key_number = 0
    _key_under_way = False

    async def on_event(self, event: events.Event) -> None:
        """Hold a key back while another is under way or waits; everything else passes."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._key_under_way or self._waiting:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append(event)
        else:
            await self._hand_out(event)

    @property
    def _waiting(self) -> deque[events.Key]:
        if not hasattr(self, "_waiting_keys"):
            self._waiting_keys = deque()
        return self._waiting_keys

    async def _hand_out(self, event: events.Key) -> None:
        target = self._front
        if target is None:
            return
        if not self.screen.is_mounted:
            self._waiting.appendleft(event)
            self._key_under_way = True
            self._key_number += 1
            self.set_timer(_MOMENT, partial(self._done, self._key_number))
            return
        if isinstance(event, Key) and event.behind_escape and not self.takes_behind_escape(event):
            self.call_next(self._hand_out_next)
            return
        self._key_under_way = True
        self._key_number += 1
        number = self._key_number
        await super().on_event(event)
        self.set_timer(_PATIENCE, lambda: self._done(number))
        if not target.post_message(KeyPassed(number)):
            self._done(number)

    def on_key_passed(self, event: KeyPassed) -> None:
        """The key has been everywhere. What it asked for later (a focus, a screen) comes first, then the next key."""
        number = event.number
        front = self._front
        if front is None or not front.screen.call_later(self.call_later, self._done, number):
            self._done(number)

    def takes_behind_escape(self, event: Key) -> bool:  # noqa: ARG002 - for subclasses
        """Whether a key that came together with Esc may act, now that Esc has. For subclasses."""
        return True

    @property
    def _front(self) -> Widget | None:
        """Who gets a key; nobody once the app is closing: what is typed after its last key is not for it."""
        return (self.focused or self.screen) if self._screen_stack and self._running and not self._exit else None

    def _done(self, number: int) -> None:
        if number != self._key_number or not self._key_under_way:
            return
        self._key_under_way = False
        if self._waiting:
            self.call_next(self._hand_out_next)

    async def _hand_out_next(self) -> None:
        if self._waiting and not self._key_under_way:
            await self._hand_out(self._waiting.popleft())
