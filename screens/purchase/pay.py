"""Pay: the users who are NOT PAID with the price of each, all marked; one payment for those who stay marked (D15)."""

import asyncio
from collections.abc import Collection, Sequence
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer

from client.api import Client
from client.errors import HeadcountError
from contract.events import EventKind
from contract.problems import ProblemCode
from contract.quotes import MAX_PAYEES, Change, Quote
from contract.subscription import Overview, SubscriptionStatus
from contract.users import User, UserSort, UsersQuery, UserStatus
from screens.purchase.flow import PurchaseFlow
from screens.purchase.pay_text import introduction, left_out_words, no_longer, payee_items, sum_lines, unpaid_of
from screens.purchase.quote_dialog import Draft
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.errors import refused, told
from tui.presentation.lines import keys_line
from tui.presentation.prices import users_paid
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.runtime.live_updates import Hub
from tui.widgets.canvas import framed
from tui.widgets.host import user_keys_of
from tui.widgets.pages import Scroller
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Phase, Query, Row, Window
from tui.widgets.table.marks import Marks
from tui.widgets.table.table import VirtualTable

__all__ = ["PayScreen", "open_pay"]

SETTLE = 0.25
"""Seconds without another mark after which the sum is asked for again."""

_PAGE = 500
_BORDER = 2
_SIDES = 6
_WIDEST = 84
_CONCERNS = frozenset(
    kind for kind in EventKind if kind.value.startswith(("user.", "users.", "seats.", "subscription.", "transfer.acc"))
)
COLUMNS = (
    Column("name", "Name", weight=2, min_width=14),
    Column("email", "E-mail", weight=3, min_width=20, drop=1),
    Column("price", "Now", width=14, align="right"),
)


def open_pay(purchase: PurchaseFlow, users: Sequence[User] | None = None, *, opener: str) -> None:
    """Open the dialog on a screen: about everybody who is NOT PAID, or about those of some `users` who are.

    `opener` is the id of the command that was given. Who may not pay, and a list with nobody to pay for, is told so.
    """
    host, unpaid = purchase.host, None if users is None else unpaid_of(users)
    if reason := purchase.why_not(Change(pay_users="all")):
        host.show_result(reason, "warn")
    elif reason := _nobody(host.session.overview, unpaid):
        host.show_result(reason, "dim")
    else:
        left_out = left_out_words(len(users or ()), len(unpaid or ()))
        _choose(purchase, PayScreen(purchase, unpaid, left_out), opener)


def _choose(purchase: PurchaseFlow, screen: "PayScreen", opener: str) -> None:
    """Let users be marked, then open the summary; back from there the same are marked."""

    def back() -> None:
        _choose(purchase, screen.again(), opener)

    def marked(quote: Quote | None) -> None:
        if quote:
            title = f"Pay for {count(users_paid(quote), 'user')}"
            items = payee_items(quote, screen.source.known)
            purchase.open(Draft(quote.change, title, opener, items, back), quote)

    if purchase.host.in_front:
        purchase.host.open_dialog(screen, marked)


def _nobody(overview: Overview | None, unpaid: Sequence[User] | None) -> str:
    """Why there is nobody to pay for just now; empty when there is."""
    if unpaid is not None and not unpaid:
        return "None of these users is NOT PAID."
    if overview is None or not overview.seats.not_paid:
        return "Nobody is NOT PAID: nothing to pay for."
    if overview.subscription.status is SubscriptionStatus.ENDED:
        return "The subscription has ended: p on the Overview starts it again."
    if overview.subscription.status is not SubscriptionStatus.ACTIVE:
        return (
            "The renewal comes first: o on the Overview pays the overdue amount, including for users who are NOT PAID."
        )
    return ""


