"""An operator's desk: the commands of `python -m server`, and a server as a process that can be killed."""

import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from server.__main__ import main

_COMMAND = [sys.executable, "-m", "server"]
_READY = re.compile(r"headcount server ready on (\S+)")
_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


class Said(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Running:
    """A server that runs, and a client of the owner."""

    def __init__(self, desk: "Desk") -> None:
        self._log = (desk.folder / "server.log").open("a")
        command = [*_COMMAND, "run", "--db", desk.database.name, "--port", "0"]
        self._process = subprocess.Popen(command, cwd=desk.folder, env=_ENVIRONMENT, stderr=self._log)
        before = desk.log().count("ready on")
        while len(found := _READY.findall(desk.log())) <= before:
            assert self._process.poll() is None, desk.log()
            time.sleep(0.01)  # looking all the time would take the core it starts on
        self.api = httpx.Client(base_url=found[-1], headers={"Authorization": f"Bearer {desk.token}"})

    def add(self, name: str) -> httpx.Response:
        """Add a user, with a key of its own."""
        body = {"email": f"{name}@b.example", "first_name": name}
        return self.api.post("/v1/users", json=body, headers={"Idempotency-Key": name})

    def add_all(self, *names: str) -> None:
        """Add users, who are all acknowledged."""
        assert [self.add(name).status_code for name in names] == [201] * len(names)

    def freeze(self) -> None:
        """Let it do nothing more: what happens then it can't notice."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it politely."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        self._process.wait()
        self.api.close()
        self._log.close()


class Desk:
    """A folder with a database of one organisation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "seats.db"
        self.anchor = folder / "seats.db.anchor"
        made = self.do("init", "--organisation", "Example", "--owner", "o@b.example", "--seats", "99")
        assert made.returncode == 0, made.stderr
        self.token = made.stdout.strip()

    def do(self, command: str, *arguments: str, db: str = "seats.db") -> Said:
        """Run a command to its end, in this process, on this database unless another is named."""
        which = ["--db", db] if command != "restore" else []
        out, err = io.StringIO(), io.StringIO()
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            code = main([command, *which, *arguments])
        return Said(code, out.getvalue(), err.getvalue())

    def start_refused(self) -> str:
        """Start a server that has to refuse: one line says why, and it ends with code 1."""
        command = [*_COMMAND, "run", "--db", self.database.name, "--port", "0"]
        found = subprocess.run(command, cwd=self.folder, env=_ENVIRONMENT, capture_output=True, text=True, check=False)
        assert (found.returncode, found.stdout, found.stderr.count("\n")) == (1, "", 1), found.stderr
        return found.stderr

    def answer(self, command: str, *arguments: str, db: str = "seats.db") -> dict[str, Any]:
        """What a command prints with `--json`."""
        found: dict[str, Any] = json.loads(self.do(command, *arguments, "--json", db=db).stdout)
        return found

    @contextmanager
    def running(self) -> Iterator[Running]:
        """A server on it; killed at the end, if it still runs."""
        server = Running(self)
        try:
            yield server
        finally:
            server.kill()

    def log(self) -> str:
        """What the servers said."""
        return (self.folder / "server.log").read_text()

    def users(self, database: str = "seats.db") -> list[str]:
        """The first names of the users in a database, in the order in which they were added."""
        with closing(sqlite3.connect(self.folder / database)) as opened:
            return [name for (name,) in opened.execute("SELECT first_name FROM users WHERE first_name <> ''")]

    def events(self, database: str = "seats.db") -> int:
        """How many events a database has."""
        with closing(sqlite3.connect(self.folder / database)) as opened:
            return int(opened.execute("SELECT count(*) FROM events").fetchone()[0])

    def sql(self, statement: str) -> None:
        """Change the database behind the server's back."""
        with closing(sqlite3.connect(self.database)) as opened, opened:
            opened.execute(statement)

    def lose(self, *names: str) -> None:
        """Have a server acknowledge these users, and take its log away before it is killed: they are gone."""
        with self.running() as server:
            server.add_all(*names)
            server.freeze()
            self.database.with_name("seats.db-wal").unlink()
