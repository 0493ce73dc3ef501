"""A table of texts as a CSV file: what happened here, kept by whoever asks for it."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from client.calls.asking import check_place, new_file_beside
from client.errors import NotSaved
from contract.formulas import guarded


def save_table(path: Path, rows: Sequence[Sequence[str]], *, replace: bool = False) -> int:
    """Write the rows, the header among them, readable by its owner alone; answers the size in bytes. Blocking.

    UTF-8 with a mark, CRLF, commas; what a spreadsheet program would take for a formula stays a text. Either all of
    it is there in the end, or what was there before.

    Raises:
        AlreadyThere: a file of this name is there, and was not to be replaced.
        NotSaved: it can't be written.
    """
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    content = text.getvalue().encode(errors="replace")
    check_place(path, replace=replace)
    part = new_file_beside(path)
    try:
        part.write_bytes(content)
        check_place(path, replace=replace)
        part.replace(path)
    except OSError as error:
        message = f"The file can't be written: {error.strerror}."
        raise NotSaved(message) from error
    finally:
        part.unlink(missing_ok=True)
    return len(content)
