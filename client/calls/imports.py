"""Imports: a file becomes a plan, the plan becomes users (D20)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from client.calls.base import BaseClient
from client.errors import UnreadableUpload
from client.protocol import Upload
from contract import operations as op
from contract.imports import (
    ApplyImport,
    Import,
    ImportEncodingChoice,
    ImportMapping,
    ImportRow,
    ImportRowChange,
    ImportRowsQuery,
    ImportsQuery,
    ImportStatus,
    ImportTransferReport,
    ImportTransfers,
    MendedRow,
    RejectedQuery,
    SheetFormat,
)
from contract.pages import Page
from contract.users import BatchMode

ALL_IMPORTS = ImportsQuery()
ALL_ROWS = ImportRowsQuery()
EVERYBODY = ImportTransfers()

_UNDER_WAY = frozenset({ImportStatus.PLANNING, ImportStatus.APPLYING})
_LOOK_EVERY = 0.25


class ImportsCalls(BaseClient):
    """Imports."""

    async def imports(self, query: ImportsQuery = ALL_IMPORTS) -> Page[Import]:
        """Imports that are not forgotten yet, the newest first."""
        return await self._ask(op.LIST_IMPORTS, Page[Import], query=query)

    async def plan_import(
        self,
        file: Path,
        *,
        mapping: ImportMapping | None = None,
        encoding: str = "",
        key: str | None = None,
        told: Callable[[int], None] | None = None,
    ) -> Import:
        """Upload a file, read from disk as it goes, and plan it. Sent again with the same key it is planned once.

        `encoding` is that of a text, where it is known. `told` hears how many bytes have gone out so far.
        """
        try:
            size = (await asyncio.to_thread(file.stat)).st_size
        except OSError as error:
            message = f"The file can't be read: {error.strerror}."
            raise UnreadableUpload(message) from error
        fields = {} if mapping is None else {"mapping": mapping.model_dump_json(exclude_none=True)}
        fields |= {"encoding": encoding} if encoding else {}
        name = file.name.encode("utf-8", "replace").decode()
        upload = Upload(path=file, name=name, size=size, fields=fields, told=told)
        return await self._ask(op.PLAN_IMPORT, Import, key=key, upload=upload)

    async def an_import(self, import_id: str) -> Import:
        """One import as it is now."""
        return await self._ask(op.GET_IMPORT, Import, id=import_id)

    async def follow_import(self, import_id: str, *, every: float = _LOOK_EVERY) -> AsyncIterator[Import]:
        """The import now and, while the server works on it, again every so many seconds; the last one stands still."""
        while True:
            found = await self.an_import(import_id)
            yield found
            if found.status not in _UNDER_WAY:
                return
            await self._executor.pace.sleep(every)

    async def map_import(self, import_id: str, mapping: ImportMapping, *, key: str | None = None) -> Import:
        """Say which column holds what; the file is planned then."""
        return await self._ask(op.MAP_IMPORT, Import, id=import_id, body=mapping, key=key)

    async def choose_encoding(self, import_id: str, encoding: str, *, key: str | None = None) -> Import:
        """Say which encoding the file is in; it is planned anew when it was read in another one."""
        body = ImportEncodingChoice(encoding=encoding)
        return await self._ask(op.CHOOSE_ENCODING, Import, id=import_id, body=body, key=key)

    async def import_rows(self, import_id: str, query: ImportRowsQuery = ALL_ROWS) -> Page[ImportRow]:
        """Rows with their verdicts, in the order of the file."""
        return await self._ask(op.LIST_IMPORT_ROWS, Page[ImportRow], id=import_id, query=query)

    async def mend_import_row(self, import_id: str, change: ImportRowChange, *, key: str | None = None) -> MendedRow:
        """Correct a row in place; it is checked again at once."""
        return await self._ask(op.MEND_IMPORT_ROW, MendedRow, id=import_id, body=change, key=key)

    async def apply_import(
        self,
        import_id: str,
        *,
        version: int,
        mode: BatchMode = BatchMode.BEST_EFFORT,
        ask: bool = False,
        encoding: str | None = None,
        key: str | None = None,
    ) -> Import:
        """Apply the plan that was read, or go on; it goes on by itself: see `follow_import`.

        `ask` sends a transfer request to whoever turns out to have an account outside. `encoding` is the one the names
        were read in: needed where it is a guess.
        """
        body = ApplyImport(mode=mode, version=version, ask=ask, encoding=encoding)
        return await self._ask(op.APPLY_IMPORT, Import, id=import_id, body=body, key=key)

    async def stop_import(self, import_id: str, *, key: str | None = None) -> Import:
        """Stop applying; what is done stays done."""
        return await self._ask(op.STOP_IMPORT, Import, id=import_id, key=key)

    async def send_import_transfers(
        self, import_id: str, wanted: ImportTransfers = EVERYBODY, *, key: str | None = None
    ) -> ImportTransferReport:
        """Send a transfer request to the rows that need one (D18)."""
        return await self._ask(op.SEND_IMPORT_TRANSFERS, ImportTransferReport, id=import_id, body=wanted, key=key)

    async def save_rejected_rows(
        self, import_id: str, into: Path, kind: SheetFormat = SheetFormat.CSV, *, replace: bool = True
    ) -> int:
        """Save the failed rows as a file with a reason column; answers its size in bytes."""
        query = RejectedQuery(format=kind)
        return await self._download(op.REJECTED_ROWS, into, id=import_id, query=query, replace=replace)
