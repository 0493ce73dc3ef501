"""An operator's commands beside a server in a thread of this process, or beside none."""

import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from builders import RunningServer
from live import LiveServer, serving_in_a_thread
from ready_made import empty_tables

from server.__main__ import main
from server.app import create_app
from server.operator.door import OperatorServer, opened_at
from server.platform.clock import Clock
from server.serving.listeners import tcp
from server.settings import ServerSettings
from server.store.database import opened
from server.store.types import Connection

_IDS = re.compile(r"(org|tok)_\w+|hc_\w{69}|link=[\w-]{43}")


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def plain(self) -> tuple[int, str, str]:
        """The same, with a mark for each id and secret."""
        return self.code, _IDS.sub("#", self.out), _IDS.sub("#", self.err)


class Line:
    """A database, and the server that has it open, if any."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "seats.db"
        self.server: LiveServer | None = None
        empty_tables(self.database)

    def do(self, command: str, *arguments: str) -> Said:
        """Run a command to its end."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([command, "--db", str(self.database), *arguments])
        return Said(code, out.getvalue(), err.getvalue())

    def found(self, name: str = "Acme", owner: str = "olga@acme.example") -> str:
        """Found an organisation; answers its owner's token."""
        made = self.do("init", "--organisation", name, "--owner", owner)
        assert made.code == 0, made.err
        return made.out.strip()

    def api(self, path: str, token: str = "", method: str = "GET", **more: Any) -> httpx.Response:
        """Ask the server that listens for everybody."""
        assert self.server is not None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(method, f"{self.server.url}{path}", headers=headers, **more)

    def events(self, token: str) -> list[tuple[str, str]]:
        """Kind and actor of each event of an organisation, the newest first."""
        items = self.api("/v1/events", token).json()["items"]
        return [(each["type"], each["actor"]["label"]) for each in items]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Look into the database."""
        with opened(str(self.database), read_only=True) as database, database.read() as connection:
            yield connection

    @contextmanager
    def served(self, **settings: Any) -> Iterator["Line"]:
        """A server on it, with an operator's socket."""
        listener = tcp("127.0.0.1", 0)
        app = create_app(ServerSettings(database=str(self.database), **settings), clock=(clock := Clock()))
        with tempfile.TemporaryDirectory() as short:
            where = opened_at(Path(short) / "operator" / "socket")
            beside = OperatorServer(app.state.services, where, listener.where)
            with serving_in_a_thread(app, listener.socket, operator=beside) as (uvicorn, loop):
                self.server = LiveServer(listener.where, RunningServer(app, clock), uvicorn, loop)
                yield self
            self.server = None
            beside.close()
            listener.socket.close()
