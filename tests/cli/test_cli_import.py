"""`headcount users import`, over the real server: plan, price, apply, what failed, stopping and going on."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from import_desk import PEOPLE, crowd, sheet
from served import Served, served

from cli.progress import Progress


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """The sample organisation."""
    (tmp_path / "server").mkdir()
    with served(tmp_path / "server") as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there, in a folder of its own."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    monkeypatch.chdir(tmp_path)
    return found


def test_a_file_is_planned_priced_and_imported_once(desk: Desk) -> None:
    """The plan comes first, without a change; with --yes the rows come in; the same file again changes nothing."""
    Path("new.csv").write_bytes(crowd(40))
    desk.said("users import new.csv --dry-run")
    assert "new.csv (CSV, UTF-8): 40 rows" in desk.err
    assert "       40  new" in desk.err
    assert "40 will be NOT PAID: EUR 80.00 now or with the payment of" in desk.err
    assert "The payment of " in desk.err
    done = json.loads(desk.said("users import new.csv --yes --json"))
    assert (done["status"], done["applied"]) == ("applied", 40)
    assert desk.err.endswith("40 users imported.\n")
    again = json.loads(desk.said("users import new.csv --yes --json"))
    assert (again["counts"]["already_user"], again["applied"]) == (40, 0)


def test_what_was_read_otherwise_is_said(desk: Desk) -> None:
    """Characters removed around an address, or an address taken out of other text: the first rows, by number."""
    Path("odd.csv").write_text("email\n\u200bodd@x.example\nAnn Lee <ann@x.example>\n", "utf-8")
    desk.said("users import odd.csv --dry-run")
    assert (
        "        2  read otherwise than in the file:\n"
        "           row 2, odd@x.example: Removed around the address: U+200B zero width space.\n"
        "           row 3, ann@x.example: Read as ann@x.example.\n"
    ) in desk.err


def test_rows_that_failed_are_saved_with_their_reasons(desk: Desk) -> None:
    """Exit code 1 says that some failed; their file is not written over another."""
    file = PEOPLE / "people-messy.csv"
    assert desk.run(f"users import {file} --yes --rejected failed.csv") == 1
    assert "        8  wrong" in desk.err
    assert "10 rows with reasons saved in failed.csv." in desk.err
    assert "No e-mail address." in Path("failed.csv").read_text("utf-8-sig")
    assert desk.run(f"users import {file} --yes --rejected failed.csv") == 2
    assert "\x1b" not in desk.err + desk.out


def test_unknown_columns_are_named_on_the_command_line(desk: Desk) -> None:
    """Without --map the columns are shown with their first cells; with it the file is imported."""
    Path("odd.csv").write_bytes(sheet("1;Ada;L;ada@x.example;A", header="a;b;c;d;e"))
    assert desk.run("users import odd.csv --yes") == 2
    assert "   4  d: ada@x.example" in desk.err
    desk.said("users import odd.csv --yes --map email=4,first_name=2")
    assert desk.run("users import odd.csv --yes --map seats=4") == 2
    assert desk.run("users import odd.csv --yes --map email=40") == 2


@pytest.mark.parametrize("words", ["users import", "users import x.csv --resume imp_1", "users import x.csv"])
def test_what_is_missing_is_said(desk: Desk, words: str) -> None:
    """Either a file or an import that stopped; without a terminal somebody must say yes."""
    assert desk.run(words) == 2


def test_a_file_that_is_not_there_is_said(desk: Desk) -> None:
    """Nothing is sent."""
    assert desk.run("users import nowhere.csv --yes") == 2
    assert "can't be read" in desk.err


def test_a_guessed_encoding_is_confirmed_by_its_name(desk: Desk) -> None:
    """--yes alone takes no guess: names are shown as they come out, and --encoding says where they are right.

    Named at once it is none; a line that does not fit what was named is refused by its number.
    """
    rows = ("zoe@hr.example,Zoë,Lefèvre,", "jorg@hr.example,Jörg,Müller,", "JORG@hr.example,Jörg,Müller,")
    Path("hr.csv").write_bytes(sheet(*rows).decode().encode("mac_roman"))
    before = desk.said("users list --search hr.example --json")
    desk.said("users import hr.csv --dry-run", code=1)
    assert "hr.csv (CSV, Mac Roman as a guess): 3 rows" in desk.err
    assert "Mac Roman  Zoë Lefèvre, Jörg Müller" in desk.err
    assert "Windows-1250  Zo‘ LefŹvre, Jšrg Mźller" in desk.err
    seats = desk.said("seats show --json")
    assert desk.run("users import hr.csv --yes --buy") == 2
    assert desk.said("seats show --json") == seats
    assert desk.run("users import hr.csv --yes --json") == 2
    found = json.loads(desk.out)
    assert f"--resume {found['id']} --encoding mac-roman --yes" in desk.err
    assert desk.said("users list --search hr.example --json") == before
    assert desk.run(f"users import --resume {found['id']} --yes") == 2
    assert desk.run(f"users import --resume {found['id']} --encoding klingon --yes") == 2
    assert "mac-roman" in desk.err
    assert desk.run(f"users import --resume {found['id']} --encoding mac-roman --yes") == 1
    assert "2 users imported." in desk.err
    assert "Zoë" in desk.said("users list --search hr.example")
    content = sheet("a@hr.example,Jiří,Dvořák,", "b@hr.example,Tomáš,Růžička,").decode().encode("cp1250")
    Path("cz.csv").write_bytes(content)
    desk.said("users import cz.csv --yes --encoding Windows-1250")
    assert "Růžička" in desk.said("users list --search hr.example")
    Path("cz.csv").write_bytes(content.replace(b"hr.", b"cz."))
    assert desk.run("users import cz.csv --yes --encoding utf-8 --rejected bad.csv") == 1
    assert "Line 2 is damaged: it is not UTF-8." in Path("bad.csv").read_text("utf-8-sig")


def test_full_seats_stop_it_and_it_goes_on_later(desk: Desk) -> None:
    """`until_full` ends with 4 and says how to go on; going on with another mode does the rest."""
    Path("new.csv").write_bytes(crowd(30))
    assert desk.run("users import new.csv --yes --mode until_full --json") == 4
    found = json.loads(desk.out)
    assert f"Continue with: headcount users import --resume {found['id']}" in desk.err
    desk.said(f"users import --resume {found['id']} --yes")
    assert "30 users imported." in desk.err


def test_ctrl_c_stops_it_and_says_how_to_go_on(desk: Desk, tmp_path: Path) -> None:
    """Interrupted in the middle, it stops between two chunks; taken up again, everybody is there once."""
    Path("many.csv").write_bytes(crowd(20_000))
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{heeding}; import sys; from cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", script, "users", "import", "many.csv", "--yes", "--json"]
    root = str(Path(__file__).parents[2])
    before = desk.said("seats show --json")
    with subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": root}, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        heard = b""
        while b"many.csv" not in heard:
            heard += process.stderr.readline()
        while desk.said("seats show --json") == before:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    found = json.loads(out)
    assert (found["status"], found["stopped_because"]) == ("stopped", "asked")
    assert f"--resume {found['id']}" in err.decode()
    assert 0 < found["applied"] < 20_000
    again = json.loads(desk.said(f"users import --resume {found['id']} --yes --json"))
    assert (again["status"], again["applied"]) == ("applied", 20_000)


class _Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_progress_says_rate_and_time_left() -> None:
    """The bar, how many, how fast, how long; afterwards the line is gone. Without a terminal nothing is written."""
    times = iter((0.0, 10.0, 10.0))
    terminal = _Terminal()
    with Progress(1000, stream=terminal, clock=lambda: next(times)) as progress:
        progress.done(250)
        assert terminal.getvalue().endswith("[######..................] 250 of 1,000, 25 a second, 30 s left")
    assert terminal.getvalue().endswith("\r\x1b[K")
    silent = io.StringIO()
    with Progress(10, stream=silent) as progress:
        progress.done(5)
    assert silent.getvalue() == ""
