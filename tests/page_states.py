"""Every page in every state that somebody may see: empty, filled, refused, over. For those who look at all of them."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from page_desk import House, Visitor
from transfer_desk import asked

from contract.device import AUTHORIZE, CLIENT
from server.people.sign_in_links import PATH

BOB = "bob@outside.example"
OLGA = "olga@quattrocchi-yachting.example"
MESSAGE = "Come and join us: the boats of next year are drawn with the new licence, and yours is paid. Olga"


async def states(house: House, bob: Visitor, *, filled: bool) -> AsyncIterator[str]:
    """Go from page to page; each name is of the state that the visitor sees at that moment.

    `filled`: those of somebody signed in with whom a lot is going on; else those of who comes for the first time.
    """
    walk = _of_somebody_busy(house, bob) if filled else _of_a_newcomer(house, bob)
    async for state in walk:
        yield state


async def _of_a_newcomer(house: House, bob: Visitor) -> AsyncIterator[str]:
    team = house.organisation("Tidewheel Works")
    async with house.api(team.token) as api:
        await asked(api, BOB, MESSAGE)
        request = (await house.letter(BOB, "/request?link=")).link
        await bob.open("/")
        yield "welcome"
        await bob.open("/nowhere")
        yield "not-found"
        await bob.open("/sign-in")
        yield "sign-in"
        await bob.page.get_by_role("textbox").fill("bob..b@outside.example")
        await bob.send("/sign-in")
        yield "sign-in-refused"
        await bob.open(request)
        yield "asked"
        await bob.open("/sign-in")
        await bob.page.get_by_role("textbox").fill("new@outside.example")
        await bob.send("/sign-in")
        yield "link-sent"
        link = (await house.letter("new@outside.example", PATH)).link
        await bob.open(link)
        yield "sign-in-confirm"
        await bob.send(PATH)
        yield "profile-signed-up"
        await bob.open("/")
        yield "profile-empty"
        await bob.open(link)
        yield "link-used"
        await bob.open(request)
        yield "request-for-another"
        await bob.open("/leave")
        yield "leave-nothing"
        await bob.open("/requests/trf_00000000000000000000000000")
        yield "request-not-found"
        await bob.open("/request?link=gone")
        yield "request-ended"
        async for state in _of_who_starts(bob):
            yield state


async def _of_who_starts(bob: Visitor) -> AsyncIterator[str]:
    await bob.open("/start")
    yield "start"
    await bob.page.locator("#name").fill("Baumeister Boats")
    await bob.page.get_by_role("radio").last.check()
    await bob.page.locator("#seats").fill("none")
    await bob.send("/start")
    yield "start-refused"
    await bob.page.get_by_role("radio").nth(2).check()
    await bob.page.locator("#seats").fill("3")
    await bob.send("/start")
    yield "start-price"
    async with bob.page.expect_navigation():
        await bob.page.locator("main form[method=post] button").last.click()
    yield "started"
    await bob.open("/")
    yield "profile-of-an-owner"


async def _of_somebody_busy(house: House, bob: Visitor) -> AsyncIterator[str]:
    team = house.organisation("Tidewheel Works")
    other = house.organisation("Quattrocchi Yachting and Marine Electronics", owner=OLGA, invoiced=True)
    async with house.api(team.token) as api, house.api(other.token) as own:
        code = (await api.post("/v1/invitation-codes", json={"code": "SPRING-2026"})).json()["code"]
        await own.post("/v1/users", json={"email": "deck.hand@quattrocchi-yachting.example"})
        transfer = (await asked(api, OLGA, MESSAGE))["id"]
        await bob.sign_in(OLGA)
        await bob.open("/")
        yield "profile-asked"
        await bob.open(f"/requests/{transfer}")
        yield "request"
        await bob.page.get_by_role("checkbox").first.check()
        await bob.send(f"/requests/{transfer}", "accept")
        yield "request-accepted"
        await bob.open("/")
        yield "profile-undo"
        await bob.open(f"/requests/{transfer}")
        await bob.send(f"/requests/{transfer}", "undo")
        await bob.page.locator("textarea").fill("Not this year: my boat is in the yard.")
        await bob.send(f"/requests/{transfer}", "decline")
        yield "request-declined"
        async for state in _of_a_user(bob, code):
            yield state
        member = (await api.get("/v1/members?search=bob")).json()["items"][0]["id"]
        offer = (await api.post("/v1/ownership", json={"to": member})).json()["id"]
        async for state in _of_an_heir(bob, offer):
            yield state
        async for state in _of_who_signs_a_terminal_in(house, bob):
            yield state


async def _of_an_heir(bob: Visitor, offer: str) -> AsyncIterator[str]:
    await bob.open("/")
    yield "profile-offered"
    await bob.open(f"/ownership/{offer}")
    yield "ownership"
    await bob.send(f"/ownership/{offer}", "accept")
    yield "profile-main-account"
    await bob.open(f"/ownership/{offer}")
    yield "ownership-undo"


async def _of_who_signs_a_terminal_in(house: House, bob: Visitor) -> AsyncIterator[str]:
    await bob.open("/device")
    yield "device"
    await bob.page.locator("#code").fill("WRNG-CODE")
    await bob.send("/device")
    yield "device-refused"
    async with house.api() as api:
        form = {"client_id": CLIENT, "machine": "boatyard-workstation-7.tidewheel.example"}
        code = (await api.post(AUTHORIZE, data=form)).json()["user_code"]
    await bob.open(f"/device?user_code={code}")
    await bob.send("/device")
    yield "device-asks"
    await bob.send("/device", "confirm")
    yield "device-confirmed"


async def _of_a_user(bob: Visitor, code: str) -> AsyncIterator[str]:
    await bob.context.clear_cookies()
    await bob.sign_in(BOB)
    await bob.open(f"/join?code={quote(code)}")
    yield "code"
    await bob.page.get_by_role("textbox").fill("WINTER-2025")
    await bob.send("/join")
    yield "code-refused"
    await bob.open("/ask")
    yield "ask"
    await bob.page.get_by_role("textbox").first.fill(BOB)
    await bob.send("/ask")
    yield "ask-refused"
    await bob.page.get_by_role("textbox").first.fill("Quattrocchi Yachting and Marine Electronics")
    await bob.send("/ask")
    yield "profile-waits"
    async with bob.page.expect_navigation():
        await bob.page.locator("main a[href^='/requests/']").first.click()
    yield "ask-pending"
    await bob.open("/names")
    await bob.page.get_by_role("textbox").nth(0).fill("Bob")
    await bob.page.get_by_role("textbox").nth(1).fill("Baumeister")
    await bob.page.get_by_role("textbox").nth(2).fill("Rigger")
    yield "names"
    await bob.send("/names")
    yield "profile-named"
    await bob.open("/names")
    await bob.page.get_by_role("textbox").nth(0).fill("Bob\u202e")
    await bob.send("/names")
    yield "names-refused"
    await bob.open(f"/join?code={quote(code)}")
    await bob.send("/join")
    yield "profile-joined"
    await bob.open("/leave")
    yield "leave"
    await bob.open("/sign-ins")
    yield "sign-ins"
