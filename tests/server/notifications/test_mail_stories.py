"""E-mail about transfer requests, handed in at a real mail server on this machine."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from builders import Team, findings_in, make_organisation
from mail_desk import PUBLIC, mail_server
from mail_desk import Office as Post
from notifications_desk import Office, office, until
from sqlalchemy import text, update
from transfer_desk import ask_to_join, asked, decide

from contract.people import Role
from server.__main__ import main
from server.store.tables import organisations

WEEK = dt.timedelta(days=7)


@pytest.fixture(name="post")
def running_post() -> Iterator[Post]:
    """A mail server."""
    with mail_server() as found:
        yield found


@pytest.fixture(name="house")
async def running_house(tmp_path: Path, post: Post) -> AsyncIterator[Office]:
    """A server that hands its letters in there."""
    async with office(tmp_path, mail=post.settings()) as found:
        yield found
        assert findings_in(found.server) == []


@pytest.fixture(name="team")
def founded_team(house: Office) -> Team:
    """One organisation."""
    return make_organisation(house.server)


async def test_the_person_asked_gets_the_link(house: Office, team: Team, post: Post) -> None:
    """A letter of plain text leaves with a link that tells what it is about; nobody's account is mentioned."""
    async with team.client() as api:
        transfer = await asked(api, "zoe@else.example", "Come & see <b>us</b>")
        await until(lambda: len(post.letters) == 1)
        (letter,) = post.letters
        assert (letter.sender, letter.receiver) == ("seats@example.org", "zoe@else.example")
        message = letter.message
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["To"] == "zoe@else.example"
        assert str(message["Message-ID"]).endswith("@example.org>")
        assert parsedate_to_datetime(message["Date"]) == house.time
        assert message.get_content_type() == "text/plain"
        assert letter.subject == "Example Ltd asks you to join its subscription"
        assert "> Come & see <b>us</b>" in letter.text
        assert letter.link.startswith(f"{PUBLIC}/request?link=")
        page = await api.get(letter.link.removeprefix(PUBLIC))
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/plain; charset=utf-8"
        assert f"headcount profile accept {transfer['id']}" in page.text
    assert _links_kept(house) == []


async def test_sent_again_the_old_link_opens_nothing(house: Office, team: Team, post: Post) -> None:
    """Each sending has a link of its own, and only the last one opens (D23)."""
    async with team.client() as api:
        transfer = await asked(api, "zoe@else.example")
        await until(lambda: len(post.letters) == 1)
        house.pass_time(hours=2)
        assert (await api.post(f"/v1/transfers/{transfer['id']}/resend")).status_code == 200
        await until(lambda: len(post.letters) == 2)
        old, new = (letter.link.removeprefix(PUBLIC) for letter in post.letters)
        assert (await api.get(old)).status_code == 404
        assert (await api.get(new)).status_code == 200
        assert (await api.post(f"/v1/transfers/{transfer['id']}/cancel")).status_code == 200
        assert (await api.get(new)).status_code == 404
        assert (await api.get("/request?link=" + "x" * 5000)).status_code == 404
    assert post.letters[0].message["Message-ID"] != post.letters[1].message["Message-ID"]


async def test_the_answer_tells_nothing_about_the_account(house: Office, team: Team, post: Post) -> None:
    """Whether or not an address has an account, answer and letter are the same but for the address (D25)."""
    other = make_organisation(house.server, "Other plc", owner="known@else.example")
    assert other
    async with team.client() as api:
        answers = [await asked(api, address) for address in ("known@else.example", "nobody@else.example")]
        await until(lambda: len(post.letters) == 2)
    shapes = [{name: None if name in {"id", "email"} else value for name, value in each.items()} for each in answers]
    assert shapes[0] == shapes[1]
    texts = [letter.text.replace(letter.link, "") for letter in post.letters]
    assert texts[0] == texts[1]
    assert post.letters[0].subject == post.letters[1].subject


async def test_who_asked_to_join_hears_of_the_end(house: Office, team: Team, post: Post) -> None:
    """Accepted, declined with its reason, or expired: the asker gets one letter, and one more if it is taken back."""
    yes, no, never = ask_to_join(team, "Yes", "No", "Never")
    async with team.client() as api:
        report = await decide(api, [yes], [no], reason="Ask \x41gain later")
        await until(lambda: len(post.letters) == 2)
        said = {letter.receiver: letter for letter in post.letters}
        assert said["yes@outside.example"].subject == "Example Ltd accepted your request"
        assert "> Ask Again later" in said["no@outside.example"].text
        assert (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).status_code == 200
        await until(lambda: len(post.letters) == 4)
        assert all("waits again" in letter.subject for letter in post.letters[2:])
    assert never
    house.pass_time(days=15)
    team.server.services.tasks.start("due", _chores(house))
    await until(lambda: len(post.letters) == 7)
    assert {letter.receiver for letter in post.letters[4:]} == {
        f"{name}@outside.example" for name in ("yes", "no", "never")
    }
    assert all(letter.subject == "Example Ltd did not answer" for letter in post.letters[4:])


