"""Signing a terminal in from a browser: seen before it is confirmed, and confirmed once, by its own person."""

from urllib.parse import quote

import pytest
from builders import Team, make_organisation
from device_desk import Device, asking, later
from mail_desk import Office as Post
from notifications_desk import Office
from plain_visitor import PlainVisitor, Seen
from signed_out import signed_out_meanwhile

from contract.people import Role

OLGA = "owner@example.example"
LINK = "/device"


@pytest.fixture(name="olga")
async def olgas_browser(house: Office, team: Team, post: Post) -> PlainVisitor:
    """The owner, signed in with a browser."""
    del team
    found = PlainVisitor(house.server.app, "127.0.0.1")
    await found.sign_in(post, OLGA)
    return found


async def looks(reader: PlainVisitor, device: Device) -> Seen:
    """Open the address that a device shows, and continue; what can be read then."""
    await reader.open(f"{LINK}?user_code={device.code}")
    return await reader.send(LINK, having="look")


async def test_sign_in_first_then_see_then_confirm(house: Office, team: Team, post: Post) -> None:
    """The address with the code leads through the sign-in back to it; opening it confirms nothing."""
    device = await asking(house.server, "olgas-laptop")
    olga = PlainVisitor(house.server.app, "127.0.0.1")
    await olga.open(f"{LINK}?user_code={device.code}")
    assert olga.at.path.startswith("/sign-in?next=")
    await olga.open(await olga.mailed_link(post, OLGA))
    await olga.send("/sign-in/confirm")
    assert olga.at.path == f"{LINK}?user_code={device.code}"
    later(house.server, 5)
    assert await device.told() == "authorization_pending", "who only opens the address has said nothing"
    shown = await olga.send(LINK, having="look")
    assert "olgas-laptop, by its own word" in shown
    assert "127.0.0.x, the same as this browser's" in shown
    assert "do everything that you may do" in shown
    assert "signed in for Example Ltd" in shown
    assert "90 days" in shown
    assert "Confirm only what you started yourself" in shown
    later(house.server, 5)
    assert await device.told() == "authorization_pending"
    shown = await olga.send(LINK, having="confirm")
    assert "Your terminal is signed in." in shown
    token = (await device.poll()).json()["access_token"]
    async with house.server.client(token) as api:
        assert (await api.get("/v1/me")).json()["organisation"]["id"] == team.organisation_id


async def test_a_link_of_somebody_else_confirms_nothing(house: Office, olga: PlainVisitor) -> None:
    """A code in an address fills the field in, and no more, whatever the method; no other page sends the form."""
    device = await asking(house.server)
    for _ in range(3):
        await olga.open(f"{LINK}?user_code={device.code}&do=confirm")
        await olga.http.head(f"{LINK}?user_code={device.code}&do=confirm")
    forged = {"do": "confirm", "code": device.code}
    assert (await olga.http.post(LINK, data=forged)).status_code == 403
    await olga.open(LINK)
    fields = olga.at.forms[-1].fields | forged
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await olga.http.post(LINK, data=fields, headers=foreign)).status_code == 403
    assert await device.told() == "authorization_pending"


async def test_refusing_tells_the_terminal(house: Office, olga: PlainVisitor) -> None:
    """At its next question."""
    device = await asking(house.server)
    await looks(olga, device)
    assert "The terminal was refused." in await olga.send(LINK, having="refuse")
    assert await device.told() == "access_denied"


async def test_two_tabs_and_the_back_button(house: Office, olga: PlainVisitor) -> None:
    """What was answered in one is said in the other; the first answer stands."""
    device = await asking(house.server)
    await looks(olga, device)
    before = olga.at
    await olga.send(LINK, having="confirm")
    for action in ("confirm", "refuse"):
        olga.seen = before
        assert "You have confirmed this code already." in await olga.send(LINK, having=action)
        assert olga.at.status == 409
    assert await device.told() == "token"
    assert "You have confirmed this code already." in await looks(olga, device)


async def test_expired_cancelled_and_wrong_codes_say_what_to_do(house: Office, olga: PlainVisitor) -> None:
    """Before it is looked at, and between looking and confirming."""
    old, gone, late = [await asking(house.server) for _ in range(3)]
    await gone.cancel()
    assert "has given up waiting" in await looks(olga, gone)
    await looks(olga, late)
    page = olga.at
    later(house.server, 601)
    assert "This code has expired." in await looks(olga, old)
    assert olga.at.status == 410
    olga.seen = page
    assert "This code has expired." in await olga.send(LINK, having="confirm")
    for typed in ("BBBB-BBBB", "hello", "", '"><script>alert(1)</script>'):
        await olga.open(f"{LINK}?user_code={quote(typed)}")
        assert "No terminal waits with this code." in await olga.send(LINK, having="look")
        assert olga.at.status == 404
        assert "<script>" not in olga.at.answer.text
    assert await late.told() == "expired_token"


