"""What an operator does while the server runs: the same as beside none, at once, and seen in the history."""

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from operator_line import Line, Said

from contract.mailbox import mailbox
from server.operator import asking, commands, door
from server.operator.actions import GIVE_TOKEN, MAKE_ORGANISATION, GiveToken, MadeToken, MakeOrganisation
from server.operator.asking import Asking, UnansweredError, ask
from server.people import sign_in_links
from server.platform.clock import utc_now
from server.settings import SettingsError
from server.store import holder, operator_actions, organisations, tokens
from server.store.database import opened
from server.store.outbound_mail import switch_on
from server.store.sqlite import WriterLock


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A database without a server."""
    return Line(tmp_path)


@pytest.fixture
def served(line: Line) -> Iterator[Line]:
    """The same with one."""
    with line.served() as up:
        yield up


def test_an_organisation_is_made_while_the_server_runs(served: Line, caplog: pytest.LogCaptureFixture) -> None:
    """Its owner is let in at once; the history says that it was the operator, and no secret is in log or database."""
    with caplog.at_level(logging.INFO):
        token = served.found()
    assert served.api("/v1/me", token).json()["role"] == "owner"
    assert ("organisation.created", "the operator") in served.events(token)
    assert "make-organisation" in caplog.text
    assert token not in caplog.text
    assert token.encode() not in b"".join(
        each.read_bytes() for each in served.folder.glob("seats.db*") if each.is_file()
    )


STEPS = (
    ("init", "--organisation", "Acme", "--owner", "olga@acme.example"),
    ("init", "--organisation", "acme", "--owner", "olga@acme.example"),
    ("init", "--organisation", "Other", "--owner", "olga@acme.example", "--plan", "gold"),
    (
        "init",
        "--organisation",
        "Invited",
        "--owner",
        "ina@acme.example",
        "--invite",
        "--public-url",
        "https://a.example",
    ),
    ("organisations",),
    ("token", "--email", "nobody@acme.example"),
    ("token", "--email", "ben@acme.example", "--sign-up", "--label", "laptop"),
    ("token", "--email", "olga@acme.example", "--organisation", "Acme"),
    ("sign-in-link", "x@acme.example", "--public-url", "https://a.example"),
    ("sign-in-link", "ben@acme.example", "--public-url", "https://a.example"),
    ("make-owner", "--organisation", "Acme", "--email", "ben@acme.example", "--yes"),
    ("invite-owner", "--organisation", "Acme", "--email", "ben@acme.example", "--public-url", "https://a.example"),
    (
        "invite-owner",
        "--organisation",
        "Acme",
        "--email",
        "ben@acme.example",
        "--yes",
        "--public-url",
        "https://a.example",
    ),
    ("reset-access", "olga@acme.example", "--public-url", "https://a.example"),
    ("revoke", "ben@acme.example"),
    ("revoke", "tok_nothing"),
    ("mails", "--retry"),
    ("migrate",),
)


def test_the_same_is_said_with_and_without_a_server(tmp_path: Path) -> None:
    """Word by word, with the same exit codes; only migrating says who has the database open."""
    said: list[list[tuple[int, str, str]]] = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        line = Line(tmp_path / name)
        if name == "with":
            with line.served():
                said.append([line.do(*step).plain for step in STEPS])
        else:
            said.append([line.do(*step).plain for step in STEPS])
    served, alone = said
    minutes = [index for index, (_, _, err) in enumerate(served) if "UTC" in err]
    for index, (one, other) in enumerate(zip(served[:-1], alone[:-1], strict=True)):
        if index in minutes:
            assert one[:2] == other[:2]
        else:
            assert one == other, STEPS[index]
    assert [code for code, _, _ in served] == [0, 1, 2, 0, 0, 1, 0, 0, 1, 0, 1, 130, 0, 0, 0, 1, 0, 0]
    assert "a running server" in served[-1][2]


def test_nobody_reaches_it_by_the_public_door(served: Line) -> None:
    """The addresses of the operator's actions are not among those that the server's listener knows."""
    for name in ("give-token", "make-link", "make-organisation"):
        assert served.api(f"/{name}", method="POST", json={}).status_code == 404


def _given() -> tuple[GiveToken, str]:
    made = MadeToken(id="tok_" + "a" * 20, secret_hash="0" * 64)
    return GiveToken(email="olga@acme.example", token=made), "opr_1"


def test_a_command_is_done_once_however_often_it_is_asked(served: Line) -> None:
    """The same key twice is one token, and so it is when the second one comes after the server has ended."""
    served.found()
    told, key = _given()
    wish = Asking(database=str(served.database), action=GIVE_TOKEN, told=told, key=key)
    assert ask(wish) == ask(wish)
    with served.read() as connection:
        account = organisations.account_by_email(connection, "olga@acme.example")
        assert account is not None
        assert len(tokens.living(connection, account.id, utc_now())) == 2


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_that_was_lost_is_looked_up(served: Line, monkeypatch: pytest.MonkeyPatch, *, done: bool) -> None:
    """Whether the server had done it or not: the command ends well, with one token that works."""
    served.found()
    real, calls = asking._exchange, []

    def broken(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) > 1:
            return real(*arguments)  # type: ignore[arg-type]  # as it was called
        if done:
            real(*arguments)  # type: ignore[arg-type]  # as it was called
        raise UnansweredError

    monkeypatch.setattr(asking, "_exchange", broken)
    made = served.do("token", "--email", "olga@acme.example")
    assert (made.code, len(calls)) == (0, 1 if done else 2)
    assert served.api("/v1/me", made.out.strip()).status_code == 200


def test_two_operators_at_once(served: Line) -> None:
    """Both found the same organisation: one does, the other is told that it exists."""
    ended: list[str] = []

    def found_it(number: int) -> None:
        made = MadeToken(id=f"tok_{number:020}", secret_hash="0" * 64)
        told = MakeOrganisation(organisation="Acme", owner="olga@acme.example", token=made)
        try:
            ask(Asking(database=str(served.database), action=MAKE_ORGANISATION, told=told))
            ended.append("done")
        except SettingsError as error:
            ended.append(str(error))

    threads = [threading.Thread(target=found_it, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(ended) == ["done"] + ["the organisation 'Acme' exists already"] * 3


def _held(line: Line, who: holder.Holder) -> WriterLock:
    lock = WriterLock(line.database)
    lock.take()
    lock.note(who)
    return lock


def _asked(line: Line) -> str:
    told, key = _given()
    with pytest.raises(SettingsError) as caught:
        ask(Asking(database=str(line.database), action=GIVE_TOKEN, told=told, key=key, patience=0.3))
    return str(caught.value)


def test_a_server_that_hangs_is_named(line: Line, tmp_path: Path) -> None:
    """It takes the command and never answers: what is known is said, and the database has nothing of it."""
    line.found()
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen()
        lock = _held(line, holder.Holder(4711, serves=True, socket=str(tmp_path / "deaf")))
        try:
            assert "a running server (process 4711) does not answer" in _asked(line)
        finally:
            lock.release()
    with line.read() as connection:
        assert operator_actions.answer(connection, "opr_1", GIVE_TOKEN.name) is None


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (holder.Holder(4711, serves=True), "starting or stopping"),
        (holder.Holder(4711, serves=True, socket="/nowhere/socket"), "starting or stopping"),
        (holder.Holder(4711, serves=True, socket=""), "--operator-socket none"),
        (holder.Holder(4711), "another process (process 4711)"),
    ],
)
def test_whoever_has_the_database_is_named(line: Line, who: holder.Holder, says: str) -> None:
    """A server that starts or stops, one without a socket, another command: each has its own words, and none hangs."""
    lock = _held(line, who)
    try:
        assert says in _asked(line)
    finally:
        lock.release()


def test_what_a_killed_server_left_is_no_obstacle(line: Line, tmp_path: Path) -> None:
    """Its note names a socket that is still there, but the lock is free: the command does it itself."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead"))
    _held(line, holder.Holder(4711, serves=True, socket=str(tmp_path / "dead"))).release()
    assert line.found()


