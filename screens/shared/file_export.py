"""Files that a list saves beside everything else: one at a time, and ctrl+c ends it."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import work

from client.errors import HeadcountError
from screens.shared.managed_list import ManagedList
from screens.shared.save_file import Place, SaveFile
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.tones import Line

__all__ = ["Save", "SavingFiles"]

Save = Callable[[Place], Awaitable[str]]
"""Saves a file; answers what is in it in words."""


class SavingFiles(ManagedList):
    """A list of which files are saved. Reading is all that needs."""

    saving = ""
    """The file that is on its way, in words."""

    def ask_where_to_save(self, title: str, name: str, about: Line, save: Save, *, text_only: bool = False) -> None:
        """Ask for a place, proposing a name, and save there; one file at a time."""
        if self.saving:
            self.show_result(f"Wait: {self.saving} is being saved. ctrl+c cancels.", "warn")
        elif self.app.screen is self:

            def decided(place: Place | None) -> None:
                if place:
                    self._save(place, save)

            self.app.push_screen(SaveFile(title, name, about, text_only=text_only), decided)

    @work(group="question", exit_on_error=False)
    async def _save(self, place: Place, save: Save) -> None:
        named = clean(str(place.path), 200)
        self.saving = clean(place.path.name, 60)
        self.show_result(f"Saving {named}… ctrl+c cancels.", "dim")
        try:
            said = await save(place)
        except HeadcountError as error:
            self.show_error(told(error))
        except asyncio.CancelledError:
            self.show_result(f"Cancelled: nothing was saved in {named}.", "dim")
            raise
        else:
            self.show_result(f"Saved {said} in {named}.")
        finally:
            self.saving = ""

    @property
    def unfinished(self) -> str:
        """A file on its way too."""
        return super().unfinished or (f"a file on its way ({self.saving}); it will not be saved" if self.saving else "")
