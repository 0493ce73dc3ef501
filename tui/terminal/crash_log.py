"""Where the details of an internal error go: a file that only its owner can read, never the terminal."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

__all__ = ["NAME", "write"]

NAME: Final = "crash.log"
LARGEST: Final = 1_000_000
"""Bytes after which the log starts anew."""


def write(folder: Path, error: BaseException) -> Path | None:
    """Append the traceback, without local variables since they hold secrets; the file, or nothing if that failed."""
    path = folder / NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as log:
            if log.tell() > LARGEST:
                log.truncate(0)
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n")
            log.writelines(traceback.format_exception(error))
    except OSError:
        return None
    return path
