"""The directory: everybody who belongs to the organisation, and "Add to my subscription"."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from client.errors import HeadcountError, NotFound
from contract.events import EventKind
from contract.members import Member, MemberProfile, NewFromMembers
from contract.people import Permission
from contract.subscription import Overview, PlanKind
from contract.users import MAX_BATCH, User, UserBatchReport
from screens.members.access import ACCESS, Access
from screens.members.source import MEMBER_FIELDS, MembersSource
from screens.purchase.flow import PurchaseFlow
from screens.purchase.joining import JoiningFlow
from screens.shared.added_users import AddedUsers
from screens.shared.detail import Detail
from screens.shared.managed_list import ManagedList
from tui.input.commands import bindings
from tui.presentation.additions import Addition
from tui.presentation.errors import told
from tui.presentation.lines import labelled
from tui.presentation.members import adding_question, adding_results, listing_tone, profile_lines
from tui.presentation.seat_choice import Choice, payment_lines
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Row
from tui.widgets.table.table import VirtualTable

__all__ = ["MembersScreen"]

COLUMNS = (
    Column("name", "Name", weight=2, min_width=16, sortable=True),
    Column("email", "E-mail", weight=3, min_width=26, sortable=True),
    Column("position", "Position", weight=2, min_width=10, drop=2, sortable=True),
    Column("role", "Role", width=7, drop=1),
    Column("status", "User", width=10, sortable=True, tone=listing_tone),
)
_AREAS = ("user.", "users.", "subscription.", "code.used", "transfer.", "import.", "member.", "ownership.")


class MembersScreen(ManagedList):
    """The members of the organisation."""

    AREA = "members"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("members")]
    NEEDS = Permission.MANAGE_USERS
    CHANGES = ("members.add", "members.undo", *ACCESS)
    JOINS = ("members.add",)
    CONCERNS = frozenset(kind for kind in EventKind if kind.value.startswith(_AREAS))

    def __init__(self) -> None:
        super().__init__()
        self.added = AddedUsers(self)
        self.access = Access(self)
        self.purchase = PurchaseFlow(self)
        self.joining = JoiningFlow(self, self.purchase, decided=self._decided, as_now=self._as_now)

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)

    def make_table(self) -> VirtualTable:
        """Everybody, by name."""
        return VirtualTable(
            MembersSource(self.client),
            COLUMNS,
            noun="members",
            empty="No members in the directory yet.",
            copy_column="email",
            describe=told,
        )

    def fields(self) -> dict[str, Sequence[str]]:
        """Role, listed or not, and status; on a contract everybody listed has the same status."""
        return {name: values for name, values in MEMBER_FIELDS.items() if name != "status" or not self._contract}

    @property
    def _contract(self) -> bool:
        """Whether there is no word about paying here."""
        overview = self.session.overview
        return overview is not None and overview.plan.kind is PlanKind.CONTRACT

    def overview_changed(self, overview: Overview) -> None:
        """Offer what the plan and the role allow."""
        super().overview_changed(overview)
        self.filter_bar.hint = " ".join(f"{name}:" for name in self.fields())
        self.filter_bar.refresh()
        self.joining.look_again()
        self.show_detail()

    def detail(self, row: Row) -> Sequence[Line]:
        """What the directory says about one member."""
        return profile_lines(row.item, self.session.overview)

    def actions(self) -> list[tuple[str, str]]:
        """Adding what is marked; taking the last addition back."""
        if self.why_not(""):
            return []
        adds = self.table.mark_count and not self.absent_commands()
        offered = [("members.add", f"add {self.table.mark_count:,}…")] if adds else []
        return [*offered, ("members.undo", "undo")] if self._undoable else offered

    @property
    def _undoable(self) -> bool:
        return bool(self.added.users or self.access.removed)

    def out_of_reach(self) -> set[str]:
        """What the role may not do, and undoing when nobody was added or removed."""
        return super().out_of_reach() | (set() if self._undoable else {"members.undo"})

    def absent_commands(self) -> frozenset[str]:
        """Besides what the plan lacks: roles and the rest of access are an owner's."""
        overview = self.session.overview
        mine = overview is not None and Permission.MANAGE_ACCESS in overview.me.may
        return super().absent_commands() | frozenset(() if mine else ACCESS)

    # A profile.

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        """Enter: the whole profile, as it is on the server now."""
        message.prevent_default()
        self.show_profile(message.row.id, message.row.item.name)

    def show_user(self, user: User) -> None:
        """From the list of users: the profile behind a user, with the cursor on that member."""
        self.filter_bar.set_text(user.email)
        self.show_profile(user.account_id, user.name)

    @work(group="question", exclusive=True, exit_on_error=False)
    async def show_profile(self, member_id: str, name: str) -> None:
        """Ask for a member's profile, and show it with what may be done."""
        try:
            member = await self.client.member(member_id)
        except NotFound:
            self.show_result(f"{clean(name, 60)} is not in the directory.", "warn")
        except HeadcountError as error:
            self.show_error(told(error))
        else:
            self._open(member)

    def _open(self, member: MemberProfile) -> None:
        if self.app.screen is not self:
            return
        lines = [*profile_lines(member, self.session.overview), labelled("Id", (member.id, "dim"))]
        dialog = Detail(clean(member.name, 60), lines, self._offers(member))
        self.app.push_screen(dialog, lambda asked: self._take_up(asked, member) if asked else None)

    def _offers(self, member: Member) -> Sequence[tuple[str, str]]:
        owned = () if self.access.why_not("") else (("members.role", "role…"), ("members.remove", "remove…"))
        if member.status is not None:
            return (("members.user", "the user"), *owned)
        closed = self.why_not("") or self.why_absent()
        return owned if closed else (("members.add", "add to my subscription…"), *owned)

    def _take_up(self, command_id: str, member: Member) -> None:
        match command_id:
            case "members.user":
                self._show_user(member)
            case "members.role":
                self.access.ask_role(member)
            case "members.remove":
                self.access.ask_to_remove(member)
            case _:
                self._ask_to_add([member])

    def action_user(self) -> None:
        """u: this member in the list of users."""
        row = self.table.row
        if row is None:
            self.say_no_row()
        elif row.item.status is None:
            adds = "" if self.why_not("") or self.why_absent() else " a adds them."
            self.show_result(f"{clean(row.item.name, 60)} is not on the subscription.{adds}", "dim")
        else:
            self._show_user(row.item)

    def _show_user(self, member: Member) -> None:
        self.go_to("users", lambda users: users.filter_bar.set_text(member.email))

    # Adding.

    def action_add(self) -> None:
        """a: the marked members, or the one under the cursor; asks first."""
        if not self.refuses_people("add users"):
            self.with_rows(MAX_BATCH, lambda rows: self._ask_to_add([row.item for row in rows]))

    def _ask_to_add(self, chosen: Sequence[Member]) -> None:
        overview = self.session.overview
        if not chosen or overview is None:
            return
        coming = [member for member in chosen if member.status is None]
        if not coming:
            whose = f"{clean(chosen[0].name, 60)} is" if len(chosen) == 1 else "All of them are"
            self.show_result(f"{whose} on the subscription already.", "dim")
            return
        already = len(chosen) - len(coming)
        hidden, may_buy = self.hidden_words, self.joining.may_buy
        self.joining.ask(adding_question(coming, overview, already=already, hidden=hidden, may_buy=may_buy))

    def _as_now(self, question: Addition[Member]) -> Addition[Member]:
        return question.as_of(self.session.overview)

    def _decided(self, question: Addition[Member], choice: Choice, bought: str) -> None:
        """Yes: all of them, or the first that fit; the others stay marked."""
        many = question.many(choice)
        self._add(question.chosen[:many], question.chosen[many:], bought)

    @work(group="command", exit_on_error=False)
    async def _add(self, members: Sequence[Member], waiting: Sequence[Member], bought: str) -> None:
        body = NewFromMembers(ids=tuple(member.id for member in members))
        words = f"adding {count(len(members), 'member')}"
        with self.commanding(words, body, EventKind.USER_ADDED, after=bought) as key:
            self._show_added(members, waiting, bought, await self.client.add_members(body, key=key))

    def _show_added(
        self, members: Sequence[Member], waiting: Sequence[Member], bought: str, report: UserBatchReport
    ) -> None:
        added = [result.user for result in report.results if result.user]
        self.added.users = added or self.added.users
        self.access.removed = None if added else self.access.removed
        title, lines, left = adding_results(members, report)
        keep = {*left, *(member.id for member in waiting)}
        self.keep_marked([row for row in self.table.marks.chosen.values() if row.id in keep])
        later = payment_lines(self.session.overview, report.next_payment) if self.session.overview else []
        said = [*([(bought, "ok")] if bought else []), *later, *lines]
        self.show_ledger(title, said, failed=bool(left), hint="z undoes it" if added else "")
        self.show_marks()

    # Access: an owner's.

    def _with_member(self, then: Callable[[Member], None]) -> None:
        row = self.acting_row
        if row is None:
            self.say_no_row()
        else:
            then(row.item)

    def action_role(self) -> None:
        """e: the role of the member under the cursor, and an admin's limit."""
        self._with_member(self.access.ask_role)

    def action_remove(self) -> None:
        """d: the member under the cursor, out of the organisation; asks first."""
        self._with_member(self.access.ask_to_remove)

    def action_hand_over(self) -> None:
        """h: the subscription to the member under the cursor, who has to agree."""
        self._with_member(self.access.ask_to_hand_over)

    # Taking it back.

    def action_undo(self) -> None:
        """z: remove those again who were added last; asks first."""
        overview = self.session.overview
        if self.refuses("remove users") or overview is None:
            return
        may_bring_back = Permission.MANAGE_ACCESS in overview.me.may
        if self.access.removed or (not self.added.users and may_bring_back):
            self.access.ask_to_bring_back()
            return
        if not self.added.users:
            self.show_result("Nothing to undo: you have added nobody here since you opened the app.", "dim")
            return
        self.added.take_back(overview, opener="members.undo", back="They stay members: a adds them again.")
