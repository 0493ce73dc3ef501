"""From an event to the thing it was about, where a screen shows it."""

from collections.abc import Awaitable, Callable, Collection, Mapping

from client.errors import HeadcountError, NotAllowed, NotFound
from contract.events import Event
from contract.transfers import Direction, TransferState
from contract.users import UserStatus
from screens.shared.detail import Detail
from screens.shared.list_host import ListHost
from tui.presentation.errors import told
from tui.presentation.invoices import Books, invoice_lines
from tui.presentation.text import clean
from tui.presentation.transfers import Side

__all__ = ["ObjectJumps"]

_WORDS: Mapping[str, str] = {
    "user": "the user",
    "transfer": "the request",
    "invitation_code": "the code",
    "invoice": "the invoice",
    "payment": "the payments",
    "subscription": "the subscription",
}
_DIALOG = 78


class ObjectJumps:
    """Knows where to look at what events are about, and goes there. It keeps nothing.

    `areas` are those of the plan, `width` is the room of a dialog.
    """

    def __init__(self, host: ListHost, areas: Callable[[], Collection[str]], width: Callable[[], int]) -> None:
        self._host, self._areas, self._width = host, areas, width

    def shown_as(self, event: Event) -> str:
        """What its object is called where it can be shown; empty when no screen shows it."""
        absent = event.object.type in {"invoice", "payment"} and "billing" not in self._areas()
        return "" if absent else _WORDS.get(event.object.type, "")

    def show(self, event: Event) -> None:
        """Go there, or say why not."""
        if self.shown_as(event):
            self._host.run_worker(self._look_for(event), group="question", exclusive=True, exit_on_error=False)
        else:
            what = clean(event.object.type.replace("_", " "), 40)
            self._host.show_result(f"No area shows this {what}. Enter shows its details.", "dim")

    async def _look_for(self, event: Event) -> None:
        looks: Mapping[str, Callable[[Event], Awaitable[None]]] = {
            "user": self._look_for_user,
            "transfer": self._look_for_transfer,
            "invitation_code": self._look_for_code,
            "invoice": self._look_for_invoice,
        }
        name = clean(event.object.label, 60)
        try:
            if look := looks.get(event.object.type):
                await look(event)
            else:
                self._host.go_to("billing" if event.object.type == "payment" else "overview", lambda _: None)
        except (NotFound, NotAllowed):
            self._host.show_result(f"{name} no longer exists.", "warn")
        except HeadcountError as error:
            self._host.show_error(told(error))

    async def _look_for_user(self, event: Event) -> None:
        user = await self._host.client.user(event.object.id)
        if user.status is UserStatus.REMOVED:
            when = f" since {user.removed_at.astimezone():%Y-%m-%d}" if user.removed_at else ""
            self._host.show_result(f"{clean(user.name, 60)} is no longer on the subscription{when}.", "warn")
        else:
            self._host.go_to("users", lambda users: users.filter_bar.set_text(user.email))

    async def _look_for_transfer(self, event: Event) -> None:
        request = await self._host.client.transfer(event.object.id)
        waits = request.state is TransferState.PENDING
        here = Side.INCOMING if request.direction is Direction.INCOMING else Side.OUTGOING
        side = here if waits else Side.HISTORY

        def show(area: ListHost) -> None:
            turn = getattr(area, "show_side", None)
            if turn is not None:
                turn(side)
            area.filter_bar.set_text(request.email)

        self._host.go_to("transfers", show)

    async def _look_for_code(self, event: Event) -> None:
        code = await self._host.client.code(event.object.id)
        self._host.go_to("codes", lambda codes: codes.filter_bar.set_text(code.code))

    async def _look_for_invoice(self, event: Event) -> None:
        invoice = await self._host.client.invoice(event.object.id)
        books = Books()
        books.keep([invoice])
        lines = invoice_lines(invoice, books, min(_DIALOG, self._width()))
        self._host.open_dialog(Detail(f"Invoice {clean(invoice.number, 40)}", lines), lambda _: None)
