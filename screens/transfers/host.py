"""What deciding and sending transfer requests need of the list that shows them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from contract.base import Body
from contract.events import EventKind
from contract.transfers import Transfer
from screens.purchase.flow import PurchaseHost
from screens.shared.idempotency_keys import Intentions
from screens.shared.results_panel import Table
from tui.presentation.confirmation import Summary
from tui.presentation.tones import Line
from tui.widgets.table.data import Row

__all__ = ["TransfersHost"]


class TransfersHost(PurchaseHost, Protocol):
    """A list of transfer requests: asking, doing and telling are its own, what is done is not."""

    @property
    def intentions(self) -> Intentions:
        """The keys of commands whose outcome is open."""

    @property
    def hidden_words(self) -> str:
        """How many of the marked rows are not to be seen now, as a sentence."""

    def why_gone(self, row: Row) -> str:
        """What somebody else has done to a row; empty while it waits."""

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """Open the dialog; `then` runs only for its yes."""

    def begin(self, words: str) -> None:
        """A command is on its way."""

    def ended(self, *kinds: EventKind) -> None:
        """The command was answered or has failed; these kinds of things may be others now."""

    def commanding(self, words: str, body: Body, *kinds: EventKind, about: str = "") -> AbstractContextManager[str]:
        """Around a command and what is said of its answer: gives the key to send, says what went wrong."""

    def keep_failed(self, requests: Sequence[Transfer], failed: Sequence[str]) -> None:
        """Of what was marked only the requests with these ids stay so."""

    def show_ledger(
        self, title: str, lines: Sequence[Line], *, failed: bool, hint: str = "", table: Table = ()
    ) -> None:
        """Results row by row, until Esc; `table` is what is saved of them."""

    def show_marks(self) -> None:
        """What is marked, what may be done about it, and the keys."""
