"""Invitation codes, told in key presses over the real server."""

from pathlib import Path

import httpx
import pytest
from harness import Desk, Office, serving

from client.errors import NotFound
from contract.codes import CodeChanges, CodesQuery, CodeState, InvitationCode, NewCode
from contract.people import Role
from screens.codes.dialogs import CodeDetail, HandOut
from screens.codes.forms import ChangeCode, NewCodeForm
from screens.shared.confirm import Confirm


async def _codes(office: Office, search: str = "") -> list[InvitationCode]:
    async with office.client() as client:
        return list((await client.codes(CodesQuery(search=search))).items)


async def _use(office: Office, code: str) -> None:
    """A colleague who is no user yet enters it (the demo has no seat left, so one is freed first)."""
    async with office.client() as client:
        users = await client.users()
        waiting = [user for user in users.items if user.status.value == "not_paid"]
        for user in [*waiting, *users.items[:1]]:
            await client.remove_user(user.id)
    transport = httpx.AsyncHTTPTransport(uds=office.socket)
    headers = {"Authorization": f"Bearer {office.tokens[Role.VIEWER]}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers) as api:
        answer = await api.post("/v1/profile/redeem-code", json={"code": code})
    assert answer.status_code == 200, answer.text


async def _fill(desk: Desk, *texts: str) -> None:
    """Type into one field after another, Enter after each."""
    for text in texts:
        await desk.type(text)
        await desk.press("enter")


async def test_a_code_is_made_and_handed_out(tmp_path: Path) -> None:
    """`n`, three fields, Enter: the message is there to be copied, and the cursor is on the new code."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("n")
            assert isinstance(desk.app.screen, NewCodeForm)
            await _fill(desk, "Team Lyon 27", "12", "30")
            await desk.until(lambda: isinstance(desk.app.screen, HandOut))
            assert "you are invited to join the subscription of Tidewheel Works." in desk.words
            assert "It can be used until 20 December 2026, 14:02 UTC, 12 times." in desk.words
            await desk.press("y")
            await desk.until(lambda: "The code: sent to the terminal's clipboard" in desk.text)
            assert desk.app.clipboard == "Team Lyon 27"
            await desk.press("m")
            await desk.until(lambda: "The message: sent" in desk.text)
            assert "    Team Lyon 27\n" in desk.app.clipboard
            await desk.press("escape")
            await desk.until(lambda: desk.names == ["Team Lyon 27", "WELCOME-26"])
            row = desk.table.row
            assert row is not None
            assert row.cells[:4] == ("Team Lyon 27", "● active", "0 / 12", "in 30 d")
            await desk.press("y")
            await desk.until(lambda: "Sent to the terminal's clipboard" in desk.text)
            assert desk.app.clipboard == "Team Lyon 27"
            assert len(desk.wire.calls("POST")) == 1


async def test_a_code_is_made_up_when_none_is_chosen(tmp_path: Path) -> None:
    """Three times Enter: long, in groups, without limit or end."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("n")
            await _fill(desk, "", "", "")
            await desk.until(lambda: isinstance(desk.app.screen, HandOut))
        (made, _) = await _codes(office)
        assert len(made.code) == 20
        assert (made.max_uses, made.expires_at) == (None, None)


async def test_what_is_wrong_stands_at_its_field(tmp_path: Path) -> None:
    """Before anything is sent where that can be known, after the answer otherwise; nothing typed is lost."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("n")
            await _fill(desk, "abc", "0", "soon")
            assert "1 to 1,000,000, or empty for no limit." in desk.text
            assert "How many days from now, such as 30" in desk.words
            assert desk.wire.calls("POST") == []
            await desk.press("ctrl+u")
            await _fill(desk, "5")
            await desk.press("ctrl+u")
            await _fill(desk, "2026-11-20")
            await desk.until(lambda: "At least 6 letters or digits" in desk.words)
            await desk.press("ctrl+u")
            await _fill(desk, "welcome 26", "", "")
            await desk.until(lambda: "This code already exists" in desk.words)
            await desk.press("escape")
        assert [code.code for code in await _codes(office)] == ["WELCOME-26"]


async def test_who_comes_in_is_seen_at_once_wherever_one_is(tmp_path: Path) -> None:
    """In the row below on any area, in the list, and in the dialog that is open, without a key."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes", size=(120, 40)) as desk:
            await desk.until(lambda: "Zoë van der Meer" in desk.text)
            await desk.press("enter")
            assert isinstance(desk.app.screen, CodeDetail)
            assert "8, 2 of 10 left" in desk.text
            await _use(office, "welcome 26")
            await desk.until(lambda: "9, 1 of 10 left" in desk.text and "viewer@tidewheel.example" in desk.text)
            await desk.until(lambda: "viewer@tidewheel.example used the code WELCOME-26." in desk.words)
            await desk.press("escape")
            await desk.until(lambda: "9 / 10" in desk.text)