def _chores(house: Office) -> Any:
    from server.app import do_chores, load_areas

    async def work() -> None:
        do_chores(load_areas(), house.server.services)

    return work


async def test_who_sent_it_hears_of_the_answer(house: Office, team: Team, post: Post) -> None:
    """An outgoing request was somebody's: the admin who opened it hears, not the owner."""
    other = make_organisation(house.server, "Other plc", owner="known@else.example", plan="non-commercial", seats=1)
    admin = team.token_of(Role.ADMIN, email="ada@team.example")
    async with team.server.client(admin) as api, other.client() as them:
        transfer = await asked(api, "known@else.example")
        await until(lambda: len(post.letters) == 1)
        declined = await them.post(f"/v1/profile/transfers/{transfer['id']}/decline", json={"reason": "Not now"})
        assert declined.status_code == 200, declined.text
        await until(lambda: len(post.letters) == 2)
    assert post.letters[1].receiver == "ada@team.example"
    assert post.letters[1].subject == "known@else.example declined"
    assert "> Not now" in post.letters[1].text


MIME = ("Content-Type", "Content-Transfer-Encoding", "MIME-Version")

HOSTILE = [
    "Evil\u202egnp.exe",
    "=?utf-8?q?x=0D=0ABcc:_victim@else.example?=",
    "A\u0301\u0302\u0303\u0304\u0305\u0306\u0307 Zalgo",
    "https://evil.example/click",
    "Łódź Müller 株式会社 \U0001f600 شركة",
    "x" * 200,
    '"quoted", <b@c.example>; (comment)',
    "Ünïcödé-" * 12,
]


@pytest.mark.parametrize("organisation", HOSTILE)
async def test_a_name_does_nothing_in_a_letter(house: Office, post: Post, organisation: str) -> None:
    """Whatever an organisation is called: one receiver, no header of its own, nothing unsafe, 7-bit on the wire."""
    team = make_organisation(house.server, owner="owner@evil.example")
    with house.server.services.database.write() as connection:
        connection.execute(update(organisations).values(name=organisation))
    async with team.client() as api:
        await asked(api, "zoe@münchen.example")
    await until(lambda: len(post.letters) == 1)
    (letter,) = post.letters
    assert letter.receiver == "zoe@xn--mnchen-3ya.example"
    assert sorted(letter.message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", *MIME]
    )
    assert letter.raw.isascii()
    assert max(len(line) for line in letter.raw.splitlines()) <= 998
    shown = letter.subject + letter.text.replace("\n", "")
    assert not any(char in shown for char in "\u202e\r\x1b")
    assert "victim@else.example" not in str(letter.message["To"])
    assert "https://evil" not in letter.text


async def test_an_international_address(house: Office, team: Team, post: Post) -> None:
    """With other letters than ASCII before the @ all of it is UTF-8, which this mail server can send."""
    async with team.client() as api:
        await asked(api, "zoë@else.example")
    await until(lambda: len(post.letters) == 1)
    assert house
    assert post.letters[0].receiver == "zoë@else.example"
    assert post.letters[0].message["To"] == "zoë@else.example"


async def test_a_mail_server_without_utf8(tmp_path: Path) -> None:
    """Where the mail server can't send to such an address the letter is parked with that reason; others go."""
    with mail_server(utf8=False) as post:
        async with office(tmp_path, mail=post.settings()) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoë@else.example")
            await asked(api, "ann@else.example")
            await until(lambda: len(post.letters) == 1)
            await until(lambda: _outbox(house, "failed") != [])
            assert "SMTPUTF8" in _outbox(house, "failed")[0][1]
            assert post.letters[0].receiver == "ann@else.example"


async def test_refused_for_now_and_for_good(house: Office, team: Team, post: Post) -> None:
    """4xx is tried again under the same id, 5xx is parked at once with what the mail server said."""
    no = iter(["450 Greylisted", "451 Greylisted"])
    post.on_receiver = lambda address: "550 No such mailbox" if address.startswith("gone") else next(no, "250 OK")
    more = iter(["452 Disk full"])
    post.on_letter = lambda _: next(more, "250 OK")
    async with team.client() as api:
        await asked(api, "gone@else.example")
        await until(lambda: _outbox(house, "failed") != [])
        assert _outbox(house, "failed")[0][:2] == (1, "550 No such mailbox")
        await asked(api, "later@else.example")
        for attempt in range(1, 4):
            await until(lambda: _tried(house) == attempt)  # noqa: B023
            house.pass_time(hours=1)
        await until(lambda: len(post.letters) == 1)
    assert len(post.offered) == 2
    assert len({str(letter.message["Message-ID"]) for letter in post.offered}) == 1
    assert _links_kept(house) == []


