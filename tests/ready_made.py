"""Databases made once in a process of tests and copied for each test: an empty one, and sample organisations.

What is copied is what the server made itself and let go of; a copy opens as the original would. The ids in it are the
same in each run, so that pictures may show them.
"""

import itertools
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar
from unittest.mock import patch

from server.platform import ids
from server.store.anchor import anchor_of
from server.store.database import Database

T = TypeVar("T")

_shelf = tempfile.TemporaryDirectory(prefix="hc-ready-made-")
_made: dict[object, tuple[Path, object]] = {}
_numbers = itertools.count()


def copied(database: Path, key: object, make: Callable[[str], T]) -> T:
    """Put at `database` what `make` makes at the URL given to it; made once for each `key`. Answers what that did."""
    if key not in _made:
        original = Path(_shelf.name) / f"{next(_numbers)}.db"
        with the_same_ids():
            _made[key] = (original, make(f"sqlite:///{original}"))
    original, answer = _made[key]
    database.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(original, database)
    if (anchor := anchor_of(original)).exists():
        shutil.copyfile(anchor, anchor_of(database))
    return answer  # type: ignore[return-value] # what this key's maker answered


@contextmanager
def the_same_ids(seed: int = 7) -> Iterator[None]:
    """New ids are those that follow from a number, instead of any."""
    chance = random.Random(seed)  # noqa: S311 - the same every time is the point
    with patch.object(ids, "secrets", SimpleNamespace(token_bytes=chance.randbytes)):
        yield


def empty_tables(database: Path) -> None:
    """A database with this version's tables and nobody in it; one that is there already is left alone."""
    if not database.exists() and not anchor_of(database).exists():
        copied(database, "empty", _make_empty)
        anchor_of(database).unlink(missing_ok=True)


def _make_empty(url: str) -> None:
    made = Database(url)
    made.open()
    made.close()
