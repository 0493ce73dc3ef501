"""One's own account in the terminal: the first screen of somebody who administers nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from harness import Desk, serving
from profile_office import INVITED, PAYING, STRANGER, USER, profile_office

from contract.codes import NewCode
from contract.people import Role
from contract.tokens import NewToken
from contract.transfers import NewTransfer


async def test_a_member_lands_on_the_profile(tmp_path: Path) -> None:
    """Instead of an error: who one is, what one uses and until when; the other areas say why they are not there."""
    with profile_office(tmp_path, USER) as office:
        async with office.at_work(Role.MEMBER, size=(120, 40)) as desk:
            await desk.until(lambda: "What you use" in desk.text)
            assert "● active" in desk.text
            assert "Bjørn Sæther" in desk.text
            assert "a member of Tidewheel Works" in desk.words
            assert "You can use the service, until 30 Nov" in desk.words
            assert "● live" in desk.text
            await desk.press("2")
            assert "only your own profile is available" in desk.words
            assert not any("/events" in call for call in desk.wire.calls())


async def test_an_offer_is_accepted(tmp_path: Path) -> None:
    """`a`, what it does, `y`: a user of theirs; declined the same way with a reason."""
    with profile_office(tmp_path, INVITED) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "asks you to join" in desk.text)
            assert "Tidewheel Works asks you to join" in desk.text
            assert "Welcome aboard! Same desk, our plan." in desk.text
            await desk.press("a")
            assert "You become a user of Tidewheel Works's subscription" in desk.words
            await desk.press("y")
            await desk.until(lambda: "You are a user of Tidewheel Works" in desk.words)
            assert "No requests waiting for your answer" in desk.text
            assert "NOT PAID" in desk.text


async def test_an_offer_is_declined_with_a_reason(tmp_path: Path) -> None:
    """The owner reads what was typed."""
    with profile_office(tmp_path, INVITED) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "asks you to join" in desk.text)
            await desk.press("x")
            await desk.type("Next year")
            await desk.press("enter")
            await desk.until(lambda: "Declined." in desk.text)
        async with office.client(Role.OWNER) as owner:
            found = [each for each in (await owner.transfers()).items if each.email == INVITED]
            assert [(each.state, each.reason) for each in found] == [("declined", "Next year")]


async def test_what_was_decided_is_undone_also_after_a_restart(tmp_path: Path) -> None:
    """`z` takes the last decision back for ten minutes, in this app or in the one started after it."""
    with profile_office(tmp_path, INVITED) as office:
        async with office.at_work(Role.MEMBER, size=(120, 40)) as desk:
            await desk.until(lambda: "asks you to join" in desk.text)
            assert "z undo" not in desk.words
            await desk.press("z")
            assert "you decided nothing in the last 10 minutes" in desk.words
            await desk.press("a", "y")
            await desk.until(lambda: "You accepted what Tidewheel Works asked" in desk.words)
        async with office.at_work(Role.MEMBER, size=(120, 40)) as desk:
            await desk.until(lambda: "z undoes it until" in desk.words)
            await desk.press("z")
            await desk.until(lambda: "is waiting for your answer again" in desk.words)
            assert "Tidewheel Works asks you to join" in desk.text
            assert "z undoes it" not in desk.words
        async with office.client(Role.OWNER) as owner:
            found = [each for each in (await owner.transfers()).items if each.email == INVITED]
            assert [each.state for each in found] == ["pending"]


async def test_who_pays_is_told_what_ends(tmp_path: Path) -> None:
    """The summary names the plan that ends without refund; nothing happens before the y."""
    with profile_office(tmp_path, PAYING) as office:
        async with office.client(Role.OWNER) as owner:
            waiting = [each for each in (await owner.transfers()).items if each.email == PAYING]
            await owner.decline_transfer(waiting[0].id)
            await owner.create_transfer(NewTransfer(email=PAYING))
        async with office.at_work(Role.MEMBER, area="profile", size=(120, 40)) as desk:
            await desk.until(lambda: "asks you to join" in desk.text)
            assert "Professional, EUR 15.00 a month" in desk.words
            await desk.press("a")
            assert "Your own subscription ends at once" in desk.words
            assert "Nothing you have paid is refunded" in desk.words
            await desk.press("escape")
            assert not desk.wire.calls("POST")
            await desk.press("a", "y")
            await desk.until(lambda: "You are a user of Tidewheel Works" in desk.words)


async def test_a_code_is_used(tmp_path: Path) -> None:
    """A wrong one comes back with what is wrong; the right one takes the free seat."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.client(Role.OWNER) as owner:
            await owner.create_code(NewCode(code="Come-In-27"))
            listed = (await owner.users()).items
            for each in listed:
                if each.status == "not_paid" or each.email == USER:
                    await owner.remove_user(each.id)
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "no subscription" in desk.text)
            await desk.press("u")
            await desk.type("wrong")
            await desk.press("enter")
            await desk.until(lambda: "Use an invitation code" in desk.text and "! " in desk.text)
            await desk.press("ctrl+u")
            await desk.type("come in 27")
            await desk.press("enter")
            await desk.until(lambda: "You are a user of Tidewheel Works" in desk.words)
            assert "● active" in desk.text
            assert "a member of Tidewheel Works since 20 Nov" in _side_of(desk, "you")
            assert "Since 20 Nov, with an invitation code" in _side_of(desk, "uses")
            assert "Contact Ada Marlowe <ada@tidewheel.example>" in _side_of(desk, "uses")
            assert "Tidewheel Works · ana@outside.example · member" in desk.text


