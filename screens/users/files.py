"""The users as a file and the template: what is in them, and how they are asked for."""

from client.api import Client
from contract.exports import ExportQuery, TemplateQuery
from contract.users import UsersQuery
from screens.shared.file_export import Place, Save
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count

__all__ = ["export_of", "exported_words", "template_of"]


def template_of(client: Client) -> Save:
    """Saves the empty file to fill in for an import."""

    async def save(place: Place) -> str:
        query = TemplateQuery(format=place.format, language=place.language)
        await client.save_users_template(place.path, query, replace=place.replace)
        return "the template"

    return save


def export_of(client: Client, shown: UsersQuery) -> Save:
    """Saves everybody whom a list asks for."""

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
        return count(await client.export_users(place.path, query, replace=place.replace), "user")

    return save


def exported_words(total: int, filtered: str) -> Line:
    """Who will be in the export: all, or those whom the filter as typed lets through."""
    whole = count(total, "user")
    if not filtered:
        return f"All {whole}." if total else "No users: the file will only have a header."
    return f"{whole}: those that match the filter, {clean(filtered, 60)}"
