"""The private folder beside the database for files that are needed for a while."""

import tempfile
from pathlib import Path

from server.settings import ServerSettings, sqlite_path

_PRIVATE = 0o700


def existing_folder(settings: ServerSettings) -> Path | None:
    """The folder if there is one; a database in memory has none from before."""
    database = sqlite_path(settings.database)
    folder = None if database is None else database.with_name(f"{database.name}.files")
    return folder if folder is not None and folder.is_dir() else None


def folder_of(settings: ServerSettings) -> Path:
    """The folder, its owner's alone; for a database in memory a new one each time."""
    database = sqlite_path(settings.database)
    if database is None:
        return Path(tempfile.mkdtemp(prefix="headcount-"))
    folder = database.with_name(f"{database.name}.files")
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    folder.chmod(_PRIVATE)
    return folder
