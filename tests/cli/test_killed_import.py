"""`headcount users import` when the server is ended by SIGKILL half-way, and when the command itself is.

Every run has its own moments; the same ones again, or more of them:
`HEADCOUNT_KILLS=20 HEADCOUNT_TEST_SEED=123 python -m pytest tests/cli/test_killed_import.py`.
"""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
import tomli_w
from import_desk import crowd
from served_process import ServedProcess, served_process

from server.operations.verify import findings
from server.store.database import Database

HEADCOUNT = [sys.executable, "-c", "from cli.main import run; run()"]
KILLS = int(os.environ.get("HEADCOUNT_KILLS", "1"))
SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
ROWS = 2500
PATIENCE = 120.0

STATE = """SELECT u.email, u.status, u.source, a.email_key = u.email_key, m.role
FROM users u JOIN accounts a ON a.id = u.account_id JOIN members m ON m.account_id = a.id
WHERE u.email LIKE '%@' || ? AND u.removed_at IS NULL ORDER BY u.number"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedProcess]:
    """A server on the demo's organisation."""
    with served_process(tmp_path) as made:
        yield made


@pytest.fixture
def env(tmp_path: Path, office: ServedProcess) -> Mapping[str, str]:
    """The environment of somebody whose profile leads to it."""
    config = tmp_path / "home/.config/headcount/config.toml"
    config.parent.mkdir(parents=True)
    config.touch(mode=0o600)
    settings = {"profiles": {"acme": {"url": f"unix://{office.socket}", "token_file": str(office.token_file)}}}
    config.write_text(tomli_w.dumps(settings))
    return {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def command(env: Mapping[str, str], *words: str) -> "subprocess.Popen[str]":
    """The command, under way."""
    pipe = subprocess.PIPE
    return subprocess.Popen([*HEADCOUNT, "users", "import", *words, "--yes"], env=env, stderr=pipe, text=True)


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code, and what it said."""
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def asked(office: ServedProcess, query: str, *values: str) -> list[tuple[object, ...]]:
    """What the database holds."""
    with closing(sqlite3.connect(f"file:{office.database}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def half_way(office: ServedProcess, file: Path, rows: int) -> str:
    """Wait until so many rows of a file are done; the import's id."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = asked(office, "SELECT id FROM imports WHERE file_name = ? AND applied >= ?", file.name, str(rows))
        if found:
            return str(found[0][0])
        time.sleep(0.005)
    raise TimeoutError


def check(office: ServedProcess, domain: str, payments: list[tuple[object, ...]]) -> None:
    """Everybody of the file is there once, in its order, as after an import that nothing disturbed; nothing is paid."""
    found = asked(office, STATE, domain)
    emails = [row[0] for row in found]
    assert emails == [f"p{number}@{domain}" for number in range(ROWS)]
    assert {row[1:] for row in found} == {("not_paid", "import", 1, "member")}
    assert asked(office, "SELECT id, status FROM payments ORDER BY id") == payments


@pytest.mark.timeout(120 + 120 * KILLS)
def test_whoever_is_killed_the_import_ends_the_same(
    office: ServedProcess, env: Mapping[str, str], tmp_path: Path
) -> None:
    """Server or command: `--resume` brings in whoever is missing, nobody twice; nothing is charged; all verifies."""
    sys.stdout.write(f"HEADCOUNT_TEST_SEED={SEED} HEADCOUNT_KILLS={KILLS} kills at the same moments again\n")
    chance = random.Random(SEED)  # noqa: S311 - moments, not secrets
    payments = asked(office, "SELECT id, status FROM payments ORDER BY id")
    for number in range(KILLS):
        for victim in ("server", "command"):
            domain = f"{victim}{number}.example"
            file = tmp_path / f"{victim}-{number}.csv"
            file.write_bytes(crowd(ROWS, domain))
            importing = command(env, str(file))
            identity = half_way(office, file, chance.randint(1, ROWS // 2))
            if victim == "server":
                office.kill()
                office.start()
                code, said = ended(importing)
                assert code, f"it was broken off: {said}"
                assert asked(office, "SELECT count(*) < ? FROM users WHERE email LIKE '%@' || ?", str(ROWS), domain)
            else:
                importing.kill()
                ended(importing)
            code, said = ended(command(env, "--resume", identity))
            assert code == 0, said
            check(office, domain, payments)
            again = command(env, str(file))
            assert ended(again)[0] == 0, "the same file once more changes nothing"
            check(office, domain, payments)
    office.stop()
    database = Database(f"sqlite:///{office.database}", read_only=True)
    database.open()
    with database.read() as connection:
        assert list(findings(connection)) == []
    database.close()
