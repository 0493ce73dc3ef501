"""Stories of people with nothing but a browser: asked by an organisation, with a code, with second thoughts."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from builders import Team, findings_in
from page_desk import PHONE, House, Visitor, visiting
from playwright.async_api import Browser, expect
from transfer_desk import asked

from contract.transfers import TransferState

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOB = "bob@outside.example"


@contextlib.asynccontextmanager
async def _asking(house: House, message: str = "Come and join us") -> AsyncIterator[tuple[Team, Any, str]]:
    """An organisation that has asked Bob: its owner's client of the API, and the id of the request."""
    team = house.organisation()
    async with house.api(team.token) as api:
        transfer = await asked(api, BOB, message)
        yield team, api, transfer["id"]
        assert house.call(findings_in, house.running) == []


async def _state(api: Any, transfer: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"/v1/transfers/{transfer}")).json()
    return found


async def test_asked_by_mail_bob_accepts_on_his_phone_and_the_terminal_says_so(browser: Browser, house: House) -> None:
    """Mail, link, sign-in, accept: the owner's terminal, which nobody touches, shows the new user, and who accepted."""
    async with _asking(house) as (team, _, _), house.desks(team).at_work(size=(120, 40)) as desk:
        async with visiting(browser, house, size=PHONE) as bob:
            await bob.open((await house.letter(BOB, "asks you")).link)
            assert "Example Ltd asks you to join its subscription" in await bob.text()
            await bob.press(f"Send a link to {BOB}")
            await bob.open((await house.letter(BOB, "/sign-in/confirm")).link)
            assert f"Sign in as {BOB}?" in await bob.text()
            await bob.press("Sign in")
            assert "Come and join us" in await bob.text()
            await bob.press("Accept")
            assert "You joined" in await bob.text()
            await bob.follow("Profile")
            assert "Example Ltd" in await bob.text()
        await desk.until(lambda: "accepted" in desk.words and BOB in desk.words)
        await desk.press("2")
        await desk.until(lambda: BOB in desk.text)


async def test_a_code_by_its_link_is_used_and_the_owner_is_told(browser: Browser, house: House) -> None:
    """The address of a code fills it in after signing in; using it takes a seat, and the owner reads who it was."""
    team = house.organisation()
    async with house.api(team.token) as api:
        code = (await api.post("/v1/invitation-codes", json={"code": "SPRING-2026"})).json()["code"]
    async with visiting(browser, house, size=PHONE) as bob:
        await bob.open(f"/join?code={code}")
        assert bob.path.startswith("/sign-in")
        await bob.open(await bob.ask_for_link(BOB))
        await bob.press("Sign in")
        assert bob.path == f"/join?code={code}"
        assert await bob.page.get_by_label("Invitation code").input_value() == code
        await bob.press("Use the code")
        assert "You joined with the code." in await bob.text()
        assert "Example Ltd" in await bob.text()
        letter = await house.letter("owner@example.example", BOB)
        assert "SPRING" not in letter.subject
    async with house.desks(team).at_work(size=(120, 40)) as desk:
        await desk.until(lambda: BOB in desk.words or "code" in desk.words)


async def test_bob_declines_with_a_reason_that_the_organisation_reads(browser: Browser, house: House) -> None:
    """What he wrote is what the organisation is told, word for word."""
    async with _asking(house) as (_, api, transfer), visiting(browser, house) as bob:
        await bob.sign_in(BOB)
        await bob.follow("See and answer")
        await bob.page.get_by_label("Reason (optional)").fill("I have <left> the trade & moved")
        await bob.press("Decline")
        assert "You declined the request." in await bob.text()
        assert "I have <left> the trade & moved" in await bob.text()
        found = await _state(api, transfer)
        assert (found["state"], found["reason"]) == ("declined", "I have <left> the trade & moved")


async def test_an_answer_is_undone_for_ten_minutes(browser: Browser, house: House) -> None:
    """Then the request is pending again; after ten minutes nothing offers it, and an open page is refused kindly."""
    async with _asking(house) as (_, api, transfer), visiting(browser, house) as bob:
        await bob.sign_in(BOB, f"/requests/{transfer}")
        await bob.press("Accept")
        await bob.press("Undo")
        assert (await _state(api, transfer))["state"] == TransferState.PENDING.value
        await bob.press("Accept")
        house.pass_time(minutes=10, seconds=1)
        await bob.press("Undo")
        assert "That did not work." in await bob.text()
        await bob.open("/")
        await expect(bob.page.get_by_role("button", name="Undo")).to_have_count(0)
        assert (await _state(api, transfer))["state"] == TransferState.ACCEPTED.value


