"""`/v1/imports`."""

from contract.operations import (
    APPLY_IMPORT,
    CHOOSE_ENCODING,
    GET_IMPORT,
    LIST_IMPORT_ROWS,
    LIST_IMPORTS,
    MAP_IMPORT,
    MEND_IMPORT_ROW,
    PLAN_IMPORT,
    REJECTED_ROWS,
    SEND_IMPORT_TRANSFERS,
    STOP_IMPORT,
)
from server.imports.applying import apply_import, stop_import
from server.imports.planning import choose_encoding, map_import, plan_import
from server.imports.reading import get_import, list_import_rows, list_imports, rejected_rows
from server.imports.retention import forget, resume
from server.imports.row_correction import mend_import_row
from server.imports.transfers import send_import_transfers

HANDLERS = {
    LIST_IMPORTS: list_imports,
    PLAN_IMPORT: plan_import,
    GET_IMPORT: get_import,
    MAP_IMPORT: map_import,
    CHOOSE_ENCODING: choose_encoding,
    LIST_IMPORT_ROWS: list_import_rows,
    MEND_IMPORT_ROW: mend_import_row,
    APPLY_IMPORT: apply_import,
    STOP_IMPORT: stop_import,
    SEND_IMPORT_TRANSFERS: send_import_transfers,
    REJECTED_ROWS: rejected_rows,
}
ON_START = (resume,)
CHORES = (forget,)
