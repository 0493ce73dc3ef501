"""A server that is killed, or stopped, while an operator's command waits for it."""

import threading
import time
from pathlib import Path

import pytest
from operator_desk import Desk, Said

from server.store.holder import read


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_server_that_goes_away_meanwhile_loses_no_command(tmp_path: Path, how: str) -> None:
    """It was asked and did not answer: the command looks, does it itself, and its token works with the next server."""
    desk = Desk(tmp_path)
    ended: list[Said] = []
    with desk.running() as server:
        while not (where := read(desk.database).socket):
            time.sleep(0.05)
        server.freeze()
        waiting = threading.Thread(target=lambda: ended.append(desk.do("token", "--email", "o@b.example")))
        waiting.start()
        time.sleep(0.3)  # so that it is asked: were it not, it would only be a simpler story
        if how == "stopped":
            server.thaw()
            server.stop()
        else:
            server.kill()
        waiting.join()
    (said,) = ended
    assert said.returncode == 0, said.stderr
    assert Path(where).exists() == (how == "killed")
    desk.token = said.stdout.strip()
    with desk.running() as server:
        assert server.add("ana").status_code == 201


def test_a_second_server_says_who_runs(tmp_path: Path) -> None:
    """Nothing of it is left behind, and the first one's operator is answered as before."""
    desk = Desk(tmp_path)
    with desk.running():
        assert "a running server (process" in desk.start_refused()
        made = desk.do("init", "--organisation", "Second", "--owner", "o@b.example")
        assert made.returncode == 0, made.stderr
        refused = desk.do("restore", "--from", "seats.db", "--to", "seats.db", "--overwrite")
        assert refused.returncode == 2
        seeded = desk.do("seed", "--users", "3")
        assert (seeded.returncode, "give it another with --db" in seeded.stderr) == (1, True)
        migrated = desk.do("migrate")
        assert (migrated.returncode, "brought it there when it started" in migrated.stderr) == (0, True)
        accepted = desk.do("verify", "--accept-loss")
        assert (accepted.returncode, "nothing was missing when it started" in accepted.stderr) == (1, True)
