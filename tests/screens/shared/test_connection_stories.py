"""What somebody sees who gets no connection: the reason, once, and always a way out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from harness import Desk, Haste, Office, Wire, serving

from client.profile import Profile, open_client
from contract.people import Role
from contract.users import NewUser
from tui.app import HeadcountApp
from tui.runtime.session import Link, Session


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for stories that change nothing."""
    with serving(tmp_path_factory.mktemp("office")) as found:
        yield found


def result(desk: Desk) -> str:
    """What the action row of the area in front says."""
    return desk.app.screen.query_one("ActionBar").result  # type: ignore[attr-defined,no-any-return] # by its name


async def test_q_leaves_when_the_sample_server_has_ended(office: Office) -> None:
    """The reason stands there until q, which leaves at once."""
    app, wire = office.app()
    async with app.run_test() as pilot:
        desk = Desk(app, pilot, wire)
        await desk.settled()
        app.session.diagnose = lambda: "The sample server has stopped."
        wire.cut = True
        await desk.pilot.press("R")
        await desk.until(lambda: "sample server has stopped" in result(desk))
        await desk.pilot.press("q")
        await desk.until(lambda: not app.is_running)


async def test_a_token_that_cannot_be_read_is_said_at_the_start(tmp_path: Path) -> None:
    """Not endless connecting: what is wrong and where, and `no access` in the top row."""
    profile = Profile(url=f"unix://{tmp_path}/api", token_file=tmp_path / "none")
    session = Session(open_client(profile, pace=Haste().pace()), "acme-prod")
    app = HeadcountApp(session, state_dir=tmp_path)
    async with app.run_test(size=(100, 24)) as pilot:
        desk = Desk(app, pilot, Wire(""))
        await desk.until(lambda: "none can't be opened" in " ".join(result(desk).split()))
        assert "! no access" in desk.lines[1]
        assert "confirm" not in desk.lines[-1]
        await pilot.press("plus")
        assert result(desk).startswith("Still connecting")


async def test_a_server_that_starts_late_is_found_and_the_complaint_goes(office: Office) -> None:
    """Started before its server, the app says that there is no answer, goes on asking, and then works as ever."""
    app, wire = office.app()
    wire.cut = True
    async with app.run_test() as pilot:
        desk = Desk(app, pilot, wire)
        await desk.until(lambda: "can't be reached" in result(desk))
        await pilot.press("p")
        assert result(desk).startswith("Still connecting")
        wire.cut = False
        await pilot.press("R")
        await desk.until(lambda: app.session.connection.link is Link.LIVE)
        await desk.settled()
        assert result(desk) == ""
        assert "37 of 37 taken" in desk.text


@dataclass
class Doorkeeper(Wire):
    """A wire on which the stream of events carries another token for a while, and so is refused."""

    closed: bool = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Everything but the stream as ever."""
        if self.closed and request.url.path.endswith("/stream"):
            request.headers["Authorization"] = "Bearer hc_another"
        return await super().handle_async_request(request)


async def test_after_access_is_back_what_others_do_shows_again(tmp_path: Path) -> None:
    """A stream that was refused is opened anew: `live` is said only of what is."""
    with serving(tmp_path / "office") as own:
        door = Doorkeeper(own.socket)
        client = open_client(own._profile(Role.OWNER), pace=Haste().pace(), transport=door)
        app = HeadcountApp(Session(client, "acme-prod"), state_dir=tmp_path)
        async with app.run_test() as pilot, own.client() as other:
            desk = Desk(app, pilot, door)
            await desk.until(lambda: "! no access" in desk.lines[1])
            door.closed = False
            await desk.press("R")
            await desk.until(lambda: "live" in desk.lines[1])
            await other.add_user(NewUser(email="nova@tidewheel.example", first_name="Nova", last_name="Lind"))
            await desk.until(lambda: "added Nova Lind" in desk.text)


@pytest.mark.parametrize("key", ["plus", "minus", "e"])
async def test_a_read_only_profile_says_so_at_the_first_key(office: Office, key: str) -> None:
    """Nothing is drafted that could not be sent, and the key bar does not offer it."""
    async with office.at_work(Role.OWNER, read_only=True) as desk:
        assert "seats" not in desk.lines[-1]
        await desk.press(key)
        assert result(desk) == "This profile is read-only: it can't change the seats."
        assert "37 of 37 taken" in desk.text
        assert "[" not in desk.text, "no field for another number"
