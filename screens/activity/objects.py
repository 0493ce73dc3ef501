"""From an event to the thing it was about, where a screen shows it."""

from collections.abc import Awaitable, Callable, Mapping

from textual import work

from client.errors import HeadcountError, NotAllowed, NotFound
from contract.events import Event
from contract.transfers import Direction, TransferState
from contract.users import UserStatus
from screens.shared.detail import Detail
from screens.shared.managed_list import ManagedList
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


class ObjectJumps(ManagedList):
    """A list of events that knows where to look at what they are about."""

    def shown_as(self, event: Event) -> str:
        """What its object is called where it can be shown; empty when no screen shows it."""
        absent = event.object.type in {"invoice", "payment"} and "billing" not in self._areas
        return "" if absent else _WORDS.get(event.object.type, "")

    @property
    def _areas(self) -> tuple[str, ...]:
        frame = getattr(self.app, "frame", None)
        return frame.areas if frame is not None else ()

    def show_object(self, event: Event) -> None:
        """Go there, or say why not."""
        if self.shown_as(event):
            self._look_for(event)
        else:
            what = clean(event.object.type.replace("_", " "), 40)
            self.show_result(f"No screen shows this {what}. Enter shows all that is known of it.", "dim")

    @work(group="question", exclusive=True, exit_on_error=False)
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
                await self.app.run_action("area('billing')" if event.object.type == "payment" else "area('overview')")
        except (NotFound, NotAllowed):
            self.show_result(f"{name} is not there any longer.", "warn")
        except HeadcountError as error:
            self.show_error(told(error))

    async def _look_for_user(self, event: Event) -> None:
        user = await self.client.user(event.object.id)
        if user.status is UserStatus.REMOVED:
            when = f" since {user.removed_at.astimezone():%Y-%m-%d}" if user.removed_at else ""
            self.show_result(f"{clean(user.name, 60)} is no longer on the subscription{when}.", "warn")
        else:
            self.go_to("users", lambda users: users.filter_bar.set_text(user.email))

    async def _look_for_transfer(self, event: Event) -> None:
        request = await self.client.transfer(event.object.id)
        waits = request.state is TransferState.PENDING
        here = Side.INCOMING if request.direction is Direction.INCOMING else Side.OUTGOING
        side = here if waits else Side.HISTORY

        def show(area: ManagedList) -> None:
            turn = getattr(area, "show_side", None)
            if turn is not None:
                turn(side)
            area.filter_bar.set_text(request.email)

        self.go_to("transfers", show)

    async def _look_for_code(self, event: Event) -> None:
        code = await self.client.code(event.object.id)
        self.go_to("codes", lambda codes: codes.filter_bar.set_text(code.code))

    async def _look_for_invoice(self, event: Event) -> None:
        invoice = await self.client.invoice(event.object.id)
        books = Books()
        books.keep([invoice])
        if self.app.screen is self:
            width = min(_DIALOG, self.app.size.width - 6)
            await self.app.push_screen(
                Detail(f"Invoice {clean(invoice.number, 40)}", invoice_lines(invoice, books, width))
            )
