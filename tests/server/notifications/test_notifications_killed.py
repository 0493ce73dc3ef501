"""A server that is killed at any moment between deciding, sending and noting: nothing is lost, and names stay.

More of it, or the same once more: `HEADCOUNT_KILLS=50 HEADCOUNT_TEST_SEED=123 python -m pytest
tests/server/notifications/test_notifications_killed.py`.
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks
from mail_desk import PUBLIC, Letter, mail_server

from server.__main__ import main

ROOT = Path(__file__).parents[3]
KILLS = int(os.environ.get("HEADCOUNT_KILLS", "2"))
SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
_READY = re.compile(r"ready on (http://\S+)")


class Server:
    """`python -m server run` on a database of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        made = self._command("init", "--organisation", "Example", "--owner", "o@b.example", "--seats", "500")
        self.token = made.stdout.strip()

    def _command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "server", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, env=environment)

    def start(self) -> None:
        """Start it, and return when it answers."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "server", "run", "--port", "0", "--sandbox", *self._options]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=self.folder, env=environment)
        assert self._process.stderr is not None
        seen = ""
        while not (found := _READY.search(seen)):
            line = self._process.stderr.readline()
            assert line, seen
            seen += line
        self.url = found[1]
        threading.Thread(target=self._drain, args=(self._process.stderr,), daemon=True).start()

    @staticmethod
    def _drain(pipe: Any) -> None:
        with pipe:
            for _ in pipe:
                pass

    @property
    def life(self) -> "subprocess.Popen[str] | None":
        """The process that runs now."""
        return self._process

    def kill(self, life: "subprocess.Popen[str] | None" = None) -> None:
        """End it as a power cut would; once only. With a `life`, only if it is still that one's."""
        if self._process is not None and self._process.poll() is None and life in {None, self._process}:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def api(self) -> httpx.Client:
        """A client of the owner."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=10)

    def verified(self) -> str:
        """What `verify` says, empty when all is well."""
        return self._command("verify").stdout


class Listener:
    """A receiver of webhooks in threads of its own: `before` runs with each message, before it is answered."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.secret = ""
        self.before: Any = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """One conversation."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Keep a message that verifies."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.secret:
                    said = standardwebhooks.Webhook(outer.secret).verify(body, dict(self.headers))
                    outer.told.append((self.headers["webhook-id"], said["data"]["id"]))
                outer.before()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


@contextmanager
def listening() -> Iterator[Listener]:
    """One, running."""
    found = Listener()
    found.server.handle_error = lambda *_: None  # type: ignore[method-assign] # killed servers cut their connections
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()
        thread.join()


def test_webhooks_survive_kills(tmp_path: Path) -> None:
    """Killed after a message arrived and before its answer: every event comes, twice at most with the same name."""
    sys.stdout.write(f"HEADCOUNT_TEST_SEED={SEED} HEADCOUNT_KILLS={KILLS} kills at the same moments again\n")
    chance = random.Random(SEED)  # noqa: S311 - any moment will do
    server = Server(tmp_path)
    with listening() as there:
        server.start()
        with server.api() as api:
            there.secret = api.post("/v1/webhooks", json={"url": there.url}).json()["secret"]
        for kill in range(KILLS):
            left = [chance.randint(1, 8)]

            def before(left: list[int] = left, life: "subprocess.Popen[str] | None" = server.life) -> None:
                left[0] -= 1
                if left[0] == 0:
                    server.kill(life)

            there.before = before
            _add_people(server, range(kill * 10, kill * 10 + 10))
            server.kill()
            server.start()
        there.before = lambda: None
        with server.api() as api:
            happened = _events(api)
            _wait(lambda: {event for _, event in there.told} >= set(happened))
            _wait(lambda: _behind(api) == 0)
        server.kill()
    names: dict[str, set[str]] = {}
    for name, event in there.told:
        names.setdefault(event, set()).add(name)
    assert set(names) == set(happened)
    assert all(len(each) == 1 for each in names.values())
    assert len({name for name, _ in there.told}) == len(happened)
    again = sum(number - 1 for number in Counter(there.told).values())
    assert again <= KILLS * 50
    assert server.verified() == ""


def _add_people(server: Server, numbers: range) -> None:
    """Add people until the server is gone."""
    with server.api() as api:
        for number in numbers:
            try:
                api.post("/v1/users", json={"email": f"u{number}@b.example"})
            except httpx.HTTPError:
                return


def _events(api: httpx.Client) -> list[str]:
    """Every event from the webhook's own on."""
    items = api.get("/v1/events", params={"after": "evt_0", "limit": 500}).json()["items"]
    kinds = [item["type"] for item in items]
    return [item["id"] for item in items[kinds.index("webhook.created") :]]


