"""Removing users without a screen: the states of a removal, over the real server in this process."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from bare_host import BareHost
from builders import Team, add_users, make_organisation, running
from harness import Haste

from client.profile import Profile, open_client
from contract.users import UsersQuery
from screens.users import removal
from screens.users.removal import Idle, Removal, Unknown
from screens.users.source import user_row
from tui.widgets.table.data import Query

USERS = 6


class Losing(httpx.AsyncBaseTransport):
    """A network that delivers everything and loses the answers to what is named, each noted in `sent`."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.losing = ""
        self.sent: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver it."""
        response = await self._inner.handle_async_request(request)
        self.sent.append(f"{request.method} {request.url.path}")
        if self.losing and request.url.path.endswith(self.losing):
            await response.aread()
            message = "lost"
            raise httpx.ReadError(message)
        return response


@contextlib.asynccontextmanager
async def listing(team: Team, folder: Path, *, yes: bool = True) -> AsyncIterator[tuple[BareHost, Losing]]:
    """The list of users, everybody marked but the first."""
    token = folder / "token"
    token.touch(0o600)
    token.write_text(team.token)
    wire = Losing(httpx.ASGITransport(team.server.app))
    profile = Profile(url="http://localhost", token_file=token)
    async with open_client(profile, transport=wire, pace=Haste().pace()) as client:
        host = BareHost(client, await client.overview(), yes=yes)
        host.table.rows = [user_row(user) for user in (await client.users(UsersQuery())).items]
        host.table.marks.everything = Query()
        host.table.marks.exceptions = {host.table.rows[0].id}
        yield host, wire


@pytest.fixture
async def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Team]:
    """Six users on eight seats."""
    monkeypatch.setattr(removal, "PAUSE", 0.001)
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=8)
        add_users(team, USERS)
        yield team


async def pressed(host: BareHost, key: Callable[[], Awaitable[None] | None]) -> None:
    """Press a key, and wait until all that follows is done."""
    key()
    await host.done()


async def test_a_removal_of_before_the_start_is_taken_back(team: Team, tmp_path: Path) -> None:
    """Another run of the app finds in the history whom this account removed last, by name or all, and asks first."""
    for by_name in (True, False):
        async with listing(team, tmp_path) as (host, _):
            if by_name:
                host.table.marks.everything = None
                host.table.marks.chosen = {row.id: row for row in host.table.rows[1:3]}
            await pressed(host, Removal(host).remove)
        async with listing(team, tmp_path) as (host, wire):
            flow = Removal(host)
            assert not flow.undoable
            wire.sent.clear()
            await pressed(host, flow.take_back)
            assert host.results[-1] == ("2 users restored" if by_name else "5 users restored")
            assert sum(each == "GET /v1/events" for each in wire.sent) <= 3
        async with listing(team, tmp_path) as (host, _):
            await pressed(host, Removal(host).take_back)
            assert host.said[-1] == "Nothing to undo: you removed nobody who could still come back."


async def test_many_are_removed_and_taken_back(team: Team, tmp_path: Path) -> None:
    """Counted, asked, removed: idle again with something to take back; taken back, there is nothing any more."""
    async with listing(team, tmp_path) as (host, _):
        flow = Removal(host)
        await pressed(host, flow.remove)
        assert (flow.many.state, flow.undoable, host.results) == (Idle(), True, ["5 removed"])
        await pressed(host, flow.take_back)
        assert (flow.undoable, host.results[-1]) == (False, "5 users restored")


async def test_a_no_changes_nothing(team: Team, tmp_path: Path) -> None:
    """Counting is no state: without a yes nothing was sent and nothing can be taken back."""
    async with listing(team, tmp_path, yes=False) as (host, wire):
        flow = Removal(host)
        await pressed(host, flow.remove)
        assert (flow.many.state, flow.undoable, host.asked) == (Idle(), False, ["Remove 5 users"])
        assert not [each for each in wire.sent if each.endswith("/remove")]


async def test_a_lost_answer_leaves_it_unknown_until_it_is_asked_again(team: Team, tmp_path: Path) -> None:
    """The same marks are looked up instead of counted and asked, told, and can be taken back; others are counted."""
    async with listing(team, tmp_path) as (host, wire):
        flow = Removal(host)
        wire.losing = "/remove"
        await pressed(host, flow.remove)
        states = [type(flow.many.state)]
        assert not flow.undoable
        wire.losing, host.yes = "", False
        everything, host.table.marks.everything = host.table.marks.everything, Query(text="nobody-has-this-name")
        await pressed(host, flow.remove)
        states.append(type(flow.many.state))
        host.table.marks.everything = everything
        await pressed(host, flow.remove)
        assert [*states, type(flow.many.state)] == [Unknown, Unknown, Idle]
        assert (flow.undoable, host.results) == (True, ["5 removed"])
        assert host.asked == ["Remove 5 users"]


async def test_by_name_only_who_failed_stays_marked(team: Team, tmp_path: Path) -> None:
    """One of two is removed elsewhere first: the other is removed and comes back with z, the first stays marked."""
    async with listing(team, tmp_path) as (host, _):
        flow, (first, second, *_) = Removal(host), host.table.rows
        host.table.marks.clear()
        host.table.marks.add([first, second], Query())
        await host.client.remove_user(first.id, key="elsewhere")
        await pressed(host, flow.remove)
        assert (list(host.table.marks.chosen), flow.undoable) == ([first.id], True)
        await pressed(host, flow.take_back)
        assert (flow.undoable, host.results[-1]) == (False, "1 user restored")
        await pressed(host, flow.take_back)
        assert host.said[-1] == "Nothing to undo: you removed nobody who could still come back."
