"""Where the failed rows of an import are saved: a path, and how large the file became."""

import asyncio
from pathlib import Path

from client.errors import HeadcountError
from contract.imports import Import, SheetFormat
from screens.imports.files import meant, size_words
from screens.shared.form import Field, Form, FormScreen
from screens.shared.managed_list import ManagedList
from tui.presentation.errors import told
from tui.presentation.lines import keys_line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.editor import Editor

__all__ = ["SaveRejected", "proposed"]

_LONGEST = 4096
_KEYS = keys_line([("Enter", "saves"), ("Esc", "leaves")])


def proposed(current: Import) -> str:
    """A name for the file: that of the import, `-failed`, `.csv`."""
    stem = Path(clean(current.file_name, 100)).stem.replace("/", "_") or "people"
    return f"{stem}-failed.csv"


class SaveRejected(FormScreen[str]):
    """Answers what was saved where, in words. A file that is there is replaced only by a second Enter."""

    def __init__(self, owner: ManagedList, current: Import) -> None:
        super().__init__()
        self._owner, self._current = owner, current
        self._replace: Path | None = None
        self._saving = False

    def form(self) -> Form:
        """One field with a name proposed."""
        field = Field("path", "File", Editor(limit=_LONGEST))
        field.editor.set(proposed(self._current))
        return Form("Save the failed rows", [field])

    def on_mount(self) -> None:
        """Say what it is for."""
        self._show()

    def _show(self, remark: Line = "") -> None:
        rows = count(self._current.counts.rejected, "row")
        said = f"{rows} with a reason column. Correct them there and import the same file again."
        if self.is_attached:
            self.sheet.show(
                above=["", said, ("CSV, or XLSX if the name ends with .xlsx.", "dim"), ""],
                below=["", *([remark] if remark else []), _KEYS],
            )

    def on_form_submitted(self) -> None:
        """Enter: save it, or ask first when there is such a file."""
        path = meant(self.sheet.fields[0].text)
        if self._saving or not path.name:
            return
        self._saving = True
        self.run_worker(self._save(path), group="question", exclusive=True, exit_on_error=False)

    async def _save(self, path: Path) -> None:
        kind = SheetFormat.XLSX if path.suffix.lower() == ".xlsx" else SheetFormat.CSV
        try:
            if await asyncio.to_thread(path.is_dir):
                self._point_at(f"{clean(path.name, 80)} is a folder.")
            elif await asyncio.to_thread(path.exists) and path != self._replace:
                self._replace = path
                self._show(("This file already exists. Press Enter again to replace it.", "warn"))
            else:
                size = await self._owner.client.save_rejected_rows(
                    self._current.id, path, kind, replace=path == self._replace
                )
                self.dismiss(f"Saved: {clean(str(path), 200)} ({size_words(size)})")
        except HeadcountError as error:
            self._point_at(told(error))
        finally:
            self._saving = False

    def _point_at(self, why: str) -> None:
        self.sheet.fields[0].error = why
        self._show()
