"""A secret in a file of its own, which nobody but the server may read."""

import os
import stat
from pathlib import Path

from server.settings import RefusedValueError

_OTHERS = 0o077
_LONGEST = 1024


def secret_in(path: Path, what: str) -> str:
    """The first line of a file; `what` says what it is, such as `password`.

    Raises:
        RefusedValueError: it can't be read, is empty, or others can read it. No message has the secret in it.
    """
    path = path.expanduser()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        message = f"the {what} file {path} can't be opened, or is a symbolic link"
        raise RefusedValueError(message) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_mode & _OTHERS:
            message = f"others can read the {what} file {path}: chmod 600 it"
            raise RefusedValueError(message)
        secret = os.read(descriptor, _LONGEST).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    finally:
        os.close(descriptor)
    if not secret:
        message = f"the {what} file {path} is empty"
        raise RefusedValueError(message)
    return secret
