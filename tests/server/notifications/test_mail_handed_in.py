"""Handing letters in: mail servers that can do little, die, are away, or want to know who one is."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from builders import make_organisation
from mail_desk import DATA, letters_kept, mail_server, outbox, tried
from notifications_desk import office, until
from transfer_desk import ask_to_join, asked, decide

from server.__main__ import main
from server.notifications import letters, mailing

WEEK = dt.timedelta(days=7)


async def test_a_mail_server_without_utf8(tmp_path: Path) -> None:
    """Where the mail server can't send to such an address the letter is parked with that reason; others go."""
    with mail_server(utf8=False) as post:
        async with office(tmp_path, mail=post.settings()) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoë@else.example")
            await asked(api, "ann@else.example")
            await until(lambda: len(post.letters) == 1)
            await until(lambda: outbox(house, "failed") != [])
            assert "SMTPUTF8" in outbox(house, "failed")[0][1]
            assert post.letters[0].receiver == "ann@else.example"


async def test_a_mail_server_that_dies_or_sleeps(tmp_path: Path) -> None:
    """Cut in DATA or silent, the letter comes again under the same id; nobody's request waits for it meanwhile."""
    with mail_server() as post:
        seen = post.offered
        post.on_letter = lambda _: "die" if len(seen) == 1 else "250 OK"
        slow = post.settings(patience=0.4)
        async with office(tmp_path, mail=slow) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoe@else.example")
            await until(lambda: tried(house) == 1)
            post.slow = 1.0
            house.pass_time(minutes=2)
            await until(lambda: len(seen) == 2)
            assert (await api.get("/v1/me")).status_code == 200
            await until(lambda: tried(house) == 2)
            assert "longer than 0.4 s" in outbox(house, "waiting")[0][1]
            post.slow = 0.0
            house.pass_time(minutes=10)
            await until(lambda: len(seen) == 3 and not outbox(house, "waiting"))
        assert len({str(letter.message["Message-ID"]) for letter in seen}) == 1


async def test_a_letter_that_breaks_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter at which our own code fails is put off like any other; those behind it leave."""

    def breaks(connection: Any, letter: Any, mail: Any, now: Any) -> Any:
        """Trip over the first letter."""
        if letter.number == 1:
            raise IndexError
        return compose(connection, letter, mail, now)

    compose = letters.compose
    monkeypatch.setattr(mailing, "compose", breaks)
    with mail_server() as post:
        async with office(tmp_path, mail=post.settings()) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoe@else.example")
            await asked(api, "ann@else.example")
            await until(lambda: outbox(house, "waiting") == [(1, "the server failed at it: its log says why")])
            await until(lambda: len(post.letters) == 1)
            assert post.letters[0].receiver == "ann@else.example"


async def test_nobody_there(tmp_path: Path) -> None:
    """Without a mail server letters wait, all of them, and leave when it is back; it is not asked in between."""
    with mail_server() as post:
        gone = post.settings()
    async with office(tmp_path, mail=gone) as house, make_organisation(house.server).client() as api:
        for number in range(3):
            await asked(api, f"p{number}@else.example")
        await until(lambda: any(attempts for attempts, _ in outbox(house, "waiting")))
        assert len(outbox(house, "waiting")) == 3
        assert sum(attempts for attempts, _ in outbox(house, "waiting")) == 1


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_encrypted_and_signed_in(tmp_path: Path, how: str) -> None:
    """With STARTTLS or TLS, the certificate checked, and a name with a password that no log has."""
    with mail_server(starttls=how == "starttls", tls=how == "tls", authenticated=how == "starttls") as post:
        more: dict[str, Any] = {"security": how, "ca_file": DATA / "notifications.pem", "host": "localhost"}
        if how == "starttls":
            more |= {"username": "seats", "password": "s3cret"}
        async with (
            office(tmp_path, mail=post.settings(**more)) as house,
            make_organisation(house.server).client() as api,
        ):
            await asked(api, "zoe@else.example")
            await until(lambda: len(post.letters) == 1)
    assert post.signed_in == ([(b"seats", b"s3cret")] if how == "starttls" else [])


async def test_no_password_without_encryption(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A certificate that is not trusted, or a mail server without STARTTLS: nothing is sent, nothing told."""
    with mail_server(authenticated=True) as post:
        mail = post.settings(security="starttls", username="seats", password="s3cret")
        async with office(tmp_path, mail=mail) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoe@else.example")
            await until(lambda: tried(house) == 1)
            assert "STARTTLS" in outbox(house, "waiting")[0][1]
    assert post.signed_in == []
    assert "s3cret" not in caplog.text


async def test_off_by_default(tmp_path: Path) -> None:
    """Without settings for mail nothing is written, so nothing leaves when it is switched on later."""
    async with office(tmp_path) as house, make_organisation(house.server).client() as api:
        await asked(api, "zoe@else.example")
        assert letters_kept(house) == 0


async def test_a_restart_hands_in_what_waits(tmp_path: Path) -> None:
    """What a server that stopped had not handed in leaves when it runs again."""
    with mail_server() as post:
        post.on_receiver = lambda _: "450 Not now"
        async with office(tmp_path, mail=post.settings()) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoe@else.example")
            await until(lambda: tried(house) == 1)
            later = house.time + WEEK
        post.on_receiver = lambda _: "250 OK"
        async with office(tmp_path, mail=post.settings(), now=later):
            await until(lambda: len(post.letters) == 1)


async def test_what_was_given_up_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`headcount server mails` says what has not left and why; `--retry` begins anew with what has no link."""
    with mail_server() as post:
        post.on_receiver = lambda _: "550 No such\x1b mailbox"
        async with office(tmp_path, mail=post.settings()) as house:
            team = make_organisation(house.server)
            (wanted,) = ask_to_join(team, "Ann")
            async with team.client() as api:
                await asked(api, "zoe@else.example")
                await decide(api, [wanted])
            await until(lambda: len(outbox(house, "failed")) == 2)
        database = f"sqlite:///{tmp_path / 'headcount.db'}"
        assert main(["mails", "--db", database]) == 0
        listed = capsys.readouterr().out.splitlines()
        assert len(listed) == 2
        assert "zoe@else.example  Example Ltd  550 No such mailbox" in listed[0]
        assert main(["mails", "--db", database, "--retry"]) == 0
        post.on_receiver = lambda _: "250 OK"
        async with office(tmp_path, mail=post.settings()) as house:
            await until(lambda: len(post.letters) == 1)
            assert post.letters[0].receiver == "ann@outside.example"
