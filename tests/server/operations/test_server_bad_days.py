"""`python -m server` as a process on a bad day: no files left, no room left, told to stop in the middle."""

import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
import test_server_command
from test_server_command import COMMAND, server, started

from server.platform.heartbeat import LASTS
from server.serving.connection_cap import KEPT_BACK


@pytest.fixture
def founded(tmp_path: Path) -> tuple[Path, str]:
    """A folder with a database, and its owner's token."""
    made = server("init", "--organisation", "X", "--owner", "o@b.example", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    return tmp_path, made.stdout.strip()


class Log:
    """What a process says on its standard error, read all the while."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.text = ""
        self._process = process
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self.text += line

    def end(self) -> str:
        """All of it, once the process has ended."""
        self._process.terminate()
        assert self._process.wait(10) == 0
        self._reading.join()
        return self.text


def limited(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    """Servers started from now on may have so many files open, and can't raise that."""
    command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *COMMAND]
    monkeypatch.setattr(test_server_command, "COMMAND", command)


def test_more_connections_than_files(founded: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three hundred connections at 160 files some are kept, the rest refused; work goes on, and the log is small."""
    folder, token = founded
    limited(monkeypatch, 160)
    with started("--port", "0", cwd=folder) as (process, url), ExitStack() as stack:
        log = Log(process)
        port = int(url.rpartition(":")[2])
        headers = {"Authorization": f"Bearer {token}", "Connection": "keep-alive"}
        api = stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=10))
        assert api.get("/v1/me").status_code == 200
        many = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(300)]
        assert api.post("/v1/users", json={"email": "a@b.example"}).status_code == 201
        refused = 0
        for each in many:
            each.settimeout(0.05)
            with suppress(TimeoutError, ConnectionResetError):
                refused += each.recv(65536).startswith(b"HTTP/1.1 503 ")
        assert refused == 300 - (160 - KEPT_BACK) + 1
        assert len(os.listdir(f"/proc/{process.pid}/fd")) < 160  # noqa: PTH208 - a count
        for each in many:
            each.close()
        until = time.monotonic() + 10
        while httpx.get(f"{url}/healthz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert httpx.get(f"{url}/healthz").status_code == 200
        text = log.end()
    assert text.count("others are refused") == 1
    assert len(text) < 5000


def test_too_few_files_to_start(founded: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With hardly any files a server does not start, and says which limit it is."""
    folder, _ = founded
    limited(monkeypatch, 100)
    refused = server("run", "--port", "0", cwd=folder)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "ulimit -n" in refused.stderr


def test_a_full_disk_and_room_again(founded: tuple[Path, str]) -> None:
    """No file may grow: reading works, writing says so, the server is not ready; with room again all is as before."""
    folder, token = founded
    headers = {"Authorization": f"Bearer {token}"}
    with started("--port", "0", cwd=folder) as (process, url), httpx.Client(base_url=url, headers=headers) as api:
        log = Log(process)
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        for _ in range(30):
            refused = api.post("/v1/users", json={"email": "a@b.example"}, headers={"Idempotency-Key": "k"})
            assert (refused.status_code, refused.json()["code"]) == (503, "cannot_save")
        upload = api.post("/v1/imports", files={"file": ("a.csv", b"email\n" + b"a@b.example\n" * 20_000)})
        assert (upload.status_code, upload.json()["code"]) == (503, "cannot_save")
        assert api.get("/v1/me").status_code == 200
        assert api.get("/v1/users?count=true").json()["total"] == 0
        time.sleep(LASTS)
        assert api.get("/readyz").json()["code"] == "cannot_save"
        assert api.get("/healthz").status_code == 200
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        for replayed in (False, True):
            done = api.post("/v1/users", json={"email": "a@b.example"}, headers={"Idempotency-Key": "k"})
            assert (done.status_code, "idempotency-replayed" in done.headers) == (201, replayed)
        time.sleep(LASTS)
        assert api.get("/readyz").status_code == 200
        text = log.end()
    assert text.count("add_user could not be answered") == 1
    assert server("verify", cwd=folder).returncode == 0
    assert "Traceback" not in text


COMMANDS = {
    "run": ("run", "--port", "0"),
    "init": ("init", "--organisation", "Y", "--owner", "y@b.example"),
    "token": ("token", "--email", "o@b.example"),
    "mails": ("mails", "--retry"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_on_a_full_disk_no_command_ends_in_a_traceback(
    founded: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Where nothing can be saved a command says so in one line, prints no token, and ends with 1."""
    folder, _ = founded
    monkeypatch.setattr(test_server_command, "COMMAND", ["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh", *COMMAND])
    refused = server(*command, cwd=folder)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1), refused.stderr
    assert "database can't be" in refused.stderr


def test_told_to_stop_it_answers_what_runs(founded: tuple[Path, str]) -> None:
    """A command whose body is still coming when the server is told to stop is done and answered; then it ends."""
    folder, token = founded
    body = json.dumps({"email": "a@b.example"}).encode()
    lines = ["POST /v1/users HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json"]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode()
    with started("--port", "0", cwd=folder) as (process, url):
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as connection:
            connection.sendall(head + body[:5])
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(body[5:])
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert process.wait(10) == 0
    assert server("verify", cwd=folder).returncode == 0
