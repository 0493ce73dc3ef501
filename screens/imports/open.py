"""Which file is to be imported: typed with completion, dropped or pasted; or an import that is not finished yet."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from textual import work

from client.errors import HeadcountError
from contract.imports import MAX_FILE, MAX_ROWS, Import, ImportStatus
from screens.imports.files import MOST_SHOWN, Place, common, completions, meant, size_words, why_not
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from tui.presentation.errors import told
from tui.presentation.lines import keys_line, line
from tui.presentation.text import clean
from tui.presentation.tones import Line, parts
from tui.presentation.wording import age, count
from tui.widgets.editor import Editor

__all__ = ["ImportFile", "is_unfinished", "unfinished_line"]

_LONGEST = 4096
_STANDS = {
    ImportStatus.NEEDS_MAPPING: ("○ columns needed", "warn"),
    ImportStatus.PLANNING: ("○ being checked", "warn"),
    ImportStatus.PLANNED: ("○ planned", "warn"),
    ImportStatus.APPLYING: ("● in progress", "ok"),
    ImportStatus.STOPPED: ("! stopped", "warn"),
    ImportStatus.APPLIED: ("✓ done", "ok"),
}
_INTRO = f"A CSV or XLSX file with a column of e-mail addresses; at most {size_words(MAX_FILE)} and {MAX_ROWS:,} rows."


def is_unfinished(each: Import) -> bool:
    """Whether something is still to be done about an import."""
    return each.status is not ImportStatus.APPLIED or each.remaining > 0


def unfinished_line(each: Import, now: dt.datetime) -> Line:
    """An import in one line: its file, where it stands, and since when."""
    words, tone = _STANDS[each.status]
    done = f" {each.applied:,} of {each.applied + each.remaining:,}" if each.applied else ""
    rows = f"  {count(each.rows, 'row')}" if each.rows else ""
    since = age(each.created_at, now)
    ago = since if since == "just now" else f"{since} ago"
    return line(clean(each.file_name, 34), (f"{rows}  ", "dim"), (f"{words}{done}", tone), (f"  {ago}", "dim"))


class ImportFile(FormScreen[Path | Import]):
    """Answers a file that can be sent, or an import to go on with."""

    def __init__(self, owner: ManagedList) -> None:
        super().__init__()
        self._owner = owner
        self._imports: list[Import] = []
        self._places: list[Place] = []
        self._at = -1
        self._shown_for = ""
        self._remark: Line = ""

    def form(self) -> Form:
        """One field."""
        fields = [Field("path", "File", Editor(limit=_LONGEST))]
        return Form("Import users", fields, extra_keys=("tab", "shift+tab", "down", "up"))

    def on_mount(self) -> None:
        """Say what can be imported, and ask what is not finished."""
        self._show()
        self._ask_imports()

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _ask_imports(self) -> None:
        try:
            page = await self._owner.client.imports()
        except HeadcountError as error:
            self._show((f"Unfinished imports can't be shown: {told(error)}", "warn"))
            return
        self._imports = [each for each in page.items if is_unfinished(each)][:MOST_SHOWN]
        self._show(self._remark)

    # What is shown.

    @property
    def _typed(self) -> str:
        return self.sheet.fields[0].editor.text

    @property
    def _offers(self) -> Sequence[Place | Import]:
        """What the arrows choose from: completions of what is typed, or imports that are not finished."""
        if self._typed.strip() or self._places:
            return self._places[:MOST_SHOWN]
        return self._imports

    def _show(self, remark: Line = "") -> None:
        self._remark = remark
        if self.is_attached:
            self.sheet.show(above=["", (_INTRO, "dim"), ""], below=self._below())

    def _below(self) -> list[Line]:
        offers = self._offers
        overview = self._owner.session.overview
        now = overview.as_of if overview else self._owner.session.now()
        lines: list[Line] = [""]
        if offers and isinstance(offers[0], Import):
            lines += [("Unfinished imports:", "strong")]
        for at, each in enumerate(offers):
            sign = ("▸ ", "accent") if at == self._at else "  "
            said = _place_line(each) if isinstance(each, Place) else unfinished_line(each, now)
            lines.append([sign, *parts(said)])
        if len(self._places) > len(offers) and offers:
            lines.append((f"  … and {len(self._places) - len(offers):,} more", "dim"))
        keys = [
            ("Enter", "continues"),
            ("Tab", "completes"),
            *([("↓ ↑", "choose")] if offers else []),
            ("Esc", "leaves"),
        ]
        return [*lines, *([self._remark] if self._remark else []), "", keys_line(keys)]

    # Typing and choosing.

    def on_form_changed(self) -> None:
        """Another text has other completions; those of the one before are gone at once."""
        if self._typed != self._shown_for:
            self._shown_for, self._at = self._typed, -1
            self._places = []
            self._show()
            self._look(complete=False)

    @work(group="completion", exclusive=True, exit_on_error=False)
    async def _look(self, *, complete: bool) -> None:
        typed = self._typed
        found = await asyncio.to_thread(completions, typed) if typed or complete else []
        if self._typed != typed or not self.is_attached:
            return
        self._places, self._at = found, -1
        if complete and found:
            self.sheet.fields[0].editor.set(common(found, typed))
        elif complete:
            self._show(("No file or folder begins with this.", "dim"))
            return
        again = self._typed != typed
        self._shown_for = self._typed
        self._show()
        if again:
            self._look(complete=False)

    def on_form_extra(self, message: Form.Extra) -> None:
        """Tab completes, the arrows choose."""
        if message.key == "tab":
            self._look(complete=True)
            return
        offers = self._offers
        self._at = max(-1, min(self._at + (1 if message.key == "down" else -1), len(offers) - 1))
        self._show()

    def on_form_pasted(self, message: Form.Pasted) -> None:
        """Several lines are no path."""
        self._show((f"{count(len(message.text.splitlines()), 'line')} were pasted: import one file at a time.", "warn"))

    def on_form_submitted(self) -> None:
        """Enter: what the arrow points to, else what is typed."""
        offers = self._offers
        chosen = offers[self._at] if 0 <= self._at < len(offers) else None
        if isinstance(chosen, Import):
            self.dismiss(chosen)
        elif chosen is not None and chosen.is_folder:
            self.sheet.fields[0].editor.set(clean(chosen.typed, _LONGEST))
            self.sheet.refresh()
        elif chosen is not None:
            self._take(chosen.path)
        elif not self._typed.strip():
            self._point_at("Type or paste the path of a file, or choose with ↓.")
        else:
            self._take(meant(self._typed))

    @work(group="completion", exclusive=True, exit_on_error=False)
    async def _take(self, path: Path) -> None:
        if reason := await asyncio.to_thread(why_not, path):
            self._point_at(reason)
        elif self.is_attached:
            self.dismiss(path)

    def _point_at(self, reason: str) -> None:
        if self.is_attached:
            self.sheet.fields[0].error = reason
            self._show()


def _place_line(place: Place) -> Line:
    return line(place.label, ("" if place.is_folder else f"  {size_words(place.size)}", "dim"))
