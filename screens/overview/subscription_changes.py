"""The keys of the Overview that change more than the number of seats: plan, billing cycle, paying, ending, starting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from client.errors import HeadcountError
from contract.people import Permission
from contract.quotes import Change, Quote
from contract.subscription import Overview, Plan, PlanKind, SubscriptionStatus
from screens.purchase.flow import PurchaseFlow
from screens.purchase.plan_picker import Option, TermsDialog, cycle_options, plan_options
from screens.purchase.quote_dialog import Draft
from tui.input.commands import SANDBOX, SUBSCRIPTION
from tui.presentation.errors import CONNECTING, set_by_contract, told
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["SubscriptionChanges", "absent_commands", "idle_commands"]

_CHANGED = "The subscription has changed meanwhile: these are the current choices."
_Options: TypeAlias = Callable[[Sequence[Plan], Overview, int | None], list[Option]]


def absent_commands(overview: Overview | None) -> frozenset[str]:
    """Ids of the commands there is no word of here and now: those of a sandbox, and those a contract settles."""
    if overview is None:
        return SANDBOX
    playing = overview.sandbox and Permission.OPERATE_SANDBOX in overview.me.may
    contract = overview.plan.kind is PlanKind.CONTRACT
    return (frozenset() if playing else SANDBOX) | (SUBSCRIPTION if contract else frozenset())


def idle_commands(overview: Overview | None, *, read_only: bool) -> frozenset[str]:
    """Ids of the commands that would do nothing just now, to be left out of the key bar."""
    if overview is None or read_only:
        return SUBSCRIPTION
    idle = set(absent_commands(overview))
    if not overview.subscription.overdue:
        idle.add("overview.pay_overdue")
    if overview.pay_unpaid is None:
        idle.add("overview.pay")
    if overview.plan.kind is PlanKind.FREE or overview.subscription.status is SubscriptionStatus.ENDED:
        idle.add("overview.cycle")
    return frozenset(idle)


@dataclass(frozen=True, slots=True)
class Choosing:
    """The dialog about plans or cycles is open; `options` works out anew what may be chosen."""

    dialog: TermsDialog
    options: _Options


class SubscriptionChanges:
    """Changes of the terms, each asked about by `purchase`; `drafted` seats go along. Who has it, subscribes it."""

    def __init__(self, purchase: PurchaseFlow, drafted: Callable[[], int | None]) -> None:
        self._purchase, self._host, self._drafted = purchase, purchase.host, drafted
        self.choosing: Choosing | None = None

    def why_not(self, what: str = "the subscription") -> str:
        """Why nothing of `what` can be changed here; empty when it can be."""
        overview = self._host.session.overview
        if overview is None:
            return CONNECTING
        if overview.plan.kind is PlanKind.CONTRACT:
            return set_by_contract(overview)
        return f"This profile is read-only: it can't change {what}." if self._host.session.read_only else ""

    def changeable(self) -> Overview | None:
        """The overview when something can be changed; says why not otherwise."""
        reason = self.why_not()
        if reason:
            self._host.show_result(reason, "warn")
        return None if reason else self._host.session.overview

    # Plan and cycle.

    def choose_plan(self) -> None:
        """Which plan, or a new start when the subscription has ended."""
        if self.changeable():
            self._choose(plan_options, "overview.plan")

    def choose_cycle(self) -> None:
        """Monthly or annual."""
        overview = self.changeable()
        if overview is None:
            return
        if overview.subscription.status is SubscriptionStatus.ENDED:
            self._host.show_result("The subscription has ended: p starts it again, with either billing cycle.", "dim")
        elif overview.plan.kind is PlanKind.FREE:
            name = clean(overview.plan.name, 40)
            self._host.show_result(f"{name} is free: p chooses another plan, and how it is billed.", "dim")
        else:
            self._choose(cycle_options, "overview.cycle")

    def start(self) -> None:
        """Take a subscription again after the end, or leave the free plan."""
        overview = self.changeable()
        if overview is None:
            return
        if overview.subscription.status is SubscriptionStatus.ENDED or overview.plan.kind is PlanKind.FREE:
            self._choose(plan_options, "overview.start")
        else:
            self._host.show_result("The subscription is active: p changes its plan, b its billing cycle.", "dim")

    def _choose(self, options: _Options, opener: str) -> None:
        self._host.run(partial(self._open_choice, options, opener), group="question", exclusive=True)

    async def _open_choice(self, options: _Options, opener: str) -> None:
        self._host.show_result("loading the choices…", "dim")
        try:
            plans = (await self._host.client.plans()).items
        except HeadcountError as error:
            self._host.show_error(told(error))
            return
        self._host.clear_result()
        overview, seats = self._host.session.overview, self._drafted()
        if overview is None or not self._host.in_front:
            return
        title = _title(opener, overview)
        intro = f"With {count(seats, 'seat')}, as in your pending change." if seats else ""
        dialog = TermsDialog(title, options(plans, overview, seats), self._purchase.price, overview, intro)
        self.choosing = Choosing(dialog, options)
        self._host.open_dialog(dialog, lambda quote: self._chosen(quote, title, opener))

    def _chosen(self, quote: Quote | None, title: str, opener: str) -> None:
        self.choosing = None
        overview = self._host.session.overview
        if quote is None or overview is None:
            return
        draft = Draft(quote.change, title, opener)
        if overview.subscription.version > quote.subscription_version:
            self._purchase.ask(draft)
        else:
            self._purchase.open(draft, quote, seen=False)

    def overview_changed(self, overview: Overview) -> None:
        """There is a new overview: what may be chosen in a dialog that is open may be something else."""
        choosing = self.choosing
        if choosing and overview.subscription.version > choosing.dialog.version:
            self._host.run(partial(self._choose_again, choosing), group="choices", exclusive=True)

    async def _choose_again(self, choosing: Choosing) -> None:
        """Other options and prices for a dialog that is open, since the subscription is another one."""
        dialog = choosing.dialog
        try:
            plans = (await self._host.client.plans()).items
        except HeadcountError as error:
            dialog.remark(told(error))
            return
        overview = self._host.session.overview
        if overview and dialog.is_active:
            dialog.show_options(choosing.options(plans, overview, self._drafted()), overview, _CHANGED)

    # Paying, ending, going on.

    def pay(self) -> None:
        """Pay for users who are NOT PAID."""
        if self.changeable():
            from screens.purchase.pay import open_pay

            open_pay(self._purchase, opener="overview.pay")

    def pay_overdue(self) -> None:
        """Pay now what a refused renewal asked for."""
        overview = self.changeable()
        if overview is None:
            return
        if overview.subscription.overdue:
            self._purchase.ask(Draft(Change(pay_overdue=True), "Pay the overdue amount", "overview.pay_overdue"))
        else:
            self._host.show_result("Nothing is overdue.", "dim")

    def end(self) -> None:
        """End it with its period, or at once when a payment is overdue."""
        overview = self.changeable()
        if overview is None:
            return
        subscription = overview.subscription
        if subscription.status is SubscriptionStatus.ENDED:
            self._host.show_result("The subscription has ended already.", "dim")
        elif subscription.cancel_at_period_end:
            said = "It already ends with this period; “resume” in the palette keeps it."
            self._host.show_result(said, "dim")
        else:
            self._purchase.ask(Draft(Change(cancel=True), "End the subscription", "overview.cancel"))

    def resume(self) -> None:
        """Take a cancellation back."""
        overview = self.changeable()
        if overview is None:
            return
        if overview.subscription.cancel_at_period_end:
            self._purchase.ask(Draft(Change(resume=True), "Resume the subscription", "overview.resume"))
        else:
            said = "The subscription is not cancelled: nothing to resume."
            self._host.show_result(said, "dim")


def _title(opener: str, overview: Overview) -> str:
    if overview.subscription.status is SubscriptionStatus.ENDED:
        return "Start again"
    return "Billing cycle" if opener == "overview.cycle" else "Plan"