async def test_links_that_no_longer_work_say_what_to_do(browser: Browser, house: House) -> None:
    """Used, expired, sent to somebody else, and opened before by a scanner: each page says what it is."""
    async with _asking(house) as (_, api, transfer), visiting(browser, house) as bob, visiting(browser, house) as eve:
        request = (await house.letter(BOB, "asks you")).link
        await eve.sign_in("eve@outside.example")
        assert await eve.open(request) == 404
        assert "for another address" in await eve.text()
        await bob.open("/sign-in")
        link = await bob.ask_for_link(BOB)
        async with house.api() as scanner:
            assert (await scanner.get(link.removeprefix(house.url))).status_code == 200
            assert (await scanner.head(link.removeprefix(house.url))).status_code == 200
        await bob.open(link)
        await bob.press("Sign in")
        assert BOB in await bob.text()
        assert await bob.open(link) == 410
        assert "This link no longer works" in await bob.text()
        await eve.page.context.clear_cookies()
        await eve.open("/sign-in")
        late = await eve.ask_for_link("eve@outside.example")
        house.pass_time(minutes=16)
        assert await eve.open(late) == 410
        await eve.follow("Ask for a new link")
        assert await eve.page.get_by_label("E-mail address").is_visible()
        await api.post(f"/v1/transfers/{transfer}/cancel")
        assert await bob.open(request) == 404
        assert "This link no longer works" in await bob.text()


async def test_two_tabs_decide_once(browser: Browser, house: House) -> None:
    """What the first tab did stands; the second, which shows the old page, is told what is, and does nothing."""
    async with _asking(house) as (_, api, transfer), visiting(browser, house) as bob:
        await bob.sign_in(BOB, f"/requests/{transfer}")
        other = await bob.tab()
        await other.goto(bob.page.url)
        await bob.press("Accept")
        await other.get_by_role("button", name="Decline").click()
        assert "That did not work." in await other.inner_text("main")
        assert "Accepted" in await other.inner_text("main")
        assert (await _state(api, transfer))["state"] == TransferState.ACCEPTED.value


async def test_the_back_button_after_accepting_accepts_nothing_again(browser: Browser, house: House) -> None:
    """Back shows the request as it is now; what a stale page sends is refused, and the organisation has one user."""
    async with _asking(house) as (_, api, transfer), visiting(browser, house) as bob:
        await bob.sign_in(BOB, f"/requests/{transfer}")
        await bob.press("Accept")
        await bob.page.go_back()
        if await bob.page.get_by_role("button", name="Accept").count():
            await bob.press("Accept")
        assert "Accepted" in await bob.text()
        assert (await api.get("/v1/users?count=true")).json()["total"] == 1
        await bob.page.reload()
        assert (await api.get("/v1/users?count=true")).json()["total"] == 1


async def test_a_session_that_is_ended_elsewhere_does_nothing_more(browser: Browser, house: House) -> None:
    """From another browser, at once, also for a page that is open: it asks to sign in, and its form did nothing."""
    async with (
        _asking(house) as (_, api, transfer),
        visiting(browser, house) as lost,
        visiting(browser, house, size=PHONE) as bob,
    ):
        await lost.sign_in(BOB, f"/requests/{transfer}")
        await bob.sign_in(BOB, "/sign-ins")
        assert "this one" in await bob.text()
        await bob.press("Sign out there")
        assert "You are signed out there." in await bob.text()
        await lost.press("Accept")
        assert (await _state(api, transfer))["state"] == TransferState.PENDING.value
        assert "sign" in (await lost.text()).lower()
        await lost.open("/")
        assert BOB not in await lost.text()


async def test_after_signing_out_the_back_button_shows_nothing(browser: Browser, house: House) -> None:
    """No page of somebody who has left is shown from a cache."""
    async with _asking(house), visiting(browser, house) as bob:
        await bob.sign_in(BOB)
        await bob.follow("See and answer")
        await bob.press("Sign out")
        assert "You are signed out." in await bob.text()
        for _ in range(3):
            await bob.page.go_back()
            assert "Come and join us" not in await bob.text()
            assert BOB not in await bob.text()


async def test_all_of_it_works_without_scripts_by_keyboard_alone(browser: Browser, house: House) -> None:
    """JavaScript is off and nobody has a mouse: Tab, Enter, and typing; the skip link comes first."""
    async with _asking(house) as (_, api, transfer), visiting(browser, house, java_script_enabled=False) as bob:
        keys = bob.page.keyboard
        await bob.open(f"/sign-in?next=/requests/{transfer}")
        await keys.press("Tab")
        await expect(bob.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await keys.press("Enter")
        await keys.press("Tab")
        await expect(bob.page.get_by_label("E-mail address")).to_be_focused()
        await keys.type(BOB)
        await keys.press("Enter")
        await bob.open((await house.letter(BOB, "/sign-in/confirm")).link)
        await _tab_to(bob, "Sign in")
        await keys.press("Enter")
        await bob.page.wait_for_url(f"**/requests/{transfer}")
        await _tab_to(bob, "Accept")
        await keys.press("Space")
        await expect(bob.page.get_by_role("status")).to_contain_text("You joined")
        assert (await _state(api, transfer))["state"] == TransferState.ACCEPTED.value


async def _tab_to(somebody: Visitor, name: str) -> None:
    """Press Tab until the button of that name has the focus."""
    button = somebody.page.get_by_role("main").get_by_role("button", name=name, exact=True)
    for _ in range(20):
        await somebody.page.keyboard.press("Tab")
        if await button.and_(somebody.page.locator(":focus")).count():
            return
    raise AssertionError(await somebody.text())
