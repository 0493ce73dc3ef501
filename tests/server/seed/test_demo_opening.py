"""`python -m server demo`: the first start, later starts, and starts that go wrong."""

import datetime as dt
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.http.tokens import make_token
from server.operations.verify import findings
from server.seed import demo, opening
from server.settings import DatabaseInUseError, SettingsError
from server.store.database import Database
from server.store.tables import events, tokens

NOW = dt.datetime(2026, 3, 19, 15, 20, tzinfo=dt.UTC)


def _token_file(folder: Path) -> Path:
    path = folder / "token"
    path.write_text(make_token().token + "\n")
    path.chmod(0o600)
    return path


def _counts(url: str) -> tuple[int, int]:
    """(events, tokens)."""
    database = Database(url)
    database.open()
    try:
        with database.read() as connection:
            assert list(findings(connection)) == []
            counted = [
                connection.execute(select(func.count()).select_from(each)).scalar_one() for each in (events, tokens)
            ]
    finally:
        database.close()
    return counted[0], counted[1]


def test_it_is_seeded_once(tmp_path: Path) -> None:
    """A second start changes nothing; another token is accepted beside the first."""
    url, path = f"sqlite:///{tmp_path / 'demo.db'}", _token_file(tmp_path)
    opening.open_demo(url, path, NOW)
    count, _ = _counts(url)
    opening.open_demo(url, path, NOW + dt.timedelta(days=1))
    assert _counts(url) == (count, 1)
    opening.open_demo(url, _token_file(tmp_path), NOW)
    assert _counts(url) == (count, 2)


def test_half_a_story_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When seeding breaks off, nothing of it is left, and the next start tells all of it."""
    url, path = f"sqlite:///{tmp_path / 'demo.db'}", _token_file(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(demo, "register", _break)
        with pytest.raises(KeyboardInterrupt):
            opening.open_demo(url, path, NOW)
    assert _counts(url) == (0, 0)
    opening.open_demo(url, path, NOW)
    assert _counts(url)[1] == 1


def _break(*_: Any) -> None:
    raise KeyboardInterrupt


def test_it_waits_for_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is being let go of is waited for; one that is kept is refused in the end."""
    url, path = f"sqlite:///{tmp_path / 'demo.db'}", _token_file(tmp_path)
    before = Database(url)
    before.open()
    monkeypatch.setattr(opening, "PATIENCE", 0.05)
    with pytest.raises(DatabaseInUseError):
        opening.open_demo(url, path, NOW)
    monkeypatch.setattr(opening, "PATIENCE", 30)
    ending = threading.Timer(0.1, before.close)
    ending.start()
    opening.open_demo(url, path, NOW)
    ending.join()
    assert _counts(url)[1] == 1


def test_a_missing_token_file_is_said(tmp_path: Path) -> None:
    """Without a token there is no demo, and the message names the file."""
    with pytest.raises(SettingsError, match="no-such-file"):
        opening.open_demo(f"sqlite:///{tmp_path / 'demo.db'}", tmp_path / "no-such-file", NOW)


@contextmanager
def _child(folder: Path, listener: socket.socket, token_file: Path) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-m", "server", "demo", "--db", f"sqlite:///{folder / 'demo.db'}"]
    command += ["--token-file", str(token_file), "--fd", str(listener.fileno()), "--now", NOW.isoformat()]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(listener.fileno(),),
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _overview(path: Path, token: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("demo")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(30)
    connection.sock.connect(str(path))
    connection.request("GET", "/v1/overview", headers={"Authorization": f"Bearer {token}"})
    found: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return found


def test_a_parent_connects_before_the_child_is_ready(tmp_path: Path) -> None:
    """The child answers on the parent's socket, first start and second, and ends with its standard input."""
    token_file = _token_file(tmp_path)
    token = token_file.read_text().strip()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "api"))
        listener.listen(8)
        for _ in range(2):
            with _child(tmp_path, listener, token_file) as child:
                overview = _overview(tmp_path / "api", token)
                assert (overview["seats"]["not_paid"], overview["sandbox"]) == (3, True)
                assert overview["as_of"].startswith("2026-03-19T15:2")
                assert child.stdin is not None
                child.stdin.close()
                assert child.wait(20) == 0


def test_a_kill_at_any_moment_leaves_a_demo_that_starts(tmp_path: Path) -> None:
    """Killed at whatever point of its first start, the next start shows the whole story."""
    token_file = _token_file(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "api"))
        listener.listen(8)
        for milliseconds in (300, 450, 600):
            with _child(tmp_path, listener, token_file):
                time.sleep(milliseconds / 1000)
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    opening.open_demo(url, token_file, NOW)
    assert _counts(url)[1] == 1
