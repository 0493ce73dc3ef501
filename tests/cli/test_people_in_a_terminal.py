"""People in and out as a sysadmin lives it: real terminals of 80×24, a real server, and what goes wrong half-way."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from ptyterm import PtyProgram
from served_process import ServedProcess, served_process

from client.profile import Profile
from contract.users import UsersQuery

HEADCOUNT = ["-c", "from cli.main import run; run()"]
PEOPLE = Path(__file__).parents[1] / "data" / "people"
PATIENCE = 45


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServedProcess]:
    """The demo's organisation behind a socket; it can be killed."""
    with served_process(tmp_path) as found:
        yield found


@pytest.fixture
def desk(
    server: ServedProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """A colleague at the command line, as the owner."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


@contextmanager
def app(desk: Desk, profile: str = "acme") -> Iterator[PtyProgram]:
    """The app on a terminal, live."""
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    environment: dict[str, str | None] = {"HOME": str(desk.home), **dict.fromkeys(names)}
    with PtyProgram([*HEADCOUNT, "--profile", profile], env=environment) as program:
        program.wait_for_text("● live", PATIENCE)
        yield program


def sees(program: PtyProgram, words: str) -> None:
    """Wait until these words stand on the screen, wherever their line was broken."""
    program.wait_for(lambda: words in " ".join(program.text().replace("│", " ").split()), PATIENCE)


def bring(program: PtyProgram, path: Path) -> None:
    """`i` on the list of users, the path, Enter."""
    program.send("i")
    sees(program, "Import users")
    program.send(f"\x1b[200~{path}\x1b[201~")
    sees(program, path.name)
    program.send("\r")


def count(server: ServedProcess, where: str) -> int:
    """How many users there are of a kind."""
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True, timeout=10)) as database:
        query = f"select count(*) from users where removed_at is null and {where}"  # noqa: S608 - the test's own words
        return int(database.execute(query).fetchone()[0])


async def remove(server: ServedProcess, email: str) -> None:
    """What a colleague does meanwhile."""
    async with server.client() as client:
        (user,) = (await client.users(UsersQuery(search=email))).items
        await client.remove_user(user.id)


def test_a_file_until_the_seats_are_full_then_to_its_end(server: ServedProcess, desk: Desk, tmp_path: Path) -> None:
    """Gone from the disk since it was sent, it is applied all the same; failed rows go where they can, nowhere else."""
    desk.said("seats set 45 --yes")
    sent = tmp_path / "from-hr.csv"
    sent.write_bytes((PEOPLE / "people-messy.csv").read_bytes())
    with app(desk) as program:
        program.send("2")
        sees(program, "1 of 40")
        bring(program, sent)
        sees(program, "+ 32 create ~ 2 duplicate ! 8 invalid")
        sees(program, "32 seats are needed, 5 are free: 5 active at once, 27 NOT PAID")
        sent.unlink()
        program.send("c")
        sees(program, "all or none not while there are rows that can't be imported: 8 invalid")
        program.send("j")
        sees(program, "> f the first 5 the other 27 stay in the file")
        program.send("y")
        sees(program, "! No free seats left: 5 rows are done, 27 left.")
        assert count(server, "email like '%northwind%'") == 5
        program.send("c")
        sees(program, "27 rows become users. 5 are done already.")
        program.send("ky")
        sees(program, "✓ Finished: 32 rows.")
        sees(program, "27 users on the list are NOT PAID: P there pays for them.")
        program.send("E")
        sees(program, "Save the failed rows")
        program.send(f"\x15\x1b[200~{tmp_path}/nowhere/failed.csv\x1b[201~\r")
        sees(program, "The file can't be written: No such file or directory.")
        program.send(f"\x15\x1b[200~{tmp_path}/failed.csv\x1b[201~\r")
        sees(program, "Saved: ")
    reasons = (tmp_path / "failed.csv").read_text("utf-8-sig")
    assert reasons.count("\n") > 10
    assert "The same address as in row 28." in reasons
    desk.said(f"users import {PEOPLE / 'people-messy.csv'} --yes", 1)
    assert count(server, "email like '%northwind%' or email like '%bücher%'") == 32


def test_the_server_is_killed_in_the_middle_of_an_import(server: ServedProcess, desk: Desk, tmp_path: Path) -> None:
    """The screen says so; when the server is back the import continues on its own, and nobody is added twice."""
    path = tmp_path / "many.csv"
    rows = "".join(f"p{number}@many.example,Zoë,Number {number},\n" for number in range(6_000))
    path.write_text(f"email,first_name,last_name,position\n{rows}")
    with app(desk) as program:
        program.send("2")
        bring(program, path)
        sees(program, "+ 6,000 create")
        program.send("c")
        sees(program, "y Import 6,000")
        program.send("y")
        program.wait_for(lambda: count(server, "email like '%many.example'") > 0, PATIENCE)
        server.kill()
        half_way = count(server, "email like '%many.example'")
        assert 0 < half_way < 6_000
        sees(program, "The server does not answer.")
        assert "Traceback" not in program.text()
        server.start()
        sees(program, "✓ Finished: 6,000 rows.")
    assert count(server, "email like '%many.example'") == 6_000


def test_a_code_is_handed_out_and_used_on_two_terminals(server: ServedProcess, desk: Desk) -> None:
    """Made in one, entered in the other in the profile of who administers nothing, told at once in the first."""
    desk.said("seats set 41 --yes")
    for number, email in enumerate(("luca@tidewheel.example", "hone@tidewheel.example")):
        token = desk.home / f"{number}.token"
        token.touch(mode=0o600)
        token.write_text(server.sign_in(email))
        desk.sign_in(Profile(url=f"unix://{server.socket}", token_file=token), f"member{number}")
    with app(desk) as owner, app(desk, "member0") as member:
        owner.send("5n")
        sees(owner, "New invitation code")
        owner.send("Night Shift 26\r2\r30\r")
        sees(owner, "Share Night Shift 26")
        sees(owner, "It can be used until")
        owner.send("\x1b")
        sees(owner, "0 / 2")
        owner.send("1")
        sees(owner, "My subscription")
        sees(member, "You")
        member.send("u")
        sees(member, "Code")
        member.send("nightshift\r")
        sees(member, "not")
        member.send("\x15night-SHIFT 26\r")
        sees(member, "you can use the service")
        sees(owner, "luca@tidewheel.example used the code Night Shift 26")
        desk.said("profile redeem nightshift26 --profile member1", 4)
        assert "seat" in desk.err
        owner.send("5")
        sees(owner, "1 / 2")
    assert count(server, "email like '%@tidewheel.example' and source = 'code'") > 0


def test_by_hand_while_somebody_else_removes_the_row_under_the_cursor(server: ServedProcess, desk: Desk) -> None:
    """What is wrong stands at its field, pasted lines become rows; who is gone already is not removed again."""
    with app(desk) as program:
        program.send("2")
        sees(program, "1 of 40")
        program.send("n")
        sees(program, "E-mail")
        program.send("ana at fresh.example\r\r\r\r")
        sees(program, "! This is not an e-mail address")
        program.send("\x15\x1b[200~zzana@fresh.example\nZed <zzbo@fresh.example>\nnobody\n\x1b[201~")
        sees(program, "1 line left out: no address, or a text that is too long.")
        sees(program, "2 will be NOT PAID until paid (EUR 2.00 each, now) or until the renewal on")
        program.send("\r")
        sees(program, "2 will be NOT PAID: EUR 4.00 now or with the payment of")
        program.send("y")
        program.wait_for(lambda: count(server, "email like 'zz%'") == 2, PATIENCE)
        program.send("\x1b")
        program.send("\x1b/zzana\r")
        sees(program, "1 of 1")
        asyncio.run(remove(server, "zzana@fresh.example"))
        sees(program, "zzana@fresh.example removed by you elsewhere")
        program.send("d")
        sees(program, "removed by you elsewhere. r refreshes the list.")
        program.settle()
        program.send("y")
        program.settle(0.5)
        assert "Traceback" not in program.text()
        assert count(server, "email like 'zz%'") == 1
        program.send("\x1b\x1b/zz\r")
        sees(program, "zzbo@fresh.example")
