"""Opening a file of people: what it is, how it is written, which column is what."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from server.sheets.csv import CommaFile, open_commas
from server.sheets.headers import by_content, checked, has_address, mapping_of
from server.sheets.previews import readings
from server.sheets.sheet import (
    MOST_COLUMNS,
    SAMPLES,
    Field,
    Record,
    Sheet,
    SheetFault,
    SheetKind,
    UnreadableSheet,
    too_many_columns,
)
from server.sheets.workbook import Workbook, open_workbook

HEADER_WITHIN = 10
"""Rows above a header: a title, a date."""

_LOOKED_AT = 50

_FOREIGN = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "This is an old workbook (.xls) or one with a password. Save it as XLSX without a password, or as CSV UTF-8.",
    ),
    (b"%PDF", "This is a PDF. Export the table as CSV UTF-8 or XLSX."),
    (b"\x1f\x8b", "This file is compressed. Unpack it and send the CSV or XLSX inside."),
    (b"{\\rtf", "This is a text document. Put the people into a table and save it as CSV UTF-8 or XLSX."),
    (b"\x89PNG", "This is a picture. Send the table itself as CSV UTF-8 or XLSX."),
    (b"\xff\xd8\xff", "This is a picture. Send the table itself as CSV UTF-8 or XLSX."),
    (b"<?xml", "This is XML. Save it as CSV UTF-8 or XLSX."),
    (b"<!DOCTYPE", "This is a web page. Save the table as CSV UTF-8 or XLSX."),
    (b"<html", "This is a web page. Save the table as CSV UTF-8 or XLSX."),
)


def open_sheet(path: Path, *, mapping: Mapping[Field, int] | None = None, encoding: str = "") -> Sheet:
    """Understand a file of people. Blocking: reads the file to know its encoding, and its first rows.

    `mapping` is what somebody chose among the sheet's columns, `encoding` the codec that somebody chose; a workbook
    has none.

    Raises:
        UnreadableSheet: it is empty, no table, damaged or too large; the sentence says what to do.
        ValueError: the mapping names columns the file has not, or no e-mail address.
    """
    source, kind = _source(path, encoding)
    with closing(source.records()) as records:
        rows = list(islice((record for record in records if record.cells), _LOOKED_AT))
    if not rows:
        raise UnreadableSheet(
            SheetFault.EMPTY, "The file is empty. Put one person on each line, or start from the template."
        )
    header = _header(rows)
    body = [row for row in rows if header is None or row.number > header.number]
    words = tuple(header.cells) if header else ()
    width = len(words) or len(rows[0].cells)
    widths = [width] if kind is SheetKind.XLSX else [len(row.cells) for row in rows if not row.problem]
    if max(widths, default=0) > MOST_COLUMNS:
        raise too_many_columns()
    sheet = Sheet(
        path=path,
        kind=kind,
        encoding=source.encoding.name if isinstance(source, CommaFile) else "",
        guessed=isinstance(source, CommaFile) and source.encoding.guessed,
        delimiter=source.delimiter if isinstance(source, CommaFile) else "",
        header=words,
        mapping=_mapping(words, body) if mapping is None else checked(mapping, width),
        sample=tuple(tuple(row.cells) for row in body[:SAMPLES]),
        width=width,
        first=header.number + 1 if header else rows[0].number,
        source=source,
    )
    return replace(sheet, readings=readings(sheet, source)) if isinstance(source, CommaFile) else sheet


def _source(path: Path, encoding: str) -> tuple[CommaFile | Workbook, SheetKind]:
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"PK\x03\x04"):
        return open_workbook(path), SheetKind.XLSX
    for mark, sentence in _FOREIGN:
        if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(mark.lower()):
            raise UnreadableSheet(SheetFault.NOT_A_TABLE, sentence)
    return open_commas(path, encoding), SheetKind.CSV


def _header(rows: list[Record]) -> Record | None:
    """The row that names the columns: the first that names the address's, before anybody is named; else the first."""
    for row in rows[:HEADER_WITHIN]:
        if has_address(row.cells):
            break
        if Field.EMAIL in mapping_of(row.cells):
            return row
    return None if has_address(rows[0].cells) else rows[0]


def _mapping(header: tuple[str, ...], body: list[Record]) -> dict[Field, int]:
    found = mapping_of(header)
    return found if Field.EMAIL in found else by_content(body, header)
