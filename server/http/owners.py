"""Who can change what somebody may do: the owners, named in a refusal."""

from typing import Any, NamedTuple

from server.store import roles
from server.store.types import AnyRow, Connection

MOST_NAMED = 3


class Owners(NamedTuple):
    """The owners in words, and their addresses for a program."""

    words: str
    emails: list[str]

    def tell(self, sentence: str) -> tuple[str, dict[str, Any]]:
        """A sentence with the owners behind it, and what travels as data."""
        return (f"{sentence}: {self.words}." if self.words else f"{sentence}."), {"owners": self.emails}


def owners_of(connection: Connection, organisation_id: str) -> Owners:
    """The owners of an organisation, the main account first; not more than a sentence holds."""
    rows = roles.owners(connection, organisation_id)
    named = [_named(row) for row in rows[:MOST_NAMED]]
    more = len(rows) - len(named)
    words = ", ".join(named) + (f" and {more} more" if more else "")
    return Owners(words, [row.email for row in rows[:MOST_NAMED]])


def _named(row: AnyRow) -> str:
    name = f"{row.first_name} {row.last_name}".strip()
    return f"{name} ({row.email})" if name else str(row.email)