async def test_the_owner_hears_of_it_on_the_overview(tmp_path: Path) -> None:
    """Whatever area is in front; what stands in the row below is not overwritten."""
    with serving(tmp_path) as office:
        async with office.at_work() as desk:
            await desk.press("plus", "minus")
            await _use(office, "welcome 26")
            await desk.until(lambda: "viewer@tidewheel.example used the code WELCOME-26." in desk.words)
            await desk.press("escape")
            await desk.settled()


async def test_a_code_is_switched_off_and_on(tmp_path: Path) -> None:
    """`x`, without asking, since it can be taken back by the same key; one command each."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("x")
            await desk.until(lambda: "Switched off: WELCOME-26." in desk.text and "○ off" in desk.text)
            await desk.press("x")
            await desk.until(lambda: "Switched on: WELCOME-26." in desk.text and "● active" in desk.text)
            assert len(desk.wire.calls("PATCH")) == 2
        (code,) = await _codes(office)
        assert (code.state, code.version) == (CodeState.ACTIVE, 11)


async def test_somebody_else_switches_it_off(tmp_path: Path) -> None:
    """It shows at once; `x` on what is open in the details means what stands there now."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("enter")
            (code,) = await _codes(office)
            async with office.client() as client:
                await client.change_code(code.id, CodeChanges(enabled=False))
            await desk.until(lambda: "○ off" in desk.text and "x on" in desk.text)
            await desk.press("x")
            await desk.until(lambda: "Switched on: WELCOME-26." in desk.text)
        assert (await _codes(office))[0].state is CodeState.ACTIVE


async def test_bounds_are_changed_as_they_were_seen(tmp_path: Path) -> None:
    """A use meanwhile is shown first; then the same Enter saves. What is not touched stays."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("e")
            assert isinstance(desk.app.screen, ChangeCode)
            await desk.press("ctrl+u")
            await desk.type("20")
            await desk.press("enter")
            (code,) = await _codes(office)
            async with office.client() as client:
                await client.change_code(code.id, CodeChanges(max_uses=12))
            await desk.press("enter")
            await desk.until(lambda: "nothing was saved" in desk.words and "now 12" in desk.text)
            await desk.press("enter")
            await desk.until(lambda: "Saved: WELCOME-26." in desk.text)
            await desk.until(lambda: "8 / 20" in desk.text)
            await desk.press("e", "ctrl+u", "enter")
            await desk.type("7 days")
            await desk.press("enter")
            await desk.until(lambda: "in 7 d" in desk.text)
        (code,) = await _codes(office)
        assert (code.max_uses, f"{code.expires_at:%Y-%m-%d %H:%M}") == (None, "2026-11-27 14:02")


async def test_a_code_is_deleted_after_a_yes(tmp_path: Path) -> None:
    """`d` asks and says who stays; a code that was used meanwhile is not deleted unseen."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("d")
            assert isinstance(desk.app.screen, Confirm)
            assert "The 8 users who joined with it stay." in desk.words
            (code,) = await _codes(office)
            async with office.client() as client:
                await client.change_code(code.id, CodeChanges(max_uses=11))
            await desk.press("y")
            await desk.until(lambda: "older version" in desk.words and "Press r" in desk.words)
            await desk.until(lambda: "8 / 11" in desk.text)
            await desk.press("d", "y")
            await desk.until(lambda: "Deleted: WELCOME-26." in desk.text)
            await desk.until(lambda: "No invitation codes yet. n creates one." in desk.text)
            assert "message…" not in desk.lines[-1]
        async with office.client() as client:
            with pytest.raises(NotFound):
                await client.code(code.id)


