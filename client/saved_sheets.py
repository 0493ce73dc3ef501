"""How many people are in a file that was saved: counted in the file itself, however many there are."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from client.errors import BadAnswer, NotSaved
from contract.imports import SheetFormat

_BLOCK = 1 << 20
_ROW = re.compile(rb"<row[ />]")


def people_in(path: Path, kind: SheetFormat) -> int:
    """The rows below the headers. Blocking.

    Raises:
        BadAnswer: what was saved is no such file.
        NotSaved: it can't be read.
    """
    try:
        return _in_workbook(path) if kind is SheetFormat.XLSX else _in_text(path)
    except OSError as error:
        message = f"The file can't be read again: {error.strerror}."
        raise NotSaved(message) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        message = "The server's file is not a workbook."
        raise BadAnswer(message) from error


def _in_text(path: Path) -> int:
    """Line ends outside quotation marks."""
    lines, quoted, last = 0, False, b"\n"
    with path.open("rb") as file:
        for block in _blocks(file):
            for number, part in enumerate(block.split(b'"')):
                quoted ^= number > 0
                lines += 0 if quoted else part.count(b"\n")
            last = block[-1:]
    return max(0, lines + (last != b"\n") - 1)


def _in_workbook(path: Path) -> int:
    rows = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as file:
                    rows += max(0, _count(_blocks(file)) - 1)
    return rows


def _count(blocks: Iterable[bytes]) -> int:
    """Beginnings of rows (five bytes), those across two blocks too."""
    rows, rest = 0, b""
    for block in blocks:
        whole = rest + block
        rows += len(_ROW.findall(whole))
        rest = whole[-4:]
    return rows


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
