"""The directory as it is searched: a row for each member, kept by triggers (see `server.store.sqlite_directory`)."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from server.store.tables.columns import metadata, words
from server.store.types import Number

directory = Table(
    "directory",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("organisation_id", String(60), ForeignKey("organisations.id"), nullable=False),
    Column("account_id", String(60), ForeignKey("accounts.id"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    words("email_key", None),
    words("name_key", None),
    words("last_key", None),
    words("position_key", None),
    words("search_key", None),
    UniqueConstraint("account_id", "organisation_id"),
)
"""`status` is that of the user the member is on this organisation's subscription, or empty for somebody who is none."""

for _name, _columns in {
    "name": (directory.c.name_key, directory.c.number),
    "email": (directory.c.email_key, directory.c.number),
    "position": (directory.c.position_key, directory.c.number),
    "status": (directory.c.status, directory.c.name_key, directory.c.number),
    "role": (directory.c.role, directory.c.name_key, directory.c.number),
    "last": (directory.c.last_key,),
}.items():
    Index(f"ix_directory_{_name}", directory.c.organisation_id, *_columns)
