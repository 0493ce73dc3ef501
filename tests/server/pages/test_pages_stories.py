"""People with nothing but a browser: they prove their address, say yes or no, use codes, leave."""

import pytest
from account_desk import offered
from builders import Team, make_organisation
from code_desk import new_code
from mail_desk import PUBLIC, sent
from mail_desk import Office as Post
from notifications_desk import Office
from plain_visitor import PlainVisitor, path_in
from transfer_desk import states

BOB = "bob@old.example"
PHONE = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"


@pytest.fixture(name="bob")
async def bobs_browser(house: Office, team: Team) -> PlainVisitor:
    """Bob, who has no account and a telephone."""
    del team
    return PlainVisitor(house.server.app, headers={"User-Agent": PHONE})


async def test_from_the_letter_to_a_seat(house: Office, team: Team, post: Post, bob: PlainVisitor) -> None:
    """The link of a request leads to a sign-in link, that back to the request, and Accept to a seat."""
    async with team.client() as owner:
        await offered(owner, BOB, "Come and join us")
        await sent(house, post, 1)
        shown = await bob.open(path_in(post.letters[0]))
        assert "Example Ltd asks you to join its subscription" in shown
        link = await bob.mailed_link(post, BOB)
        assert "Sign in as bob@old.example?" in await bob.open(link)
        shown = await bob.send("/sign-in/confirm")
        assert bob.at.path.startswith("/requests/")
        assert "Come and join us" in shown
        shown = await bob.send(bob.at.path, having="accept")
        assert "You joined the organisation." in shown
        assert "You can undo this until" in shown
        assert list((await states(owner)).values()) == ["accepted"]
        users = (await owner.get("/v1/users")).json()["items"]
        assert [(each["email"], each["status"]) for each in users if each["email"] == BOB] == [(BOB, "active")]
    assert "You may use the service." in await bob.open("/")


async def test_undo_within_ten_minutes(house: Office, team: Team, post: Post, bob: PlainVisitor) -> None:
    """Whoever accepted takes it back from the profile, and the request is pending again; later nothing is offered."""
    async with team.client() as owner:
        await offered(owner, BOB)
        await bob.sign_in(post, BOB)
        await bob.open(next(each for each in bob.at.links if each.startswith("/requests/")))
        request = bob.at.path
        await bob.send(request, having="accept")
        await bob.open("/")
        assert "You joined Example Ltd" in bob.at.text
        assert "the request is pending again" in await bob.send(request, having="undo")
        assert list((await states(owner)).values()) == ["pending"]
        await bob.send(request, having="accept")
        house.pass_time(minutes=11)
        await bob.open(request)
        assert [form for form in bob.at.forms if form.fields.get("do") == "undo"] == []


async def test_no_with_a_reason(house: Office, team: Team, post: Post, bob: PlainVisitor) -> None:
    """A reason reaches the organisation as it was written."""
    async with team.client() as owner:
        transfer = await offered(owner, BOB)
        await bob.sign_in(post, BOB, next_path=f"/requests/{transfer}")
        shown = await bob.send(bob.at.path, having="decline", reason="No <time> & no need")
        assert "You declined the request." in shown
        assert "Reason: No <time> & no need" in shown
        answer = (await owner.get(f"/v1/transfers/{transfer}")).json()
        assert (answer["state"], answer["reason"]) == ("declined", "No <time> & no need")
    assert house.server


async def test_two_tabs_and_the_back_button(team: Team, post: Post, bob: PlainVisitor) -> None:
    """The form of a second tab finds the request answered, says so, and does nothing twice."""
    async with team.client() as owner:
        transfer = await offered(owner, BOB)
        await bob.sign_in(post, BOB, next_path=f"/requests/{transfer}")
        first = bob.at
        await bob.send(f"/requests/{transfer}", having="accept")
        bob.seen = first
        shown = await bob.send(f"/requests/{transfer}", having="decline")
        assert bob.at.status == 409
        assert "was answered or has ended meanwhile" in shown
        assert list((await states(owner)).values()) == ["accepted"]
        assert bob.at.answer.headers["cache-control"] == "no-store"


async def test_a_code_by_its_address(team: Team, post: Post, bob: PlainVisitor) -> None:
    """The address of a code fills it in and does nothing; the button takes a free seat; twice is refused kindly."""
    async with team.client() as owner:
        await new_code(owner, "WELCOME-26", max_uses=2)
        await bob.open("/join?code=welcome%2026")
        assert bob.at.path == "/sign-in?next=%2Fjoin%3Fcode%3Dwelcome%252026"
        link = await bob.mailed_link(post, BOB)
        await bob.open(link)
        await bob.send("/sign-in/confirm")
        assert bob.at.path == "/join?code=welcome%2026"
        assert bob.at.forms[-1].fields["code"] == "welcome 26"
        codes = (await owner.get("/v1/invitation-codes")).json()["items"]
        assert codes[0]["uses"] == 0
        assert "You joined with the code." in await bob.send("/join")
        codes = (await owner.get("/v1/invitation-codes")).json()["items"]
        assert codes[0]["uses"] == 1
        await bob.open("/join?code=welcome-26")
        assert "You already use a subscription." in await bob.send("/join")


