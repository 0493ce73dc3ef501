"""The users as a file and the template: asked for on the Users screen, saved beside everything else."""

from contract.exports import ExportQuery, TemplateQuery
from screens.shared.file_export import SavingFiles
from screens.shared.filter_words import FilterError
from screens.shared.save_file import Place
from screens.users.source import users_query
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count

__all__ = ["SavingUsers"]


class SavingUsers(SavingFiles):
    """What `T` and `E` do on the list of users. Reading is all they need."""

    def action_template(self) -> None:
        """T: the empty file to fill in for an import."""

        async def save(place: Place) -> str:
            query = TemplateQuery(format=place.format, language=place.language)
            await self.client.save_users_template(place.path, query, replace=place.replace)
            return "the template"

        self.ask_where_to_save(
            "Save the template", "users-template.csv", "The empty file to fill in for an import.", save
        )

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
        self.ask_where_to_save("Export the users", name, self._about(), save)

    def _about(self) -> Line:
        """Who will be in it."""
        whole = count(self.table.total or 0, "user")
        if not self.table.asked.text:
            return f"All {whole}." if self.table.total else "Nobody is listed: the file will have a header only."
        return f"{whole}: those that the filter shows, {clean(self.table.asked.text, 60)}"
