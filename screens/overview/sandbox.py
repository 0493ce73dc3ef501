"""What a sandbox lets its owner play: a clock that moves, and a payment that is declined."""

from collections.abc import Awaitable, Callable
from functools import partial

from client.errors import HeadcountError
from contract.people import Role
from contract.sandbox import ClockBody, PaymentsBody
from screens.purchase.flow import PurchaseHost
from tui.presentation.errors import told
from tui.presentation.wording import count

__all__ = ["SandboxControls"]


class SandboxControls:
    """The commands of the palette that only a sandbox has; a screen has them and says what came of each."""

    def __init__(self, host: PurchaseHost) -> None:
        self._host = host

    def advance(self, duration: str) -> None:
        """Move the clock by an ISO 8601 duration."""
        self._play(partial(self._advance, duration))

    def decline_next(self) -> None:
        """Have the next payment declined."""
        self._play(self._decline)

    def _play(self, doing: Callable[[], Awaitable[str]]) -> None:
        if reason := self._why_not():
            self._host.show_result(reason, "warn")
        else:
            self._host.run(partial(self._ask, doing), group="command")

    def _why_not(self) -> str:
        overview = self._host.session.overview
        if overview is None or not overview.sandbox:
            return "This is not a sandbox: its clock and its payments are real."
        if overview.me.role is not Role.OWNER:
            return f"Your role ({overview.me.role.value}) can't move the sandbox."
        return "This profile is read-only: it can't move the sandbox." if self._host.session.read_only else ""

    async def _ask(self, doing: Callable[[], Awaitable[str]]) -> None:
        self._host.show_result("asking the sandbox…", "dim")
        try:
            self._host.show_result(await doing())
        except HeadcountError as error:
            self._host.show_error(told(error))

    async def _advance(self, duration: str) -> str:
        clock = await self._host.client.set_clock(ClockBody(advance=duration))
        self._host.session.touch()
        fell_due = f"{count(clock.events, 'thing')} fell due" if clock.events else "nothing fell due"
        return f"It is {clock.now:%Y-%m-%d} in the sandbox now; {fell_due}."

    async def _decline(self) -> str:
        await self._host.client.set_payments(PaymentsBody(next="decline"))
        return "The sandbox declines the next payment."