def _behind(api: httpx.Client) -> int:
    (webhook,) = api.get("/v1/webhooks").json()["items"]
    return int(webhook["behind"])


def _wait(condition: Any, seconds: float = 30.0) -> None:
    gone = threading.Event()
    threading.Timer(seconds, gone.set).start()
    while not condition():
        assert not gone.wait(0.02)


def test_letters_survive_kills(tmp_path: Path) -> None:
    """Killed with a letter handed in and not noted, or noted by nobody: each leaves at least once under one id."""
    sys.stdout.write(f"HEADCOUNT_TEST_SEED={SEED} HEADCOUNT_KILLS={KILLS} kills at the same moments again\n")
    chance = random.Random(SEED)  # noqa: S311 - any moment will do
    with mail_server() as post:
        options = ("--mail-host", "127.0.0.1", "--mail-port", str(post.port), "--mail-security", "none")
        server = Server(tmp_path, *options, "--mail-from", "seats@example.org", "--public-url", PUBLIC)
        server.start()
        for kill in range(KILLS):
            left = [chance.randint(1, 3)]

            def on_letter(_: Letter, left: list[int] = left, life: "subprocess.Popen[str] | None" = server.life) -> str:
                left[0] -= 1
                if left[0] == 0:
                    server.kill(life)
                return "250 OK"

            post.on_letter = on_letter
            with server.api() as api:
                for number in range(3):
                    try:
                        api.post("/v1/transfers", json={"email": f"p{kill}-{number}@else.example"})
                    except httpx.HTTPError:
                        break
            server.kill()
            server.start()
        post.on_letter = lambda _: "250 OK"
        with server.api() as api:
            asked = {item["email"] for item in api.get("/v1/transfers?limit=500").json()["items"]}
            _wait(lambda: {letter.receiver for letter in post.letters} >= asked)
        server.kill()
    ids = {(letter.receiver, str(letter.message["Message-ID"])) for letter in post.letters}
    assert len(ids) == len(asked)
    assert server.verified() == ""


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--mail-host", "mail.example"], "--mail-from"),
        (["--mail-host", "mail.example", "--mail-from", "a@b.example"], "--public-url"),
        (["--mail-host", "mail.example", "--mail-from", "a b", "--public-url", PUBLIC], "--mail-from"),
        (["--mail-host", "m", "--mail-from", "a@b.example", "--public-url", "http://x.example"], "--public-url"),
        (["--mail-host", "mail.example", "--mail-security", "none"], "starttls or tls"),
        (["--mail-host", "mail.example", "--mail-user", "x"], "a password"),
        (["--mail-from", "a@b.example"], "--mail-host"),
        (["--mail-host", "m", "--mail-user", "x", "--mail-password-file", "open"], "chmod 600"),
        (["--mail-host", "m", "--mail-user", "x", "--mail-password-file", "none"], "can't be opened"),
    ],
)
def test_half_a_setting_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    complaint: str,
) -> None:
    """What can't work is one sentence at the start, before anything is asked for."""
    (tmp_path / "open").write_text("s3cret")
    (tmp_path / "open").chmod(0o644)
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--port", "0", *options]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert complaint in said
    assert "s3cret" not in said
