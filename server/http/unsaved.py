"""What is answered when nothing can be saved: a full disk, one that may only be read, one that fails."""

import errno

from contract.problems import ProblemCode
from server.http.problems import ServerProblem
from server.store.errors import UnavailableError

RETRY_AFTER = 30
"""Seconds. Room is made by a person; a program that asks again at once only adds to the trouble."""

_OF_DISKS = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")
_OF_FILES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG})
_OF_NUMBERS = frozenset({errno.EMFILE, errno.ENFILE})


def unsaved(error: Exception) -> bool:
    """Whether this is the disk's fault."""
    if isinstance(error, UnavailableError):
        return str(getattr(error.orig, "sqlite_errorname", "")).startswith(_OF_DISKS)
    return isinstance(error, OSError) and error.errno in _OF_FILES


def passing(error: Exception) -> bool:
    """Whether this is nobody's mistake and may be over in a while: then the command may be sent again."""
    return isinstance(error, UnavailableError) or (
        isinstance(error, OSError) and (unsaved(error) or error.errno in _OF_NUMBERS)
    )


def cannot_answer(error: Exception, *, reading: bool, whole: bool) -> ServerProblem:
    """The problem for what is passing. `whole` is a command that is done in one transaction or not at all."""
    if reading or not unsaved(error):
        return ServerProblem(ProblemCode.SERVER_BUSY, retry_after=1)
    said = (
        "Nothing was changed."
        if whole
        else "Part of it may be done; sent again with its Idempotency-Key, nothing is done twice."
    )
    return ServerProblem(
        ProblemCode.CANNOT_SAVE,
        f"The server's disk is full or can't be written to. {said}",
        retry_after=RETRY_AFTER,
    )