class UnpaidUsers:
    """The users who are NOT PAID, longest waiting first: all of them up to what one payment takes, or some.

    Rows wait for the first price, so that each has its own.
    """

    def __init__(self, client: Client, users: Sequence[User] | None) -> None:
        self._client, self.users = client, None if users is None else list(users)
        self.priced = asyncio.Event()
        self.prices: dict[str, str] = {}
        self.known: dict[str, User] = {user.id: user for user in users or ()}
        self.waiting = len(users or ())

    async def fetch(self, query: Query, offset: int, limit: int) -> Window:  # noqa: ARG002 - there is no filter
        """One page; HeadcountError is the client's."""
        await self.priced.wait()
        if self.users is not None:
            return Window([self._row(user) for user in self.users[offset : offset + limit]], len(self.users))
        return Window([self._row(user) for user in await self._page(offset, limit)], min(self.waiting, MAX_PAYEES))

    async def ids(self) -> list[str]:
        """Everybody in the list, those not loaded too; HeadcountError is the client's."""
        if self.users is not None:
            return [user.id for user in self.users]
        found = [user.id for user in await self._page(0, _PAGE)]
        while len(found) < min(self.waiting, MAX_PAYEES):
            page = await self._page(len(found), _PAGE)
            if not page:
                break
            found += [user.id for user in page]
        return found

    def learn(self, quote: Quote) -> bool:
        """Take note of the price of each; True when somebody's was not known."""
        prices = {each.user_id: f"{each.amount}" for line in quote.lines for each in line.shares}
        news = any(self.prices.get(user_id) != price for user_id, price in prices.items())
        self.prices |= prices
        return news

    def leave_out(self, gone: Collection[str]) -> None:
        """Who was paid for or removed meanwhile stands in no list of chosen users any more."""
        if self.users is not None:
            self.users = [user for user in self.users if user.id not in gone]
            self.waiting = len(self.users)

    async def _page(self, offset: int, limit: int) -> list[User]:
        limit = min(limit, MAX_PAYEES - offset)
        query = UsersQuery(
            status=UserStatus.NOT_PAID, sort=UserSort.ADDED_AT, offset=offset, limit=max(1, limit), count=True
        )
        page = await self._client.users(query)
        self.waiting = page.total or 0
        self.known |= {user.id: user for user in page.items}
        return list(page.items)

    def _row(self, user: User) -> Row:
        return Row(user.id, (user.name, user.email, self.prices.get(user.id, "")), user.version, user)


