"""The client and the real server together."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, make_organisation, running
from client_desk import FakeTime, live

from client.api import Client
from client.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PaymentRefused,
    QuoteExpired,
    QuoteStale,
    VersionConflict,
)
from client.events import Live
from client.journal import Journal, what_became
from client.profile import Profile, open_client
from client.protocol import new_key
from contract.events import Event, EventKind, EventsQuery
from contract.people import Role
from contract.quotes import Change
from contract.sandbox import ClockBody, PaymentsBody
from contract.transfers import Decisions, NewTransfer, Seen, TransfersQuery, TransferState
from contract.users import Added, NewUser, UserBatch, UserChanges, UsersQuery, UserStatus
from server.app import create_app
from server.settings import ServerSettings


class Forgetful(httpx.AsyncBaseTransport):
    """A network that delivers every request and loses the first answers."""

    def __init__(self, inner: httpx.AsyncBaseTransport, losses: int) -> None:
        self._inner, self._losses = inner, losses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver it, then perhaps lose what comes back."""
        response = await self._inner.handle_async_request(request)
        if self._losses:
            self._losses -= 1
            await response.aread()
            message = "cut"
            raise httpx.ReadError(message)
        return response


def client_for(team: Team, folder: Path, *, token: str = "", losses: int = 0, journal: Journal | None = None) -> Client:
    """A client of this team, over a network that loses some answers."""
    file = folder / f"token-{new_key()}"
    file.touch(0o600)
    file.write_text(token or team.token)
    network = Forgetful(httpx.ASGITransport(team.server.app), losses)
    profile = Profile(url="http://localhost", token_file=file)
    return open_client(profile, journal=journal, transport=network, pace=FakeTime().pace())


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """A business with two seats and nobody on them."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=2)


async def test_buying_seats_over_a_bad_line(team: Team, tmp_path: Path) -> None:
    """However many answers get lost, a confirmation charges once and its answer arrives in the end."""
    async with client_for(team, tmp_path, losses=4) as client:
        before = await client.invoices()
        quote = await client.quote(Change(seats=5))
        done = await client.confirm(quote.id, key=new_key())
        after = await client.invoices()
    assert done.subscription.seats == 5
    assert done.invoice is not None
    assert done.invoice.total == quote.due_now
    assert len(after.items) == len(before.items) + 1


@pytest.mark.parametrize("losses", range(1, 4))
async def test_losing_every_answer_of_one_command(team: Team, tmp_path: Path, losses: int) -> None:
    """A user is added once although each attempt seemed to fail; one event carries the key."""
    async with client_for(team, tmp_path, losses=losses) as client:
        user = await client.add_user(NewUser(email="ada@example.org"), key="once")
        page = await client.users(UsersQuery(count=True))
        events = await client.events(EventsQuery(idempotency_key="once"))
    assert [each.id for each in page.items] == [user.id]
    assert page.total == 1
    assert [each.type for each in events.items] == [EventKind.USER_ADDED]


async def test_the_next_start_tells_what_became(team: Team, tmp_path: Path) -> None:
    """After a crash the journal and the server together know which commands were done."""
    journal = Journal(tmp_path / "state")
    async with client_for(team, tmp_path, losses=100, journal=journal) as client:
        with pytest.raises(Exception, match="broke off") as caught:
            await client.add_user(NewUser(email="ada@example.org"), key="done")
    assert caught.value.uncertain  # type: ignore[attr-defined]  # pinned by the tests of calling
    (left,) = Journal(tmp_path / "state").unfinished()
    other = left.model_copy(update={"key": "never"})
    async with client_for(team, tmp_path) as client:
        assert (await what_became(client, left)).done
        assert not (await what_became(client, other)).done
    journal.settle(left.key)
    assert journal.unfinished() == []


async def test_a_life_of_a_user(team: Team, tmp_path: Path) -> None:
    """Add, find, edit, remove, restore; and an edit made on an old version is told so with the new state."""
    async with client_for(team, tmp_path) as client:
        ada = await client.add_user(NewUser(email="ada@example.org", first_name="Ada"))
        assert ada.status is UserStatus.ACTIVE
        (listed,) = (await client.users(UsersQuery(search="ada"))).items
        assert ada == Added(**listed.model_dump(), next_payment=ada.next_payment)
        edited = await client.change_user(ada.id, UserChanges(position="Boss"), version=ada.version)
        with pytest.raises(VersionConflict) as caught:
            await client.change_user(ada.id, UserChanges(position="Clerk"), version=ada.version)
        assert caught.value.current["position"] == "Boss"
        gone = await client.remove_user(ada.id, version=edited.version)
        assert gone.restorable_until
        back = await client.restore_user(ada.id)
        assert Added(**(await client.user(ada.id)).model_dump(), next_payment=back.next_payment) == back
        with pytest.raises(Conflict):
            await client.add_user(NewUser(email="ADA@example.org"))


async def test_forms_hear_what_is_wrong(team: Team, tmp_path: Path) -> None:
    """A field the server refuses comes back with its pointer."""
    async with client_for(team, tmp_path) as client:
        with pytest.raises(Invalid) as caught:
            await client.add_user(NewUser(email="not an address"))
    assert caught.value.advice
    assert caught.value.request_id.startswith("req")


async def test_many_at_once(team: Team, tmp_path: Path) -> None:
    """A batch answers one result per item, and all pages bring all users."""
    new = tuple(NewUser(email=f"user{number}@example.org") for number in range(25))
    async with client_for(team, tmp_path) as client:
        report = await client.batch_users(UserBatch(add=new))
        assert (report.done, report.failed) == (25, 0)
        pages = [page async for page in client.all_pages(client.users, UsersQuery(limit=10))]
    assert [len(page.items) for page in pages] == [10, 10, 5]
    assert len({user.id for page in pages for user in page.items}) == 25


async def test_quotes_go_stale_and_expire(team: Team, tmp_path: Path) -> None:
    """A quote that is overtaken brings a fresh one; one that is too old says so; a refused payment changes nothing."""
    async with client_for(team, tmp_path) as client:
        first = await client.quote(Change(seats=5))
        second = await client.quote(Change(seats=4))
        await client.confirm(second.id, key=new_key())
        with pytest.raises(QuoteStale) as caught:
            await client.confirm(first.id, key=new_key())
        fresh = caught.value.fresh
        assert fresh is not None
        assert (fresh.seats_before, fresh.seats_after) == (4, 5)
        assert caught.value.changed
        await client.set_payments(PaymentsBody(next="decline"))
        with pytest.raises(PaymentRefused):
            await client.confirm(fresh.id, key=new_key())
        assert (await client.subscription()).seats == 4
        last = await client.quote(Change(seats=6))
        await client.set_clock(ClockBody(advance="PT16M"))
        with pytest.raises(QuoteExpired):
            await client.confirm(last.id, key=new_key())


async def test_transfers(team: Team, tmp_path: Path) -> None:
    """An outgoing request is opened and cancelled; deciding one that is gone is a result, not a failure."""
    async with client_for(team, tmp_path) as client:
        sent = await client.create_transfer(NewTransfer(email="grace@elsewhere.example", message="Join us"))
        assert (await client.transfer(sent.id)).state is TransferState.PENDING
        cancelled = await client.cancel_transfer(sent.id)
        assert cancelled.state is TransferState.CANCELLED
        assert not (await client.transfers(TransfersQuery(state=TransferState.PENDING))).items
        report = await client.decide(Decisions(accept=(Seen(id=sent.id, version=sent.version),)))
    assert (report.accepted, report.failed) == (0, 1)


async def test_roles_are_told(team: Team, tmp_path: Path) -> None:
    """A viewer may look; whoever has no token, or asks for what is not theirs, is told in the right words."""
    async with client_for(team, tmp_path, token=team.token_of(Role.VIEWER)) as client:
        assert (await client.me()).role is Role.VIEWER
        with pytest.raises(NotAllowed):
            await client.add_user(NewUser(email="ada@example.org"))
        with pytest.raises(NotFound):
            await client.user("usr_nobody")
    async with client_for(team, tmp_path, token="hc_wrong") as client:
        with pytest.raises(NotAuthenticated):
            await client.overview()


async def test_the_first_screen(team: Team, tmp_path: Path) -> None:
    """One call paints the first screen."""
    async with client_for(team, tmp_path) as client:
        overview = await client.overview()
        plans = await client.plans()
    assert overview.seats.paid == 2
    assert overview.plan.id in {plan.id for plan in plans.items}
    assert overview.as_of == overview.as_of.astimezone(dt.UTC)


async def test_events_arrive_as_they_happen(tmp_path: Path) -> None:
    """Over a real socket, a command's event comes back on the stream with the command's key."""
    async with running(tmp_path) as server:
        token = make_organisation(server).token
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(token)
    app: Any = create_app(ServerSettings(database=f"sqlite:///{tmp_path / 'headcount.db'}", sandbox=True))
    with live(app, lifespan="on") as url:
        async with open_client(Profile(url=url, token_file=file)) as client, asyncio.timeout(20):
            overview = await client.overview()
            seen: list[Event] = []
            async for item in client.stream(overview.last_event_id):
                if isinstance(item, Live):
                    await client.add_user(NewUser(email="ada@example.org"), key="k-1")
                    await client.add_user(NewUser(email="bob@example.org"), key="k-2")
                elif isinstance(item, Event) and item.actor.account_id:
                    seen.append(item)  # the server's own, such as a renewal, come as they fall due
                if len(seen) == 2:
                    break
    assert [each.request.idempotency_key for each in seen] == ["k-1", "k-2"]
    assert [each.type for each in seen] == [EventKind.USER_ADDED] * 2
