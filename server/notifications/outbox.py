"""The outbox of the e-mail as a person reads it in a terminal."""

from server.store.types import AnyRow
from server.text import made_safe


def shown(row: AnyRow) -> str:
    """One letter in one line: its id, what became of it, what it is about, and why it has not left."""
    said = (
        f"{row.id}  {row.state}  {row.attempts} attempts  {row.kind}  {row.email}  {row.organisation_name}  {row.error}"
    )
    return made_safe(said)
