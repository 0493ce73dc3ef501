"""One file of people on its way in: what its plan comes to, its rows, and what may be done about them."""

from collections.abc import Coroutine, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from client.errors import HeadcountError
from contract.events import EventKind
from contract.imports import (
    ApplyImport,
    Import,
    ImportMapping,
    ImportRow,
    ImportStatus,
    ImportTransferReport,
    MendedRow,
)
from contract.people import Permission
from contract.subscription import Overview
from contract.users import MAX_BATCH, BatchMode, UserBatch
from screens.imports.apply import ApplyDialog
from screens.imports.columns import Columns
from screens.imports.correction import MendRow
from screens.imports.encodings import Encodings
from screens.imports.job import STANDS, ImportJob, NotSent
from screens.imports.open import is_unfinished
from screens.imports.plan import plan_lines, progress
from screens.imports.question import ImportQuestion, import_question
from screens.imports.rejected import SaveRejected
from screens.imports.rows import NAMED, imported_users, undo_summary
from screens.imports.source import COLUMNS, FIELDS, VERDICTS, RowsTable, Source
from screens.imports.text import detail_lines, heading, kind_words, verdict_cell
from screens.imports.transfer_requests import report_lines, requests_summary, waiting_rows
from screens.purchase.flow import PurchaseFlow
from screens.purchase.joining import JoiningFlow
from screens.shared.managed_list import ManagedList
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.errors import told
from tui.presentation.lines import wrapped
from tui.presentation.seat_choice import Choice
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count, short_day
from tui.runtime.import_rows import first_rows
from tui.runtime.session import Link
from tui.widgets.filter_bar import FilterBar
from tui.widgets.gauges import Meter
from tui.widgets.host import user_keys_of
from tui.widgets.panel import Panel
from tui.widgets.table.data import Row
from tui.widgets.table.table import VirtualTable

__all__ = ["ImportScreen"]

_SHOWN = STANDS | {ImportStatus.APPLYING}
_VERBS = (
    "apply",
    "undo",
    "mend",
    "transfers",
    "save",
    "columns",
    "encoding",
    "stop",
    "next_verdict",
    "previous_verdict",
)


