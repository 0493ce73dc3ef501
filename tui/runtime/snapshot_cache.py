"""The last overview, kept on disk, so that the next start shows something at once, marked with its time."""

import contextlib
import datetime as dt
import os
from pathlib import Path

from pydantic import ValidationError

from contract.subscription import Overview

__all__ = ["LastSeen"]

_LARGEST = 1_000_000


class LastSeen:
    """One profile's last overview, in a file that only its owner may read. What can't be read is simply not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[Overview, dt.datetime] | None:
        """The overview and when it was seen, in local time."""
        try:
            content = self._path.read_bytes()[:_LARGEST]
            seen = dt.datetime.fromtimestamp(self._path.stat().st_mtime, dt.UTC).astimezone()
            return Overview.model_validate_json(content), seen
        except (OSError, ValidationError):
            return None

    def write(self, overview: Overview) -> None:
        """Keep it instead of the one before; where it can't be written the next start just begins empty."""
        draft = self._path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(overview.model_dump_json().encode())
            draft.replace(self._path)

    def forget(self) -> None:
        """As if nothing had been seen."""
        self._path.unlink(missing_ok=True)
