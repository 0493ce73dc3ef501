"""The outgoing half of the transfer requests: asking somebody, sending again, cancelling."""

import datetime as dt
from collections.abc import Sequence

from textual import work

from client.errors import Conflict, HeadcountError, Invalid, ServerFault, Unreachable
from contract.events import EventKind
from contract.transfers import NewTransfer, Reason, Transfer
from screens.shared.managed_list import ManagedList
from screens.transfers.forms import AskToJoin
from tui.presentation.errors import told, told_beside_field
from tui.presentation.text import clean
from tui.presentation.transfers import Side, cancel_results, cancel_summary
from tui.presentation.wording import count
from tui.widgets.table.data import Row

__all__ = ["OutgoingRequests"]

MOST_CANCELLED = 100
"""The most requests one command cancels: each is a call of its own."""
_NOTHING = Reason()


class OutgoingRequests(ManagedList):
    """What may be done about requests of ours. `side` says which requests are looked at."""

    side = Side.INCOMING

    def now(self) -> dt.datetime:
        """The server's time as of the last overview."""
        return self.session.overview.as_of if self.session.overview else self.session.now()

    def on_side(self, side: Side, doing: str) -> bool:
        """Whether this is the side for it and it may be done; says why not."""
        if self.side is not side:
            self.show_result(f"Only for {side.value} requests: Tab goes to them.", "dim")
            return False
        return not self.refuses(doing)

    def keep_failed(self, requests: Sequence[Transfer], failed: Sequence[str]) -> None:
        """Of what was marked only the requests with these ids stay so."""
        known = self.table.marks.chosen
        rows = [
            known.get(request.id) or Row(request.id, (request.name, request.email), request.version, request)
            for request in requests
            if request.id in failed
        ]
        self.keep_marked(rows)

    # Asking.

    def action_send(self) -> None:
        """t: a form for whom to ask."""
        if not self.refuses("send transfer requests"):
            self._open_form(AskToJoin())

    def _open_form(self, form: AskToJoin) -> None:
        def go_on(request: NewTransfer | None) -> None:
            if request:
                self._send(request)

        if self.app.screen is self:
            self.app.push_screen(form, go_on)

    @work(group="command", exit_on_error=False)
    async def _send(self, request: NewTransfer) -> None:
        self.begin(f"asking {clean(request.email, 60)}")
        try:
            sent = await self.client.create_transfer(request, key=self.intentions.key(request))
        except HeadcountError as error:
            self.intentions.failed(error, request)
            self.show_error(told(error))
            if isinstance(error, Invalid | Conflict | Unreachable | ServerFault):
                self._open_form(AskToJoin(request, told_beside_field(error)))
        else:
            self.intentions.answered(request)
            self.show_result(f"Asked {sent.email}; the request waits until {sent.expires_at:%Y-%m-%d}.")
        finally:
            self.ended(EventKind.TRANSFER_REQUESTED)

    # Sending again.

    def action_resend(self) -> None:
        """m: the outgoing request under the cursor, once an hour."""
        row = self.acting_row
        if not self.on_side(Side.OUTGOING, "send transfer requests"):
            return
        if row is None:
            self.say_no_row()
        else:
            self.resend(row.item)

    @work(group="command", exit_on_error=False)
    async def resend(self, request: Transfer) -> None:
        """Send one request again: a new link, a new expiry."""
        doing, about = f"sending {clean(request.email, 60)} again", f"resend {request.id} {request.version}"
        with self.commanding(doing, _NOTHING, EventKind.TRANSFER_RESENT, about=about) as key:
            sent = await self.client.resend_transfer(request.id, key=key)
            self.show_result(f"Sent to {sent.email} again; the old link is void, it waits until {sent.expires_at:%F}.")

    # Cancelling.

    def action_cancel_sent(self) -> None:
        """d: the marked outgoing requests, or the one under the cursor; asks first."""
        if self.on_side(Side.OUTGOING, "cancel transfer requests"):
            self.with_rows(MOST_CANCELLED, self.ask_to_cancel)

    def ask_to_cancel(self, rows: Sequence[Row]) -> None:
        """The dialog."""
        requests = [row.item for row in rows]
        if requests:
            self.confirm(cancel_summary(requests, hidden=self.hidden_words), lambda: self._cancel(requests))

    @work(group="command", exit_on_error=False)
    async def _cancel(self, requests: Sequence[Transfer]) -> None:
        self.begin(f"cancelling {count(len(requests), 'request')}")
        outcomes: dict[str, str] = {}
        try:
            for request in requests:
                outcomes[request.id] = await self._cancel_one(request)
        finally:
            self.ended(EventKind.TRANSFER_CANCELLED)
        failed = [identity for identity, why in outcomes.items() if why]
        self.keep_failed(requests, failed)
        self.show_ledger(*cancel_results(requests, outcomes), failed=bool(failed))
        self.show_marks()

    async def _cancel_one(self, request: Transfer) -> str:
        """Why it was not cancelled; empty when it was."""
        about = f"cancel {request.id} {request.version}"
        try:
            await self.client.cancel_transfer(request.id, key=self.intentions.key(_NOTHING, about))
        except HeadcountError as error:
            self.intentions.failed(error, _NOTHING, about)
            return told(error)
        self.intentions.answered(_NOTHING, about)
        return ""
