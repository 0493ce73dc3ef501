"""Writing files of people piece by piece: however many rows there are, a few are held at a time.

Whatever could be taken for a formula is written as text (see `contract.formulas`). Importing it again changes nothing.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from xml.sax.saxutils import escape

from contract.exports import Language
from contract.formulas import guarded
from server.sheets.wording import PERSON, Heading, word

BATCH = 500
"""Rows that are written in one piece."""

ROWS_A_SHEET = 1_000_000
"""After so many rows a workbook goes on in another sheet."""

BYTES_A_SHEET = 1 << 30
"""Nor is a sheet larger than this: programs that read it count in 32 bits."""

_SEPARATORS = {Language.ENGLISH: ","}
"""What a spreadsheet program set to the language expects; where the comma is in numbers, it is the semicolon."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_BETWEEN = "\x7f"
_NOT_PLAIN = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x|\x7f['=+\\-@\t\r\n]")
"""What is not written as it is in the cells of a row, with `_BETWEEN` before each; most rows have none of it."""

_CELLS = tuple(f'<c r="{letter}' for letter in "ABCDEFGHIJ")
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Rows = Iterable[Sequence[str]]


def write_csv(rows: Rows, language: Language, columns: Sequence[Heading] = PERSON) -> Iterator[bytes]:
    """A text file: UTF-8 with a mark, CRLF, the separator of the language."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_SEPARATORS.get(language, ";"))
    text.write("\ufeff")
    for batch in _batches(rows, language, columns):
        writer.writerows([[guarded(cell) for cell in row] for row in batch])
        yield text.getvalue().encode(errors="replace")
        text.seek(0)
        text.truncate()


def write_xlsx(rows: Rows, language: Language, columns: Sequence[Heading] = PERSON) -> Iterator[bytes]:
    """A workbook. Its directory comes last, so it is written as the rows come."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        rest = iter(rows)
        sheets, more = 0, list(islice(rest, 1))
        while sheets == 0 or more:
            sheets += 1
            for _ in _write_sheet(archive, sheets, _batches(chain(more, rest), language, columns)):
                yield pieces.taken()
            more = list(islice(rest, 1))
        for name, content in _frame(sheets):
            archive.writestr(name, _XML + content)
    yield pieces.taken()


def _batches(rows: Rows, language: Language, columns: Sequence[Heading]) -> Iterator[list[Sequence[str]]]:
    """The header, then the rows."""
    every = chain([[word(column, language) for column in columns]], rows)
    while batch := list(islice(every, BATCH)):
        yield batch


def _write_sheet(archive: zipfile.ZipFile, number: int, batches: Iterator[list[Sequence[str]]]) -> Iterator[None]:
    """One sheet, as full as it may be; what is left in `batches` is for the next one."""
    with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as file:
        size = file.write(f'{_XML}<worksheet xmlns="{_SHEETS}">{_COLS}<sheetData>'.encode())
        line = 1
        for batch in batches:
            size += file.write("".join(_row(line + place, row) for place, row in enumerate(batch)).encode())
            line += len(batch)
            yield
            if line > ROWS_A_SHEET or size > BYTES_A_SHEET:
                break
        file.write(b"</sheetData></worksheet>")


_COLS = (
    '<cols><col min="1" max="1" width="36" customWidth="1"/><col min="2" max="7" width="22" customWidth="1"/></cols>'
)


def _row(line: int, row: Sequence[str]) -> str:
    if _NOT_PLAIN.search(_BETWEEN + _BETWEEN.join(row)):
        row = [_escaped(cell) for cell in row]
    texts = f'{line}" t="inlineStr"><is><t xml:space="preserve">'
    cells = [f"{begin}{texts}{cell}</t></is></c>" for begin, cell in zip(_CELLS, row, strict=False) if cell]
    return f'<row r="{line}">{"".join(cells)}</row>'


def _escaped(cell: str) -> str:
    """A text as a workbook holds it: what XML can't hold is written as `_xHHHH_`, and so is what looks like that."""
    if cell.isalnum():
        return cell
    return escape(_NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", guarded(cell)))


def _frame(sheets: int) -> Iterator[tuple[str, str]]:
    """The parts that say where the sheets are."""
    numbers = range(1, sheets + 1)
    types = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MEDIA}.sheet.main+xml"/>',
        *(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_MEDIA}.worksheet+xml"/>' for n in numbers),
    )
    yield "[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{"".join(types)}</Types>'
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    listed = "".join(f'<sheet name="Users {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield "xl/workbook.xml", f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    yield "xl/_rels/workbook.xml.rels", _relations([("worksheet", f"worksheets/sheet{n}.xml") for n in numbers])


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


class _Pieces(io.RawIOBase):
    """What has been written since the last time it was taken; there is no going back."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # narrower than typeshed's
        """Keep it until it is taken."""
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """All of it, once."""
        everything = b"".join(self._written)
        self._written.clear()
        return everything