class PayScreen(ModalScreen[Quote | None]):
    """Answers the price of those who were marked at the end, exactly as it stood below them; nothing when it is left.

    The sum is always the server's: it is asked for again whenever the marks, or the subscription, have changed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog"), Binding("c", "summary", show=False)]
    AUTO_FOCUS = "VirtualTable"
    DEFAULT_CSS = """
    PayScreen { align: center middle; background: transparent; }
    PayScreen #pay {
        width: 100%; max-width: 84; height: auto; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    PayScreen VirtualTable { height: 4; background: $background; }
    """

    def __init__(
        self, purchase: PurchaseFlow, users: Sequence[User] | None, left_out: str, marks: Marks | None = None
    ) -> None:
        super().__init__()
        self._purchase, self._left_out, self._marks = purchase, left_out, marks
        self.source = UnpaidUsers(purchase.host.client, users)
        self.quote: Quote | None = None
        self._refusal = self._remark = ""
        self._settle: Timer | None = None
        self._everybody: list[str] | None = None

    def compose(self) -> ComposeResult:
        """What there is to know, the list, the sum and the keys."""
        table = VirtualTable(
            self.source,
            COLUMNS,
            noun="users",
            empty="Nobody is NOT PAID any more.",
            copy_column="email",
            describe=told,
        )
        if self._marks is None:
            table.marks.everything = table.asked
        else:
            table.marks = self._marks
        self._marks = table.marks
        with Vertical(id="pay"):
            yield Scroller(id="said")
            yield table
            yield Scroller(lines=self._below(table), id="sum")

    def on_mount(self) -> None:
        """Ask for the price of all of them, and follow what happens meanwhile."""
        box, table = self.query_one("#pay"), self.table
        box.border_title = framed("Pay for users NOT PAID", table.glyphs)
        box.set_class(table.glyphs.ascii, "-ascii")
        cast("Hub", self.app).changed_signal.subscribe(self, self._hear_changes)
        self._ask()

    def again(self) -> "PayScreen":
        """Another one about the same users, with the same of them marked."""
        return PayScreen(self._purchase, self.source.users, self._left_out, self._marks)

    @property
    def table(self) -> VirtualTable:
        """Who is NOT PAID."""
        return self.query_one(VirtualTable)

    # The price.

    def _hear_changes(self, kinds: frozenset[EventKind]) -> None:
        if kinds & _CONCERNS and self.is_attached:
            self._everybody = None
            self.table.reload()
            self._ask()

    def on_virtual_table_marks_changed(self) -> None:
        """Others are marked: ask for the sum when the marks have settled."""
        self.quote, self._refusal, self._remark = None, "", ""
        if self._settle:
            self._settle.stop()
        self.workers.cancel_group(self, "price")
        self._settle = self.set_timer(SETTLE, self._ask)
        self._show()

    def _ask(self) -> None:
        self.quote, self._refusal = None, ""
        self._show()
        self._price()

    @work(group="price", exclusive=True, exit_on_error=False)
    async def _price(self) -> None:
        try:
            self.quote = await self._purchase.price(change) if (change := await self._change()) else None
        except HeadcountError as error:
            self._refused(error)
        else:
            if self.quote and self.source.learn(self.quote):
                self.table.reload()
        self.source.priced.set()
        self._show()

    async def _change(self) -> Change | None:
        """Paying for exactly those who are marked; nothing when nobody is."""
        marks, source = self.table.marks, self.source
        overview = self._purchase.host.session.overview
        if marks.everything is None:
            ids = list(marks.chosen)
        elif not marks.exceptions and source.users is None and overview and overview.seats.not_paid <= MAX_PAYEES:
            return Change(pay_users="all")
        else:
            if self._everybody is None:
                self._everybody = await source.ids()
            ids = [user_id for user_id in self._everybody if user_id not in marks.exceptions]
        return Change(pay_users=tuple(ids)) if ids else None

    def _refused(self, error: HeadcountError) -> None:
        gone = error.data.get("users") if error.code is ProblemCode.USER_NOT_UNPAID else None
        if not isinstance(gone, list) or not gone:
            self._refusal = refused(error, self._purchase.host.session.overview)
            return
        self._remark = no_longer([str(each) for each in gone], self.source.known)
        self.source.leave_out(gone)
        self.table.marks.discard(gone)
        self._everybody = None
        self.table.reload()
        self.call_later(self._ask)

    # What is shown.

    def _below(self, table: VirtualTable) -> list[Line]:
        user_keys = user_keys_of(self)
        offers = [("table.mark", "mark"), ("table.mark_all", "all"), ("table.mark_none", "none")]
        named = [(key_names(keys_of(command_id, user_keys)[:1]), does) for command_id, does in offers]
        keys = keys_line([*named, ("c", "summary…"), ("Esc", "cancels")])
        said: list[Line] = [(self._remark, "warn")] if self._remark else []
        marked = users_paid(self.quote) if self.quote else table.mark_count
        sums = sum_lines(self.quote, marked, max(table.total, marked), self._refusal)
        return ["", *said, *sums, "", keys]

    def _show(self) -> None:
        if self.is_mounted and self.is_attached:
            table, source = self.table, self.source
            said = introduction(source.waiting, chosen=source.users is not None, left_out=self._left_out)
            self.query_one("#said", Scroller).show_lines(said)
            self.query_one("#sum", Scroller).show_lines(self._below(table))
            self._measure()

    def _measure(self) -> None:
        """The table is as high as it needs to be, or as there is room."""
        if not (self.is_mounted and self.is_attached):
            return
        width = min(_WIDEST, self.size.width) - _SIDES
        others = sum(part.get_content_height(self.size, self.size, width) for part in self.query(Scroller))
        wanted = 1 + (self.table.total if self.table.phase is Phase.READY else 2)
        self.table.styles.height = max(2, min(wanted, self.size.height - _BORDER - others))

    def on_resize(self) -> None:
        """Another size has another place."""
        self._measure()

    def on_virtual_table_status_changed(self) -> None:
        """Rows have come, or the cursor has moved."""
        self._show()

    # Keys.

    def on_virtual_table_opened(self) -> None:
        """Enter on a row."""
        self.action_summary()

    def action_summary(self) -> None:
        """c: on to the dialog that names everybody; its own key pays."""
        quote = self.quote
        # a mark taken away by the key before this one may not have been heard of yet
        paid_for = [each.user_id for line in quote.lines for each in line.shares] if quote is not None else ()
        if quote is not None and all(user_id in self.table.marks for user_id in paid_for):
            self.dismiss(quote)
        else:
            self._remark = "" if self._refusal else "Wait for the total, then press it again."
            self._show()

    def on_virtual_table_copy_asked(self) -> None:
        """Copying is not meant here, y pays only where everybody is named."""
        self.action_yes()

    def action_yes(self) -> None:
        """The same where the list is not in focus."""
        self._remark = "Press c to see the summary; y there pays."
        self._show()

    def action_no(self) -> None:
        """Close, nothing happens."""
        self.dismiss(None)
