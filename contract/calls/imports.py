"""Calls about imports: plan a file of people, mend it, apply it (D20)."""

from contract.imports import (
    MAX_FILE,
    ApplyImport,
    Import,
    ImportEncodingChoice,
    ImportMapping,
    ImportRow,
    ImportRowChange,
    ImportRowsQuery,
    ImportsQuery,
    ImportTransferReport,
    ImportTransfers,
    MendedRow,
    RejectedQuery,
)
from contract.operation import LIST_BODY, Key, Operation
from contract.pages import Page
from contract.people import Permission
from contract.problems import ProblemCode as Code

SHEETS = ("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
"""The media types of the files that are written."""

_CLOSED = (Code.PLAN_HAS_NO_SUB_ACCOUNTS, Code.SUBSCRIPTION_NOT_ACTIVE)
_ONE = (Code.NOT_FOUND, Code.IMPORT_NOT_READY)

LIST_IMPORTS = Operation(
    "list_imports",
    "GET",
    "/v1/imports",
    "Imports, the newest first",
    Page[Import],
    Permission.MANAGE_USERS,
    query=ImportsQuery,
)
PLAN_IMPORT = Operation(
    "plan_import",
    "POST",
    "/v1/imports",
    "Upload a file of people and plan it: nothing is changed yet",
    Import,
    Permission.MANAGE_USERS,
    status=201,
    key=Key.OPTIONAL,
    upload=True,
    most_bytes=MAX_FILE,
    problems=(Code.UNREADABLE_FILE, Code.UNSUPPORTED_MEDIA_TYPE, *_CLOSED),
)
GET_IMPORT = Operation(
    "get_import",
    "GET",
    "/v1/imports/{id}",
    "One import: its plan, its price, how far it is",
    Import,
    Permission.MANAGE_USERS,
    problems=(Code.NOT_FOUND,),
)
MAP_IMPORT = Operation(
    "map_import",
    "POST",
    "/v1/imports/{id}/mapping",
    "Choose the columns, and plan it",
    Import,
    Permission.MANAGE_USERS,
    body=ImportMapping,
    key=Key.OPTIONAL,
    problems=(*_ONE, Code.UNREADABLE_FILE, *_CLOSED),
)
CHOOSE_ENCODING = Operation(
    "choose_encoding",
    "POST",
    "/v1/imports/{id}/encoding",
    "Say which encoding the file is in, and plan it",
    Import,
    Permission.MANAGE_USERS,
    body=ImportEncodingChoice,
    key=Key.OPTIONAL,
    problems=(*_ONE, Code.UNREADABLE_FILE, *_CLOSED),
)
LIST_IMPORT_ROWS = Operation(
    "list_import_rows",
    "GET",
    "/v1/imports/{id}/rows",
    "The rows of an import, with their verdicts",
    Page[ImportRow],
    Permission.MANAGE_USERS,
    query=ImportRowsQuery,
    problems=(Code.NOT_FOUND,),
)
MEND_IMPORT_ROW = Operation(
    "mend_import_row",
    "PATCH",
    "/v1/imports/{id}/rows",
    "Correct a row in place; it is checked again at once",
    MendedRow,
    Permission.MANAGE_USERS,
    body=ImportRowChange,
    key=Key.OPTIONAL,
    problems=_ONE,
)
APPLY_IMPORT = Operation(
    "apply_import",
    "POST",
    "/v1/imports/{id}/apply",
    "Apply an import, or continue it; it answers at once and continues in the background",
    Import,
    Permission.MANAGE_USERS,
    body=ApplyImport,
    key=Key.OPTIONAL,
    problems=(
        *_ONE,
        Code.VERSION_CONFLICT,
        Code.TOO_MANY_FOR_ATOMIC,
        Code.NOT_DONE,
        Code.SPENDING_LIMIT_REACHED,
        *_CLOSED,
    ),
)
STOP_IMPORT = Operation(
    "stop_import",
    "POST",
    "/v1/imports/{id}/stop",
    "Stop applying; what is done stays done, and it can be continued later",
    Import,
    Permission.MANAGE_USERS,
    key=Key.OPTIONAL,
    problems=_ONE,
)
SEND_IMPORT_TRANSFERS = Operation(
    "send_import_transfers",
    "POST",
    "/v1/imports/{id}/transfers",
    "Send a transfer request to the rows that need one",
    ImportTransferReport,
    Permission.MANAGE_USERS,
    body=ImportTransfers,
    key=Key.OPTIONAL,
    problems=(*_ONE, Code.UNSAFE_TEXT, *_CLOSED),
    most_bytes=LIST_BODY,
)
REJECTED_ROWS = Operation(
    "rejected_rows",
    "GET",
    "/v1/imports/{id}/rejected",
    "The failed rows as a file with a reason column, ready to be corrected and imported again",
    Import,
    Permission.MANAGE_USERS,
    query=RejectedQuery,
    download=SHEETS,
    problems=(Code.NOT_FOUND,),
)
