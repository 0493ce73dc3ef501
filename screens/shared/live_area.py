"""Screens that follow the server: they hear of a new overview and of what changed, while they are in front."""

from collections.abc import Callable, Coroutine
from typing import TypeVar, cast

from textual.screen import ModalScreen

from client.api import Client
from contract.events import EventKind
from contract.subscription import Overview
from screens.shared.area_screen import AreaScreen
from screens.shared.confirm import Confirm
from tui.presentation.confirmation import Summary
from tui.presentation.event_descriptions import sentence
from tui.presentation.wording import opening
from tui.runtime.live_updates import Hub
from tui.runtime.session import Session

__all__ = ["LiveArea"]


Answer = TypeVar("Answer")

_ANSWERED = (
    EventKind.TRANSFER_ACCEPTED,
    EventKind.TRANSFER_DECLINED,
    EventKind.TRANSFER_CANCELLED,
    EventKind.TRANSFER_EXPIRED,
)
"""What ends the waiting for an answer to a request."""


class LiveArea(AreaScreen):
    """An area with the session at hand, and the `Host` of the flows it has.

    What changed while another screen was in front is told when it is back.
    """

    _missed: frozenset[EventKind] = frozenset()
    _missed_overview = False

    @property
    def hub(self) -> Hub:
        """The app, as far as screens know it."""
        return cast("Hub", self.app)

    @property
    def session(self) -> Session:
        """The connection and the last overview."""
        return self.hub.session

    @property
    def client(self) -> Client:
        """The calls."""
        return self.session.client

    @property
    def in_front(self) -> bool:
        """Whether no dialog and no other area is open over it."""
        return self.app.screen is self

    def run(self, work: Callable[[], Coroutine[object, object, None]], *, group: str, exclusive: bool = False) -> None:
        """Do work beside the keys; if `exclusive`, whatever else of its group is under way is given up."""
        self.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)

    def open_dialog(self, dialog: ModalScreen[Answer], then: Callable[[Answer | None], object]) -> None:
        """Open it if nothing else is open; `then` gets its answer."""
        if self.in_front:

            def answered(answer: Answer | None) -> None:
                then(answer)

            self.app.push_screen(dialog, answered)

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """Open the dialog; `then` runs only for its yes."""
        self.open_dialog(Confirm(summary), lambda yes: then() if yes else None)

    def close_dialog(self, dialog: ModalScreen[bool]) -> None:
        """Close a dialog that is in front, as if it were left without a yes."""
        if dialog.is_active:
            dialog.dismiss(False)  # noqa: FBT003 - the screen's result

    @property
    def unfinished(self) -> str:
        """What would be lost by quitting now, as the end of "You have …"; empty when nothing would."""
        return ""

    def overview_changed(self, overview: Overview) -> None:
        """There is a new overview. For subclasses."""

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Things of these kinds have changed on the server. For subclasses."""

    def on_mount(self) -> None:
        """Listen, and start from what is known already."""
        self.hub.overview_signal.subscribe(self, self._hear_overview)
        self.hub.changed_signal.subscribe(self, self._hear_changes)
        if self.session.overview:
            self.overview_changed(self.session.overview)

    def resume(self) -> None:
        """In front again: catch up."""
        if self._missed_overview and self.session.overview:
            self._missed_overview = False
            self.overview_changed(self.session.overview)
        if self._missed:
            missed, self._missed = self._missed, frozenset()
            self.things_changed(missed)

    def _hear_overview(self, overview: Overview) -> None:
        if self._hidden:
            self._missed_overview = True
        else:
            self.overview_changed(overview)

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """As in every area; what became of it meanwhile is said in its place."""
        super().show_result(text, tone, about=about)
        self._correct_result()

    def _correct_result(self) -> None:
        """Nothing is said to wait that has been answered: the line says the answer instead."""
        happened = self.session.fates.of(self.said_about) if self.said_about else None
        if happened is not None and happened.type in _ANSWERED:
            self.show_result(f"{opening(sentence(happened))}.")

    def _hear_changes(self, kinds: frozenset[EventKind]) -> None:
        self._correct_result()
        if self._hidden:
            self._missed |= kinds
        else:
            self.things_changed(kinds)

    @property
    def _hidden(self) -> bool:
        """Whether another area is in front; under a dialog of its own a screen still follows."""
        return self.app.screen_stack[0] is not self
