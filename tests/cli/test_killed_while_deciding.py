"""The app killed between `y` and the answer, at random points: the next start says what became of the batch.

Every run has its own points; the same ones again, or more of them:
`HEADCOUNT_KILLS=100 HEADCOUNT_TEST_SEED=123 python -m pytest tests/cli/test_killed_while_deciding.py`.
"""

import datetime as dt
import os
import random
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
import tomli_w
from deadly_line import DeadlyLine, Death
from ptyterm import PtyProgram
from served_process import ServedProcess, served_process

from bench.applicants import add_applicants
from client.journal import Journal

HEADCOUNT = ["-c", "from cli.main import run; run()"]
KILLS = int(os.environ.get("HEADCOUNT_KILLS", "4"))
SEED = int(os.environ.get("HEADCOUNT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
MOST = 5
"""The most requests decided at once."""

ANSWER = 0.15
"""Seconds within which an answer is there and shown, unless the machine is busy."""

PATIENCE = 60.0
SAID = "Since your last session"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServedProcess]:
    """A server with enough people who ask to join."""
    with served_process(tmp_path, now=f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}") as made:
        add_applicants(made.database, KILLS * MOST)
        yield made


def home(folder: Path, office: ServedProcess, line: DeadlyLine) -> Mapping[str, str | None]:
    """The environment of somebody whose profile leads to the line."""
    folder.mkdir(mode=0o700)
    config = folder / ".config/headcount/config.toml"
    config.parent.mkdir(parents=True)
    config.touch(mode=0o600)
    settings = {"profiles": {"acme": {"url": f"unix://{line.here}", "token_file": str(office.token_file)}}}
    config.write_text(tomli_w.dumps(settings))
    return {"HOME": str(folder), "XDG_DATA_HOME": None, "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None}


def accepted(office: ServedProcess) -> list[str]:
    """Whose acceptance was written down, as often as it was."""
    query = "SELECT transfer_id FROM decision_items WHERE action = 'accept'"
    with closing(sqlite3.connect(f"file:{office.database}?mode=ro", uri=True)) as database:
        return [identity for (identity,) in database.execute(query)]


def decide_and_die(app: PtyProgram, line: DeadlyLine, many: int, death: Death) -> bool:
    """`3`, as many marks, `a`, `y`, and the end; whether the result was on the screen before."""
    app.send("3")
    app.wait_for_text(" 1 of ", PATIENCE)
    app.send(" " * many)
    app.wait_for_text(f"{many} marked", PATIENCE)
    app.send("a")
    app.wait_for_text(f"[ Accept {many} ]", PATIENCE)
    line.arm(app.process.pid, death)
    app.send("y")
    app.wait(PATIENCE)
    line.disarm()
    return f"{many} accepted" in app.text()


def told(app: PtyProgram) -> str:
    """What the next start says, in one line."""
    app.wait_for_text(SAID, PATIENCE)
    app.settle(0.1)
    return re.sub(r"\s+", " ", app.text().partition(SAID)[2])


@pytest.mark.timeout(120 + 30 * KILLS)
def test_the_next_start_says_what_became_of_it(office: ServedProcess, tmp_path: Path) -> None:
    """Nothing is decided twice or in part, and what was decided unseen is told with its numbers, or that it was not."""
    sys.stdout.write(f"HEADCOUNT_TEST_SEED={SEED} HEADCOUNT_KILLS={KILLS} kills at the same moments again\n")
    chance = random.Random(SEED)  # noqa: S311 - moments, not secrets
    outcomes: dict[str, int] = {}
    with DeadlyLine(office.socket.with_name("line"), str(office.socket), b"/v1/transfers/decisions") as line:
        env = home(tmp_path / "h", office, line)
        notes = Journal(tmp_path / "h/.local/state/headcount/unanswered/acme")
        before: list[str] = []
        for number in range(KILLS):
            many, death = chance.randint(1, MOST), Death.chosen(chance, ANSWER)
            with PtyProgram(HEADCOUNT, env=env) as app:
                app.wait_for_text("● live", PATIENCE)
                seen = decide_and_die(app, line, many, death)
            left_open = notes.unfinished()
            with PtyProgram(HEADCOUNT, env=env) as app:
                app.wait_for_text("● live", PATIENCE)
                said = told(app) if left_open else ""
                now = accepted(office)
                app.send("\x11")
                app.wait(PATIENCE)
            what = f"kill {number}, {death}, {many} marked: {said!r}"
            assert len(now) == len(set(now)), f"decided twice: {what}"
            done = len(now) - len(before)
            assert done in {0, many}, f"{done} decided: {what}"
            if done:
                assert seen or f"Done: {many} accepted" in said, f"decided, and not told: {what}"
                assert "Not done" not in said, f"decided, and told otherwise: {what}"
            else:
                assert not seen, f"shown and not done: {what}"
                assert "Done:" not in said, f"told and not done: {what}"
            outcome = "done" if done else "not done"
            key = f"{death.stage}: {outcome}, {'told' if said else 'seen' if seen else 'nothing left this machine'}"
            outcomes[key] = outcomes.get(key, 0) + 1
            before = now
            assert not notes.unfinished(), f"told once only: {what}"
    sys.stdout.writelines(f"{count:4} {key}\n" for key, count in sorted(outcomes.items()))
