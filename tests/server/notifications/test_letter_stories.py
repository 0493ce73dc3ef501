"""Letters that belong to no request: signing in, welcome, reminders; first, late, given up and lost."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from builders import Team
from mail_desk import Office as Post
from mail_desk import links_kept, outbox, sent, tried
from notifications_desk import BEGIN, Office, office, until
from transfer_desk import asked

from server.__main__ import main
from server.notifications.enqueue import post as write
from server.notifications.kinds import ASKING, LetterKind
from server.notifications.reminding import remind
from server.store import outbound_mail

LINK = "/sign-in/confirm?link=s3cret"


async def _write(house: Office, kind: LetterKind, to: str, **more: Any) -> None:
    async with house.server.services.database.writing() as connection:
        write(connection, kind, to, house.time, **more)


async def _write_and_fail(house: Office) -> None:
    async with house.server.services.database.writing() as connection:
        write(connection, LetterKind.WELCOME, "zoe@else.example", house.time)
        raise RuntimeError


async def test_a_link_to_sign_in(house: Office, post: Post) -> None:
    """It leaves at once, in the language it was asked for, to an address of nobody; its link is forgotten then."""
    await _write(house, LetterKind.SIGN_IN, "zoe@else.example", link=LINK, language="fr")
    await sent(house, post, 1)
    assert post.letters[0].link == f"https://seats.example.org{LINK}"
    assert post.letters[0].subject == "Votre lien de connexion"
    assert "14 novembre 2025, 09:45 UTC" in post.letters[0].text
    assert links_kept(house) == []


async def test_it_is_handed_in_before_letters_that_nobody_waits_for(house: Office, team: Team, post: Post) -> None:
    """Behind a mail server that was away wait many; who wants to sign in is first."""
    post.on_receiver = lambda _: "421 Later"
    async with team.client() as api:
        for number in range(3):
            await asked(api, f"p{number}@else.example")
        await until(lambda: any(attempts for attempts, _ in outbox(house, "waiting")))
        await _write(house, LetterKind.SIGN_IN, "zoe@else.example", link=LINK)
        post.on_receiver = lambda _: "250 OK"
        house.pass_time(minutes=10)
        await until(lambda: post.letters != [])
    assert post.letters[0].receiver == "zoe@else.example"


async def test_a_link_that_has_expired_does_not_leave(house: Office, post: Post) -> None:
    """A mail server that was away for longer than 15 minutes gets no letter whose link opens nothing."""
    post.on_receiver = lambda _: "450 Not now"
    await _write(house, LetterKind.SIGN_IN, "zoe@else.example", link=LINK)
    await until(lambda: tried(house) == 1)
    post.on_receiver = lambda _: "250 OK"
    house.pass_time(minutes=16)
    await until(lambda: len(outbox(house, "dropped")) == 1)
    assert post.letters == []
    assert links_kept(house) == []


async def test_an_owner_is_invited_by_a_link_that_works(house: Office, post: Post) -> None:
    """The letter says how long; one that leaves later than that leads to where a new link is asked for."""
    await _write(house, LetterKind.OWNER_INVITED, "olga@else.example", link=LINK, details={"organisation": "Acme"})
    await sent(house, post, 1)
    assert post.letters[0].link == f"https://seats.example.org{LINK}"
    assert "The link works once, until 14 November 2025, 09:45 UTC." in " ".join(post.letters[0].text.split())
    post.on_receiver = lambda _: "450 Not now"
    await _write(house, LetterKind.OWNER_INVITED, "ina@else.example", link=LINK, details={"organisation": "Acme"})
    await until(lambda: tried(house) == 1)
    post.on_receiver = lambda _: "250 OK"
    house.pass_time(minutes=16)
    await sent(house, post, 2)
    assert post.letters[1].link == "https://seats.example.org/sign-in"
    assert "works once" not in post.letters[1].text


async def test_a_link_can_be_copied_out_of_the_bare_letter(house: Office, post: Post) -> None:
    """Nothing is encoded that need not be, so a program that prints letters prints their links whole."""
    await _write(house, LetterKind.SIGN_IN, "zoe@else.example", link=f"{LINK}{'x' * 40}")
    await _write(house, LetterKind.SIGN_IN, "ann@else.example", link=LINK, language="fr")
    await sent(house, post, 2)
    plain, french = post.letters
    assert f"\nhttps://seats.example.org{LINK}{'x' * 40}\r\n".encode() in plain.raw
    assert (plain.raw.isascii(), french.raw.isascii()) == (True, True)
    assert (french.link, "é" in french.text) == (f"https://seats.example.org{LINK}", True)


async def test_undone_with_its_change(house: Office, post: Post) -> None:
    """A change that is rolled back leaves no letter."""
    with pytest.raises(RuntimeError):
        await _write_and_fail(house)
    await _write(house, LetterKind.WELCOME, "ann@else.example")
    await sent(house, post, 1)
    assert post.letters[0].receiver == "ann@else.example"


async def test_killed_between_handing_in_and_noting(house: Office, post: Post) -> None:
    """It is handed in again, under the same name: whoever reads it twice sees that it is one."""
    post.on_letter = lambda _: "die" if len(post.offered) == 1 else "250 OK"
    await _write(house, LetterKind.WELCOME, "zoe@else.example")
    await until(lambda: tried(house) == 1)
    house.pass_time(minutes=10)
    await until(lambda: len(post.letters) == 1)
    assert len(post.offered) == 2
    assert len({str(letter.message["Message-ID"]) for letter in post.offered}) == 1


async def test_without_mail_nothing_is_written(tmp_path: Path) -> None:
    """A server that sends no mail keeps no letter, and no link of one."""
    async with office(tmp_path) as house:
        await _write(house, LetterKind.SIGN_IN, "zoe@else.example", link=LINK)
        assert outbox(house, "waiting") == []


async def test_the_outbox_is_listed_and_begun_anew(
    tmp_path: Path, post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    """`headcount server mails` shows every kind with its receiver; what lost its link is not begun anew."""
    post.on_receiver = lambda _: "550 No such mailbox"
    async with office(tmp_path, mail=post.settings()) as house:
        await _write(house, LetterKind.SIGN_IN, "zoe@else.example", link=LINK)
        await _write(house, LetterKind.WELCOME, "ann@else.example")
        await until(lambda: len(outbox(house, "failed")) == 2)
    database = f"sqlite:///{tmp_path / 'headcount.db'}"
    assert main(["mails", "--db", database]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert ["sign_in  zoe@else.example" in listed[0], "welcome  ann@else.example" in listed[1]] == [True, True]
    assert main(["mails", "--db", database, "--retry"]) == 0
    states = {line.split("  ")[4]: line.split("  ")[1] for line in capsys.readouterr().out.splitlines()}
    assert states == {"zoe@else.example": "failed", "ann@else.example": "waiting"}


async def test_a_day_before_it_expires(house: Office, team: Team, post: Post) -> None:
    """Who has not answered is reminded, once; not who has answered, and not again after a restart."""
    async with team.client() as api:
        await asked(api, "zoe@else.example")
        answered = await asked(api, "ann@else.example")
        await sent(house, post, 2)
        assert (await api.post(f"/v1/transfers/{answered['id']}/cancel")).status_code == 200
    services = house.server.services
    assert list(remind(services)) == []
    house.pass_time(days=13, hours=1)
    assert list(remind(services)) == [1]
    assert list(remind(services)) == []
    house.ring()
    await sent(house, post, 3)
    assert post.letters[2].receiver == "zoe@else.example"
    assert post.letters[2].subject == "Example Ltd is waiting for your answer"
    assert "28 November 2025, 09:30 UTC" in " ".join(post.letters[2].text.split())
    assert BEGIN + dt.timedelta(days=14) == dt.datetime(2025, 11, 28, 9, 30, tzinfo=dt.UTC)


def test_what_the_store_calls_kinds() -> None:
    """The store knows kinds by their names only; they are the same."""
    assert set(outbound_mail.ASKING) == {kind.value for kind in ASKING}
    assert set(outbound_mail.WITH_LINK) == {*outbound_mail.ASKING, "sign_in", "owner_invited"}
    assert {LetterKind.SIGN_IN.value, LetterKind.OWNER_INVITED.value, LetterKind.REMINDER.value} == {
        "sign_in",
        "owner_invited",
        "transfer.reminder",
    }
