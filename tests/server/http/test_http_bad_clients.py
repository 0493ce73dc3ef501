"""Clients that never finish, never read, or come in too great a number: nobody else notices."""

import errno
import json
import os
import re
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import make_organisation
from live import LiveServer, live_server

from server.serving.client_timeouts import Patience, Progress
from server.serving.connection_cap import KEPT_BACK, Door, most_connections
from server.settings import SettingsError

PATIENCE = 0.3


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[LiveServer]:
    """A server with little patience."""
    with live_server(tmp_path, patience=PATIENCE, slowest=100_000) as server:
        yield server


def connected(live: LiveServer) -> socket.socket:
    """A connection to it that nothing has been said on yet."""
    host, _, port = live.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def rest_of(connection: socket.socket) -> bytes:
    """Everything until the other end hangs up, however it does."""
    found = b""
    with suppress(ConnectionResetError, BrokenPipeError):
        while piece := connection.recv(65536):
            found += piece
    return found


def trickle(connection: socket.socket, pieces: bytes, pause: float) -> None:
    """Send byte by byte, until nobody takes them any more."""
    with suppress(OSError):
        for piece in pieces:
            connection.sendall(bytes([piece]))
            time.sleep(pause)


HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
UNFINISHED = {
    "nothing at all": b"",
    "half a line": b"GET /hea",
    "a head without an end": HEAD + b"X-Long: aaaa\r\n",
    "a second head without an end": HEAD + b"\r\n" + HEAD,
}


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_an_unfinished_head_ends(hasty: LiveServer, sent: bytes) -> None:
    """A head that is not complete in time is answered 408, and the connection ends; one before it is served."""
    with connected(hasty) as connection:
        connection.sendall(sent)
        answer = rest_of(connection)
    statuses = re.findall(rb"HTTP/1.1 (\d+)", answer)
    assert statuses == ([b"200", b"408"] if HEAD + b"\r\n" in sent else [b"408"])
    assert json.loads(answer[answer.rindex(b"\r\n\r\n") :])["code"] == "too_slow"


