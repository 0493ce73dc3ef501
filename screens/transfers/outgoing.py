"""The outgoing half of the transfer requests: asking somebody, sending again, cancelling."""

from collections.abc import Sequence
from functools import partial

from client.errors import Conflict, HeadcountError, Invalid, ServerFault, Unreachable
from contract.events import EventKind
from contract.transfers import NewTransfer, Reason, Transfer
from screens.transfers.forms import AskToJoin
from screens.transfers.host import TransfersHost
from tui.presentation.errors import told, told_beside_field
from tui.presentation.text import clean
from tui.presentation.transfers import cancel_results, cancel_summary
from tui.presentation.wording import count

__all__ = ["MOST_CANCELLED", "OutgoingRequests"]

MOST_CANCELLED = 100
"""The most requests one command cancels: each is a call of its own."""
_NOTHING = Reason()


class OutgoingRequests:
    """What may be done about requests of ours; a screen has it, and says when it may be done."""

    def __init__(self, host: TransfersHost) -> None:
        self._host = host

    # Asking.

    def ask_whom(self, request: NewTransfer | None = None, error: str = "") -> None:
        """A form for whom to ask; filled in again when the server has refused it."""
        if self._host.in_front:
            self._host.open_dialog(AskToJoin(request, error), self._filled_in)

    def _filled_in(self, request: NewTransfer | None) -> None:
        if request:
            self._host.run(partial(self._send, request), group="command")

    async def _send(self, request: NewTransfer) -> None:
        host = self._host
        host.begin(f"asking {clean(request.email, 60)}")
        try:
            sent = await host.client.create_transfer(request, key=host.intentions.key(request))
        except HeadcountError as error:
            host.intentions.failed(error, request)
            host.show_error(told(error))
            if isinstance(error, Invalid | Conflict | Unreachable | ServerFault):
                self.ask_whom(request, told_beside_field(error))
        else:
            host.intentions.answered(request)
            remark = f" {clean(sent.remark, 400)}" if sent.remark else ""
            said = f"Asked {sent.email}; the request is pending until {sent.expires_at:%Y-%m-%d}.{remark}"
            host.show_result(said, about=sent.id)
        finally:
            host.ended(EventKind.TRANSFER_REQUESTED)

    # Sending again.

    def resend(self, request: Transfer) -> None:
        """Send one request again: a new link, a new expiry; once an hour."""
        self._host.run(partial(self._resend, request), group="command")

    async def _resend(self, request: Transfer) -> None:
        host = self._host
        doing, about = f"sending {clean(request.email, 60)} again", f"resend {request.id} {request.version}"
        with host.commanding(doing, _NOTHING, EventKind.TRANSFER_RESENT, about=about) as key:
            sent = await host.client.resend_transfer(request.id, key=key)
            host.show_result(
                f"Sent to {sent.email} again; the old link no longer works. "
                f"The request is pending until {sent.expires_at:%F}.",
                about=sent.id,
            )

    # Cancelling.

    def ask_to_cancel(self, requests: Sequence[Transfer]) -> None:
        """The dialog."""
        if requests:
            self._host.confirm(
                cancel_summary(requests, hidden=self._host.hidden_words),
                lambda: self._host.run(partial(self._cancel, requests), group="command"),
            )

    async def _cancel(self, requests: Sequence[Transfer]) -> None:
        host = self._host
        host.begin(f"cancelling {count(len(requests), 'request')}")
        outcomes: dict[str, str] = {}
        try:
            for request in requests:
                outcomes[request.id] = await self._cancel_one(request)
        finally:
            host.ended(EventKind.TRANSFER_CANCELLED)
        failed = [identity for identity, why in outcomes.items() if why]
        host.keep_failed(requests, failed)
        host.show_ledger(*cancel_results(requests, outcomes), failed=bool(failed))
        host.show_marks()

    async def _cancel_one(self, request: Transfer) -> str:
        """Why it was not cancelled; empty when it was."""
        keys, about = self._host.intentions, f"cancel {request.id} {request.version}"
        try:
            await self._host.client.cancel_transfer(request.id, key=keys.key(_NOTHING, about))
        except HeadcountError as error:
            keys.failed(error, _NOTHING, about)
            return told(error)
        keys.answered(_NOTHING, about)
        return ""
