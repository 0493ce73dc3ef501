"""Whether the files of an open database are still those that were opened.

SQLite goes on with a file that was removed under it: what it commits then is in a file without a name, which is gone
with the process. Looking costs one `stat` a file.
"""

import os
from contextlib import suppress
from pathlib import Path

BESIDE = ("", "-wal", "-shm", ".lock")
"""What a database consists of while it is open, by what is added to its name."""


class Watch:
    """The files of a database as they are now. `look` says which of them are not there any more."""

    def __init__(self, database: Path) -> None:
        names = [(f"{database.name}{each}", os.fspath(database) + each) for each in BESIDE]
        self._files = [(name, path, found) for name, path in names if (found := _identity(path))]

    def look(self) -> str | None:
        """What was removed or replaced, such as `seats.db-wal was removed`; None when all is as it was."""
        for name, path, opened in self._files:
            with suppress(OSError):
                now = _identity(path)
                if now != opened:
                    return f"{name} was {'replaced' if now else 'removed'}"
        return None

    def main_is_gone(self) -> bool:
        """Whether the main file, or the folder it is in, is not there any more."""
        _, path, opened = self._files[0]
        return _identity(path) != opened


def _identity(path: str) -> tuple[int, int] | None:
    """Which file has that name, if there is one."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked after every commit
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
