"""The invitation codes: making them, handing them out, switching them off, and seeing who came in."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from client.errors import HeadcountError, NotFound
from contract.codes import CodeChanges, CodeUse, InvitationCode
from contract.events import EventKind
from contract.pages import PageQuery
from contract.people import Permission
from screens.codes.dialogs import CodeDetail, HandOut
from screens.codes.forms import ChangeCode, NewCodeForm
from screens.codes.source import CODE_FIELDS, CodesSource
from screens.codes.text import (
    code_row,
    delete_summary,
    detail_lines,
    made_line,
    state_tone,
    switched_line,
)
from screens.shared.managed_list import ManagedList
from tui.input.commands import bindings
from tui.presentation.code_message import message_for
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.panel import Panel
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Phase, Row
from tui.widgets.table.table import VirtualTable

__all__ = ["CodesScreen"]

COLUMNS = (
    Column("code", "Code", weight=2, min_width=20, sortable=True),
    Column("state", "State", width=9, tone=state_tone),
    Column("uses", "Uses", width=9, align="right", sortable=True),
    Column("expires_at", "Expires", width=10, align="right", drop=1, sortable=True),
    Column("created_by", "Made by", weight=2, min_width=14, drop=2),
)
_OF_ONE = ("codes.message", "codes.switch", "codes.edit", "codes.delete")
_NO_MARKS = frozenset({"mark", "mark_all", "mark_none", "mark_range"})
_USES_SHOWN = 100
_NOTHING = CodeChanges()


class CodesTable(VirtualTable):
    """Codes are dealt with one by one: nothing is marked."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the keys that mark."""
        return action not in _NO_MARKS and super().check_action(action, parameters)


@dataclass(frozen=True, slots=True)
class Used:
    """Who came in with a code, as far as it is known at one of its versions."""

    version: int
    uses: tuple[CodeUse, ...]
    total: int


