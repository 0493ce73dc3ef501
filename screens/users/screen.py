"""The list of users: who is on the subscription, and adding, editing and removing them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from client.errors import HeadcountError
from contract.events import EventKind
from contract.imports import Import
from contract.people import Permission
from contract.quotes import MAX_PAYEES, Change, Confirmation
from contract.subscription import Overview, PlanKind
from contract.users import User, UserStatus
from screens.imports.open import ImportFile
from screens.imports.screen import ImportScreen
from screens.purchase.flow import PurchaseFlow
from screens.purchase.pay import open_pay
from screens.shared.filter_words import FilterError
from screens.shared.managed_list import ManagedList
from screens.users.adding import Adding
from screens.users.edit import EditUser
from screens.users.files import export_of, exported_words, template_of
from screens.users.own_seat import OwnSeat, may_ask
from screens.users.removal import Removal
from screens.users.source import USER_FIELDS, UsersSource, users_query
from screens.users.unpaid import is_everybody, unpaid_matching
from tui.input.commands import bindings
from tui.presentation.errors import told
from tui.presentation.tones import Line
from tui.presentation.users import detail_lines, no_access, status_tone
from tui.presentation.wording import zone_of
from tui.widgets.canvas import Canvas
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Phase, Query, Row
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


class Closed(Canvas):
    """One row that says why nobody can use the service, whatever stands in the list; not there when they may."""

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


class UsersScreen(ManagedList):
    """The users of the subscription."""

    AREA = "users"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("users")]
    NEEDS = Permission.MANAGE_USERS
    CHANGES = ("users.new", "users.import", "users.edit", "users.remove", "users.undo")
    JOINS = ("users.new", "users.import", "users.template")
    CONCERNS = frozenset(
        kind
        for kind in EventKind
        if kind.value.startswith(("user.", "users.", "seats.", "subscription.", "code.used", "transfer.accepted"))
        or kind is EventKind.TRANSFER_REOPENED
    )
    FATES: ClassVar = {EventKind.USER_REMOVED: "removed"}

    def __init__(self) -> None:
        super().__init__()
        self.removal = Removal(self)
        self.purchase = PurchaseFlow(self, confirmed=self._paid)
        self.adding = Adding(self, self.purchase, self.removal.last)
        self.own_seat = OwnSeat(self, self.purchase)
        self._minded: dict[str, str] = {}

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)

    def make_table(self) -> VirtualTable:
        """Everybody listed, by name."""
        return VirtualTable(
            UsersSource(self.client, lambda: zone_of(self.session.overview)),
            COLUMNS,
            noun="users",
            empty="No users yet.",
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

    def empty_words(self, *, may_change: bool) -> str:
        """The two ways to the first users."""
        return "No users yet. n adds one by hand, i imports a file." if may_change else "No users yet."

    def overview_changed(self, overview: Overview) -> None:
        """Say when nobody can use the service, and offer what the plan and the role allow."""
        super().overview_changed(overview)
        self.query_one(Closed).show(no_access(overview))
        self.filter_bar.hint = " ".join(f"{name}:" for name in self.fields())
        self.filter_bar.refresh()
        self.adding.look_again()
        self.own_seat.look_again()
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
            self.removal.ask([row])

    def actions(self) -> list[tuple[str, str]]:
        """Removal of what is marked; taking the last addition or removal back."""
        if self.why_not(""):
            return []
        offered = [("users.remove", f"remove {self.table.mark_count:,}…")] if self.table.mark_count else []
        if self.adding.is_last:
            return [*offered, ("users.undo", "undo")]
        return [*offered, ("users.undo", "undo removal")] if self.removal.undoable else offered

    def absent_commands(self) -> frozenset[str]:
        """Besides what the plan lacks: the main account's own seat is an owner's."""
        return super().absent_commands() | frozenset(() if may_ask(self.session.overview) else ("users.own_seat",))

    def out_of_reach(self) -> set[str]:
        """What the role may not do, undoing when nobody was removed here, and paying when nobody can be paid for."""
        undoable = self.removal.undoable or self.adding.is_last
        hidden = super().out_of_reach() | (set() if undoable else {"users.undo"})
        overview = self.session.overview
        unpaid = overview is not None and overview.pay_unpaid is not None
        if unpaid and not self.purchase.why_not(Change(pay_users="all")):
            return hidden if self.table.phase is not Phase.READY else hidden - {"table.mark", "table.mark_all"}
        return hidden | {"users.pay"}

    @property
    def unfinished(self) -> str:
        """A command or a payment on its way, or rows that were typed and not added."""
        return super().unfinished or self.purchase.unfinished or self.adding.unfinished

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
        self.show_result("Looking for users who are NOT PAID… ctrl+c cancels.", "dim")
        try:
            users = await unpaid_matching(self.client, query, exceptions, MAX_PAYEES)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        if len(users) > MAX_PAYEES:
            most = f"More than {MAX_PAYEES:,} of them are NOT PAID, more than one payment can take by name."
            self.show_result(f"{most} Use a filter before * to take fewer; P with no marks pays for all.", "warn")
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
        """n: the form that collects rows."""
        if not self.refuses_people("add users"):
            self.adding.open_form()

    def action_import(self) -> None:
        """i: a file of people, or an import that is not finished."""
        if not self.refuses_people("import users") and self.app.screen is self:
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
        if why := self._minded.get(user.account_id):
            self.show_result(why, "warn")
        else:
            self.open_dialog(EditUser(self, user, self._minded), self._edited)

    def _edited(self, user: User | None) -> None:
        if user:
            self.show_result(f"Saved: {user.name}.")

    def action_own_seat(self) -> None:
        """o: on the list oneself, or off it; only the main account."""
        if not self.refuses("decide about seats"):
            self.own_seat.ask()

    # Files.

    def action_template(self) -> None:
        """T: the empty file to fill in for an import."""
        if why := self.why_absent():
            self.show_result(why, "warn")
            return
        about = "The empty file to fill in for an import."
        self.files.ask("Save the template", "users-template.csv", about, template_of(self.client))

    def action_export(self) -> None:
        """E: everybody the filter lets through, marked or not."""
        asked = self.table.asked
        try:
            save = export_of(self.client, users_query(asked))
        except FilterError as error:
            self.show_result(str(error), "warn")
        else:
            name = f"users-{self.session.now().date():%Y-%m-%d}.csv"
            self.files.ask("Export the users", name, exported_words(self.table.total or 0, asked.text), save)

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

    # Removing, and taking it back.

    def action_remove(self) -> None:
        """d: the marked users, or the one under the cursor; asks first."""
        if not self.refuses("remove users"):
            self.removal.remove()

    def action_undo(self) -> None:
        """z: list those again who were removed last, or remove those again who were added since."""
        if self.refuses("restore users"):
            return
        if self.adding.is_last:
            self.adding.take_back()
        else:
            self.removal.take_back()
