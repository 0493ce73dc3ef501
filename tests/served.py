"""The real server as a process of its own on a private socket: it can be killed, and come back."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.api import Client
from client.profile import Profile, open_client

_SERVER = [sys.executable, "-m", "server"]


class Served:
    """A sandbox server on the demo's organisation, whose clock starts at `now`."""

    def __init__(self, folder: Path, socket_folder: Path, now: str) -> None:
        self.database = folder / "headcount.sqlite3"
        self.socket = socket_folder / "api"
        self.token_file = folder / "token"
        self.log = folder / "server.log"
        self._now = now
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        command = [*_SERVER, "demo", "--db", f"sqlite:///{self.database}", "--token-file", str(self.token_file)]
        command += ["--uds", str(self.socket), "--now", self._now]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        before = self.log.read_text().count("ready on")
        while self.log.read_text().count("ready on") <= before:
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.01)  # looking all the time would take the core it starts on

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._close()

    def stop(self) -> None:
        """End it politely, if it runs."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def profile(self) -> Profile:
        """How the owner reaches it."""
        return Profile(url=f"unix://{self.socket}", token_file=self.token_file)

    def client(self) -> Client:
        """A client of the owner."""
        return open_client(self.profile())

    def sign_in(self, email: str, label: str = "", *, new: bool = False) -> str:
        """Somebody's own sign-in: a token for their account, as `server token` makes it beside no server."""
        from server.operations.authentication import Wanted, sign_in
        from server.platform.clock import utc_now
        from server.store.sqlite import make_engine

        engine = make_engine(self.database)
        with engine.begin() as connection:
            token = sign_in(connection, Wanted(email, label=label, new=new), utc_now()).token
        engine.dispose()
        return token

    def requests(self, line: str) -> int:
        """How often the log has a request such as `POST /v1/quotes 201`."""
        return self.log.read_text().count(line)


@contextmanager
def served(folder: Path, now: str = "2026-11-21T14:02:00Z") -> Iterator[Served]:
    """Such a server, running."""
    from server.http.tokens import make_token

    with tempfile.TemporaryDirectory(prefix="hc-") as socket_folder:
        found = Served(folder, Path(socket_folder), now)
        found.token_file.write_text(make_token().token)
        found.token_file.chmod(0o600)
        found.start()
        try:
            yield found
        finally:
            found.stop()