async def test_guessing_on_the_page_has_an_end(house: Office, olga: PlainVisitor) -> None:
    """After ten wrong ones the right one is refused as well, with how long to wait."""
    device = await asking(house.server)
    for letter in "BCDFGHJKLM":
        await olga.open(f"{LINK}?user_code=BBBB-BBB{letter}")
        await olga.send(LINK, having="look")
    assert "Too many wrong codes." in await looks(olga, device)
    assert (olga.at.status, olga.at.answer.headers["retry-after"]) == (429, "3600")


async def test_one_of_several_organisations_is_chosen(house: Office, team: Team, olga: PlainVisitor) -> None:
    """The one that the terminal asked for is offered first; one that is not theirs is refused."""
    other = make_organisation(house.server, "Other Ltd", owner=OLGA)
    foreign = make_organisation(house.server, "Foreign Ltd")
    device = await asking(house.server, organisation="Other Ltd")
    shown = await looks(olga, device)
    assert "Example Ltd" in shown
    assert f'<option value="{other.organisation_id}" selected>' in olga.at.answer.text
    page = olga.at
    for house_id in (foreign.organisation_id, ""):
        olga.seen = page
        await olga.send(LINK, having="confirm", organisation=house_id)
        assert olga.at.status == 403
    olga.seen = page
    await olga.send(LINK, having="confirm", organisation=team.organisation_id)
    token = (await device.poll()).json()["access_token"]
    async with house.server.client(token) as api:
        assert (await api.get("/v1/me")).json()["organisation"]["name"] == "Example Ltd"


async def test_what_a_machine_says_of_itself_is_harmless(house: Office, olga: PlainVisitor) -> None:
    """Markup is shown as it was typed; what is invisible is not; no name is said to be none."""
    device = await asking(house.server, "<b onclick=x>\u202e\x1b[2J", scope="read")
    shown = await looks(olga, device)
    assert "<b onclick=x> [2J, by its own word" in shown
    assert "read what you may read, and change nothing" in shown
    assert "It does not say its name." in await looks(olga, await asking(house.server, ""))


async def test_a_terminal_is_listed_and_signed_out_by_its_person(house: Office, team: Team, olga: PlainVisitor) -> None:
    """At once, with an event in its organisation; nobody ends another's."""
    device = await asking(house.server, "lost-laptop")
    await looks(olga, device)
    await olga.send(LINK, having="confirm")
    token = (await device.poll()).json()["access_token"]
    others = team.token_of(Role.VIEWER)
    shown = await olga.open("/sign-ins")
    assert "lost-laptop · Example Ltd" in shown
    form = next(each for each in olga.at.forms if "sign_in" in each.fields)
    theirs = form.fields | {"sign_in": f"tok_{others[3:23]}"}
    await olga.http.post("/sign-ins", data=theirs)
    async with house.server.client(others) as api:
        assert (await api.get("/v1/me")).status_code == 200
    mine = next(
        each.fields["sign_in"] for each in olga.at.forms if each.fields.get("sign_in", "") == f"tok_{token[3:23]}"
    )
    assert "You are signed out there." in await olga.send("/sign-ins", having=mine)
    assert "lost-laptop" not in olga.at.text
    async with house.server.client(token) as api:
        assert (await api.get("/v1/me")).status_code == 401
    async with team.client() as api:
        ended = [each for each in (await api.get("/v1/events")).json()["items"] if each["type"] == "token.revoked"]
    assert [each["object"]["attributes"]["because"] for each in ended] == ["signed_out"]


async def test_access_that_is_reset_while_a_form_waits_confirms_nothing(house: Office, olga: PlainVisitor) -> None:
    """Whoever had the session gets no token by a form that was on its way."""
    device = await asking(house.server)
    await looks(olga, device)
    await signed_out_meanwhile(house.server.services, olga.send(LINK, having="confirm"))
    assert olga.at.path.startswith("/sign-in")
    assert await device.told() == "authorization_pending"


async def test_a_session_revoked_while_the_page_is_open_confirms_nothing(house: Office, olga: PlainVisitor) -> None:
    """The form is not theirs any more."""
    device = await asking(house.server)
    await looks(olga, device)
    page = olga.at
    await olga.send("/sign-out")
    olga.seen = page
    await olga.send(LINK, having="confirm")
    assert olga.at.path.startswith("/sign-in")
    assert await device.told() == "authorization_pending"
