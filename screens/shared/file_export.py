"""Files that a screen saves beside everything else: where to, what may be replaced, one at a time, ctrl+c ends it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from client.errors import HeadcountError
from contract.exports import Language
from contract.imports import SheetFormat
from screens.shared.form import Field, Form, FormScreen
from screens.shared.host import Host
from tui.presentation.errors import told
from tui.presentation.language import language_of
from tui.presentation.lines import keys_line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.editor import Editor

__all__ = ["FileExport", "Place", "Save", "SaveFile"]

_KEYS = keys_line([("Enter", "next field; on the last one, saves"), ("Esc", "saves nothing")])
_LANGUAGES = ", ".join(Language)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file goes and how it is written; `replace` says that what is there may go."""

    path: Path
    format: SheetFormat
    language: Language
    replace: bool


Save = Callable[[Place], Awaitable[str]]
"""Saves a file; answers what is in it in words."""


class SaveFile(FormScreen[Place]):
    """Asks for a place; answers it once nothing is there, or a second Enter says that it may be replaced."""

    def __init__(self, title: str, name: str, about: Line, *, text_only: bool = False) -> None:
        super().__init__()
        self._heading, self._proposed, self._about = title, name, about
        self._text_only = text_only
        self._to_replace: Path | None = None

    def form(self) -> Form:
        """The usual name, and the language of the locale unless the file is CSV in any case."""
        fields = [Field("path", "File", Editor(limit=1000)), Field("language", "Language", Editor(limit=2))]
        fields[0].editor.set(self._proposed)
        fields[1].editor.set(language_of(os.environ).value)
        return Form(self._heading, fields[:1] if self._text_only else fields)

    def on_mount(self) -> None:
        """What is saved, and where a name without a folder goes."""
        here = clean(str(Path.cwd()), 200)
        about: list[Line] = ["", self._about, (f"In {here}, unless a folder is named.", "dim")]
        if not self._text_only:
            about += [
                (f"A name that ends with .xlsx saves a workbook, any other name CSV. Languages: {_LANGUAGES}.", "dim")
            ]
        about.append("")
        self.sheet.show(above=about, below=["", _KEYS])

    def on_form_submitted(self) -> None:
        """Answer the place, unless something is wrong with it."""
        place = self._place()
        if place is not None:
            self.dismiss(place)

    def _place(self) -> Place | None:
        file = self.sheet.named("path")
        path = Path(file.text).expanduser().absolute()
        language = Language.ENGLISH if self._text_only else self._language()
        file.error = self._objection(file.text, path)
        if file.error:
            self.sheet.go_to(file.name)
        self.sheet.refresh(layout=True)
        if file.error or language is None:
            return None
        kind = SheetFormat.XLSX if path.suffix.lower() == ".xlsx" and not self._text_only else SheetFormat.CSV
        return Place(path, kind, language, replace=path == self._to_replace)

    def _language(self) -> Language | None:
        """The one that is typed; says so when it is none."""
        field = self.sheet.named("language")
        typed = field.text.lower()
        field.error = "" if typed in set(Language) else f"One of {_LANGUAGES}."
        if field.error:
            self.sheet.go_to(field.name)
        return None if field.error else Language(typed)

    def _objection(self, typed: str, path: Path) -> str:
        """What is wrong with a place; a file that is there is asked about once."""
        if not typed:
            return "Type a file name."
        if path.is_dir():
            return "This is a folder: add a file name."
        if not path.parent.is_dir():
            return "This folder does not exist."
        if os.path.lexists(path) and path != self._to_replace:
            self._to_replace = path
            return "This file already exists. Press Enter again, through the last field, to replace it."
        return ""


class FileExport:
    """What a screen does with files. Reading is all that needs.

        idle ── ask(…), a place is chosen ──> saving ── saved, failed or cancelled ──> idle

    `saving` is the state: the name of the file on its way, empty while there is none. The place is asked for in a
    dialog of its own, which has the answer or nothing; until then nothing has begun.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.saving = ""

    @property
    def unfinished(self) -> str:
        """What would be lost by quitting now, as the end of "You have …"."""
        return f"a file being saved ({self.saving}); it will not be saved" if self.saving else ""

    def ask(self, title: str, name: str, about: Line, save: Save, *, text_only: bool = False) -> None:
        """Ask for a place, proposing a name, and `save` there."""
        if self.saving:
            self._host.show_result(f"Wait: {self.saving} is being saved. ctrl+c cancels.", "warn")
            return

        def decided(place: Place | None) -> None:
            if place:
                self._host.run_worker(self._save(place, save), group="file", exit_on_error=False)

        self._host.open_dialog(SaveFile(title, name, about, text_only=text_only), decided)

    async def _save(self, place: Place, save: Save) -> None:
        host, named = self._host, clean(str(place.path), 200)
        self.saving = clean(place.path.name, 60)
        host.show_result(f"Saving {named}… ctrl+c cancels.", "dim")
        try:
            said = await save(place)
        except HeadcountError as error:
            host.show_error(told(error))
        except asyncio.CancelledError:
            host.show_result(f"Cancelled: nothing was saved in {named}.", "dim")
            raise
        else:
            host.show_result(f"Saved {said} in {named}.")
        finally:
            self.saving = ""
