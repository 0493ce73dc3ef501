"""The Overview: what is paid, what it costs, what waits, and the stepper that changes the number of seats."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from client.errors import HeadcountError
from contract.people import Permission
from contract.quotes import MAX_SEATS, Change, Confirmation, Quote
from contract.subscription import Overview
from screens.overview.sandbox import SandboxControls
from screens.overview.subscription_changes import SubscriptionChanges, absent_commands, idle_commands
from screens.overview.text import (
    attention_lines,
    fitted,
    fixed_seats,
    latest_lines,
    seats_line,
    state,
    subscription_lines,
    usage_span,
)
from screens.purchase.flow import PurchaseFlow
from screens.purchase.quote_dialog import Draft
from screens.shared.live_area import LiveArea
from tui.input.commands import bindings
from tui.presentation.errors import CONNECTING, refused
from tui.presentation.limit_words import left_words
from tui.presentation.prices import holds_until, price_lines
from tui.presentation.quote_summary import change_in_words
from tui.presentation.tones import Span
from tui.widgets.gauges import Meter, UsageChart
from tui.widgets.host import glyphs_of
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.summary_bar import SummaryBar

__all__ = ["OverviewScreen"]

SETTLE = 0.25
"""Seconds without another press after which a draft is priced: five presses make one quote."""

_CHART_WEEKS = 51
"""A year, and two columns for each week at 120 columns."""


@dataclass(frozen=True, slots=True)
class SeatsDraft:
    """A wanted number of seats, and what the server says about it: a price, a refusal, or nothing yet."""

    seats: int
    quote: Quote | None = None
    refusal: str = ""
    remark: str = ""


class OverviewScreen(LiveArea):
    """The first area. Presses change a draft; nothing is sent but questions until the dialog's `y`."""

    AREA = "overview"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("overview")]
    CSS_PATH = "overview.tcss"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-cramped"), (15, "-low"), (20, "-short"), (32, "-tall")]  # noqa: RUF012 - as above

    draft: SeatsDraft | None = None
    _settle: Timer | None = None

    def __init__(self) -> None:
        super().__init__()
        self.purchase = PurchaseFlow(self, confirmed=self._confirmed, repriced=self._repriced)
        self.changes = SubscriptionChanges(self.purchase, lambda: self.draft.seats if self.draft else None)
        self.sandbox = SandboxControls(self)

    def body(self) -> Iterable[Widget]:
        """What there is and what waits, side by side; the seats; what happened; the summary of the draft."""
        yield Horizontal(
            Panel(title="My subscription", id="subscription"), Panel(title="Needs attention", id="attention"), id="top"
        )
        yield Panel(
            Meter(id="meter"), UsageChart(most=104, id="chart"), Stepper(id="stepper"), title="Seats", id="seats"
        )
        yield Panel(title="Latest", id="latest")
        yield SummaryBar()

    def on_mount(self) -> None:
        """Hear of changes that no price knows of, and say that the data is on its way."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)
        self.hub.overview_signal.subscribe(self, self.changes.overview_changed)
        if self.session.overview is None:
            for name in ("subscription", "attention", "latest"):
                self.query_one(f"#{name}", Panel).show([("loading…", "dim")])
        self._show_draft()

    def on_panel_resized(self) -> None:
        """Another size shows more or fewer lines, also when it came while another area was in front."""
        if self.session.overview:
            self._paint(self.session.overview)

    # What the server says.

    def overview_changed(self, overview: Overview) -> None:
        """Paint it; a draft that has come true is done, one that was priced on another state is priced again."""
        if self.draft and self.draft.seats == self.planned and not self.purchase.paying:
            self.draft = None
        self._paint(overview)
        if self.action_bar.result == CONNECTING:
            self.clear_result()
        quote = self.draft.quote if self.draft else None
        moved = quote and quote.subscription_version != overview.subscription.version
        if self.draft and moved and not self.purchase.paying and not self.purchase.offering:
            self._ask(replace(self.draft, remark="The subscription has changed meanwhile; this is the new price."))
            self.show_result(self.draft.remark, "warn")

    def _paint(self, overview: Overview) -> None:
        glyphs = glyphs_of(self)
        subscription = self.query_one("#subscription", Panel)
        width = subscription.content_size.width
        subscription.show([fitted(line, width) if width else line for line in subscription_lines(overview)])
        subscription.show_titles("My subscription", state(overview, glyphs))
        attention = self.query_one("#attention", Panel)
        attention.show(attention_lines(overview, glyphs, *attention.content_size))
        latest = self.query_one("#latest", Panel)
        latest.show(latest_lines(overview, max(1, latest.content_size.height)))
        seats = overview.seats
        self.query_one(Meter).show(seats.used, seats.paid, seats_line(overview))
        used = [week.used for week in overview.usage[-_CHART_WEEKS:]]
        self.query_one(UsageChart).show(used, usage_span(overview))
        self._show_draft()

    @property
    def planned(self) -> int:
        """How many seats there will be if nothing is done: those paid for, or those of a scheduled reduction."""
        overview = self.session.overview
        if overview is None:
            return 0
        scheduled = overview.subscription.scheduled_seats
        return overview.subscription.seats if scheduled is None else scheduled

    # The draft.

    def action_more(self) -> None:
        """+: one more."""
        self._step(1)

    def action_fewer(self) -> None:
        """-: one less."""
        self._step(-1)

    def action_type(self) -> None:
        """e, and digits from then on: the number itself."""
        if self._may_draft():
            self.query_one(Stepper).start_typing()

    def _step(self, by: int) -> None:
        if self._may_draft() and not self.purchase.paying:
            self.query_one(Stepper).step(by)

    def _may_draft(self) -> bool:
        """Whether there is a number to change; says why not."""
        reason = self._why_fixed()
        if reason:
            self.show_result(reason, "warn")
        return not reason

    def _why_fixed(self) -> str:
        """Why there is no number to change; empty when there is."""
        overview = self.session.overview
        return self.changes.why_not("the seats") or (fixed_seats(overview) if overview else "")

    def on_stepper_changed(self, message: Stepper.Changed) -> None:
        """Another number is wanted: priced when the presses have settled."""
        self.clear_result()
        if message.total == self.planned:
            self.action_discard()
            return
        self.draft = SeatsDraft(message.total)
        self._show_draft()
        if self._settle:
            self._settle.stop()
        self._settle = self.set_timer(SETTLE, lambda: self._ask(self.draft))

    def action_discard(self) -> None:
        """d: as if nothing had been pressed."""
        if self._settle:
            self._settle.stop()
        self.workers.cancel_group(self, "question")
        self.draft = None
        self._show_draft()

    def _ask(self, draft: SeatsDraft | None) -> None:
        if draft:
            self.draft = replace(draft, quote=None)
            self._show_draft()
            self._price(self.draft)

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _price(self, draft: SeatsDraft, *, then_open: bool = False) -> None:
        try:
            priced = replace(draft, quote=await self.purchase.price(Change(seats=draft.seats)))
        except HeadcountError as error:
            priced = replace(draft, refusal=refused(error, self.session.overview))
        if self.draft is None or self.draft.seats != draft.seats:
            return
        self.draft = priced
        self._show_draft()
        if then_open and priced.quote:
            self._open(priced.quote, seen=False)

    def _show_draft(self) -> None:
        overview = self.session.overview
        bar, stepper = self.query_one(SummaryBar), self.query_one(Stepper)
        self.key_bar.hide(self._out_of_reach())
        if overview is None:
            bar.show([])
            return
        wanted = self.draft.seats if self.draft else self.planned
        note = change_in_words(wanted - overview.subscription.seats, overview.seats.not_paid)
        stepper.show(wanted, self.planned, note=(note, "dim"), greatest=MAX_SEATS, fixed=bool(self._why_fixed()))
        bar.show(self._summary_lines(overview))

    def _out_of_reach(self) -> list[str]:
        """The keys that would do nothing just now."""
        hidden = set(idle_commands(self.session.overview, read_only=self.session.read_only))
        if self.draft is None:
            hidden |= {"overview.confirm", "overview.discard"}
        if not self._may_confirm:
            hidden |= {"overview.confirm", "overview.pay", "overview.pay_overdue"}
        if self._why_fixed():
            hidden |= {"overview.more", "overview.fewer", "overview.type"}
        return sorted(hidden)

    def _summary_lines(self, overview: Overview) -> list[list[Span]]:
        draft = self.draft
        if draft is None:
            return self._standing_lines(overview)
        if draft.refusal:
            return [[(draft.refusal, "bad")]]
        if draft.quote is None:
            return [[(f"getting the price of {draft.seats:,} seats…", "dim")]]
        first, second = price_lines(draft.quote)
        second.append((f"   {holds_until(draft.quote)}", "dim"))
        return [first, second]

    def _standing_lines(self, overview: Overview) -> list[list[Span]]:
        fixed, scheduled = self._why_fixed(), overview.subscription.scheduled_seats
        if scheduled is not None and not fixed:
            said = f"{scheduled:,} seats from {overview.subscription.period_end:%-d %b}"
            return [[(f"{said}: + cancels the reduction" if self._may_confirm else said, "warn")]]
        if self.session.read_only:
            return [[("read-only: the seats can't be changed", "dim")]]
        if fixed:
            return [[(fixed, "dim")]]
        does = "change the seats; nothing is sent yet" if self._may_confirm else "show what other numbers would cost"
        none: list[Span] = [("No pending change", "dim"), (f"   + and - {does}", "dim")]
        left = left_words(overview.me)
        return [none, [(left, "dim")]] if left else [none]

    @property
    def _may_confirm(self) -> bool:
        overview = self.session.overview
        return overview is not None and Permission.CONFIRM_QUOTES in overview.me.may

    # Confirming.

    def action_confirm(self) -> None:
        """c: the dialog that says what will happen; its `y` does it."""
        draft = self.draft
        if self.changes.changeable() is None:
            return
        if draft is None:
            self.show_result("No pending change: + and - change the number of seats.", "dim")
        elif reason := self.purchase.why_not(Change(seats=draft.seats)):
            self.show_result(reason, "warn")
        elif draft.refusal:
            self.show_result(draft.refusal, "bad")
        elif draft.quote is None:
            # the price is still on its way: the dialog opens with it, so that `+ c` typed at once is not lost
            if self._settle:
                self._settle.stop()
            self._price(draft, then_open=True)
        else:
            self._open(draft.quote, seen=True)

    def _open(self, quote: Quote, *, seen: bool) -> None:
        self.purchase.open(Draft(quote.change, "Confirm modifications", "overview.confirm"), quote, seen=seen)

    def _repriced(self, quote: Quote) -> None:
        """The dialog has a fresh price of the draft."""
        if self.draft and quote.change == Change(seats=self.draft.seats):
            self.draft = SeatsDraft(self.draft.seats, quote)
            self._show_draft()

    def _confirmed(self, change: Change, confirmation: Confirmation | None) -> None:
        """What was drafted is so now; a draft of something else stays."""
        del confirmation
        if self.draft and change.seats == self.draft.seats:
            self.draft = None
        self._show_draft()

    # What the palette and other keys change; `changes` says why not.

    def absent_commands(self) -> frozenset[str]:
        """Those of a sandbox, and those a contract settles."""
        return absent_commands(self.session.overview)

    def action_plan(self) -> None:
        """p: which plan, or a new start when the subscription has ended."""
        self.changes.choose_plan()

    def action_cycle(self) -> None:
        """b: monthly or annual."""
        self.changes.choose_cycle()

    def action_start(self) -> None:
        """Take a subscription again after the end, or leave the free plan."""
        self.changes.start()

    def action_pay(self) -> None:
        """P: pay for users that wait for it."""
        self.changes.pay()

    def action_pay_overdue(self) -> None:
        """o: pay now what a refused renewal asked for."""
        self.changes.pay_overdue()

    def action_end(self) -> None:
        """End it with its period, or at once when a payment is overdue."""
        self.changes.end()

    def action_resume(self) -> None:
        """Take a cancellation back."""
        self.changes.resume()

    def action_advance(self, duration: str) -> None:
        """Move the sandbox clock."""
        self.sandbox.advance(duration)

    def action_decline(self) -> None:
        """Have the next payment declined."""
        self.sandbox.decline_next()

    # Leaving.

    @property
    def unfinished(self) -> str:
        """A payment on its way, or a draft that was not confirmed."""
        if said := self.purchase.unfinished:
            return said
        return f"a pending change to {self.draft.seats:,} seats that is not confirmed" if self.draft else ""

    def close_something(self) -> bool:
        """Esc: a result first, then the draft."""
        if super().close_something():
            return True
        if self.draft and not self.purchase.paying:
            self.action_discard()
            return True
        return False

    def refresh_view(self) -> None:
        """r: a fresh overview, and a lost connection at once."""
        self.session.touch()
        self.session.retry()