async def test_parked_after_two_days(house: Office, team: Team, post: Post) -> None:
    """A letter that is put off ten times is parked, visible, and its link is forgotten."""
    post.on_receiver = lambda _: "450 Not now"
    async with team.client() as api:
        await asked(api, "zoe@else.example")
        for attempt in range(1, 11):
            await until(lambda: _tried(house) == attempt)  # noqa: B023
            house.pass_time(hours=27)
        await until(lambda: _outbox(house, "failed") == [(11, "450 Not now")])
    assert _links_kept(house) == []


async def test_a_mail_server_that_dies_or_sleeps(tmp_path: Path) -> None:
    """Cut in DATA or silent, the letter comes again under the same id; nobody's request waits for it meanwhile."""
    with mail_server() as post:
        seen = post.offered
        post.on_letter = lambda _: "die" if len(seen) == 1 else "250 OK"
        slow = post.settings(patience=0.4)
        async with office(tmp_path, mail=slow) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoe@else.example")
            await until(lambda: _tried(house) == 1)
            post.slow = 1.0
            house.pass_time(minutes=2)
            await until(lambda: len(seen) == 2)
            assert (await api.get("/v1/me")).status_code == 200
            await until(lambda: _tried(house) == 2)
            assert "longer than 0.4 s" in _outbox(house, "waiting")[0][1]
            post.slow = 0.0
            house.pass_time(minutes=10)
            await until(lambda: len(seen) == 3 and not _outbox(house, "waiting"))
        assert len({str(letter.message["Message-ID"]) for letter in seen}) == 1


async def test_nobody_there(tmp_path: Path) -> None:
    """Without a mail server letters wait, all of them, and leave when it is back; it is not asked in between."""
    with mail_server() as post:
        gone = post.settings()
    async with office(tmp_path, mail=gone) as house, make_organisation(house.server).client() as api:
        for number in range(3):
            await asked(api, f"p{number}@else.example")
        await until(lambda: any(attempts for attempts, _ in _outbox(house, "waiting")))
        assert len(_outbox(house, "waiting")) == 3
        assert sum(attempts for attempts, _ in _outbox(house, "waiting")) == 1


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_encrypted_and_signed_in(tmp_path: Path, how: str) -> None:
    """With STARTTLS or TLS, the certificate checked, and a name with a password that no log has."""
    with mail_server(starttls=how == "starttls", tls=how == "tls", authenticated=how == "starttls") as post:
        from mail_desk import DATA

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
            await until(lambda: _tried(house) == 1)
            assert "STARTTLS" in _outbox(house, "waiting")[0][1]
    assert post.signed_in == []
    assert "s3cret" not in caplog.text


async def test_off_by_default(tmp_path: Path) -> None:
    """Without settings for mail nothing is written, so nothing leaves when it is switched on later."""
    async with office(tmp_path) as house, make_organisation(house.server).client() as api:
        await asked(api, "zoe@else.example")
        assert _all(house) == 0


async def test_what_is_out_of_date_does_not_leave(house: Office, team: Team, post: Post) -> None:
    """A letter that waited while its request was cancelled is dropped."""
    post.on_receiver = lambda _: "450 Not now"
    async with team.client() as api:
        transfer = await asked(api, "zoe@else.example")
        await until(lambda: _tried(house) == 1)
        assert (await api.post(f"/v1/transfers/{transfer['id']}/cancel")).status_code == 200
        post.on_receiver = lambda _: "250 OK"
        house.pass_time(hours=1)
        await until(lambda: len(_outbox(house, "dropped")) == 1)
    assert post.letters == []


async def test_a_restart_hands_in_what_waits(tmp_path: Path) -> None:
    """What a server that stopped had not handed in leaves when it runs again."""
    with mail_server() as post:
        post.on_receiver = lambda _: "450 Not now"
        async with office(tmp_path, mail=post.settings()) as house, make_organisation(house.server).client() as api:
            await asked(api, "zoe@else.example")
            await until(lambda: _tried(house) == 1)
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
            await until(lambda: len(_outbox(house, "failed")) == 2)
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


def _rows(house: Office, query: str) -> list[tuple[Any, ...]]:
    with house.server.services.database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _outbox(house: Office, state: str) -> list[tuple[int, str]]:
    found = _rows(house, "SELECT state, attempts, error FROM letters ORDER BY number")
    return [(attempts, error) for each, attempts, error in found if each == state]


def _tried(house: Office) -> int:
    """How often the first letter that waits was tried; -1 for none."""
    return next((attempts for attempts, _ in _outbox(house, "waiting")), -1)


def _links_kept(house: Office) -> list[tuple[Any, ...]]:
    return _rows(house, "SELECT id FROM letters WHERE state <> 'waiting' AND link <> ''")


def _all(house: Office) -> int:
    return len(_rows(house, "SELECT 1 FROM letters"))
