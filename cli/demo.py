"""`headcount demo`: the server as a child on a private socket, a sample organisation, and the app.

The socket is made here and handed to the child, so that the app can connect before the child is ready:
its first request waits in the socket's queue instead of being refused. The child ends when the pipe on
its standard input closes, however this process ends.
"""

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui.runtime.paths import Paths, private_folder

_DATABASE = "headcount.sqlite3"
_LAST_SEEN = "last-seen"
_ADDRESS = "address"
_QUEUE = 64
_LONGEST_ADDRESS = 100
"""Bytes of a socket's path that every system takes (Linux: 107, macOS: 103)."""


class DemoError(Exception):
    """The demo can't start; the message says why and what to do."""


class Demo:
    """A running sample server. `socket` and `token_file` are what a client needs."""

    def __init__(self, folder: Path, address: Path, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.socket = address
        self.token_file = folder / "token"
        self.last_seen = folder / _LAST_SEEN
        self._process = process

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.folder / "server.log"

    def stop(self) -> None:
        """Let the child end by itself: it sees the end of its input at once and needs no waiting for."""
        if self._process.stdin:
            self._process.stdin.close()
        self.socket.unlink(missing_ok=True)
        (self.folder / _ADDRESS).unlink(missing_ok=True)
        if self.socket.parent != self.folder:
            self.socket.parent.rmdir()

    def trouble(self) -> str:
        """Why the server is not there, once it has ended by itself; empty while it runs."""
        if self._process.poll() is None:
            return ""
        return f"The sample server has stopped; the reason is in {self.log}. Press q to quit and start the demo again."


@contextlib.contextmanager
def running(paths: Paths, *, fresh: bool, options: Sequence[str] = ()) -> Iterator[Demo]:
    """Start the sample server, and stop it at the end. `options` go to `headcount server demo`.

    Raises:
        DemoError: when another demo runs on the same folder, or the folder can't be used.
    """
    try:
        folder = private_folder(paths.demo)
    except OSError as error:
        message = f"The demo keeps its data in {paths.demo}, which can't be used: {error}."
        raise DemoError(message) from error
    with _only_one(folder):
        if fresh:
            _forget(folder)
        _ensure_token(folder / "token")
        demo = _start(folder, _address(paths, folder), options)
        try:
            (folder / _ADDRESS).write_text(str(demo.socket))
            yield demo
        finally:
            demo.stop()


def where_it_runs(paths: Paths) -> tuple[Path, Path] | None:
    """Socket and token file of this user's demo that is open in another terminal; None when none is."""
    try:
        address = Path((paths.demo / _ADDRESS).read_text())
        if address.stat().st_uid != os.getuid():
            return None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
            knock.connect(str(address))
    except (OSError, ValueError):
        return None
    return address, paths.demo / "token"


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = "The demo is open in another terminal already. Close it there (q), then start it here."
        raise DemoError(message) from error
    else:
        yield
    finally:
        os.close(descriptor)


def _address(paths: Paths, folder: Path) -> Path:
    """Where the socket goes: beside the data, or, when that path is too long for a socket, in a folder of its own."""
    address = folder / "api"
    if len(os.fsencode(address)) > _LONGEST_ADDRESS:
        return Path(tempfile.mkdtemp(prefix="headcount-", dir=paths.runtime)) / "api"
    address.unlink(missing_ok=True)
    return address


def _forget(folder: Path) -> None:
    """Delete the sample data, also the folder of files that were imported."""
    import shutil

    for path in (*folder.glob(f"{_DATABASE}*"), *folder.glob(f"{_LAST_SEEN}*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _ensure_token(path: Path) -> None:
    if path.exists():
        return
    from server.http.tokens import make_token

    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(make_token().token + "\n")
    draft.replace(path)


def _start(folder: Path, address: Path, options: Sequence[str]) -> Demo:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(address))
        listener.listen(_QUEUE)
        command = [sys.executable, "-P", "-m", "server", "demo", "--db", f"sqlite:///{folder / _DATABASE}"]
        command += ["--token-file", str(folder / "token"), "--fd", str(listener.fileno()), *options]
        log = os.open(folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own server, no shell
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=(listener.fileno(),),
                start_new_session=True,
                cwd="/",
            )
        finally:
            os.close(log)
    finally:
        listener.close()
    return Demo(folder, address, process)
