"""Files that are kept on this machine: whole or not at all, for their owner alone, and nothing replaced unasked."""

import io
import os
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from client.errors import AlreadyThere, NotSaved
from contract.formulas import guarded

_MARK = "\ufeff"


def check_place(path: Path, *, replace: bool) -> None:
    """Whether a file may be put there; `AlreadyThere` when one is and is not to be replaced."""
    if not replace and os.path.lexists(path):
        message = "A file of this name is there already."
        raise AlreadyThere(message)


def new_file_beside(path: Path) -> Path:
    """An empty file in the same folder, readable by its owner alone; `NotSaved` where there can be none."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", dir=path.parent)
    except OSError as error:
        raise _not_saved(error) from error
    os.close(handle)
    return Path(name)


class TableFile:
    """A table on its way to its place, row by row, readable by its owner alone. Blocking.

    UTF-8 with a mark, CRLF, commas; what a spreadsheet program would take for a formula stays a text. Either all of
    it is there in the end (`finish`), or what was there before (`discard`).

    Raises:
        AlreadyThere: a file of this name is there, and was not to be replaced.
        NotSaved: it can't be written.
    """

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        check_place(path, replace=replace)
        self._path, self._replace = path, replace
        self._part = new_file_beside(path)
        self.size = 0

    def write(self, rows: Sequence[Sequence[str | Decimal]]) -> None:
        """Add rows. A number is written as one, whatever its sign."""
        import csv

        text = io.StringIO("" if self.size else _MARK, newline="")
        text.seek(0, io.SEEK_END)
        csv.writer(text).writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        content = text.getvalue().encode(errors="replace")
        try:
            with self._part.open("ab") as file:
                self.size += file.write(content)
        except OSError as error:
            raise _not_saved(error) from error

    def finish(self) -> None:
        """Put it into its place."""
        check_place(self._path, replace=self._replace)
        try:
            self._part.replace(self._path)
        except OSError as error:
            raise _not_saved(error) from error

    def discard(self) -> None:
        """Leave nothing of it, unless it is in its place."""
        self._part.unlink(missing_ok=True)


def save_table(path: Path, rows: Sequence[Sequence[str | Decimal]], *, replace: bool = False) -> int:
    """Write the rows, the header among them; answers the size in bytes. Blocking, as `TableFile`.

    Raises:
        AlreadyThere: a file of this name is there, and was not to be replaced.
        NotSaved: it can't be written.
    """
    file = TableFile(path, replace=replace)
    try:
        file.write(rows)
        file.finish()
    finally:
        file.discard()
    return file.size


def _not_saved(error: OSError) -> NotSaved:
    return NotSaved(f"The file can't be written: {error.strerror}.")
