"""Imports: a file of people becomes a plan with a verdict for every row, then users (D20)."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from contract.base import Answer, Body, Identifier, Instant, Query, Version
from contract.joining import PaymentChange
from contract.money import Money
from contract.pages import PageQuery
from contract.spending import SpendingCheck
from contract.users import BatchMode

MAX_FILE = 32 * 1024 * 1024
"""The largest file, in bytes."""
MAX_ROWS = 250_000
"""The most rows one import takes."""
MAX_ATOMIC = 20_000
"""The most rows that are done in one transaction: more would keep everybody else's changes waiting for seconds."""
MAX_COLUMNS = 200

EncodingName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
"""An encoding by any of its names: `windows-1252`, `Mac Roman`, `sjis`."""
Cell = Annotated[str, StringConstraints(max_length=2000)]
ColumnNumber = Annotated[int, Field(ge=1, le=MAX_COLUMNS)]
RowNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ImportStatus(StrEnum):
    """How far an import is. `planning` and `applying` go on by themselves; ask again to see how far."""

    NEEDS_MAPPING = "needs_mapping"
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    STOPPED = "stopped"
    APPLIED = "applied"


class ImportStop(StrEnum):
    """Why a stopped import stands still: somebody asked, no seat is free, the server went down, or a rule.

    `refused` says why in `stopped_detail`; a stopped import is always applied further by applying it again.
    """

    ASKED = "asked"
    FULL = "full"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"


class ImportField(StrEnum):
    """What a column may hold. A `full_name` is split into first and last name.

    `other_email` is the address of those who have none in the column of addresses.
    """

    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    POSITION = "position"
    FULL_NAME = "full_name"
    OTHER_EMAIL = "other_email"


class ImportVerdict(StrEnum):
    """What becomes of a row. The first two are done by applying; the others each say why not.

    `create` is whoever is new to the organisation. That an account outside has the address is said by applying alone
    (`needs_transfer`): a plan does not tell who has an account anywhere (D25).
    """

    CREATE = "create"
    ADD_MEMBER = "add_member"
    ALREADY_USER = "already_user"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    INVALID = "invalid"
    NEEDS_TRANSFER = "needs_transfer"
    OVER_LIMIT = "over_limit"


class ImportColumn(Answer):
    """One column of the file: its number from 1, its header if there is one, its first cells, what it seems to hold."""

    number: int
    header: str = ""
    sample: tuple[str, ...] = ()
    field: ImportField | None = None


class ImportEncoding(Answer):
    """An encoding that a text may be in: as it is asked for, as it is called, and three names as they come out."""

    encoding: str
    name: str
    names: tuple[str, ...] = ()


class ImportEncodingChoice(Body):
    """The encoding that a text is in."""

    encoding: EncodingName


class ImportMapping(Body):
    """Which column (from 1) holds what. The address is needed, the rest is not."""

    email: ColumnNumber
    first_name: ColumnNumber | None = None
    last_name: ColumnNumber | None = None
    position: ColumnNumber | None = None
    full_name: ColumnNumber | None = None
    other_email: ColumnNumber | None = None

    @model_validator(mode="after")
    def _each_column_once(self) -> Self:
        chosen = [number for _, number in self if number]
        if len(set(chosen)) != len(chosen):
            message = "name each column once"
            raise ValueError(message)
        if self.full_name and (self.first_name or self.last_name):
            message = "give either full_name or first_name and last_name"
            raise ValueError(message)
        return self


class ImportCounts(Answer):
    """Rows by verdict. Those that are done keep the verdict they were done under."""

    create: int = 0
    add_member: int = 0
    already_user: int = 0
    duplicate_in_file: int = 0
    invalid: int = 0
    needs_transfer: int = 0
    over_limit: int = 0

    @property
    def total(self) -> int:
        """All rows."""
        return sum(getattr(self, name) for name in type(self).model_fields)

    @property
    def rejected(self) -> int:
        """Rows that somebody has to look at: what is listed already needs nobody."""
        return self.duplicate_in_file + self.invalid + self.needs_transfer + self.over_limit


class ImportSeats(Answer):
    """Seats as they are now: free ones, rows that still want one, and how many of these would be `not_paid`."""

    free: int
    needed: int
    short: int


class ImportPrice(Answer):
    """What the seats come to that are short, if everybody is imported now; none where nothing is paid (contracts).

    `pay_now` is what paying for them at once would take, with tax and after credit: a quote will say the same.
    `renewal_adds` is by how much the renewal on `renewal_date` grows, `next_payment` that payment before and after.
    """

    pay_now: Money | None = None
    renewal_adds: Money | None = None
    renewal_date: dt.date | None = None
    next_payment: PaymentChange | None = None


