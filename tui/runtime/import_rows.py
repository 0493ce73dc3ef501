"""The rows that applying an import would do, fetched: they are named before anybody says yes."""

from client.api import Client
from contract.imports import ImportRow, ImportRowsQuery, ImportVerdict

__all__ = ["first_rows"]


async def first_rows(client: Client, import_id: str, most: int) -> list[ImportRow]:
    """The first rows that applying would do, at most so many, in the order of the file.

    Raises:
        HeadcountError: what the client raises.
    """
    found: list[ImportRow] = []
    for verdict in (ImportVerdict.CREATE, ImportVerdict.ADD_MEMBER):
        page = await client.import_rows(import_id, ImportRowsQuery(verdict=verdict, done=False, limit=most))
        found += page.items
    return sorted(found, key=lambda row: row.number)[:most]