def _side_of(desk: Desk, panel: str) -> str:
    """What one of the panels says, without what stands beside it."""
    region = desk.app.screen.query_one(f"#{panel}").content_region
    lines = [line[region.x : region.right] for line in desk.lines[region.y : region.bottom]]
    return " ".join(" ".join(lines).split())


async def test_an_acceptance_elsewhere_shows_without_a_restart(tmp_path: Path) -> None:
    """Who asked to join is told when the owner has agreed: whose user, since when, NOT PAID or not, and who to ask."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.press("t")
            await desk.type("Tidewheel Works")
            await desk.press("enter", "enter")
            await desk.until(lambda: "Request sent" in desk.words)
            assert "of no organisation" in desk.words
            async with office.client(Role.OWNER) as owner:
                (asked,) = [each for each in (await owner.transfers()).items if each.email == STRANGER]
                await owner.accept_transfer(asked.id)
            desk.app.session.retry()
            await desk.until(lambda: "a member of Tidewheel Works since 20 Nov" in _side_of(desk, "you"))
            assert "Since 20 Nov, by a transfer request Seat NOT PAID: no seat yet" in _side_of(desk, "uses")


async def test_asking_to_join_tells_nothing(tmp_path: Path) -> None:
    """Found or not, the words are the same; the request stands there and can be taken back."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "no subscription" in desk.text)
            said = []
            for name in ("Tidewheel Works", "Nowhere Limited"):
                await desk.press("t")
                await desk.type(name)
                await desk.press("enter", "enter")
                await desk.until(lambda name=name: f"Request sent. If {name}" in desk.words)  # type: ignore[misc]
                said.append(desk.app.screen_stack[0].action_bar.result.replace(name, ""))  # type: ignore[attr-defined]
            assert said[0] == said[1]
            assert "You asked Nowhere Limited to let you join" in desk.words
            await desk.press("d", "y")
            await desk.until(lambda: "Withdrawn." in desk.text)
            assert desk.text.count("to let you join") == 1
        async with office.client(Role.OWNER) as owner:
            assert any(each.email == STRANGER for each in (await owner.transfers()).items)


async def test_leaving_asks_first(tmp_path: Path) -> None:
    """A dialog that says what can't be taken back; then the seat is somebody else's."""
    with profile_office(tmp_path, USER) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "● active" in desk.text)
            await desk.press("L")
            assert "Leave Tidewheel Works?" in desk.text
            await desk.press("enter")
            assert "● active" in desk.text
            await desk.press("L", "y")
            await desk.until(lambda: "You have left." in desk.text)
            assert "no subscription" in desk.text
            await desk.press("L")
            assert "You use no subscription." in desk.text


async def test_names_are_edited(tmp_path: Path) -> None:
    """What is typed stands there afterwards."""
    with profile_office(tmp_path, USER) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "Bjørn" in desk.text)
            await desk.press("e", "ctrl+u")
            await desk.type("Bjarne")
            await desk.press("enter", "enter", "enter")
            await desk.until(lambda: "Saved." in desk.text)
            assert "Bjarne Sæther" in desk.text


async def test_the_owner_reaches_it_by_name(tmp_path: Path) -> None:
    """From the palette; the number keys lead back, and the brackets too."""
    with serving(tmp_path) as office:
        async with office.at_work() as desk:
            await desk.press("colon")
            await desk.type("profile")
            await desk.pilot.pause(0.3)
            await desk.press("enter")
            await desk.until(lambda: "What you use" in desk.text)
            assert "owner of Tidewheel Works" in desk.words
            assert "You pay  Business, EUR 6.00" in desk.text
            await desk.press("right_square_bracket")
            assert desk.app.current_mode == "overview"


async def test_a_role_that_is_given_shows_the_rest(tmp_path: Path) -> None:
    """Somebody who may read by now gets the overview without starting again."""
    with profile_office(tmp_path, USER) as office:
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "● active" in desk.text)
            with closing(sqlite3.connect(office.folder / "headcount.db")) as database, database:
                database.execute(
                    "UPDATE members SET role = 'viewer' WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
                    (USER,),
                )
            await desk.press("r")
            await desk.until(lambda: "1 Overview" in desk.text)
            await desk.press("1")
            await desk.until(lambda: "My subscription" in desk.text)


async def test_hostile_texts_stay_text(tmp_path: Path) -> None:
    """Markup and control characters of an organisation's message reach nobody's terminal."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.client(Role.OWNER) as owner:
            await owner.create_transfer(NewTransfer(email=STRANGER, message="[red]hi[/] [@click=app.quit]x[/]"))
        async with office.at_work(Role.MEMBER) as desk:
            await desk.until(lambda: "asks you to join" in desk.text)
            assert "[red]hi[/] [@click=app.quit]x[/]" in desk.text


async def test_a_token_that_was_handed_out_is_told_so(tmp_path: Path) -> None:
    """What the account uses is shown; requests, codes, names and leaving are not offered, and each key says why."""
    with profile_office(tmp_path, STRANGER) as office:
        async with office.client(Role.OWNER) as owner:
            made = await owner.create_token(NewToken(email=USER))
        office.tokens[Role.MEMBER] = made.token
        async with office.at_work(Role.MEMBER, size=(120, 40)) as desk:
            await desk.until(lambda: "Your token was issued by your organisation." in desk.text)
            assert "a member of Tidewheel Works" in desk.words
            for key, doing in {"e": "edit anything", "u": "use a code", "t": "ask anybody", "L": "leave"}.items():
                await desk.press(key)
                assert f"use your own sign-in to {doing}" in desk.words
            assert not any("PATCH" in call or "POST" in call for call in desk.wire.calls())
