"""What others did that is said at once, wherever one is: somebody used an invitation code (D21)."""

from typing import Any, cast

from textual.app import App

from contract.events import Event, EventKind
from tui.area import AreaScreen
from tui.live import Hub
from tui.sentences import sentence

__all__ = ["News"]

TOLD_AT_ONCE = frozenset({EventKind.CODE_USED})
"""The kinds of events that are said wherever one is; all others wait in the history."""


class News:
    """Says them in the action row of the area in front; a message that stands there is left until it is gone."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: list[str] = []
        self._said = ""

    def hear(self, event: Event) -> None:
        """An event has come."""
        overview = cast("Hub", self._app).session.overview
        me = overview.me.account.id if overview else ""
        if event.type in TOLD_AT_ONCE and event.actor.account_id != me:
            self._waiting.append(sentence(event))
            self.tell()

    def tell(self) -> None:
        """Say what waits, unless something else is being said."""
        area = self._app.screen_stack[0]
        if not self._waiting or not isinstance(area, AreaScreen) or not area.is_mounted:
            return
        standing = area.action_bar.result
        if standing and standing != self._said:
            return
        *others, last = self._waiting
        more = f" (and {len(others):,} more before)" if others else ""
        self._waiting.clear()
        self._said = f"{last}{more}."
        area.show_result(self._said, "accent")
