"""What is measured lives here: seeded databases, running servers, and homes whose profile points at them."""

import hashlib
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from bench.figures import median
from bench.terminal import ROOT, environment

HEADCOUNT = ["-c", "import re, sys; from cli.main import run; run()"]
"""As the console script of an installation does."""

HELLO = "/healthz"
MANY, QUICK = 1_000_000, 10_000


@dataclass(frozen=True)
class Data:
    """A database of its own, and its owner's token."""

    file: Path
    token: str


@dataclass(frozen=True)
class Place:
    """A server's socket, a token it takes, and its process."""

    socket: Path
    token: str
    process: int = 0

    def memory(self) -> int:
        """The memory it has now, in bytes; pages of files that it maps are the system's."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        return int(status.partition("RssAnon:")[2].split()[0]) * 1024

    def client(self, socket: Path | None = None) -> httpx.Client:
        """A plain HTTP client, without anything of ours."""
        transport = httpx.HTTPTransport(uds=str(socket or self.socket))
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(transport=transport, base_url="http://headcount", headers=headers, timeout=60)

    def milliseconds(self, path: str, *, socket: Path | None = None, times: int = 9) -> float:
        """The median time of a GET over a connection that is open already."""
        with self.client(socket) as http:
            http.get(path).raise_for_status()
            return median([_timed(http, path) for _ in range(times)])


class World:
    """A temporary folder with everything in it, and a cache for what takes long to make."""

    def __init__(self, cache: Path | None = None, *, quick: bool = False, minutes: float = math.inf) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hc-bench-"))
        self.cache = cache or self.folder
        self.many = QUICK if quick else MANY
        self.rounds = 3 if quick else 9
        self.until = time.monotonic() + 60 * minutes
        self._number = 0

    def __enter__(self) -> Self:
        self.cache.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name: str) -> Path:
        """A path nobody has used, in a folder that is ours alone."""
        self._number += 1
        folder = self.folder / str(self._number)
        folder.mkdir(mode=0o700)
        return folder / name

    def seeded(self, users: int) -> Data:
        """A copy of a database with so many users."""
        name = f"users-{users}-{_fingerprint()}"
        kept, token = self.cache / f"{name}.sqlite3", self.cache / f"{name}.token"
        if not token.exists() or not token.stat().st_size:
            kept.unlink(missing_ok=True)
            token.write_text(run_server("seed", "--db", f"sqlite:///{kept}", "--users", str(users)), encoding="ascii")
        copy = self.path("seats.sqlite3")
        shutil.copyfile(kept, copy)
        return Data(copy, token.read_text(encoding="ascii").strip())

    def sample(self) -> Data:
        """The demo's organisation."""
        from server.http.tokens import make_token
        from server.seed.opening import open_demo

        file, token_file = self.path("seats.sqlite3"), self.path("token")
        token_file.write_text(make_token().token, encoding="ascii")
        open_demo(f"sqlite:///{file}", token_file, None)
        return Data(file, token_file.read_text(encoding="ascii"))

    @contextmanager
    def server(self, data: Data) -> Iterator[Place]:
        """A server on this database, as a process of its own."""
        socket = self.path("api")
        command = [sys.executable, "-m", "server", "run", "--db", f"sqlite:///{data.file}", "--uds", str(socket)]
        log = self.path("log")
        with log.open("w") as file:
            process = subprocess.Popen(
                [*command, "--exit-with-parent"], stdin=subprocess.PIPE, stderr=file, env=environment({}), cwd=ROOT
            )
        try:
            while "ready" not in log.read_text(encoding="utf-8"):
                if process.poll() is not None:
                    raise OSError(log.read_text(encoding="utf-8"))
                time.sleep(0.01)
            yield Place(socket, data.token, process.pid)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(20)

    def home(self, place: Place, socket: Path | None = None) -> dict[str, str]:
        """The environment of a user whose profile leads to this server, by another socket if one is named."""
        env = self.empty_home()
        token = Path(env["HOME"]) / "token"
        token.touch(mode=0o600)
        token.write_text(place.token, encoding="ascii")
        url = f"unix://{socket or place.socket}"
        login = [sys.executable, *HEADCOUNT, "login", "--url", url, "--token-file", str(token)]
        subprocess.run(login, env=environment(env), cwd=ROOT, check=True, capture_output=True)
        return env

    def empty_home(self) -> dict[str, str]:
        """The environment of a user who never started the app."""
        home = self.path("home")
        home.mkdir(mode=0o700)
        return {"HOME": str(home), **{f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "DATA", "STATE")}}


def _fingerprint() -> str:
    """Changes when the sources change that say what a seeded database looks like."""
    store = ROOT / "server" / "store"
    sources = [
        *sorted((store / "tables").glob("*.py")),
        store / "sqlite.py",
        ROOT / "server" / "seed" / "bulk_users.py",
    ]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def run_server(*words: str) -> str:
    """Run a command of the server; what it printed."""
    command = [sys.executable, "-m", "server", *words]
    done = subprocess.run(command, env=environment({}), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def compile_bytecode(folders: Sequence[str] = ("contract", "client", "tui", "screens", "cli", "server")) -> None:
    """As an installation leaves it: start-up without compiled bytecode is several times slower."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "compileall", "-q", *folders]
    subprocess.run(command, cwd=ROOT, env=environment({}), check=True)


def _timed(http: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    http.get(path).raise_for_status()
    return (time.perf_counter() - began) * 1000