class ImportScreen(ManagedList):
    """Opened on the list of users; `parting` is what is to be said there when it was left."""

    AREA = "imports"
    UNDER = "users"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("imports")]
    NEEDS = Permission.MANAGE_USERS
    CHANGES = (
        "imports.apply",
        "imports.undo",
        "imports.mend",
        "imports.transfers",
        "imports.columns",
        "imports.encoding",
        "imports.stop",
    )
    DEFAULT_CSS = """
    ImportScreen #plan { height: auto; }
    ImportScreen Meter { display: none; margin: 0 2; background: $background; color: $foreground; }
    ImportScreen.-wide #detail { display: none; }
    """

    def __init__(self, begun: Path | Import) -> None:
        super().__init__()
        self._begun = begun
        self.parting = ""
        self.purchase = PurchaseFlow(self)
        self.joining = JoiningFlow(self, self.purchase, decided=self._decided, as_now=self._as_now, dialog=ApplyDialog)

    def on_mount(self) -> None:
        """Begin with what it was opened with, and hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self.purchase.overview_changed)
        self.set_interval(1.0, self._listen)
        self.show_state()
        self.job.begin()

    def _listen(self) -> None:
        if self.session.connection.link is not Link.LIVE:
            self.job.doubt()

    # The frame.

    def make_table(self) -> VirtualTable:
        """The rows, in the order of the file."""
        self.job = ImportJob(self.client, self, self._begun)
        self._source = Source(self.client, self.job.current.id if self.job.current else "")
        return RowsTable(
            self._source,
            COLUMNS,
            noun="rows",
            empty="The file has no rows with people.",
            copy_column="email",
            describe=told,
        )

    def above_table(self) -> Iterable[Widget]:
        """What the plan comes to, how far it is, then the filter."""
        yield Panel(id="plan")
        yield Meter()
        yield FilterBar("verdict: or any part of a row")

    def fields(self) -> dict[str, Sequence[str]]:
        """The verdict."""
        return dict(FIELDS)

    def detail(self, row: Row) -> Sequence[Line]:
        """Everything about one row."""
        return detail_lines(row.item)

    def identity(self, row: Row) -> Sequence[Line]:
        """Its number says it already."""
        del row
        return ()

    def offers(self, row: Row) -> Sequence[tuple[str, str]]:
        """Mending it, unless it is done."""
        return () if row.item.user_id else (("imports.mend", "correct…"),)

    def take_up(self, command_id: str, row: Row) -> None:
        """From the details: mending is all there is."""
        del command_id
        self._mend(row.item)

    @property
    def _hidden(self) -> bool:
        """Whether another area is in front."""
        return self not in self.app.screen_stack

    def on_resize(self) -> None:
        """Another width breaks lines elsewhere."""
        self.call_after_refresh(self.show_state)

    def overview_changed(self, overview: Overview) -> None:
        """Other seats, other words."""
        super().overview_changed(overview)
        self.joining.look_again()
        self.show_state()

    # What the job tells.

    def show_state(self) -> None:
        """The panel, the bar, the list and the keys, as things stand."""
        if not self.is_attached:
            return
        panel, width, current = self.query_one("#plan", Panel), max(20, self.size.width - 4), self.job.current
        if current is not None:
            panel.show_titles(heading(current), kind_words(current))
        elif self.job.file is not None:
            panel.show_titles(clean(self.job.file.name, 60))
        lines = plan_lines(self.job, self.session.overview, width, self.size.height)
        panel.show([row for each in lines for row in wrapped(each, width)])
        self._show_progress()
        shown = current is not None and current.status in _SHOWN
        self.query_one("#list").visible = self.filter_bar.visible = shown
        if shown and self.focused is None:
            self.table.focus()
        self.show_marks()

    def _show_progress(self) -> None:
        meter, found = self.query_one(Meter), progress(self.job)
        meter.display = found is not None
        if found is not None:
            meter.show(*found)

    def reload_rows(self) -> None:
        """The rows of the import as it is now."""
        if self.is_attached and self.job.current is not None:
            self._source.import_id = self.job.current.id
            self.table.reload()

    def show_report(self, report: ImportTransferReport) -> None:
        """What became of the requests, row by row."""
        title, lines = report_lines(report)
        self.show_ledger(title, lines, failed=bool(report.failed))

    def touch(self, *kinds: EventKind) -> None:
        """The screens get fresh data of these kinds."""
        self.session.touch(*kinds)

    def start(self, work: Coroutine[object, object, None], group: str) -> None:
        """Run it here, or, when it is a command, on the app: leaving the screen does not break it off."""
        if group == "command":
            self.app.run_worker(work, group=group, exit_on_error=False)
        else:
            self.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    @property
    def unfinished(self) -> str:
        """A command, a payment, a file or an import on its way."""
        return super().unfinished or self.purchase.unfinished or self.job.unfinished

    def out_of_reach(self) -> set[str]:
        """What can't be done at this point."""
        hidden, current, stands = super().out_of_reach(), self.job.current, self.job.stands
        if current is None:
            return hidden | {f"imports.{name}" for name in _VERBS} | {"list.filter"}
        can = {
            "imports.apply": stands and current.remaining > 0,
            "imports.mend": stands and current.rows > 0,
            "imports.transfers": stands and current.counts.needs_transfer > 0,
            "imports.save": stands and current.counts.rejected > 0,
            "imports.columns": self.job.may_name_columns,
            "imports.encoding": self.job.may_choose_encoding,
            "imports.stop": current.status is ImportStatus.APPLYING,
            "imports.undo": stands and current.applied > 0,
            "imports.next_verdict": stands,
            "imports.previous_verdict": stands,
            "list.filter": stands,
        }
        return hidden | {command_id for command_id, may in can.items() if not may}

    def refresh_view(self) -> None:
        """r: send the file again when it did not arrive, else look again."""
        if isinstance(self.job.state, NotSent):
            self.clear_result()
            self.start(self.job.send(), "question")
        elif self.job.current is not None:
            super().refresh_view()
            self.start(self.job.follow(), "import")

    # Filtering.

    def action_next_verdict(self, step: int) -> None:
        """Tab: the rows of the next verdict there is, then all again; words that are looked for stay."""
        current = self.job.current
        if current is None or not self.job.stands:
            return
        numbers = {**current.counts.model_dump(), "rejected": current.counts.rejected, "done": current.applied}
        numbers["remarked"] = current.remarked
        sides = ["", *(f"verdict:{name}" for name in VERDICTS if numbers.get(name))]
        words = self.filter_bar.text.split()
        here = next((word for word in words if word.startswith("verdict:")), "")
        at = sides.index(here) if here in sides else 0
        others = [word for word in words if word != here]
        self.filter_bar.set_text(" ".join([sides[(at + step) % len(sides)], *others]).strip())

    # Columns, encoding and mending.

    def action_columns(self) -> None:
        """m: which column holds what."""
        if self.refuses("import users"):
            return
        if self.job.may_name_columns:
            self.show_columns()
        else:
            self.show_result("The columns can only be changed before the first row is imported.", "dim")

    def show_columns(self) -> None:
        """The dialog; what is chosen there is planned."""
        if self.job.current is not None and self.app.screen is self:

            def chosen(mapping: ImportMapping | None) -> None:
                if mapping:
                    self.start(self.job.name_columns(mapping), "question")

            self.app.push_screen(Columns(self.job.current), chosen)

    def action_encoding(self) -> None:
        """o: which encoding the file is in."""
        current = self.job.current
        if self.refuses("import users"):
            return
        if current is None or not self.job.may_choose_encoding:
            self.show_result("There is no encoding to choose here.", "dim")
        elif self.app.screen is self:

            def chosen(encoding: str | None) -> None:
                if encoding:
                    self.start(self.job.choose_encoding(encoding), "question")

            self.app.push_screen(Encodings(current), chosen)

    def action_mend(self) -> None:
        """e: the row under the cursor."""
        row = self.table.row
        if self.refuses("correct rows"):
            return
        if row is None or not self.job.stands:
            self.show_result("Rows can only be corrected while the import is stopped.", "dim")
        else:
            self._mend(row.item)

    def _mend(self, row: ImportRow) -> None:
        if row.user_id:
            self.show_result("This row is already imported: edit the user with e in Users.", "dim")
        elif self.job.current is not None and self.app.screen is self:
            form = MendRow(self, self.job.current, row, lambda mended: self.job.learn(mended.current))
            self.app.push_screen(form, self._told_mended)

    def _told_mended(self, mended: MendedRow | None) -> None:
        if mended:
            others = f" {count(len(mended.others), 'other row')} changed with it." if mended.others else ""
            self.show_result(f"Row {mended.row.number:,}: {verdict_cell(mended.row)}.{others}")

    # Transfer requests.

    def action_transfers(self) -> None:
        """t: every row that needs a request and has none is named, then asked."""
        if self.refuses("send transfer requests"):
            return
        current = self.job.current
        if current is None or not current.counts.needs_transfer:
            self.show_result("No row needs a transfer request.", "dim")
        else:
            self.start(self._name_waiting(current), "question")

    async def _name_waiting(self, current: Import) -> None:
        try:
            rows = await waiting_rows(self.client, current.id)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        if not rows:
            self.show_result("Everyone who needs a request has been sent one: see Transfers.", "dim")
            return
        self.confirm(requests_summary(rows), lambda: self.start(self.job.send_requests(rows), "command"))

    # Applying, stopping, saving, leaving.

    def action_apply(self) -> None:
        """c: what it comes to; another key does it."""
        current = self.job.current
        if self.refuses("import users"):
            return
        if current is None or not self.job.stands or not current.remaining:
            self.show_result("Nothing to import.", "dim")
        elif self.app.screen is self:
            self.start(self._ask_to_apply(current), "question")

    async def _ask_to_apply(self, current: Import) -> None:
        """Name the first who come, then ask as everywhere where people join."""
        try:
            rows = await first_rows(self.client, current.id, NAMED)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        overview = self.session.overview
        if overview is not None and current == self.job.current:
            stop = key_names(keys_of("imports.stop", user_keys_of(self))[:1])
            question = import_question(current, rows, overview, stop_keys=stop, may_buy=self.joining.may_buy)
            self.joining.ask(question)

    def _as_now(self, question: ImportQuestion) -> ImportQuestion | None:
        current = self.job.current
        if current is None or current.remaining != question.current.remaining:
            return None
        return question.as_of(current, self.session.overview)

    def _decided(self, question: ImportQuestion, choice: Choice, bought: str) -> None:
        """Yes: it is done as was chosen."""
        if self.job.current is None:
            return
        mode = (
            BatchMode.BEST_EFFORT
            if choice is Choice.BUYING and question.mode is BatchMode.UNTIL_FULL
            else question.mode
        )
        if bought:
            self.show_result(bought)
        seen = question.current
        encoding = seen.encoding if seen.encoding_guessed else None
        self.job.apply(ApplyImport(mode=mode, version=self.job.current.version, ask=question.ask, encoding=encoding))

    def action_undo(self) -> None:
        """z: remove those again who were imported; asks first."""
        current = self.job.current
        if self.refuses("remove users"):
            return
        if current is None or not self.job.stands or not current.applied:
            self.show_result("Nothing to undo: no row was imported yet.", "dim")
        else:
            self.start(self._ask_to_undo(current), "question")

    async def _ask_to_undo(self, current: Import) -> None:
        self.show_result("looking for the users who were imported…", "dim")
        try:
            users = await imported_users(self.client, current.id)
        except HeadcountError as error:
            self.show_error(told(error))
            return
        self.clear_result()
        overview = self.session.overview
        if not users:
            self.show_result("Nothing to undo: nobody who was imported is on the list any more.", "dim")
        elif overview is not None:
            summary = undo_summary(users, overview)
            self.confirm(summary, lambda: self.run(partial(self._take_back, users), group="command"))

    async def _take_back(self, rows: Sequence[ImportRow]) -> None:
        """Remove them again, as many at once as one command takes."""
        gone = failed = 0
        for first in range(0, len(rows), MAX_BATCH):
            part = rows[first : first + MAX_BATCH]
            batch = UserBatch(remove=tuple(row.user_id for row in part if row.user_id))
            with self.commanding(f"removing {count(len(rows), 'user')} again", batch, EventKind.USER_REMOVED) as key:
                report = await self.client.batch_users(batch, key=key)
                gone, failed = gone + report.done, failed + report.failed
                left = f", {failed:,} were no longer on the list" if failed else ""
                self.show_result(
                    f"{count(gone, 'user')} removed again{left}. z on the list of users does not bring them back."
                )

    def action_stop(self) -> None:
        """s: stop what is under way."""
        if not self.cancel_something():
            self.show_result("No import is running.", "dim")

    def cancel_something(self) -> bool:
        """ctrl+c: the same."""
        if self.job.current is None or self.job.current.status is not ImportStatus.APPLYING:
            return False
        self.job.stop()
        return True

    def action_save(self) -> None:
        """E: the rows that failed, as a file."""
        current = self.job.current
        if current is None or not current.counts.rejected:
            self.show_result("No rows failed.", "dim")
        elif self.app.screen is self:
            saver = SaveRejected(self, current)
            self.app.push_screen(saver, lambda said: self.show_result(f"{said}.") if said else None)

    def close_something(self) -> bool:
        """Esc: what is open here, then the screen."""
        return super().close_something() or self.go_back()

    def go_back(self) -> bool:
        """To the users; an import goes on without this screen."""
        current = self.job.current
        if self.job.is_under_way:
            self.parting = "The import continues on the server; i shows its progress."
        elif current is not None and is_unfinished(current):
            self.parting = f"Nothing is lost: i continues this import until {short_day(current.expires_at.date())}."
        self.dismiss(None)
        return True
