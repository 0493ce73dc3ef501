"""The anchor: a small file beside the database that says up to where each organisation's events were acknowledged.

One line an event or more, appended after the commit and before the answer:

    head org_… 19 <hash of event 19> 2026-11-30T09:14:02.120000Z <checksum of the line>

The last line of an organisation counts. The same lines are in the server's log, and are read from there too. A line is
in the kernel's hands before anybody is answered, so it outlives the process, but is not forced to the disk: after a
power cut the anchor may be older than the database, never newer. A line cut short at the end is *torn* and left out;
a line in the middle that does not agree with its checksum was *altered*.
"""

import contextlib
import datetime as dt
import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from server.platform.clock import utc_now

log = logging.getLogger("headcount.anchor")

HEADER = "headcount anchor 1\n"
SUFFIX = ".anchor"
LONGEST = 512
"""Bytes of a line; a longer one is none of ours."""

FOLD_AT = 20_000
"""Lines beyond one for each organisation after which the file is written anew."""

_CHECK = 16
_LINE = re.compile(r"head (\S{1,60}) ([0-9]{1,18}) ([0-9a-f]{64}) (\S{20,40}) ([0-9a-f]{16})")


class Head(NamedTuple):
    """The newest event of an organisation that was acknowledged: its number and hash, and when that was."""

    organisation_id: str
    seq: int
    hash: str
    at: dt.datetime

    def line(self) -> str:
        """As it is written, with its checksum, without the end of the line."""
        at = self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        said = f"head {self.organisation_id} {self.seq} {self.hash} {at}"
        return f"{said} {_check(said)}"


class Reading(NamedTuple):
    """What a file says: the newest head of each organisation, whether its end is torn, how many lines were altered."""

    heads: dict[str, Head]
    torn: bool = False
    altered: int = 0


def anchor_of(database: Path) -> Path:
    """Where the anchor of a database is."""
    return database.with_name(database.name + SUFFIX)


def read(path: Path) -> Reading | None:
    """Read an anchor, or a log with heads in it; None when there is no such file.

    Raises:
        OSError: it can't be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        first = file.readline(LONGEST)
        lines = iter(lambda: file.readline(LONGEST), b"")
        return _strictly(lines) if first == HEADER.encode() else _loosely((first, *lines), path)


def _strictly(lines: Iterable[bytes]) -> Reading:
    """Every line is a head; what follows the last one and was never finished is torn, anything else was altered."""
    heads: dict[str, Head] = {}
    altered = wrong = finished = 0
    for line in lines:
        head = _parsed(line.decode("ascii", "replace"), whole=True)
        if head is None:
            wrong += 1
            finished += line.endswith(b"\n") and line.strip(b"\0\n") != b""
            continue
        heads[head.organisation_id] = head
        altered += wrong
        wrong = finished = 0
    return Reading(heads, torn=bool(wrong) and not finished, altered=altered + (wrong if finished else 0))


def _loosely(lines: Iterable[bytes], path: Path) -> Reading:
    """A log: the heads among its lines. An anchor whose first line was altered is one too, and says so."""
    heads: dict[str, Head] = {}
    for line in lines:
        if head := _parsed(line.decode("ascii", "replace"), whole=False):
            heads[head.organisation_id] = head
    return Reading(heads, altered=int(path.name.endswith(SUFFIX)))


def _parsed(line: str, *, whole: bool) -> Head | None:
    found = _LINE.fullmatch(line.removesuffix("\n")) if whole else _LINE.search(line)
    if found is None or (whole and not line.endswith("\n")):
        return None
    said, _, check = found[0].rpartition(" ")
    if check != _check(said):
        return None
    with contextlib.suppress(ValueError):
        return Head(found[1], int(found[2]), found[3], dt.datetime.fromisoformat(found[4]))
    return None


def _check(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:_CHECK]


def write(path: Path, heads: Iterable[Head]) -> int:
    """Write an anchor anew, its owner's alone: all of it or nothing; answers how many lines it has.

    Raises:
        OSError: it can't be written.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        lines = _draft(draft, heads)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return lines


