"""The real server with the demo's organisation on a private socket, in a thread of this process.

Where it has to be a process of its own, to be killed or to race: `served_process`, of the same shape.
"""

import datetime as dt
import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from live import serving_in_a_thread
from ready_made import copied

from client.api import Client
from client.profile import Profile, open_client
from server.app import create_app
from server.http.tokens import make_token
from server.operations.authentication import Wanted, sign_in
from server.platform.clock import utc_now
from server.seed.opening import open_demo
from server.serving.listeners import unix
from server.settings import ServerSettings
from server.store.sqlite import make_engine

S = TypeVar("S", bound="Served")


class Served:
    """A sandbox server on the demo's organisation, whose clock starts at `now`."""

    def __init__(self, folder: Path, socket_folder: Path, now: str) -> None:
        self.database = folder / "headcount.sqlite3"
        self.socket = socket_folder / "api"
        self.token_file = folder / "token"
        self.log = folder / "server.log"
        self.now = now

    def start(self) -> None:
        """Start it, and return when it answers."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it politely, if it runs."""
        raise NotImplementedError

    def profile(self) -> Profile:
        """How the owner reaches it."""
        return Profile(url=f"unix://{self.socket}", token_file=self.token_file)

    def client(self) -> Client:
        """A client of the owner."""
        return open_client(self.profile())

    def sign_in(self, email: str, label: str = "", *, new: bool = False) -> str:
        """Somebody's own sign-in: a token for their account, as `server token` makes it beside no server."""
        engine = make_engine(self.database)
        with engine.begin() as connection:
            token = sign_in(connection, Wanted(email, label=label, new=new), utc_now()).token
        engine.dispose()
        return token

    def requests(self, line: str) -> int:
        """How often the log has a request such as `POST /v1/quotes 201`."""
        return self.log.read_text().count(line)


class ServedHere(Served):
    """One that answers from a thread of this process."""

    def __init__(self, folder: Path, socket_folder: Path, now: str) -> None:
        super().__init__(folder, socket_folder, now)
        self._up = ExitStack()

    def start(self) -> None:
        """Start it, and return when it answers."""
        day = self.now
        self.token_file.write_text(copied(self.database, ("demo", day), lambda url: _seed(url, day)))
        self.token_file.chmod(0o600)
        settings = ServerSettings(
            database=f"sqlite:///{self.database}", sandbox=True, now=dt.datetime.fromisoformat(self.now)
        )
        listener = unix(self.socket).socket
        self._up.callback(listener.close)
        self._up.enter_context(_logging(self.log))
        self._up.enter_context(serving_in_a_thread(create_app(settings), listener))

    def stop(self) -> None:
        """End it politely, if it runs."""
        self._up.close()


@contextmanager
def _logging(file: Path) -> Iterator[None]:
    """What the server of this process logs, in a file."""
    handler = logging.FileHandler(file)
    logger = logging.getLogger("headcount.access")
    before = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()


def _seed(url: str, day: str) -> str:
    """The sample organisation as of a day, and the token of its owner."""
    made = make_token().token
    with tempfile.TemporaryDirectory(prefix="hc-") as folder:
        file = Path(folder, "token")
        file.write_text(made)
        open_demo(url, file, dt.datetime.fromisoformat(day))
    return made


@contextmanager
def in_folder(kind: type[S], folder: Path, now: str) -> Iterator[S]:
    """One of this kind, running, its socket in a folder whose name is short enough."""
    with tempfile.TemporaryDirectory(prefix="hc-") as socket_folder:
        found = kind(folder, Path(socket_folder), now)
        found.start()
        try:
            yield found
        finally:
            found.stop()


@contextmanager
def served(folder: Path, now: str = "2026-11-21T14:02:00Z") -> Iterator[ServedHere]:
    """Such a server, running."""
    with in_folder(ServedHere, folder, now) as found:
        yield found