class CodesScreen(ManagedList):
    """The invitation codes, with who used the one under the cursor."""

    AREA = "codes"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("codes")]
    NEEDS = Permission.MANAGE_USERS
    CHANGES = ("codes.new", "codes.switch", "codes.edit", "codes.delete")
    JOINS = ("codes.new", "codes.message")
    CONCERNS = frozenset(kind for kind in EventKind if kind.value.startswith(("code.", "sandbox.")))
    FATES: ClassVar = {EventKind.CODE_DELETED: "deleted"}
    DEFAULT_CSS = """
    CodesScreen #detail { width: 54; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._used: dict[str, Used] = {}

    def empty_words(self, *, may_change: bool) -> str:
        """The way to the first code."""
        return "No invitation codes yet. n creates one." if may_change else "No invitation codes yet."

    def make_table(self) -> VirtualTable:
        """The newest first."""
        return CodesTable(
            CodesSource(self.client, self.now),
            COLUMNS,
            noun="codes",
            empty="No invitation codes yet.",
            copy_column="code",
            describe=told,
        )

    def fields(self) -> dict[str, Sequence[str]]:
        """The state."""
        return dict(CODE_FIELDS)

    def now(self) -> dt.datetime:
        """The server's time as of the last overview."""
        return self.session.overview.as_of if self.session.overview else self.session.now()

    def out_of_reach(self) -> set[str]:
        """What is done with a code, when there is none."""
        hidden = super().out_of_reach()
        return hidden | set(_OF_ONE) if self.table.phase in {Phase.EMPTY, Phase.NO_MATCH} else hidden

    def actions(self) -> list[tuple[str, str]]:
        """Copying, which a code is for."""
        return [("table.copy", "copy the code")] if self.table.total else []

    # Details, and who came in, live.

    def detail(self, row: Row) -> Sequence[Line]:
        """Everything about one code, and who came in with it."""
        known = self._used.get(row.id)
        return detail_lines(row.item, self.now(), known.uses if known else None, known.total if known else 0)

    def show_detail(self) -> None:
        """The row under the cursor beside the table; its uses are asked for when they are other ones."""
        super().show_detail()
        row = self.table.row
        known = self._used.get(row.id) if row else None
        if row is None or self.table.gone(row) or not self.query_one("#detail", Panel).display:
            return
        if known is None or known.version != row.version:
            self._look(row.id)

    def on_virtual_table_status_changed(self) -> None:
        """Other rows may have come: the details are another's, or of another version."""
        super().on_virtual_table_status_changed()
        self.show_detail()

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Ask again for the rows, and for the code whose dialog is open; who was removed is told there too."""
        super().things_changed(kinds)
        users = any(kind.value.startswith("user.") for kind in kinds)
        if users:
            self._used.clear()
            self.show_detail()
        dialog = self._dialog
        if dialog and (users or kinds & self.CONCERNS):
            self._look(dialog.row.id)

    @property
    def _dialog(self) -> CodeDetail | None:
        front = self.app.screen
        return front if isinstance(front, CodeDetail) else None

    @work(group="uses", exclusive=True, exit_on_error=False)
    async def _look(self, code_id: str) -> None:
        """A code as it is now, and who came in with it."""
        try:
            code = await self.client.code(code_id)
            page = await self.client.code_uses(code_id, PageQuery(limit=_USES_SHOWN, count=True))
        except NotFound:
            self._gone(code_id)
            return
        except HeadcountError as error:
            if self._dialog:
                self.show_error(told(error))
            return
        self._used[code_id] = Used(code.version, page.items, page.total or 0)
        if self._dialog and self._dialog.row.id == code_id:
            row = code_row(code, self.now())
            self._dialog.show(row, self.detail(row), self.offers(row))
        super().show_detail()

    def _gone(self, code_id: str) -> None:
        self._used.pop(code_id, None)
        if self._dialog and self._dialog.row.id == code_id:
            self._dialog.dismiss("")
            self.show_result("This code has been deleted meanwhile.", "warn")
        self.table.reload()

    def on_virtual_table_opened(self, message: VirtualTable.Opened) -> None:
        """Enter: all of it, whatever the width, and it stays up to date."""
        message.prevent_default()
        row = message.row
        if self.in_front:
            dialog = CodeDetail(row, self.detail(row), self.offers(row))
            self.open_dialog(dialog, lambda asked: self.take_up(asked, dialog.row) if asked else None)
            self._look(row.id)

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:
        """Copying for everybody; the rest as the role allows."""
        message = () if self.absent_commands() else (("codes.message", "message"),)
        copying = (("table.copy", "copies"), *message)
        if self.why_not(""):
            return copying
        return (
            *copying,
            ("codes.switch", "off" if row.item.enabled else "on"),
            ("codes.edit", "edit…"),
            ("codes.delete", "delete…"),
        )

    def take_up(self, command_id: str, row: Row) -> None:
        """From the details: this code."""
        code: InvitationCode = row.item
        match command_id:
            case "table.copy":
                self.on_virtual_table_copy_asked(VirtualTable.CopyAsked(self.table, clean(code.code)))
            case "codes.message":
                self._hand_out(code, copy_now=True)
            case "codes.switch":
                self._switch(code, enabled=not code.enabled)
            case "codes.edit":
                self._edit(code)
            case _:
                self._ask_deletion(code)

    def _with_code(self, doing: str) -> InvitationCode | None:
        """The code under the cursor, if there is one and it may be done; says why not."""
        if doing and self.refuses(doing):
            return None
        row = self.acting_row
        if row is None:
            self.say_no_row()
            return None
        code: InvitationCode = row.item
        return code

    # Making and handing out.

    def action_new(self) -> None:
        """n: a form."""
        if not self.refuses_people("create invitation codes"):
            self.open_dialog(NewCodeForm(self, self.now()), self._made)

    def _made(self, code: InvitationCode | None) -> None:
        if code:
            if self.table.asked.sort is None:
                self.table.go(0)
            self.table.cursor_id = code.id
            self.show_result(made_line(code))
            self._hand_out(code, copy_now=False)

    def action_message(self) -> None:
        """m: a message with the code, shown and copied."""
        code = self._with_code("")
        if code and (why := self.why_absent()):
            self.show_result(why, "warn")
        elif code:
            self._hand_out(code, copy_now=True)

    def _hand_out(self, code: InvitationCode, *, copy_now: bool) -> None:
        overview = self.session.overview
        if overview and self.app.screen is self:
            organisation = overview.me.organisation
            message = message_for(code, organisation.name if organisation else "", self.client.web_address)
            self.app.push_screen(HandOut(clean(code.code, 60), message, copy_now=copy_now))

    # Changing.

    def action_switch(self) -> None:
        """x: off, or on again."""
        code = self._with_code("switch invitation codes off or on")
        if code:
            self._switch(code, enabled=not code.enabled)

    @work(group="command", exit_on_error=False)
    async def _switch(self, code: InvitationCode, *, enabled: bool) -> None:
        """Whatever was used or changed meanwhile: off is off."""
        changes, doing = CodeChanges(enabled=enabled), f"switching {clean(code.code, 60)} {'on' if enabled else 'off'}"
        about = f"{code.id} {code.version}"
        with self.commanding(doing, changes, EventKind.CODE_CHANGED, about=about) as key:
            self.show_result(switched_line(await self.client.change_code(code.id, changes, key=key)))

    def action_edit(self) -> None:
        """e: other bounds."""
        code = self._with_code("change invitation codes")
        if code:
            self._edit(code)

    def _edit(self, code: InvitationCode) -> None:
        self.open_dialog(ChangeCode(self, code, self.now()), self._edited)

    def _edited(self, code: InvitationCode | None) -> None:
        if code:
            self.show_result(f"Saved: {clean(code.code, 60)}.")

    # Deleting.

    def action_delete(self) -> None:
        """d: asks first."""
        code = self._with_code("delete invitation codes")
        if code:
            self._ask_deletion(code)

    def _ask_deletion(self, code: InvitationCode) -> None:
        self.confirm(delete_summary(code), lambda: self._delete(code))

    @work(group="command", exit_on_error=False)
    async def _delete(self, code: InvitationCode) -> None:
        about = f"delete {code.id} {code.version}"
        with self.commanding(f"deleting {clean(code.code, 60)}", _NOTHING, EventKind.CODE_DELETED, about=about) as key:
            await self.client.delete_code(code.id, version=code.version, key=key)
            self.show_result(f"Deleted: {clean(code.code, 60)}.")
