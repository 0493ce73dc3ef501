"""One file of people on its way in: what its plan comes to, its rows, and what may be done about them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from contract.imports import Import, ImportMapping, ImportRow, ImportStatus, MendedRow
from contract.people import Permission
from contract.subscription import Overview
from contract.users import BatchMode
from screens.imports.apply import ApplyDialog
from screens.imports.columns import Columns
from screens.imports.correction import MendRow
from screens.imports.job import STANDS
from screens.imports.open import is_unfinished
from screens.imports.rejected import SaveRejected
from screens.imports.source import COLUMNS, FIELDS, VERDICTS, RowsTable, Source
from screens.imports.text import (
    counts_lines,
    detail_lines,
    heading,
    kind_words,
    outcome_lines,
    seat_lines,
    verdict_cell,
)
from screens.imports.transfer_requests import AskingRows
from tui.input.commands import bindings
from tui.presentation.errors import told
from tui.presentation.lines import wrapped
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count, short_day
from tui.widgets.filter_bar import FilterBar
from tui.widgets.gauges import Meter
from tui.widgets.panel import Panel
from tui.widgets.table.data import Row
from tui.widgets.table.table import VirtualTable

__all__ = ["ImportScreen"]

_ROOMY = 20
_SHOWN = STANDS | {ImportStatus.APPLYING}


class ImportScreen(AskingRows):
    """Opened on the list of users; `parting` is what is to be said there when it was left."""

    AREA = "imports"
    UNDER = "users"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("imports")]
    NEEDS = Permission.MANAGE_USERS
    CHANGES = ("imports.apply", "imports.mend", "imports.transfers", "imports.columns", "imports.stop")
    DEFAULT_CSS = """
    ImportScreen #plan { height: auto; }
    ImportScreen Meter { display: none; margin: 0 2; background: $background; color: $foreground; }
    ImportScreen.-wide #detail { display: none; }
    """

    def __init__(self, begun: Path | Import) -> None:
        super().__init__(begun)
        self.parting = ""

    # The frame.

    def make_table(self) -> VirtualTable:
        """The rows, in the order of the file."""
        self._source = Source(self.client, self.current.id if self.current else "")
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
        return () if row.item.user_id else (("imports.mend", "mend…"),)

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
        self.show_state()

    # What is shown.

    def show_state(self) -> None:
        """The panel, the bar, the list and the keys, as things stand."""
        if not self.is_attached:
            return
        panel, width, current = self.query_one("#plan", Panel), max(20, self.size.width - 4), self.current
        if current is not None:
            panel.show_titles(heading(current), kind_words(current))
        elif self.file is not None:
            panel.show_titles(clean(self.file.name, 60))
        panel.show([row for each in self._lines() for row in wrapped(each, width)])
        self._show_progress()
        shown = current is not None and current.status in _SHOWN
        self.query_one("#list").visible = self.filter_bar.visible = shown
        if shown and self.focused is None:
            self.table.focus()
        self.show_marks()

    def _lines(self) -> list[Line]:
        current = self.current
        silent: list[Line] = [(self.silence, "warn")] if self.silence else []
        if current is None:
            return [self._sending()]
        if current.status is ImportStatus.NEEDS_MAPPING:
            why = clean(current.stopped_detail, 300) or "The headers don't say which column holds what."
            return [*silent, (f"{why} m names the columns.", "warn")]
        if current.status is ImportStatus.PLANNING:
            return [*silent, (f"Reading and judging: {count(current.rows, 'row')} so far.", "dim")]
        counts = counts_lines(current, max(20, self.size.width - 4))
        if current.status is ImportStatus.APPLYING:
            return [*counts, *(silent or [("s or ctrl+c stops it; it can go on later.", "dim")])]
        seats = seat_lines(current, self.session.overview) if current.remaining else []
        outcome = outcome_lines(current, self.session.overview)
        if self.size.height < _ROOMY:
            return [*counts, *(silent or (seats[:1] if current.status is ImportStatus.PLANNED else outcome))]
        return [*counts, *seats, *outcome, *silent]

    def _sending(self) -> Line:
        if self.refusal:
            return [(f"{clean(self.refusal, 600)} ", "bad"), ("r sends the file again, Esc leaves.", "dim")]
        sent = self.sent >= self.whole
        return ("Sent. The server reads and judges the rows…" if sent else "Sending the file… ctrl+c cancels.", "dim")

    def _show_progress(self) -> None:
        meter, current = self.query_one(Meter), self.current
        if current is None:
            meter.display = bool(self.whole)
            meter.show(self.sent, self.whole, f"{100 * self.sent // max(1, self.whole)} %")
            return
        meter.display = current.status is ImportStatus.APPLYING
        total = current.applied + current.remaining
        speed = "" if self.silence else self.speed.words(total)
        meter.show(current.applied, total, f"{current.applied:,} of {total:,}" + (f", {speed}" if speed else ""))

    def out_of_reach(self) -> set[str]:
        """What can't be done at this point."""
        hidden, current = super().out_of_reach(), self.current
        if current is None:
            return hidden | {f"imports.{name}" for name in _VERBS} | {"list.filter"}
        stands = current.status in STANDS
        can = {
            "imports.apply": stands and current.remaining > 0,
            "imports.mend": stands and current.rows > 0,
            "imports.transfers": stands and current.counts.needs_transfer > 0,
            "imports.save": stands and current.counts.rejected > 0,
            "imports.columns": self._may_choose_columns,
            "imports.stop": current.status is ImportStatus.APPLYING,
            "imports.next_verdict": stands,
            "imports.previous_verdict": stands,
            "list.filter": stands,
        }
        return hidden | {command_id for command_id, may in can.items() if not may}

    @property
    def _may_choose_columns(self) -> bool:
        current = self.current
        if current is None or not current.columns:
            return False
        fresh = current.status is ImportStatus.PLANNED and not current.applied
        return fresh or current.status is ImportStatus.NEEDS_MAPPING

    def reload_rows(self) -> None:
        """The rows of the import as it is now."""
        if self.current is not None:
            self._source.import_id = self.current.id
            super().reload_rows()

    def refresh_view(self) -> None:
        """r: send the file again when it did not arrive, else look again."""
        if self.current is not None:
            super().refresh_view()
            self.follow()
        elif not self.whole:
            self.clear_result()
            self.upload()

    # Filtering.

    def action_next_verdict(self, step: int) -> None:
        """Tab: the rows of the next verdict there is, then all again; words that are looked for stay."""
        current = self.current
        if current is None or current.status not in STANDS:
            return
        numbers = {**current.counts.model_dump(), "rejected": current.counts.rejected, "done": current.applied}
        sides = ["", *(f"verdict:{name}" for name in VERDICTS if numbers.get(name))]
        words = self.filter_bar.text.split()
        here = next((word for word in words if word.startswith("verdict:")), "")
        at = sides.index(here) if here in sides else 0
        others = [word for word in words if word != here]
        self.filter_bar.set_text(" ".join([sides[(at + step) % len(sides)], *others]).strip())

    # Columns and mending.

    def action_columns(self) -> None:
        """m: which column holds what."""
        if self.refuses("import users"):
            return
        if self._may_choose_columns:
            self.show_columns()
        else:
            self.show_result("The columns can be named until the first row is done.", "dim")

    def show_columns(self) -> None:
        """The dialog; what is chosen there is planned."""
        if self.current is not None and self.app.screen is self:

            def chosen(mapping: ImportMapping | None) -> None:
                if mapping:
                    self.name_columns(mapping)

            self.app.push_screen(Columns(self.current), chosen)

    def action_mend(self) -> None:
        """e: the row under the cursor."""
        row = self.table.row
        if self.refuses("mend rows"):
            return
        if row is None or self.current is None or self.current.status not in STANDS:
            self.show_result("Rows can be mended when the import stands still.", "dim")
        else:
            self._mend(row.item)

    def _mend(self, row: ImportRow) -> None:
        if row.user_id:
            self.show_result("This row is done: e on the list of users edits the user.", "dim")
        elif self.current is not None and self.app.screen is self:
            self.app.push_screen(MendRow(self, self.current, row, self._mended), self._told_mended)

    def _mended(self, mended: MendedRow) -> None:
        self.learn(mended.current)

    def _told_mended(self, mended: MendedRow | None) -> None:
        if mended:
            others = f" {count(len(mended.others), 'other row')} changed with it." if mended.others else ""
            self.show_result(f"Row {mended.row.number:,}: {verdict_cell(mended.row)}.{others}")

    # Applying, stopping, saving, leaving.

    def action_apply(self) -> None:
        """c: what it comes to; another key does it."""
        current = self.current
        if self.refuses("import users"):
            return
        if current is None or current.status not in STANDS or not current.remaining:
            self.show_result("There is nothing to import just now.", "dim")
        elif self.app.screen is self:

            def decided(mode: BatchMode | None) -> None:
                if mode:
                    self.apply(mode)

            self.app.push_screen(ApplyDialog(current, self.session.overview), decided)

    def action_stop(self) -> None:
        """s: stop what is under way."""
        if not self.cancel_something():
            self.show_result("Nothing is under way.", "dim")

    def cancel_something(self) -> bool:
        """ctrl+c: the same."""
        if self.current is None or self.current.status is not ImportStatus.APPLYING:
            return False
        self.stop()
        return True

    def action_save(self) -> None:
        """E: the rows that failed, as a file."""
        if self.current is None or not self.current.counts.rejected:
            self.show_result("No row failed.", "dim")
        elif self.app.screen is self:
            saver = SaveRejected(self, self.current)
            self.app.push_screen(saver, lambda said: self.show_result(f"{said}.") if said else None)

    def close_something(self) -> bool:
        """Esc or q: what is open here, then the screen; an import goes on without it."""
        return super().close_something() or self._leave()

    def _leave(self) -> bool:
        current = self.current
        if self.is_under_way:
            self.parting = "The import goes on at the server; i shows how far it is."
        elif current is not None and is_unfinished(current):
            self.parting = f"Nothing is lost: i goes on with this import until {short_day(current.expires_at.date())}."
        self.dismiss(None)
        return True


_VERBS = ("apply", "mend", "transfers", "save", "columns", "stop", "next_verdict", "previous_verdict")
