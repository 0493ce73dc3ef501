"""The outbox of the e-mail as a person reads it in a terminal."""

from server.platform.text import made_safe
from server.store.types import AnyRow


def shown(row: AnyRow) -> str:
    """One letter in one line: its id, what became of it, what it is about, and why it has not left."""
    fields = (row.id, row.state, f"{row.attempts} attempts", row.kind, row.email, row.organisation_name, row.error)
    return "  ".join(made_safe(each) for each in fields)