class Import(Answer):
    """One file on its way in.

    `columns` is there when the file's columns are to be named (`needs_mapping`); `seats` and `price` from the plan on.
    `applied` counts the rows that are done, `remaining` those that applying would still do. `encoding` and `delimiter`
    are how a text was read. `encoding_guessed`: nothing proves the encoding and nobody has chosen it, so applying needs
    it named; `encodings` are those to choose from, that in use among them. `remarks` are sentences about the file, such
    as which cells are outside the table. `spending` is how those that remain stand against the monthly limit of
    whoever asks, where one binds them. `version` counts the changes made by people (mapping, encoding, mending,
    applying, stopping), not the progress. It is forgotten, with its file, at `expires_at`: users stay.
    """

    id: Identifier
    status: ImportStatus
    stopped_because: ImportStop | None = None
    stopped_detail: str = ""
    file_name: str
    kind: str = ""
    encoding: str = ""
    encoding_guessed: bool = False
    encodings: tuple[ImportEncoding, ...] = ()
    delimiter: str = ""
    remarks: tuple[str, ...] = ()
    columns: tuple[ImportColumn, ...] = ()
    mapping: ImportMapping | None = None
    rows: int = 0
    counts: ImportCounts = ImportCounts()
    seats: ImportSeats | None = None
    price: ImportPrice | None = None
    spending: SpendingCheck | None = None
    remarked: int = 0
    mode: BatchMode | None = None
    applied: int = 0
    remaining: int = 0
    created_at: Instant
    created_by: str = ""
    expires_at: Instant
    version: Version


class ImportCells(Answer):
    """What a row says, without the blanks around it; nothing else about it was changed."""

    email: str = ""
    first_name: str = ""
    last_name: str = ""
    position: str = ""


class ImportRow(Answer):
    """One row; `number` is the one a spreadsheet shows. `reason` is a sentence, `code` its stable name.

    `remark` says what was read otherwise than it stands in the file: characters removed around a cell, or an address
    taken out of `Ann Lee <ann@x.example>`.

    `user_id` is there once it is done, `transfer_id` once a request was sent.
    """

    number: int
    cells: ImportCells
    verdict: ImportVerdict
    field: ImportField | None = None
    code: str = ""
    reason: str = ""
    remark: str = ""
    user_id: Identifier | None = None
    transfer_id: Identifier | None = None


class ImportRowChange(Body):
    """Mend a row: a cell that is absent stays as it is."""

    number: RowNumber
    email: Cell | None = None
    first_name: Cell | None = None
    last_name: Cell | None = None
    position: Cell | None = None


class MendedRow(Answer):
    """The mended row, judged again, and the import with its counts as they are now.

    `others` are the rows whose verdict moved with it: a row is no longer the duplicate of one that was mended.
    """

    row: ImportRow
    others: tuple[ImportRow, ...] = ()
    current: Import


class ImportsQuery(PageQuery):
    """Imports, the newest first."""


class ImportRowsQuery(PageQuery):
    """Rows in the order of the file. `rejected` are those that somebody has to look at, `remarked` those with a remark.

    `search` finds any part of a cell, without accents or case; a number finds the row of that number too.
    """

    search: Annotated[str, Field(max_length=200)] = ""
    verdict: ImportVerdict | None = None
    done: bool | None = None
    rejected: bool = False
    remarked: bool = False


class ApplyImport(Body):
    """Apply a plan, or go on applying it. `version` is the one of the plan that was read.

    `atomic` does every row or none: refused while a row is invalid, needs a transfer or is over a limit.
    `best_effort` does what can be done. `until_full` stops at the last free seat. Each stops where the monthly limit of
    who applies it is reached. With `ask`, whoever turns out to have an account outside is sent a transfer request, with
    `message`; without it their rows are answered `needs_transfer`, of which an hour tells only so many. `encoding` is
    the one that the names were read in: needed where it is a guess.
    """

    mode: BatchMode = BatchMode.BEST_EFFORT
    version: Version
    ask: bool = False
    message: Annotated[str, StringConstraints(max_length=1000)] = ""
    encoding: EncodingName | None = None


class SheetFormat(StrEnum):
    """The files that are written."""

    CSV = "csv"
    XLSX = "xlsx"


class RejectedQuery(Query):
    """Which kind of file."""

    format: SheetFormat = SheetFormat.CSV


class ImportTransfers(Body):
    """Send a transfer request to the rows that need one: to these rows, or to all of them."""

    numbers: Annotated[tuple[RowNumber, ...], Field(min_length=1, max_length=10_000)] | None = None
    message: Annotated[str, StringConstraints(max_length=1000)] = ""


class ImportTransferReport(Answer):
    """How many requests went out, and the rows that could not be asked, with their reason now."""

    requested: int
    failed: tuple[ImportRow, ...] = ()
    current: Import
