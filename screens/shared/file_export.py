"""Files that a screen saves beside everything else: one at a time, and ctrl+c ends it."""

import asyncio
from collections.abc import Awaitable, Callable

from client.errors import HeadcountError
from screens.shared.host import Host
from screens.shared.save_file import Place, SaveFile
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.tones import Line

__all__ = ["FileExport", "Save"]

Save = Callable[[Place], Awaitable[str]]
"""Saves a file; answers what is in it in words."""


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
        return f"a file on its way ({self.saving}); it will not be saved" if self.saving else ""

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
