"""Which plan, which billing cycle: what each costs now and later, and why the rest can't be had (D10)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from client.errors import HeadcountError
from contract.money import Money
from contract.quotes import Change, Quote, Start
from contract.subscription import BillingCycle, Overview, Plan, PlanChoice, PlanKind, SubscriptionStatus
from tui.input.commands import bindings
from tui.presentation.errors import refused
from tui.presentation.lines import keys_line, wrapped
from tui.presentation.prices import renewal_words, unsigned
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["Option", "TermsDialog", "cycle_options", "plan_options"]

_NAME = 26
_HANG = 4
_ROOMY = 70
_PER = {BillingCycle.MONTHLY: "month", BillingCycle.ANNUAL: "year"}


@dataclass(frozen=True, slots=True)
class Option:
    """One plan with one cycle. `change` leads to it, if it may be chosen; `reason` says why not."""

    name: str
    price: Money | None
    cycle: BillingCycle
    change: Change | None = None
    current: bool = False
    reason: str = ""


def plan_options(plans: Sequence[Plan], overview: Overview, seats: int | None = None) -> list[Option]:
    """Every plan with its cycles; other cycles of the present plan are left to `cycle_options`. `seats` go along."""
    over = overview.subscription.status is SubscriptionStatus.ENDED
    return [
        _option(plan, choice, overview, seats)
        for plan in plans
        for choice in plan.choices
        if over or choice.current or plan.id != overview.subscription.plan
    ]


def cycle_options(plans: Sequence[Plan], overview: Overview, seats: int | None = None) -> list[Option]:
    """Both cycles of the present plan."""
    plan = next((plan for plan in plans if plan.id == overview.subscription.plan), overview.plan)
    options = [_option(plan, choice, overview, seats) for choice in plan.choices]
    if plan.kind is not PlanKind.PAID:
        return options
    name = clean(plan.name, 40)
    missing = [cycle for cycle in BillingCycle if cycle not in {option.cycle for option in options}]
    return options + [
        Option(f"{name} · {cycle.value}", None, cycle, reason=f"{name} is not offered {cycle.value}.")
        for cycle in missing
    ]


def _option(plan: Plan, choice: PlanChoice, overview: Overview, seats: int | None) -> Option:
    name = clean(plan.name, 40)
    return Option(
        f"{name} · {choice.billing_cycle.value}" if choice.price else name,
        choice.price,
        choice.billing_cycle,
        _change(plan, choice, overview, seats) if choice.allowed else None,
        choice.current,
        clean(choice.reason),
    )


def _change(plan: Plan, choice: PlanChoice, overview: Overview, seats: int | None) -> Change:
    subscription = overview.subscription
    wanted = None if plan.seats_follow_users else seats
    if subscription.status is SubscriptionStatus.ENDED:
        return Change(start=Start(plan=plan.id, billing_cycle=choice.billing_cycle, seats=wanted or None))
    free = overview.plan.kind is PlanKind.FREE
    return Change(
        seats=wanted,
        plan=None if plan.id == subscription.plan else plan.id,
        billing_cycle=choice.billing_cycle if free or choice.billing_cycle is not subscription.billing_cycle else None,
    )


class TermsDialog(ModalScreen[Quote]):
    """A list to choose from; answers the quote of what was chosen, or nothing.

    One price is asked for each option that is allowed, all at once, and shown when it comes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("enter", "choose", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    TermsDialog { align: center middle; background: transparent; }
    TermsDialog Scroller {
        width: 100%; max-width: 84; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        ask: Callable[[Change], Awaitable[Quote]],
        overview: Overview | None,
        intro: str = "",
    ) -> None:
        super().__init__()
        self._title, self._intro, self._ask = title, intro, ask
        self._remark = ""
        self._take(options, overview)

    def _take(self, options: Sequence[Option], overview: Overview | None, name: str = "") -> None:
        """Nothing is known of the prices; the cursor is on the one of that name, or on the first that is allowed."""
        self._options, self._overview = tuple(options), overview
        self._quotes: dict[int, Quote] = {}
        self._refusals: dict[int, str] = {}
        allowed = [at for at, option in enumerate(options) if option.change]
        self._at = next((at for at in allowed if options[at].name == name), allowed[0] if allowed else -1)

    @property
    def version(self) -> int:
        """Of which state of the subscription this is what may be chosen; 0 while there is none yet."""
        return self._overview.subscription.version if self._overview else 0

    def show_options(self, options: Sequence[Option], overview: Overview, remark: str) -> None:
        """Other options, of another state: their prices are asked for."""
        self.workers.cancel_group(self, "price")
        self._take(options, overview, self._options[self._at].name if self._at >= 0 else "")
        self._ask_prices()
        self.remark(remark)

    def remark(self, said: str) -> None:
        """Say something in the place of the keys, until the next one."""
        self._remark = said
        self._redraw()

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(above=self._above(), lines=self._lines(74)[0], below=self._below())

    def on_mount(self) -> None:
        """The frame carries the title; the prices are asked for."""
        body = self.query_one(Scroller)
        body.border_title = framed(self._title, body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")
        self._ask_prices()

    def _ask_prices(self) -> None:
        for at, option in enumerate(self._options):
            if option.change:
                self.run_worker(self._price(at, option.change), group="price", exit_on_error=False)

    def on_resize(self) -> None:
        """Another width breaks lines elsewhere."""
        self.call_after_refresh(self._redraw)

    async def _price(self, at: int, change: Change) -> None:
        try:
            self._quotes[at] = await self._ask(change)
        except HeadcountError as error:
            self._refusals[at] = refused(error, self._overview)
        self._redraw()

    # What it says.

    def _above(self) -> list[Line]:
        return ["", *([(self._intro, "dim"), ""] if self._intro else [])]

    def _below(self) -> list[Line]:
        keys = [("j k", "moves"), ("Enter", "shows what happens"), ("Esc", "closes")]
        return ["", (self._remark, "warn") if self._remark else keys_line(keys if self._at >= 0 else keys[2:])]

    def _lines(self, width: int) -> tuple[list[Line], list[int]]:
        """All lines at a width, and at which of them each option starts."""
        lines: list[Line] = []
        starts = []
        for at, option in enumerate(self._options):
            starts.append(len(lines))
            lines += wrapped(self._head(at, option, width), width, _HANG)
            lines += wrapped([" " * _HANG, *self._said(at, option)], width, _HANG) if self._said(at, option) else []
        return lines, starts

    def _head(self, at: int, option: Option, width: int) -> Line:
        here = at == self._at
        per = f" per seat and {_PER[option.cycle]}" if width >= _ROOMY else " per seat"
        price = f"{option.price}{per}" if option.price else ""
        tone = "" if option.change or option.current else "dim"
        current = [("   current", "ok")] if option.current else []
        name = option.name.ljust(_NAME)
        return [("> " if here else "  ", "accent"), (name, "strong" if here else tone), (price, tone), *current]

    def _said(self, at: int, option: Option) -> list[tuple[str, str]]:
        if option.current or option.change is None:
            return [(option.reason, "dim")] if not option.current and option.reason else []
        if refusal := self._refusals.get(at):
            return [(refusal, "bad")]
        quote = self._quotes.get(at)
        if quote is None:
            return [("getting the price…", "dim")]
        kept = quote.credit_applied
        credit = f", {unsigned(kept)} kept as credit" if kept.amount < 0 else ""
        return [(f"{quote.due_now} now{credit}", "strong"), (f"   {renewal_words(quote)}", "dim")]

    def _redraw(self) -> None:
        if (body := self.query_one_optional(Scroller)) is None:
            return
        lines, starts = self._lines(body.size.width or 74)
        body.show_all(self._above(), lines, self._below())
        if self._at >= 0:
            self.call_after_refresh(self._follow, [*starts, len(lines)][self._at + 1])

    def _follow(self, end: int) -> None:
        """Keep the option under the cursor, and its price, in sight."""
        if (body := self.query_one_optional(Scroller)) is None:
            return
        body.scroll_lines(max(0, end - body.room) - body.first)

    # Keys.

    def action_move(self, by: int) -> None:
        """The next option that may be chosen; without any, other lines."""
        allowed = [at for at, option in enumerate(self._options) if option.change]
        if not allowed:
            self.query_one(Scroller).scroll_lines(by)
            return
        self._at = allowed[max(0, min(allowed.index(self._at) + by, len(allowed) - 1))]
        self._remark = ""
        self._redraw()

    def action_page(self, pages: int) -> None:
        """Other lines."""
        self.query_one(Scroller).scroll_page(pages)

    def action_choose(self) -> None:
        """Enter: go on to what it costs and does."""
        if quote := self._quotes.get(self._at):
            self.dismiss(quote)
        elif self._at >= 0 and self._at not in self._refusals:
            self.remark("Its price is still loading.")

    def action_yes(self) -> None:
        """Nothing is done here."""

    def action_no(self) -> None:
        """Close; nothing happens."""
        self.dismiss(None)
