"""A look at a zip's directory before anything in it is inflated: bombs end here."""

import os
import zipfile
from pathlib import Path

from server.sheets.sheet import SheetFault, UnreadableSheet

MAX_INFLATED = 64 << 20
"""Bytes of all entries together, inflated. (An entry never gives more than its directory says.)"""

MAX_RATIO = 200
"""Inflated to stored size of one entry; sheets of people have 5 to 40."""

RATIO_FROM = 1 << 20
"""Smaller entries may shrink as they like."""

MAX_ENTRIES = 2000

MAX_DIRECTORY = 1 << 20
"""Bytes of the list of entries, which is read as a whole."""

MAX_OTHER = 8 << 20
"""Bytes of an entry that is neither a sheet nor the texts of the sheets: styles and the like are read as a whole."""

MAX_GAP = 2 << 20
"""Bytes of a sheet without the end of a row: a row is held as a whole while it is read."""

MAX_TAGS = 8_000_000

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_LOCATOR = 20
_TAIL = 22 + _LOCATOR + 65_535
"""Bytes at the end of an archive among which its end is told."""

_OLD = (
    ("xl/workbook.bin", "This is a binary workbook (.xlsb). Save it as XLSX or as CSV UTF-8."),
    ("content.xml", "This is an OpenDocument file (.ods). Save it as XLSX or as CSV UTF-8."),
    ("Index/Document.iwa", "This is a Numbers file. Export it as XLSX or CSV."),
    ("word/document.xml", "This is a text document. Put the people into a table and save it as CSV UTF-8 or XLSX."),
)


def check_archive(path: Path) -> None:
    """Refuse what is no workbook, or would not stay small.

    Raises:
        UnreadableSheet: `not_a_workbook` with what it is instead, `too_large` or `broken`.
    """
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_kind({entry.filename for entry in entries})
            _check_sizes(entries)
            for entry in entries:
                if _is_sheet(entry.filename):
                    _check_sheet(archive, entry)
    except UnreadableSheet:
        raise
    except Exception as error:  # a damaged archive fails in many ways, and each means the same to its owner
        raise broken() from error


def _check_directory(path: Path) -> None:
    """Look at how large the archive says that its list of entries is, before it is read."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    place = tail.rfind(_END)
    told = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    if told > MAX_DIRECTORY or (place >= _LOCATOR and tail[place - _LOCATOR :].startswith(_END_64)):
        raise _too_large()


def broken() -> UnreadableSheet:
    """The file is damaged."""
    return UnreadableSheet(
        SheetFault.BROKEN, "The workbook is damaged. Open it, save it again as XLSX or as CSV UTF-8."
    )


def _check_kind(names: set[str]) -> None:
    for name, sentence in _OLD:
        if name in names:
            raise UnreadableSheet(SheetFault.NOT_A_WORKBOOK, sentence)
    if "_rels/.rels" not in names and not any(name.startswith("xl/") for name in names):
        raise UnreadableSheet(
            SheetFault.NOT_A_WORKBOOK, "This is an archive. Unpack it and send the CSV or XLSX inside."
        )


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_INFLATED:
        raise _too_large()
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise _too_large()
        whole = entry.filename.endswith((".xml", ".rels")) and not _is_long(entry.filename)
        if whole and entry.file_size > MAX_OTHER:
            raise _too_large()


def _is_sheet(name: str) -> bool:
    return name.endswith(".xml") and "sheet" in name.lower() and "/_rels/" not in name


def _is_long(name: str) -> bool:
    return _is_sheet(name) or "sharedstrings" in name.lower()


def _check_sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    gap = tags = 0
    with archive.open(entry) as file:
        while block := file.read(1 << 20):
            tags += block.count(b"<")
            gap = 0 if b"row>" in block or b"<row" in block else gap + len(block)
            if gap > MAX_GAP or tags > MAX_TAGS:
                raise _too_large()


def _too_large() -> UnreadableSheet:
    return UnreadableSheet(
        SheetFault.TOO_LARGE, "This workbook is too large when unpacked. Save the sheet as CSV UTF-8."
    )
