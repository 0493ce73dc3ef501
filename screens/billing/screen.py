"""Billing: what was charged and why, what was collected or refused, and what is to come."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from contract.billing import Forecast, Invoice, InvoiceStatus
from contract.events import EventKind
from contract.people import Permission
from contract.quotes import Change
from contract.subscription import BillingCycle, Overview, SubscriptionStatus
from screens.billing.bars import BillingSides, Notice
from screens.billing.sources import BillingSide, BillingSource
from screens.billing.text import empty_sentence, forecast_sentences, overdue_sentences
from screens.purchase.flow import PurchaseFlow
from screens.purchase.quote_dialog import Draft
from screens.shared.detail import Detail
from screens.shared.managed_list import ManagedList
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.errors import told
from tui.presentation.invoices import (
    Books,
    Paid,
    expected_lines,
    invoice_lines,
    money_tone,
    payment_lines,
    status_tone,
    title_of,
)
from tui.presentation.lines import LABEL, labelled, wrapped
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import day_of
from tui.widgets.bar_chart import Bar, BarChart
from tui.widgets.host import user_keys_of
from tui.widgets.panel import Panel
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Row
from tui.widgets.table.table import Register, VirtualTable

__all__ = ["BillingScreen"]

_DIALOG, _AROUND = 84, 6
"""The widest dialog, and the cells of its frame."""

COLUMNS = {
    BillingSide.INVOICES: (
        Column("number", "Invoice", width=9),
        Column("issued", "Issued", width=10, drop=1),
        Column("what", "For", min_width=12, drop=2),
        Column("status", "Status", width=8, tone=status_tone),
        Column("total", "Total", width=14, align="right", tone=money_tone),
        Column("due", "Due", width=12, drop=3, align="right"),
    ),
    BillingSide.PAYMENTS: (
        Column("asked", "Asked", width=10),
        Column("what", "For", min_width=12, drop=1),
        Column("outcome", "Outcome", width=11, tone=status_tone),
        Column("amount", "Amount", width=14, align="right"),
    ),
    BillingSide.FORECAST: (
        Column("date", "Date", width=10),
        Column("period", "For the days", min_width=16, drop=1),
        Column("seats", "Seats", width=6, align="right"),
        Column("credit", "From credit", width=12, drop=2, align="right", tone=lambda _: "ok"),
        Column("due", "Due", width=14, align="right"),
    ),
}
NOUNS = {
    BillingSide.INVOICES: "invoices",
    BillingSide.PAYMENTS: "payments",
    BillingSide.FORECAST: "upcoming payments",
}
_TITLES = {BillingSide.INVOICES: "Invoice", BillingSide.PAYMENTS: "Payment of", BillingSide.FORECAST: "Due on"}
_TOP = 2
"""After which line of the details the id stands."""

_MONEY = ("invoice.", "payment.", "subscription.", "seats.", "users.", "sandbox.")
_CHANGING_WHAT_COMES = ("user.", "transfer.accepted", "transfer.reopened")
_OVERDUE = (SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED)


class BillingScreen(ManagedList):
    """Invoices, payments and the forecast, one side at a time."""

    AREA = "billing"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("billing")]
    NEEDS = Permission.CONFIRM_QUOTES
    CHANGES = ("billing.pay_overdue",)
    CONCERNS = frozenset(kind for kind in EventKind if kind.value.startswith(_MONEY))
    VERTICAL_BREAKPOINTS = [(0, "-cramped"), (15, "-low"), (22, "-short"), (32, "-tall")]  # noqa: RUF012 - as Textual types it
    DEFAULT_CSS = """
    BillingScreen {
        #detail { width: 54; }
        #chart { display: none; height: 5; }
        &.-forecast #chart { display: block; }
        &.-tall #chart { height: 9; }
        &.-low #chart { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.purchase = PurchaseFlow(self)
        self.side = BillingSide.INVOICES
        self.books = Books()
        self.forecast: Forecast | None = None

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)

    # The table and its sides.

    def make_table(self) -> VirtualTable:
        """The invoices, newest first."""
        return Register(
            self._source(),
            COLUMNS[self.side],
            noun=NOUNS[self.side],
            empty=empty_sentence(self.side, None),
            describe=told,
            name_of=_name_of,
        )

    def _source(self) -> BillingSource:
        return BillingSource(self.client, self.side, self.books, self._take_forecast)

    def above_table(self) -> Iterable[Widget]:
        """The sides, what has to be known first, and the chart of what is to come."""
        yield BillingSides()
        yield Notice(id="notice")
        yield BarChart(id="chart")

    def action_next_side(self) -> None:
        """Tab: the next side."""
        self._turn(1)

    def action_previous_side(self) -> None:
        """Shift+Tab: the previous side."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        sides = list(BillingSide)
        self.side = sides[(sides.index(self.side) + step) % len(sides)]
        table = self.table
        table.columns, table.noun = COLUMNS[self.side], NOUNS[self.side]
        table.empty = empty_sentence(self.side, self.session.overview)
        table.remeasure()
        table.set_source(self._source())
        self.query_one(BillingSides).turn(self.side)
        self.clear_result()
        self._show_notice()
        self.show_detail()
        self.show_marks()

    def action_filter(self) -> None:
        """/: what other lists have."""
        self.show_result("No filter here: the newest comes first, Enter shows the details.", "dim")

    # What the server says.

    def overview_changed(self, overview: Overview) -> None:
        """What is overdue, and what an empty list means on this plan."""
        super().overview_changed(overview)
        self.table.empty = empty_sentence(self.side, overview)
        self.table.redraw()
        self._show_notice()

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Ask again for the rows; who comes and goes changes what is to come."""
        coming = self.side is BillingSide.FORECAST
        if kinds & self.CONCERNS or (coming and any(kind.value.startswith(_CHANGING_WHAT_COMES) for kind in kinds)):
            self.table.reload()

    def _take_forecast(self, forecast: Forecast) -> None:
        self.forecast = forecast
        self._show_notice()

    def _show_notice(self) -> None:
        """What is overdue, on every side; on the forecast's, what comes next and the chart."""
        overview = self.session.overview
        coming = self.forecast if self.side is BillingSide.FORECAST else None
        said: list[Line] = []
        if overview:
            said += overdue_sentences(overview, "" if self.why_not("") else self._pay_key)
            said += forecast_sentences(coming, overview) if coming else []
            yearly = overview.subscription.billing_cycle is BillingCycle.ANNUAL
            self.query_one(BarChart).show(_bars(coming, yearly=yearly) if coming else ())
        self.query_one(Notice).show(said)
        self.set_class(coming is not None and bool(coming.payments), "-forecast")
        self.call_after_refresh(self.show_detail)

    @property
    def _pay_key(self) -> str:
        return key_names(keys_of("billing.pay_overdue", user_keys_of(self))[:1])

    # What may be done.

    @property
    def overdue(self) -> bool:
        """Whether there is a payment that was refused."""
        overview = self.session.overview
        return overview is not None and overview.subscription.status in _OVERDUE

    def out_of_reach(self) -> set[str]:
        """Paying, when nothing is overdue or the role may not."""
        return super().out_of_reach() | (set() if self.overdue else set(self.CHANGES))

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:
        """An open invoice can be paid."""
        open_one = isinstance(row.item, Invoice) and row.item.status is InvoiceStatus.OPEN
        if open_one and self.overdue and not self.why_not(""):
            return [("billing.pay_overdue", "pay overdue…")]
        return ()

    @property
    def unfinished(self) -> str:
        """A payment on its way."""
        return self.purchase.unfinished or super().unfinished

    def take_up(self, command_id: str, row: Row) -> None:  # noqa: ARG002 - there is one thing to do
        """Pay it."""
        self.action_pay_overdue()

    def action_pay_overdue(self) -> None:
        """o: pay what was refused; asks first."""
        if self.overdue:
            self.purchase.ask(Draft(Change(pay_overdue=True), "Pay the overdue amount", "billing.pay_overdue"))
        else:
            self.show_result("Nothing is overdue.", "dim")

    # Details.

    def detail(self, row: Row) -> Sequence[Line]:
        """All of a row at the width of a dialog."""
        return self._lines(row, min(_DIALOG, self.app.size.width) - _AROUND)

    def _lines(self, row: Row, width: int) -> list[Line]:
        match row.item:
            case Invoice() as invoice:
                return invoice_lines(invoice, self.books, width)
            case Paid() as paid:
                return payment_lines(paid, self.session.overview, width)
            case expected:
                overview = self.session.overview
                today = day_of(overview.as_of, overview) if overview else expected.date
                return expected_lines(expected, today, width)

    def _title(self, row: Row) -> str:
        return (
            title_of(row.item) if isinstance(row.item, Invoice) else f"{_TITLES[self.side]} {clean(row.cells[0], 60)}"
        )

    def show_detail(self) -> None:
        """The row under the cursor, beside the table where there is room; says how much of it is left out."""
        panel, row = self.query_one("#detail", Panel), self.table.row
        self.query_one(BarChart).point_at(self.table.cursor)
        panel.show_titles(self._title(row) if row else _TITLES[self.side])
        width, height = panel.content_size
        if not panel.display or not width or not height:
            return
        lines = self._lines(row, width) if row is not None else [(self.table.status, "dim")]
        rows = [part for each in lines for part in wrapped(each, width, LABEL)]
        if len(rows) > height:
            left = len(rows) - height + 1
            rows = [*rows[: height - 1], (f"… {left:,} more: Enter shows all", "accent")]
        panel.show(rows)

    def on_virtual_table_moved(self) -> None:
        """The chart follows the cursor at once."""
        self.query_one(BarChart).point_at(self.table.cursor)

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        """Enter: all of it, whatever the width; a payment to come has no id yet."""
        message.prevent_default()
        row = message.row
        if self.app.screen is self:
            lines = [*self.detail(row)]
            if self.side is not BillingSide.FORECAST:
                lines.insert(_TOP, labelled("Id", (row.id, "dim")))
            dialog = Detail(self._title(row), lines, self.offers(row))
            self.app.push_screen(dialog, lambda asked: self.take_up(asked, row) if asked else None)


def _name_of(row: Row) -> str:
    """What y copies: an invoice's number, a payment's id, the day of a payment to come."""
    return row.id if isinstance(row.item, Paid) else row.cells[0]


def _bars(forecast: Forecast, *, yearly: bool) -> list[Bar]:
    """A column for each payment, named by its month, or by its year when they are a year apart."""
    return [
        Bar(
            label=f"{each.date:%Y}" if yearly else f"{each.date:%b}",
            value=each.due.amount,
            covered=max(0, each.credit_applied.amount),
            figure=each.due.figure,
        )
        for each in forecast.payments
    ]