def test_another_user_is_answered_nothing(served: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither does the server listen to somebody else, nor does a command trust a socket of somebody else's."""
    monkeypatch.setattr(door, "user_of", lambda _: 12345)
    where = served.server
    assert where is not None
    path = where.running.services.database.holder.socket
    assert path
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(path)
        stranger.settimeout(10)
        assert stranger.recv(1) == b""
    monkeypatch.undo()
    monkeypatch.setattr(asking, "user_of", lambda _: 12345)
    assert "belongs to another user" in served.do("token", "--email", "olga@acme.example").err


def test_another_version_is_named(served: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of another version is told so, and nothing is done."""
    monkeypatch.setattr(asking, "VERSION", 2)
    said = served.do("token", "--email", "olga@acme.example", "--sign-up")
    assert (said.code, "another version" in said.err) == (1, True)


def test_a_full_disk_leaves_nothing(served: Line) -> None:
    """The command says so in the words that it has without a server; what was there before stays as it was."""
    served.found()
    up = served.server
    assert up is not None
    database = up.running.services.database

    def limit() -> None:
        driver = database._driver
        (pages,) = driver.execute("PRAGMA page_count").fetchone()
        driver.execute(f"PRAGMA max_page_count = {pages}")

    up.call(limit)
    ends = [served.do("init", "--organisation", f"Acme {number}", "--owner", "o@b.example") for number in range(30)]
    full = next(each for each in ends if each.code)
    assert full.err == "headcount server: the database can't be used: database or disk is full; nothing was changed\n"
    assert full.out == ""
    with served.read() as connection:
        assert len(organisations.overview(connection)) == 1 + sum(not each.code for each in ends)


def test_a_token_that_can_not_be_shown_ends(served: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server had stored it before it was printed: it is revoked, and the command fails."""
    served.found()
    monkeypatch.setattr(commands, "show_once", lambda _: False)
    said = served.do("token", "--email", "olga@acme.example")
    assert (said.code, "so it was revoked" in said.err) == (1, True)
    with served.read() as connection:
        account = organisations.account_by_email(connection, "olga@acme.example")
        assert account is not None
        assert [each.label for each in tokens.living(connection, account.id, utc_now())] == ["the owner's first token"]


def test_a_deep_folder_has_its_socket_all_the_same(tmp_path: Path) -> None:
    """A path that is longer than the kernel's 107 bytes is reached by its folder."""
    deep = tmp_path / ("deep" * 20) / ("deeper" * 10)
    deep.mkdir(parents=True, mode=0o700)
    where = door.usual_path(f"sqlite:///{deep / 'seats.db'}")
    assert where is not None
    assert len(str(where)) > 107
    listener = door.opened_at(where)
    line = asking._Line(where, 5)
    with listener.socket:
        line.connect()
        line.close()
    assert where.stat().st_mode & 0o777 == 0o600
    assert where.parent.stat().st_mode & 0o777 == 0o700


def test_resetting_an_account_ends_all_that_signed_it_in(served: Line) -> None:
    """Tokens, sessions, links that wait and devices half signed in; the one new link signs in, once."""
    token = served.found()
    up = served.server
    assert up is not None

    def prepare() -> str:
        now = up.running.services.clock.now()
        with up.running.services.database.write() as connection:
            account = organisations.account_by_email(connection, "olga@acme.example")
            assert account is not None
            tokens.add(
                connection,
                token_id="tok_session",
                secret_hash=b"0" * 32,
                organisation_id=None,
                account_id=account.id,
                label="Firefox",
                now=now,
                expires_at=now.replace(year=now.year + 1),
                kind=tokens.SESSION,
            )
            return sign_in_links.make(connection, mailbox("olga@acme.example"), now)

    before = up.call(prepare)
    assert "tok_session  session  Firefox" in served.do("sessions", "olga@acme.example").out
    said = served.do("reset-access", "olga@acme.example")
    assert "1 token and 1 session ended" in said.err
    assert served.api("/v1/me", token).status_code == 401
    assert served.do("sessions", "olga@acme.example").out == ""
    fresh = served.do("token", "--email", "olga@acme.example").out.strip()
    assert ("access.reset", "the operator") in served.events(fresh)
    assert said.out.startswith(up.url)

    def use(secret: str) -> bool:
        now = up.running.services.clock.now()
        with up.running.services.database.write() as connection:
            try:
                sign_in_links.use(connection, secret, now)
            except sign_in_links.UsedError:
                return False
        return True

    new = said.out.strip().partition("link=")[2]
    assert [up.call(use, each) for each in (before, new, new)] == [False, True, False]


def test_the_owner_who_is_lost_has_a_successor(served: Line) -> None:
    """A member becomes an owner only when somebody confirmed; every owner's history says who did it."""
    token = served.found()
    served.do("token", "--email", "ben@acme.example", "--sign-up")
    assert "is not a member" in _rescue(served, "--yes").err
    refused = served.do("invite-owner", "--organisation", "ACME", "--email", "ben@acme.example")
    assert (refused.code, "olga@acme.example" in refused.err, refused.out) == (130, True, "")
    made = served.do("invite-owner", "--organisation", "ACME", "--email", "ben@acme.example", "--yes")
    assert (made.code, made.out.count("\n"), "sign-in/confirm?link=" in made.out) == (0, 1, True)
    assert "nothing was mailed to ben@acme.example: that takes a running server with --mail-host" in made.err
    assert ("member.role_changed", "the operator") in served.events(token)
    assert "already is an owner" in _rescue(served, "--yes").err
    ben = served.do("token", "--email", "ben@acme.example").out.strip()
    assert served.api("/v1/me", ben).json()["role"] == "owner"


def _rescue(line: Line, *more: str) -> Said:
    return line.do("make-owner", "--organisation", "Acme", "--email", "ben@acme.example", *more)


def test_nothing_in_a_list_moves_the_cursor(line: Line) -> None:
    """Names from before they were checked are printed without what a terminal would obey."""
    line.found()
    with opened(str(line.database)) as database, database.write() as connection:
        connection.exec_driver_sql("UPDATE organisations SET name = ?", ("Ac\x1b[2Jme\u202e\nroot",))
    said = line.do("organisations")
    assert said.out.count("\n") == 1
    assert not {"\x1b", "\u202e"} & set(said.out)
    assert "\\u202e" in line.do("organisations", "--json").out


def test_a_letter_is_mailed_where_the_server_sends_mail(served: Line) -> None:
    """The link is in the letter and nowhere else; --print shows one all the same."""
    token = served.found()
    up = served.server
    assert up is not None

    def send_mail() -> None:
        with up.running.services.database.write() as connection:
            switch_on(connection)

    up.call(send_mail)
    said = served.do("reset-access", "olga@acme.example")
    assert (said.out, "was mailed to olga@acme.example" in said.err) == ("", True)
    assert served.do("reset-access", "olga@acme.example", "--print").out.startswith(up.url)
    assert len(served.do("mails").out.splitlines()) == 1
    assert served.api("/v1/me", token).status_code == 401