async def test_wrong_codes_are_counted(team: Team, post: Post, bob: PlainVisitor) -> None:
    """Ten wrong codes an hour, then none at all: the page counts as the API does (D21)."""
    del team
    await bob.sign_in(post, BOB, next_path="/join")
    for _ in range(10):
        assert "This code is not accepted." in await bob.send("/join", code="WRONG")
    assert "Too many wrong codes." in await bob.send("/join", code="WRONG")
    assert bob.at.status == 429
    assert int(bob.at.answer.headers["retry-after"]) > 0


async def test_asking_withdrawing_and_leaving(team: Team, post: Post, bob: PlainVisitor) -> None:
    """Asking never tells whether there is such an organisation; the owner sees it; it can be withdrawn."""
    await bob.sign_in(post, BOB, next_path="/ask")
    for name in ("Example Ltd", "Nobody at all"):
        await bob.open("/ask")
        assert "Your request was sent." in await bob.send("/ask", organisation=name, message="Please")
    async with team.client() as owner:
        assert list((await states(owner)).values()) == ["pending"]
        wanted = next(each for each in bob.at.links if each.startswith("/requests/"))
        await bob.open(wanted)
        await bob.send(wanted, having="withdraw")
        await new_code(owner, "COME-IN")
        await bob.open("/join?code=COME-IN")
        await bob.send("/join")
        await bob.open("/leave")
        assert "You left the subscription." in await bob.send("/leave")
        users = (await owner.get("/v1/users")).json()["items"]
        assert BOB not in [each["email"] for each in users]


async def test_own_subscriptions_end_only_with_a_tick(house: Office, team: Team, post: Post) -> None:
    """Whoever pays for a subscription reads that it ends, and must agree to each (D24)."""
    other = make_organisation(house.server, "Other Ltd", owner="olga@other.example")
    olga = PlainVisitor(house.server.app)
    async with team.client() as owner:
        transfer = await offered(owner, "olga@other.example")
        await olga.sign_in(post, "olga@other.example", next_path=f"/requests/{transfer}")
        assert "ends now, without refund" in olga.at.text
        assert "would end without refund" in await olga.send(olga.at.path, having="accept")
        assert "You joined the organisation." in await olga.send(olga.at.path, having="accept", tick="ends")
    async with other.client() as mine:
        assert (await mine.get("/v1/subscription")).json()["status"] == "ended"


async def test_an_owner_reads_how_the_terminal_is_signed_in(house: Office, post: Post) -> None:
    """Who pays for a subscription finds the command that leads to it, with this server's address; nobody else does."""
    make_organisation(house.server, "Other Ltd", owner="olga@other.example")
    olga, bob = PlainVisitor(house.server.app), PlainVisitor(house.server.app)
    assert f"headcount login --url {PUBLIC}" in await olga.sign_in(post, "olga@other.example")
    assert "headcount login" not in await bob.sign_in(post, BOB)


async def test_names(team: Team, post: Post, bob: PlainVisitor) -> None:
    """Names are edited; what nobody can see in them is refused at the field."""
    del team
    await bob.sign_in(post, BOB, next_path="/names")
    assert "Your names were saved." in await bob.send("/names", first_name="Bob", last_name="Kaya")
    assert "Bob Kaya" in bob.at.text
    await bob.open("/names")
    await bob.send("/names", first_name="Bo\u202eb")
    assert bob.at.status == 422
    assert "Remove U+202E" in bob.at.text


async def test_sign_ins_are_listed_and_ended(house: Office, post: Post, bob: PlainVisitor) -> None:
    """Each browser is listed; signing out elsewhere holds at once; a session ends by itself after twelve hours."""
    await bob.sign_in(post, BOB)
    laptop = PlainVisitor(house.server.app, headers={"User-Agent": LAPTOP})
    await laptop.sign_in(post, BOB, next_path="/sign-ins")
    assert "Firefox on Linux · this one" in laptop.at.text
    assert "Chrome on Android" in laptop.at.text
    assert "You are signed out there." in await laptop.send("/sign-ins")
    await bob.open("/names")
    assert bob.at.path == "/sign-in?next=%2Fnames"
    house.pass_time(hours=12)
    await laptop.open("/")
    assert "Sign in or sign up" in laptop.at.text


async def test_the_subscription_changes_hands(house: Office, team: Team, post: Post) -> None:
    """A member reads what becoming the main account means, accepts, and undoes it within ten minutes."""
    member = team.member(email="mia@example.org")
    mia = PlainVisitor(house.server.app)
    async with team.client() as owner:
        assert (await owner.post("/v1/ownership", json={"to": member})).status_code == 201
        await mia.sign_in(post, "mia@example.org")
        offer = next(each for each in mia.at.links if each.startswith("/ownership/"))
        assert "pay for its subscription from now on" in await mia.open(offer)
        assert "You are the main account" in await mia.send(offer, having="accept")
        assert (await owner.get("/v1/ownership")).json()["main_account"]["email"] == "mia@example.org"
        await mia.open(offer)
        assert "Undone" in await mia.send(offer, having="undo")
        assert (await owner.get("/v1/ownership")).json()["main_account"]["email"] != "mia@example.org"
