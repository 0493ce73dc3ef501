"""The real server as a process of its own on a private socket: it can be killed, and come back."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from served import Served, in_folder

from server.http.tokens import make_token

_SERVER = [sys.executable, "-m", "server"]


class ServedProcess(Served):
    """A sandbox server on the demo's organisation, whose clock starts at `now`."""

    def __init__(self, folder: Path, socket_folder: Path, now: str) -> None:
        super().__init__(folder, socket_folder, now)
        self.token_file.write_text(make_token().token)
        self.token_file.chmod(0o600)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        command = [*_SERVER, "demo", "--db", f"sqlite:///{self.database}", "--token-file", str(self.token_file)]
        command += ["--uds", str(self.socket), "--now", self.now]
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


@contextmanager
def served_process(folder: Path, now: str = "2026-11-21T14:02:00Z") -> Iterator[ServedProcess]:
    """Such a server, running."""
    with in_folder(ServedProcess, folder, now) as found:
        yield found
