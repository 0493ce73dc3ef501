"""The keys of the Overview that change more than the number of seats: plan, billing cycle, paying, ending, starting."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from textual import work

from client.errors import HeadcountError
from contract.people import Permission, Role
from contract.quotes import Change, Quote
from contract.sandbox import ClockBody, PaymentsBody
from contract.subscription import Overview, Plan, PlanKind, SubscriptionStatus
from screens.purchase.flow import Confirming
from screens.purchase.plan_picker import Option, TermsDialog, cycle_options, plan_options
from tui.input.commands import SANDBOX, SUBSCRIPTION
from tui.presentation.errors import CONNECTING, set_by_contract, told
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["ChangingTerms"]

_CHANGED = "The subscription has changed meanwhile: this is what may be chosen now."
_UNPAID = frozenset({SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED})
_Options = Callable[[Sequence[Plan], Overview, int | None], list[Option]]


class ChangingTerms(Confirming):
    """A mixin for the area that changes the terms of the subscription; `drafted` seats go along."""

    _choosing: tuple[TermsDialog, _Options] | None = None

    def _hear_of_changes(self, overview: Overview) -> None:
        super()._hear_of_changes(overview)
        if self._choosing and overview.subscription.version > self._choosing[0].version:
            self._choose_again(*self._choosing)

    @work(group="choices", exclusive=True, exit_on_error=False)
    async def _choose_again(self, dialog: TermsDialog, options: _Options) -> None:
        """Other options and prices for a dialog that is open, since the subscription is another one."""
        try:
            plans = (await self.client.plans()).items
        except HeadcountError as error:
            dialog.remark(told(error))
            return
        overview = self.session.overview
        if overview and self.app.screen is dialog:
            dialog.show_options(options(plans, overview, self.drafted), overview, _CHANGED)

    @property
    def drafted(self) -> int | None:
        """How many seats are drafted, if any are. For subclasses."""
        return None

    def absent_commands(self) -> frozenset[str]:
        """Ids of the commands there is no word of here and now: those of a sandbox, and those a contract settles."""
        overview = self.session.overview
        if overview is None:
            return SANDBOX
        playing = overview.sandbox and Permission.OPERATE_SANDBOX in overview.me.may
        return (frozenset() if playing else SANDBOX) | (
            SUBSCRIPTION if overview.plan.kind is PlanKind.CONTRACT else frozenset()
        )

    def idle_commands(self) -> frozenset[str]:
        """Ids of the commands that would do nothing just now, to be left out of the key bar."""
        overview = self.session.overview
        if overview is None or self.session.read_only:
            return SUBSCRIPTION
        idle = set(self.absent_commands())
        if overview.subscription.status not in _UNPAID:
            idle.add("overview.pay_overdue")
        if overview.pay_unpaid is None:
            idle.add("overview.pay")
        if overview.plan.kind is PlanKind.FREE or overview.subscription.status is SubscriptionStatus.ENDED:
            idle.add("overview.cycle")
        return frozenset(idle)

    def why_refused(self, what: str = "the subscription") -> str:
        """Why nothing of `what` can be changed here; empty when it can be."""
        overview = self.session.overview
        if overview is None:
            return CONNECTING
        if overview.plan.kind is PlanKind.CONTRACT:
            return set_by_contract(overview)
        return f"This profile is read-only: it may not change {what}." if self.session.read_only else ""

    def refuses(self) -> bool:
        """Say why nothing of the subscription can be changed here; False when it can be."""
        reason = self.why_refused()
        if reason:
            self.show_result(reason, "warn")
        return bool(reason)

    # Plan and cycle.

    def action_plan(self) -> None:
        """p: which plan, or a new start when the subscription has ended."""
        if not self.refuses():
            self._choose(plan_options, "overview.plan")

    def action_cycle(self) -> None:
        """b: monthly or annual."""
        overview = self.session.overview
        if self.refuses() or overview is None:
            return
        if overview.subscription.status is SubscriptionStatus.ENDED:
            self.show_result("The subscription has ended: p starts it again, with either billing cycle.", "dim")
        elif overview.plan.kind is PlanKind.FREE:
            name = clean(overview.plan.name, 40)
            self.show_result(f"{name} is free: p chooses another plan, and how it is billed.", "dim")
        else:
            self._choose(cycle_options, "overview.cycle")

    def action_start(self) -> None:
        """Take a subscription again after the end, or leave the free plan."""
        overview = self.session.overview
        if self.refuses() or overview is None:
            return
        if overview.subscription.status is SubscriptionStatus.ENDED or overview.plan.kind is PlanKind.FREE:
            self._choose(plan_options, "overview.start")
        else:
            self.show_result("The subscription runs: p changes its plan, b its billing cycle.", "dim")

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _choose(self, options: _Options, opener: str) -> None:
        self.show_result("asking what may be chosen…", "dim")
        try:
            plans = (await self.client.plans()).items
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        overview = self.session.overview
        if overview is None or self.app.screen is not self:
            return
        title = _title(opener, overview)
        found = options(plans, overview, self.drafted)
        intro = f"With {count(self.drafted, 'seat')}, as drafted." if self.drafted else ""
        dialog = TermsDialog(title, found, self.price, overview, intro)
        self._choosing = dialog, options
        self.app.push_screen(dialog, lambda quote: self._chosen(quote, title, opener))

    def _chosen(self, quote: Quote | None, title: str, opener: str) -> None:
        self._choosing = None
        overview = self.session.overview
        if quote is None or overview is None:
            return
        if overview.subscription.version > quote.subscription_version:
            self.ask_change(quote.change, title=title, opener=opener)
        else:
            self.open_quote(quote, title=title, opener=opener, seen=False)

    # Paying, ending, going on.

    def action_pay(self) -> None:
        """P: pay for users that wait for it."""
        if not self.refuses():
            from screens.purchase.pay import open_pay

            open_pay(self)

    def action_pay_overdue(self) -> None:
        """o: pay now what a refused renewal asked for."""
        overview = self.session.overview
        if self.refuses() or overview is None:
            return
        if overview.subscription.status in _UNPAID:
            self.ask_change(Change(pay_overdue=True), title="Pay what is overdue", opener="overview.pay_overdue")
        else:
            self.show_result("Nothing is overdue.", "dim")

    def action_end(self) -> None:
        """End it with its period, or at once when a payment is overdue."""
        overview = self.session.overview
        if self.refuses() or overview is None:
            return
        subscription = overview.subscription
        if subscription.status is SubscriptionStatus.ENDED:
            self.show_result("The subscription has ended already.", "dim")
        elif subscription.cancel_at_period_end:
            self.show_result("It ends with this period already; “resume” in the palette takes that back.", "dim")
        else:
            self.ask_change(Change(cancel=True), title="End the subscription", opener="overview.cancel")

    def action_resume(self) -> None:
        """Take a cancellation back."""
        overview = self.session.overview
        if self.refuses() or overview is None:
            return
        if overview.subscription.cancel_at_period_end:
            self.ask_change(Change(resume=True), title="Resume the subscription", opener="overview.resume")
        else:
            self.show_result("The subscription was not cancelled: there is nothing to resume.", "dim")

    # The sandbox.

    def action_advance(self, duration: str) -> None:
        """Move the sandbox clock."""
        if self._plays():
            self._play(partial(self._advance, duration))

    def action_decline(self) -> None:
        """Have the next payment declined."""
        if self._plays():
            self._play(self._decline)

    def _plays(self) -> bool:
        overview = self.session.overview
        if overview is None or not overview.sandbox:
            self.show_result("This is no sandbox: its clock and its payments are real.", "warn")
        elif overview.me.role is not Role.OWNER:
            self.show_result(f"Your role ({overview.me.role.value}) may not move the sandbox.", "warn")
        elif self.session.read_only:
            self.show_result("This profile is read-only: it may not move the sandbox.", "warn")
        else:
            return True
        return False

    @work(group="command", exit_on_error=False)
    async def _play(self, doing: Callable[[], Awaitable[str]]) -> None:
        self.show_result("asking the sandbox…", "dim")
        try:
            self.show_result(await doing())
        except HeadcountError as error:
            self.show_error(told(error))

    async def _advance(self, duration: str) -> str:
        clock = await self.client.set_clock(ClockBody(advance=duration))
        self.session.touch()
        fell_due = f"{count(clock.events, 'thing')} fell due" if clock.events else "nothing fell due"
        return f"It is {clock.now:%Y-%m-%d} in the sandbox now; {fell_due}."

    async def _decline(self) -> str:
        await self.client.set_payments(PaymentsBody(next="decline"))
        return "The sandbox declines the next payment."


def _title(opener: str, overview: Overview) -> str:
    if overview.subscription.status is SubscriptionStatus.ENDED:
        return "Start again"
    return "Billing cycle" if opener == "overview.cycle" else "Plan"
