"""Where a token comes from. It is read when needed, kept as a `SecretStr`, and shown nowhere.

Errors name the place, never what was found there.
"""

import os
import re
import shlex
import signal
import stat
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pydantic import SecretStr

from client.errors import NoToken

COMMAND_SECONDS = 10.0
LONGEST_TOKEN = 512
_LARGEST_FILE = 4096
_TOKEN = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_TOKEN}}}")


def from_environment(name: str, environment: Mapping[str, str] | None = None) -> SecretStr:
    """The token in an environment variable."""
    value = (os.environ if environment is None else environment).get(name, "")
    if not value:
        _refuse(f"The environment variable {name} is not set.")
    return _token(value, f"the environment variable {name}")


def from_command(command: str | Sequence[str], *, seconds: float = COMMAND_SECONDS) -> SecretStr:
    """The first line that a command prints, such as `pass show headcount`. No shell reads it; it gets no terminal."""
    try:
        arguments = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError:
        _refuse("The token command can't be read: a quote is not closed.")
    if not arguments:
        _refuse("The token command is empty.")
    name = Path(arguments[0]).name
    output, status = _run(arguments, name, seconds)
    if status != 0:
        _refuse(f"The token command {name} ended with status {status}.")
    return _token(output.decode("utf-8", "replace").partition("\n")[0], f"the output of {name}")


def _run(arguments: list[str], name: str, seconds: float) -> tuple[bytes, int]:
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, without a shell
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        message = f"The token command {name} can't be started."
        raise NoToken(message) from error
    with process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            # TimeoutExpired holds the output so far, which may be the token.
            _refuse(f"The token command {name} took longer than {seconds:g} s.")
    return output, process.returncode


def from_file(path: Path) -> SecretStr:
    """The first line of a file that is no symbolic link, belongs to this user and that nobody else can read."""
    path = path.expanduser()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        message = f"The token file {path} can't be opened, or is a symbolic link."
        raise NoToken(message) from error
    try:
        _check_file(os.fstat(descriptor), path)
        content = os.read(descriptor, _LARGEST_FILE)
    finally:
        os.close(descriptor)
    return _token(content.decode("utf-8", "replace").partition("\n")[0], f"the token file {path}")


def _check_file(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        _refuse(f"The token file {path} is not a regular file.")
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        _refuse(f"Others can read the token file {path}: chmod 600 it, and replace the token.")
    if found.st_uid != os.getuid():
        _refuse(f"The token file {path} belongs to somebody else.")


def _token(text: str, place: str) -> SecretStr:
    text = text.strip()
    if not _TOKEN.fullmatch(text):
        _refuse(f"There is no token in {place}: it should be one word of visible ASCII characters.")
    return SecretStr(text)


def _refuse(message: str) -> NoReturn:
    # Without a chain: an error caught above may hold what was read.
    raise NoToken(message) from None
