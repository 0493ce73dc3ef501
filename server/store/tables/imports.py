"""Imports: files of people on their way in, row by row (D20)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from contract.imports import ImportVerdict
from server.store.tables.columns import count, flag, metadata, moment, partial_index, reference, words
from server.store.types import Number

imports = Table(
    "imports",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", String(60), nullable=False, unique=True),
    reference("organisation_id", "organisations"),
    reference("subscription_id", "subscriptions"),
    reference("account_id", "accounts"),
    words("created_by"),
    words("actor"),
    words("file_name"),
    Column("kind", String(20), nullable=False, server_default=""),
    Column("encoding", String(60), nullable=False, server_default=""),
    Column("delimiter", String(10), nullable=False, server_default=""),
    Column("columns", Text),
    Column("mapping", Text),
    Column("status", String(20), nullable=False),
    Column("stopped_because", String(20)),
    words("stopped_detail"),
    Column("mode", String(20)),
    Column("request_id", String(200)),
    Column("idempotency_key", String(255)),
    count("rows"),
    *(count(verdict.value) for verdict in ImportVerdict),
    count("applied"),
    count("announced"),
    moment("created_at"),
    moment("expires_at"),
    count("version", 1),
    flag("ask"),
    words("message"),
    count("remarked"),
    Column("token_id", String(60)),
    flag("encoding_guessed"),
    words("encodings"),
    words("remarks"),
)
"""`applied` counts rows that are done, `announced` those that an event told of. Account, actor and request are those of
whoever planned or applied it last. `encodings` and `remarks` are lists as JSON.
"""

Index("ix_imports_mine", imports.c.subscription_id, imports.c.number)
Index("ix_imports_expires_at", imports.c.expires_at)
partial_index("ix_imports_under_way", imports.c.status, where=imports.c.status.in_(["planning", "applying"]))

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_number", Number, ForeignKey("imports.number"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    words("email"),
    words("first_name"),
    words("last_name"),
    words("position"),
    Column("email_key", Text),
    Column("verdict", String(20), nullable=False),
    Column("field", String(20)),
    Column("code", String(60)),
    Column("reason", Text),
    Column("user_id", String(60)),
    Column("transfer_id", String(60)),
    Column("remark", Text),
    sqlite_with_rowid=False,
)
_REST = import_rows.c.verdict != "create"
partial_index(
    "ix_import_rows_rest", import_rows.c.import_number, import_rows.c.verdict, import_rows.c.number, where=_REST
)