async def test_a_code_that_is_deleted_elsewhere_closes_its_details(tmp_path: Path) -> None:
    """And says why."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            await desk.press("enter")
            (code,) = await _codes(office)
            async with office.client() as client:
                await client.delete_code(code.id)
            await desk.until(lambda: "This code has been deleted meanwhile." in desk.text)
            await desk.until(lambda: "deleted by admin@tidewheel.example" in desk.text)
            await desk.press("r")
            assert "No invitation codes yet" in desk.text


async def test_codes_are_found_by_words_and_state(tmp_path: Path) -> None:
    """`/` narrows as everywhere; sorting too; and nothing is marked here."""
    with serving(tmp_path) as office:
        async with office.client() as client:
            one = await client.create_code(NewCode(code="Autumn-Fair"))
            await client.change_code(one.id, CodeChanges(enabled=False))
        async with office.at_work(area="codes") as desk:
            await desk.press("slash")
            await desk.type("state:off")
            await desk.press("enter")
            assert desk.names == ["Autumn-Fair"]
            await desk.press("escape", "slash")
            await desk.type("wel")
            await desk.press("enter")
            assert desk.names == ["WELCOME-26"]
            await desk.press("escape", "s", "S")
            assert desk.names == ["WELCOME-26", "Autumn-Fair"]
            await desk.press("space", "asterisk")
            assert "marked" not in desk.text


async def test_who_may_not_change_codes_sees_them_masked(tmp_path: Path) -> None:
    """A viewer sees that there are codes, none of which lets anybody in, and why nothing can be done with them."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.VIEWER, area="codes") as desk:
            assert desk.names == ["••••••"]
            assert "WELCOME" not in desk.text
            assert "new…" not in desk.lines[-1]
            for key in ("n", "x", "e", "d"):
                await desk.press(key)
                assert "Your role (viewer) can't" in desk.text
            await desk.press("m")
            assert isinstance(desk.app.screen, HandOut)
            await desk.press("escape")
            assert desk.wire.calls("POST", "PATCH", "DELETE") == []


async def test_a_lost_answer_makes_no_second_code(tmp_path: Path) -> None:
    """D30: the form stays with what was typed, and Enter again carries the same key."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            desk.wire.losing = "POST /v1/invitation-codes"
            await desk.press("n")
            await _fill(desk, "Team Lyon 27", "3", "30")
            await desk.until(lambda: "not certain" in desk.words)
            desk.wire.losing = ""
            await desk.press("enter")
            await desk.until(lambda: isinstance(desk.app.screen, HandOut))
            assert len(set(desk.wire.keys("/v1/invitation-codes"))) == 1
        assert len(await _codes(office)) == 2


async def test_a_server_that_is_gone_is_said(tmp_path: Path) -> None:
    """The list stays as it was; switching off is not claimed."""
    with serving(tmp_path) as office:
        async with office.at_work(area="codes") as desk:
            desk.wire.cut = True
            await desk.pilot.press("x")
            await desk.until(lambda: "can't be reached" in desk.words)
            assert "Switched" not in desk.text
            assert desk.names == ["WELCOME-26"]
            desk.wire.cut = False
        assert (await _codes(office))[0].enabled
