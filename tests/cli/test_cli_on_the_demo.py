"""Commands in a second terminal, beside the demo that runs in the first."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in

from cli.demo import Demo, _forget, running, where_it_runs
from tui.runtime.paths import find

pytestmark = pytest.mark.process


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Nobody has signed in anywhere."""
    return desk_in(tmp_path, monkeypatch, capsys)


@pytest.fixture
def demo(desk: Desk) -> Iterator[Demo]:
    """The demo's server, as the app in the first terminal runs it."""
    with running(find(os.environ), fresh=False, options=("--now", "2026-11-21T14:02:00Z")) as found:
        yield found
    found._process.wait(10)
    assert where_it_runs(find(os.environ)) is None
    assert desk.run("seats show --demo") == 2


@pytest.mark.usefixtures("demo")
def test_the_sandbox_of_the_demo_can_be_driven_from_another_terminal(desk: Desk) -> None:
    """Without a profile the sandbox commands find it by themselves; what happens on the way is told, a line each."""
    assert desk.said("sandbox now") == "2026-11-21 14:02 UTC\n"
    assert desk.said("sandbox payments accept") == "The next payment will be accepted.\n"
    *happened, end = desk.said("sandbox advance p1m").splitlines()
    assert end == "It is 2026-12-21 14:02 UTC now."
    assert any("the subscription was renewed: 40 seats until 31 Dec" in line for line in happened)
    assert happened == sorted(happened, key=lambda line: line[:16])
    assert len(desk.said("sandbox advance PT1H --json").splitlines()) == 1


@pytest.mark.usefixtures("demo")
def test_everything_else_needs_to_be_told_that_the_demo_is_meant(desk: Desk) -> None:
    """`--demo` says so; a profile that is there is not touched by it."""
    desk.said("seats show", 2)
    assert desk.said("seats show --demo").startswith("37 seats paid")
    assert "INV-00020" in desk.said("invoices list --demo")
    assert "adds up" in desk.said("invoices explain INV-00020 --demo")
    assert "EUR 240.00" in desk.said("forecast --demo")
    assert desk.said("events --limit 1 --demo")
    assert "Done: 39 seats" in desk.said("seats set 39 --demo --yes")


def test_the_demo_is_found_where_its_path_is_too_long_for_a_socket(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then its socket is elsewhere, and still found."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ("long" * 25)))
    with running(find(os.environ), fresh=False) as found:
        assert found.socket.parent != found.folder
        assert where_it_runs(find(os.environ)) == (found.socket, found.token_file)
        assert desk.said("seats show --demo")
    found._process.wait(10)


def test_a_demo_that_was_killed_is_not_there(desk: Desk) -> None:
    """What it left behind is no server: one is told how to start it."""
    folder = find(os.environ).demo
    folder.mkdir(parents=True)
    for left in (str(folder / "api"), "", "\0", "/"):
        (folder / "address").write_text(left)
        assert where_it_runs(find(os.environ)) is None
    desk.said("sandbox now --demo", 2)
    assert "headcount demo" in desk.err


def test_a_fresh_demo_forgets_the_files_that_were_imported(tmp_path: Path) -> None:
    """The folder of files beside the database goes with it; what is no sample data stays."""
    files = tmp_path / "headcount.sqlite3.files"
    files.mkdir()
    for name in ("headcount.sqlite3", "headcount.sqlite3-wal", "last-seen", "token"):
        (tmp_path / name).touch()
    (files / "imp_1").touch()
    _forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["token"]
