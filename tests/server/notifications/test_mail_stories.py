"""E-mail about transfer requests, handed in at a real mail server on this machine."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from builders import Team, make_organisation
from mail_desk import PUBLIC, links_kept, outbox, sent, tried
from mail_desk import Office as Post
from notifications_desk import Office, until
from sqlalchemy import update
from transfer_desk import ask_to_join, asked, decide

from contract.people import Role
from server.store.tables import organisations


async def test_the_person_asked_gets_the_link(house: Office, team: Team, post: Post) -> None:
    """A letter of text and HTML leaves with a link that tells what it is about; nobody's account is mentioned."""
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
        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert letter.subject == "Example Ltd asks you to join its subscription"
        assert "> Come & see <b>us</b>" in letter.text
        assert letter.link.startswith(f"{PUBLIC}/request?link=")
        page = await api.get(letter.link.removeprefix(PUBLIC))
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "Nothing happens unless you accept it." in page.text
        assert transfer["id"] not in page.text
    assert links_kept(house) == []


async def test_sent_again_the_old_link_opens_nothing(house: Office, team: Team, post: Post) -> None:
    """Each sending has a link of its own, and only the last one opens (D23)."""
    async with team.client() as api:
        transfer = await asked(api, "zoe@else.example")
        await sent(house, post, 1)
        house.pass_time(hours=2)
        assert (await api.post(f"/v1/transfers/{transfer['id']}/resend")).status_code == 200
        await sent(house, post, 2)
        old, new = (letter.link.removeprefix(PUBLIC) for letter in post.letters)
        assert (await api.get(old)).status_code == 404
        assert (await api.get(new)).status_code == 200
        assert (await api.post(f"/v1/transfers/{transfer['id']}/cancel")).status_code == 200
        assert (await api.get(new)).status_code == 404
        assert (await api.get("/request?link=" + "x" * 5000)).status_code == 404
    assert post.letters[0].message["Message-ID"] != post.letters[1].message["Message-ID"]


async def test_nobody_is_written_to_twice_an_hour(house: Office, team: Team, post: Post) -> None:
    """A request that is cancelled and sent anew waits for its hour as one that is sent again does (D23)."""
    async with team.client() as api:
        transfer = await asked(api, "zoe@else.example")
        await sent(house, post, 1)
        assert (await api.post(f"/v1/transfers/{transfer['id']}/cancel")).status_code == 200
        await asked(api, "zoe@else.example", "Once more")
        await asked(api, "yan@else.example")
        await sent(house, post, 2)
        assert [letter.receiver for letter in post.letters] == ["zoe@else.example", "yan@else.example"]
        await until(lambda: outbox(house, "waiting") == [(0, "")])
        house.pass_time(hours=1)
        await sent(house, post, 3)
        assert "> Once more" in post.letters[2].text


async def test_a_link_is_looked_up_in_an_index(house: Office, team: Team) -> None:
    """Anybody may try links, so that one must cost the same however many requests wait."""
    statements: list[str] = []
    with house.server.services.database.read() as connection:
        driver: Any = connection.connection.driver_connection
    async with team.client() as api:
        driver.set_trace_callback(statements.append)
        assert (await api.get("/request?link=guessed")).status_code == 404
        driver.set_trace_callback(None)
    (sql,) = [each for each in statements if "link_hash" in each]
    plan = driver.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    assert "USING INDEX ix_transfers_link" in plan[0][3]


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
    """Accepted, or declined with its reason: the asker gets one letter, and one more if it is taken back.

    Of a request that nobody answered there is none: it would tell that somebody was found (D25).
    """
    yes, no, never = ask_to_join(team, "Yes", "No", "Never")
    async with team.client() as api:
        report = await decide(api, [yes], [no], reason="Ask \x41gain later")
        await sent(house, post, 2)
        said = {letter.receiver: letter for letter in post.letters}
        assert said["yes@outside.example"].subject == "Example Ltd accepted your request"
        assert "> Ask Again later" in said["no@outside.example"].text
        assert (await api.post(f"/v1/transfers/decisions/{report['id']}/undo")).status_code == 200
        await sent(house, post, 4)
        assert all("pending again" in letter.subject for letter in post.letters[2:])
    assert never
    house.pass_time(days=15)
    team.server.services.tasks.start("due", _chores(house))
    await team.server.services.tasks.settled("due", 10)
    async with team.client() as api:
        ended = (await api.get(f"/v1/transfers/{never}")).json()
    assert ended["state"] == "expired"
    assert outbox(house, "waiting") == []
    assert len(post.letters) == 4


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


MIME = ("Content-Type", "Content-Language", "MIME-Version")

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


async def test_refused_for_now_and_for_good(house: Office, team: Team, post: Post) -> None:
    """4xx is tried again under the same id, 5xx is parked at once with what the mail server said."""
    no = iter(["450 Greylisted", "451 Greylisted"])
    post.on_receiver = lambda address: "550 No such mailbox" if address.startswith("gone") else next(no, "250 OK")
    more = iter(["452 Disk full"])
    post.on_letter = lambda _: next(more, "250 OK")
    async with team.client() as api:
        await asked(api, "gone@else.example")
        await until(lambda: outbox(house, "failed") != [])
        assert outbox(house, "failed")[0][:2] == (1, "550 No such mailbox")
        await asked(api, "later@else.example")
        for attempt in range(1, 4):
            await until(lambda: tried(house) == attempt)  # noqa: B023
            house.pass_time(hours=1)
        await until(lambda: len(post.letters) == 1)
    assert len(post.offered) == 2
    assert len({str(letter.message["Message-ID"]) for letter in post.offered}) == 1
    assert links_kept(house) == []


async def test_parked_after_two_days(house: Office, team: Team, post: Post) -> None:
    """A letter that is put off ten times is parked, visible, and its link is forgotten."""
    post.on_receiver = lambda _: "450 Not now"
    async with team.client() as api:
        await asked(api, "zoe@else.example")
        for attempt in range(1, 11):
            await until(lambda: tried(house) == attempt)  # noqa: B023
            house.pass_time(hours=27)
        await until(lambda: outbox(house, "failed") == [(11, "450 Not now")])
    assert links_kept(house) == []


async def test_what_is_out_of_date_does_not_leave(house: Office, team: Team, post: Post) -> None:
    """A letter that waited while its request was cancelled is dropped."""
    post.on_receiver = lambda _: "450 Not now"
    async with team.client() as api:
        transfer = await asked(api, "zoe@else.example")
        await until(lambda: tried(house) == 1)
        assert (await api.post(f"/v1/transfers/{transfer['id']}/cancel")).status_code == 200
        post.on_receiver = lambda _: "250 OK"
        house.pass_time(hours=1)
        await until(lambda: len(outbox(house, "dropped")) == 1)
    assert post.letters == []