@pytest.mark.parametrize("start", [b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", b""])
def test_a_head_that_trickles_ends(hasty: LiveServer, start: bytes) -> None:
    """A byte now and then buys no time for a head."""
    with connected(hasty) as connection:
        connection.sendall(start)
        sender = threading.Thread(target=trickle, args=(connection, b"G" * 400, 0.02))
        sender.start()
        began = time.monotonic()
        answer = rest_of(connection)
        took = time.monotonic() - began
        sender.join()
    assert b" 408 " in answer
    assert took < 10 * PATIENCE


@pytest.fixture
def token(hasty: LiveServer) -> str:
    """The token of an owner there."""
    return str(hasty.call(make_organisation, hasty.running).token)


def post(token: str, length: int) -> bytes:
    """The head of a request with a body."""
    lines = ["POST /v1/users HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


def test_a_body_that_trickles_ends(hasty: LiveServer, token: str) -> None:
    """A body that comes too slowly is given up with 408; nothing was done."""
    with connected(hasty) as connection:
        connection.sendall(post(token, 5000))
        trickle(connection, b" " * 400, 0.01)
        answer = rest_of(connection)
    assert answer == b"" or b" 408 " in answer
    with httpx.Client(base_url=hasty.url, headers={"Authorization": f"Bearer {token}"}) as api:
        assert api.get("/v1/users?count=true").json()["total"] == 0


def test_a_body_after_its_refusal_ends(hasty: LiveServer) -> None:
    """Who was refused before the body came can't keep the connection by sending it for ever."""
    with connected(hasty) as connection:
        connection.sendall(post("none", 5000))
        trickle(connection, b" " * 400, 0.01)
        answer = rest_of(connection)
    assert b" 401 " in answer or answer == b""


def test_a_body_that_comes_on_is_taken(hasty: LiveServer, token: str) -> None:
    """However long a body takes in all, it is taken as long as enough of it comes in each while."""
    body = b'{"remove":[' + b",".join(b'"usr_%016d"' % number for number in range(9000)) + b"]}"
    assert len(body) > 200_000
    with connected(hasty) as connection:
        connection.sendall(post(token, len(body)).replace(b"/v1/users", b"/v1/users/batch"))
        for start in range(0, len(body), 20_000):
            connection.sendall(body[start : start + 20_000])
            time.sleep(PATIENCE / 5)
        connection.settimeout(20)
        assert b" 200 " in connection.recv(65536)


def test_who_does_not_read_is_cut_off(hasty: LiveServer) -> None:
    """An answer that nobody takes does not keep its connection."""
    with connected(hasty) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with suppress(OSError):
            for _ in range(200):
                connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        until = time.monotonic() + 10
        while hasty.uvicorn.server_state.connections and time.monotonic() < until:
            time.sleep(0.02)
        assert not hasty.uvicorn.server_state.connections


def test_a_quiet_stream_stays(hasty: LiveServer, token: str) -> None:
    """Who has asked and waits for events is in nobody's way."""
    with connected(hasty) as connection:
        head = f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        connection.sendall(head.encode())
        told = b""
        while b"welcome" not in told:
            told += connection.recv(65536)
        connection.settimeout(4 * PATIENCE)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_progress_is_bytes_in_a_while() -> None:
    """Every ten seconds have to bring ten kilobytes; what rests, or is another thing, begins anew."""
    progress = Progress(Patience(seconds=10, slowest=1024))
    assert [progress.stalled("a", 0, now) for now in (0, 9.9)] == [False, False]
    assert [progress.stalled("a", moved, now) for moved, now in ((10_240, 9.9), (20_479, 19.8))] == [False, False]
    assert progress.stalled("a", 20_479, 20)
    assert not progress.stalled("b", 20_479, 25)
    progress.rest()
    assert not progress.stalled("b", 20_479, 40)


def test_further_connections_are_told_to_come_again(tmp_path: Path) -> None:
    """Beyond the most there may be a connection gets 503 with `Retry-After` at once; one that ends makes room."""
    with live_server(tmp_path, max_connections=3) as live:
        open_ones = [connected(live) for _ in range(3)]
        for one in open_ones:
            one.sendall(HEAD + b"\r\n")
            assert b" 200 " in one.recv(65536)
        for _ in range(200):
            with connected(live) as refused, suppress(BrokenPipeError):
                refused.sendall(HEAD + b"\r\n")
                answer = rest_of(refused)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"Retry-After: 2" in head
            assert json.loads(body)["code"] == "server_busy"
        for one in open_ones:
            one.close()
        until = time.monotonic() + 5
        while live.uvicorn.server_state.connections and time.monotonic() < until:
            time.sleep(0.01)
        assert httpx.get(f"{live.url}/healthz").status_code == 200


def test_a_complaint_about_many_is_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is said about refused connections is the same text each time, which the log writes once a minute."""
    with live_server(tmp_path, max_connections=1) as live, connected(live) as first:
        first.sendall(HEAD + b"\r\n")
        first.recv(65536)
        for _ in range(20):
            with connected(live) as refused:
                rest_of(refused)
    texts = {record.getMessage() for record in caplog.records if record.levelname == "WARNING"}
    assert texts == {"1 connections are open, the most there may be: others are refused"}


@contextmanager
def no_more_files() -> Iterator[None]:
    """This process can open nothing."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir()) + 8
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, before[1]))
    try:
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for each in taken:
            os.close(each)


def test_without_files_the_door_refuses_and_does_not_spin(caplog: pytest.LogCaptureFixture) -> None:
    """When no file can be opened, those who wait are refused by the one kept for that; no error leaves, none stays."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    address = listener.getsockname()
    door = Door(listener, 100)
    door.settimeout(0)
    waiting = [socket.create_connection(address) for _ in range(5)]
    with no_more_files(), pytest.raises(BlockingIOError):
        door.accept()
    assert door.refused == len(waiting)
    assert all(b" 503 " in rest_of(each) for each in waiting)
    with socket.create_connection(address) as again:
        let_in, _ = door.accept()
        assert door.inside == 1
        let_in.close()
        assert door.inside == 0
        again.close()
    for each in (*waiting, door, listener):
        each.close()
    assert {record.getMessage() for record in caplog.records} == {
        "no more files can be opened: connections are refused"
    }


def test_only_known_shortages_are_the_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another failure to accept is not swallowed."""

    def fails(_: Any) -> Any:
        raise OSError(errno.EINVAL, "not listening")

    monkeypatch.setattr(socket.socket, "accept", fails)
    with socket.socket() as listener, Door(listener, 1) as door, pytest.raises(OSError, match="not listening"):
        door.accept()


@pytest.mark.parametrize(
    ("limits", "wanted", "most", "raised"),
    [
        ((1024, 4096), 500, 500, 1024),
        ((256, 4096), 1000, 1000, 1000 + KEPT_BACK),
        ((256, 512), 1000, 512 - KEPT_BACK, 512),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 1000, 1000, resource.RLIM_INFINITY),
        ((256, resource.RLIM_INFINITY), 1000, 1000, 1000 + KEPT_BACK),
        ((64, 64), 1000, None, 64),
    ],
)
def test_connections_are_fewer_than_files(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], wanted: int, most: int | None, raised: int
) -> None:
    """The limit of open files is raised as far as it may be; what is kept back of it is never a connection's."""
    now = list(limits)
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(now))
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: now.__setitem__(slice(None), new))
    if most is None:
        with pytest.raises(SettingsError, match="ulimit"):
            most_connections(wanted)
    else:
        assert most_connections(wanted) == most
    assert now[0] == raised
