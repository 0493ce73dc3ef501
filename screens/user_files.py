"""The users as a file and the template: asked for on the Users screen, saved beside everything else."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import work

from client.errors import HeadcountError
from contract.exports import ExportQuery, TemplateQuery
from screens.filter_words import FilterError
from screens.managed_list import ManagedList
from screens.save_file import Place, SaveFile
from screens.sources import users_query
from tui.errors import told
from tui.text import clean
from tui.theme import Line
from tui.wording import count

__all__ = ["SavingFiles"]

Save = Callable[[Place], Awaitable[str]]
"""Saves a file; answers what is in it in words."""


class SavingFiles(ManagedList):
    """What `T` and `E` do on the list of users. Reading is all they need."""

    saving = ""
    """The file that is on its way, in words."""

    def action_template(self) -> None:
        """T: the empty file to fill in for an import."""

        async def save(place: Place) -> str:
            query = TemplateQuery(format=place.format, language=place.language)
            await self.client.save_users_template(place.path, query, replace=place.replace)
            return "the template"

        self._ask("Save the template", "users-template.csv", "The empty file to fill in for an import.", save)

    def action_export(self) -> None:
        """E: everybody the filter lets through, marked or not."""
        try:
            shown = users_query(self.table.asked)
        except FilterError as error:
            self.show_result(str(error), "warn")
            return

        async def save(place: Place) -> str:
            query = ExportQuery(
                format=place.format,
                language=place.language,
                search=shown.search,
                status=shown.status,
                source=shown.source,
                added_from=shown.added_from,
                added_before=shown.added_before,
            )
            return count(await self.client.export_users(place.path, query, replace=place.replace), "user")

        name = f"users-{self.session.now().date():%Y-%m-%d}.csv"
        self._ask("Export the users", name, self._about(), save)

    def _about(self) -> Line:
        """Who will be in it."""
        whole = count(self.table.total or 0, "user")
        if not self.table.asked.text:
            return f"All {whole}." if self.table.total else "Nobody is listed: the file will have a header only."
        return f"{whole}: those that the filter shows, {clean(self.table.asked.text, 60)}"

    def _ask(self, title: str, name: str, about: Line, save: Save) -> None:
        if self.saving:
            self.show_result(f"Wait: {self.saving} is being saved. ctrl+c cancels.", "warn")
        elif self.app.screen is self:

            def decided(place: Place | None) -> None:
                if place:
                    self._save(place, save)

            self.app.push_screen(SaveFile(title, name, about), decided)

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
