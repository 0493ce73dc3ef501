"""The list of users: who is on the subscription, and adding, editing and removing them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from client.errors import HeadcountError, ServerFault, Unreachable
from contract.events import EventKind
from contract.imports import Import
from contract.people import Permission
from contract.quotes import MAX_PAYEES, Change, Confirmation
from contract.subscription import Overview, PlanKind
from contract.users import User, UserBatch, UserBatchReport, UserStatus
from screens.imports.open import ImportFile
from screens.imports.screen import ImportScreen
from screens.purchase.flow import PurchaseFlow
from screens.purchase.pay import open_pay
from screens.shared.sources import USER_FIELDS, UsersSource
from screens.users.bulk_removal import Removed, RemovingMany
from screens.users.edit import EditUser
from screens.users.files import SavingUsers
from screens.users.form import AddUsers
from screens.users.text import detail_lines, no_access, removal_results, removal_summary, restored_line, status_tone
from screens.users.unpaid import is_everybody, unpaid_matching
from tui.input.commands import bindings
from tui.presentation.attention import zone_of
from tui.presentation.errors import told
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.canvas import Canvas
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Query, Row
from tui.widgets.table.table import VirtualTable

if TYPE_CHECKING:
    from screens.members.screen import MembersScreen

__all__ = ["UsersScreen"]

COLUMNS = (
    Column("name", "Name", weight=2, min_width=16, sortable=True),
    Column("email", "E-mail", weight=3, min_width=28, sortable=True),
    Column("position", "Position", weight=2, min_width=12, drop=3, sortable=True),
    Column("status", "Status", width=10, drop=1, sortable=True, tone=status_tone),
    Column("source", "Source", width=8, drop=4),
    Column("added_at", "Added", width=10, drop=2, sortable=True),
)
MOST_REMOVED = 1_000
"""The most users a removal names one by one; of more the server keeps who they are."""


class Closed(Canvas):
    """One row that says why nobody may use the service, whatever stands in the list; not there when they may."""

    DEFAULT_CSS = """
    Closed { height: 1; display: none; background: $background; }
    """
    said = ""

    def show(self, said: str) -> None:
        """Say it, or nothing."""
        self.said, self.display = said, bool(said)
        self.refresh()

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """The row."""
        return self.strip_of((f" {self.glyphs.bad} {self.said}", "bad"), self.size.width)


class UsersScreen(SavingUsers, RemovingMany):
    """The users of the subscription. `SavingUsers` comes first: Textual takes styles from the first base alone."""

    AREA = "users"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("users")]
    NEEDS = Permission.MANAGE_USERS
    CHANGES = ("users.new", "users.import", "users.edit", "users.remove", "users.undo")
    CONCERNS = frozenset(
        kind
        for kind in EventKind
        if kind.value.startswith(("user.", "users.", "seats.", "subscription.", "code.used", "transfer.accepted"))
        or kind is EventKind.TRANSFER_REOPENED
    )
    FATES: ClassVar = {EventKind.USER_REMOVED: "removed"}

    def __init__(self) -> None:
        super().__init__()
        self.removed = Removed()
        self.purchase = PurchaseFlow(self, confirmed=self._paid)

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)

    def make_table(self) -> VirtualTable:
        """Everybody listed, by name."""
        return VirtualTable(
            UsersSource(self.client, lambda: zone_of(self.session.overview)),
            COLUMNS,
            noun="users",
            empty="No users yet. n adds one by hand, i imports a file.",
            copy_column="email",
            describe=told,
        )

    def fields(self) -> dict[str, Sequence[str]]:
        """Status and source; on a contract everybody has the same status."""
        return {name: values for name, values in USER_FIELDS.items() if name != "status" or not self._contract}

    def above_table(self) -> Iterable[Widget]:
        """Why nobody has access, if that is so, then the filter."""
        yield Closed()
        yield from super().above_table()

    def overview_changed(self, overview: Overview) -> None:
        """Say when nobody may use the service, and offer what the plan and the role allow."""
        super().overview_changed(overview)
        self.query_one(Closed).show(no_access(overview))
        self.filter_bar.hint = " ".join(f"{name}:" for name in self.fields())
        self.filter_bar.refresh()
        self.show_detail()

    @property
    def _contract(self) -> bool:
        """Whether there is no word about paying here."""
        overview = self.session.overview
        return overview is not None and overview.plan.kind is PlanKind.CONTRACT

    def detail(self, row: Row) -> Sequence[Line]:
        """Everything about one user."""
        return detail_lines(row.item, self.session.overview)

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:
        """Editing and removing, and paying for who is NOT PAID."""
        pay = row.item.status is UserStatus.NOT_PAID and not self.purchase.why_not(Change(pay_users="all"))
        paying = (("users.pay", "pay…"),) if pay else ()
        return (("users.edit", "edit…"), ("users.remove", "remove…"), *paying, ("users.member", "profile"))

    def take_up(self, command_id: str, row: Row) -> None:
        """From the details: this user, whatever is marked."""
        if command_id == "users.edit":
            self._edit(row.item)
        elif command_id == "users.pay":
            self._pay([row.item])
        elif command_id == "users.member":
            self._show_member(row.item)
        else:
            self._ask_removal([row])

    def actions(self) -> list[tuple[str, str]]:
        """Removal of what is marked; undoing the last one."""
        if self.why_not(""):
            return []
        offered = [("users.remove", f"remove {self.table.mark_count:,}…")] if self.table.mark_count else []
        return [*offered, ("users.undo", "undo removal")] if self.removed else offered

    def out_of_reach(self) -> set[str]:
        """What the role may not do, undoing when nobody was removed, and paying when nobody can be paid for."""
        hidden = super().out_of_reach() | (set() if self.removed else {"users.undo"})
        overview = self.session.overview
        unpaid = overview is not None and overview.pay_unpaid is not None
        return hidden if unpaid and not self.purchase.why_not(Change(pay_users="all")) else hidden | {"users.pay"}

    @property
    def unfinished(self) -> str:
        """A command or a payment on its way."""
        return super().unfinished or self.purchase.unfinished

    # Paying.

    def action_pay(self) -> None:
        """P: for the marked users who are NOT PAID, or for all who are."""
        marks = self.table.marks
        if marks.everything is not None:
            self._pay_matching(marks.everything, frozenset(marks.exceptions))
        elif self.table.mark_count:
            self.with_rows(MAX_PAYEES, lambda rows: self._pay([row.item for row in rows]))
        else:
            self._pay()

    def _pay(self, users: Sequence[User] | None = None) -> None:
        open_pay(self.purchase, users, opener="users.pay")

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _pay_matching(self, query: Query, exceptions: frozenset[str]) -> None:
        """Pay for everybody marked by filter who is NOT PAID."""
        if is_everybody(query, exceptions):
            self._pay()
            return
        self.show_result("Looking for who of them is NOT PAID… ctrl+c cancels.", "dim")
        try:
            users = await unpaid_matching(self.client, query, exceptions, MAX_PAYEES)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        if len(users) > MAX_PAYEES:
            most = f"More than {MAX_PAYEES:,} of them are NOT PAID, which is the most one payment takes by name."
            self.show_result(f"{most} A filter before * takes fewer; P with no marks pays for all.", "warn")
        elif self.app.screen is self:
            self._pay(users)

    def _paid(self, change: Change, confirmation: Confirmation | None) -> None:
        """Who was paid for is no longer marked."""
        del confirmation
        if isinstance(change.pay_users, tuple):
            self.table.marks.discard(change.pay_users)
            self.table.redraw()
            self.show_marks()

    # Adding and editing.

    def action_new(self) -> None:
        """n: the form that keeps going."""
        if not self.refuses("add users"):
            self.app.push_screen(AddUsers(self), lambda said: self.show_result(f"{said}.") if said else None)

    def action_import(self) -> None:
        """i: a file of people, or an import that is not finished."""
        if not self.refuses("import users") and self.app.screen is self:
            self.app.push_screen(ImportFile(self), self._import)

    def _import(self, begun: Path | Import | None) -> None:
        if begun is not None:
            screen = ImportScreen(begun)
            self.app.push_screen(screen, lambda _: self._imported(screen))

    def _imported(self, screen: ImportScreen) -> None:
        self.table.reload()
        if screen.parting:
            self.show_result(screen.parting, "dim")

    def action_edit(self) -> None:
        """e: the user under the cursor."""
        row = self.acting_row
        if self.refuses("edit users"):
            return
        if row is None:
            self.say_no_row()
        else:
            self._edit(row.item)

    def _edit(self, user: User) -> None:
        if self.app.screen is self:
            self.app.push_screen(EditUser(self, user), self._edited)

    def _edited(self, user: User | None) -> None:
        if user:
            self.show_result(f"Saved: {user.name}.")

    # The member behind a user.

    def action_member(self) -> None:
        """m: the profile of the user under the cursor, in the directory."""
        row = self.table.row
        if row is None:
            self.say_no_row()
        else:
            self._show_member(row.item)

    def _show_member(self, user: User) -> None:
        self.go_to("members", lambda members: cast("MembersScreen", members).show_user(user))

    # Removing.

    def action_remove(self) -> None:
        """d: the marked users, or the one under the cursor; asks first."""
        if self.refuses("remove users"):
            return
        if self.table.marks.everything is not None or self.table.mark_count > MOST_REMOVED:
            self.remove_marked()
        else:
            self.with_rows(MOST_REMOVED, self._ask_removal)

    def _ask_removal(self, rows: list[Row]) -> None:
        overview = self.session.overview
        if not rows or overview is None:
            return
        summary = removal_summary([row.item for row in rows], overview, hidden=self.hidden_words)
        self.confirm(summary, lambda: self._remove(rows))

    @work(group="command", exit_on_error=False)
    async def _remove(self, rows: list[Row]) -> None:
        batch = UserBatch(remove=tuple(row.id for row in rows))
        with self.commanding(f"removing {count(len(rows), 'user')}", batch, EventKind.USER_REMOVED) as key:
            self._show_removal(rows, await self.client.batch_users(batch, key=key))

    def _show_removal(self, rows: list[Row], report: UserBatchReport) -> None:
        gone = {result.user.id for result in report.results if result.user}
        if gone:
            self.removed = Removed([row.item for row in rows if row.id in gone])
        title, lines = removal_results([row.item for row in rows], report)
        self.keep_marked([row for row in rows if row.id not in gone])
        self.show_ledger(title, lines, failed=bool(report.failed), hint="z takes it back" if gone else "")
        self.show_marks()

    # Taking a removal back.

    def action_undo(self) -> None:
        """z: list those again who were removed last."""
        if self.refuses("restore users"):
            return
        if self.removed.selection is not None:
            self.restore_selection(self.removed.selection)
        elif self.removed.users:
            self._restore(self.removed.users)
        else:
            self.show_result("Nothing to undo: nobody was removed here since the start.", "dim")

    @work(group="command", exit_on_error=False)
    async def _restore(self, users: list[User]) -> None:
        self.begin(f"restoring {count(len(users), 'user')}")
        lines: list[Line] = []
        left: list[User] = []
        try:
            for number, user in enumerate(users):
                after, again = await self._restore_one(user)
                lines.append(restored_line(user, after))
                if again:
                    left = [*left, *users[number:]]
                    break
                if isinstance(after, str):
                    left.append(user)
        finally:
            self.removed = Removed(left)
            self.ended(EventKind.USER_RESTORED)
        self._show_restored(lines, left)

    async def _restore_one(self, user: User) -> tuple[User | str, bool]:
        """The user as it is now, or why not, and whether it is of no use to go on just now."""
        keys, about = self.intentions, f"restore {user.id}"
        nothing = UserBatch(remove=(user.id,))
        try:
            after = await self.client.restore_user(user.id, key=keys.key(nothing, about))
        except HeadcountError as error:
            keys.failed(error, nothing, about)
            return told(error), isinstance(error, Unreachable | ServerFault)
        keys.answered(nothing, about)
        return after, False

    def _show_restored(self, lines: Iterable[Line], left: Sequence[User]) -> None:
        shown = list(lines)
        done = sum(isinstance(line, list) and line[0] != "! " for line in shown)
        title = f"{count(done, 'user')} restored" + (f", {len(left):,} not" if left else "")
        in_order = sorted(shown, key=lambda line: isinstance(line, list) and line[0] != "! ")
        self.show_ledger(title, in_order, failed=bool(left), hint="z tries the others again" if left else "")
        self.show_marks()