def _draft(draft: Path, heads: Iterable[Head]) -> int:
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    lines = 0
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(HEADER)
        for lines, head in enumerate(heads, 1):  # noqa: B007 - the number of lines
            file.write(head.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return lines


class Anchor:
    """The anchor of a database that is written to. `heads` tells what the database has, to write the file anew from.

    Nothing here raises: what was committed is committed, and an anchor that can't be written is said in the log and
    tried again with the next event.
    """

    def __init__(self, path: Path, heads: Callable[[], Iterator[Head]]) -> None:
        self.path = path
        self._heads = heads
        self._file: int | None = None
        self._inode = (0, 0)
        self._size = 0
        self._lines = 0
        self._least = 0
        self._waiting: dict[str, Head] = {}
        self._late: dict[str, Head] | None = None

    def begin(self) -> None:
        """Write the file anew from the database's heads, and keep it open.

        Raises:
            OSError: it can't be written.
        """
        self._late = None
        self._least = self._lines = write(self.path, self._heads())
        self._open()

    def append(self, heads: Iterable[Head]) -> None:
        """Note these heads: in the file when this returns, unless the log says otherwise."""
        for head in heads:
            self._waiting[head.organisation_id] = head
            if self._late is not None:
                self._late[head.organisation_id] = head
        if not self._waiting:
            return
        try:
            if not self._is_ours():
                log.warning("the anchor %s was removed or replaced; it is written anew", self.path)
                self.begin()
            else:
                self._write(list(self._waiting.values()))
        except OSError as error:
            log.error("the anchor %s can't be written: %s; it is tried again with the next event", self.path, error)
        else:
            self._waiting.clear()

    @property
    def is_long(self) -> bool:
        """Whether it has grown so much that it should be folded."""
        return self._late is None and self._lines > 2 * self._least + FOLD_AT

    def begin_fold(self) -> None:
        """From here on what is appended is kept for `end_fold` as well."""
        self._late = {}

    def fold(self) -> tuple[Path, int] | None:
        """In any thread: write the newest head of each organisation into a draft; answers it and its lines.

        None when lines were altered: they stay for `verify` to find.

        Raises:
            OSError: it can't be read or written.
        """
        found = read(self.path)
        if found is None or found.altered:
            return None
        draft = self.path.with_name(f"{self.path.name}.fold")
        return draft, _draft(draft, found.heads.values())

    def end_fold(self, draft: tuple[Path, int] | None) -> None:
        """Put the draft in the file's place, with what was appended meanwhile; without one everything stays.

        Raises:
            OSError: it can't be written.
        """
        late, self._late = self._late, None
        if draft is None or late is None or not self._is_ours():
            self._least = self._lines
            return
        path, lines = draft
        with path.open("a", encoding="ascii") as file:
            file.writelines(head.line() + "\n" for head in late.values())
        path.replace(self.path)
        self._least, self._lines = lines, lines + len(late)
        self._open()

    def close(self) -> None:
        """Force it to the disk, and let go of it."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._file)
        self._let_go()

    def _open(self) -> None:
        self._let_go()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        found = os.fstat(self._file)
        self._inode, self._size = (found.st_dev, found.st_ino), found.st_size

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _is_ours(self) -> bool:
        """Whether the file that is open is still the one of that name."""
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            return False
        return self._file is not None and (found.st_dev, found.st_ino) == self._inode

    def _write(self, heads: list[Head]) -> None:
        """All of them or, when the disk is full, none: half a line in the middle would look altered."""
        assert self._file is not None
        data = "".join(head.line() + "\n" for head in heads).encode("ascii")
        try:
            written = os.write(self._file, data)
        except OSError:
            written = 0
            raise
        finally:
            if written != len(data):
                os.ftruncate(self._file, self._size)
        if written != len(data):
            message = "the disk is full"
            raise OSError(message)
        self._size += written
        self._lines += len(heads)


def heads_of(rows: Iterable[tuple[str, int, str]], known: Reading | None = None) -> Iterator[Head]:
    """Heads from (organisation, number, hash); one that is known already keeps its moment."""
    now = utc_now()
    for organisation_id, seq, digest in rows:
        same = known.heads.get(organisation_id) if known else None
        yield Head(organisation_id, seq, digest, same.at if same and same.seq == seq else now)
