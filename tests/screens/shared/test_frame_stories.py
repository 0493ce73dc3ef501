"""What holds on every screen: sizes that change behind it, q, and answers that arrive."""

from pathlib import Path

import httpx
import pytest
from harness import Desk, serving
from strangers import office_with_strangers

from contract.people import Role
from screens.shared.confirm import Confirm


def settled_lines(desk: Desk) -> list[str]:
    """The screen without the moment of each event."""
    return [line.rstrip() for line in desk.lines]


async def test_another_size_behind_an_area_is_seen_when_it_is_back(tmp_path: Path) -> None:
    """Overview and Profile show at once what `r` would show, whatever the terminal did while they were hidden."""
    with serving(tmp_path) as office:
        async with office.at_work(size=(120, 40), area="profile") as desk:
            await desk.press("1")
            for size in ((80, 24), (120, 40), (100, 20), (80, 24)):
                await desk.press("2")
                await desk.pilot.resize_terminal(*size)
                await desk.settled()
                for area in ("overview", "profile"):
                    await desk.app.action_area(area)
                    await desk.settled()
                    back = settled_lines(desk)
                    await desk.press("r")
                    assert back == settled_lines(desk), (size, area)
            await desk.press("1")
            latest = next(place for place, line in enumerate(desk.lines) if "─ Latest ─" in line)
            assert [line for line in desk.lines[latest + 1 : latest + 5] if not line.strip("│ ")] == []


@pytest.mark.parametrize("area", ["overview", "users"])
async def test_q_quits_whatever_is_said_or_open(tmp_path: Path, area: str) -> None:
    """A message, news, marks or a filter are no reason to stay; what was typed behind q commands nothing."""
    with serving(tmp_path) as office:
        async with office.at_work(area=area) as desk:
            if area == "users":
                await desk.press("slash", "a", "enter", "space", "z")
                assert "Nothing to undo" in desk.text
            else:
                await desk.press("c")
                assert "No pending change" in desk.words
            await desk.pilot.press("q", "z", "d", "y", "plus", "c")
            await desk.pilot.pause()
            assert not desk.app._running or desk.app._exit
            assert desk.wire.calls("POST", "PATCH", "DELETE") == []


async def test_q_asks_where_something_is_unfinished_and_keys_behind_it_do_nothing(tmp_path: Path) -> None:
    """A pending change is named; the keys typed in the same breath find the question, and only Esc or q close it."""
    with serving(tmp_path) as office:
        async with office.at_work() as desk:
            await desk.press("plus", "q", "d", "P", "j")
            assert isinstance(desk.app.screen, Confirm)
            assert "You have a pending change to 38 seats that is not confirmed." in desk.words
            await desk.press("escape")
            assert "38 ]" in desk.text


async def test_an_answer_that_arrives_is_said_in_the_place_of_the_waiting(tmp_path: Path) -> None:
    """The line “Asked …; the request is pending” becomes the answer; elsewhere the line and the tab tell it."""
    with office_with_strangers(tmp_path, 1) as (office, strangers):
        async with office.at_work(Role.OWNER, area="transfers") as desk:
            await desk.press("t")
            await desk.type("stranger000@outside.example")
            await desk.press("enter", "enter")
            await desk.until(lambda: "Asked stranger000@outside.example; the request is pending until" in desk.words)
            await desk.press("2")
            transport = httpx.AsyncHTTPTransport(uds=office.socket)
            headers = {"Authorization": f"Bearer {strangers[0]}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as api:
                waiting = (await api.get("/v1/profile/transfers")).json()["items"]
                request = waiting[0]
                answer = await api.post(
                    f"/v1/profile/transfers/{request['id']}/decline",
                    json={},
                    headers={"If-Match": f'"{request["version"]}"', "Idempotency-Key": "no-thanks"},
                )
                assert answer.status_code == 200, answer.text
            await desk.until(lambda: "stranger000@outside.example declined." in desk.text)
            assert "3 Transfers 7*" in desk.lines[0]
            await desk.press("3")
            assert "the request is pending" not in desk.words
            assert "stranger000@outside.example declined." in desk.text
            assert "Transfers 7*" not in desk.text
