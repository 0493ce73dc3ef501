"""Calls through a bad network: the key stays, waits are obeyed, and it is known what is not known."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from client_desk import FakeTime, Script, client_of, json_response, me, problem, quote, refusal, user

from client.errors import (
    BadAnswer,
    CannotConnect,
    Conflict,
    Invalid,
    NotAuthenticated,
    NotNoted,
    ReadOnly,
    ServerBusy,
    ServerFault,
    TimedOut,
    TooManyRequests,
)
from client.journal import Journal
from client.protocol import new_key
from contract.pages import Page
from contract.problems import ProblemCode
from contract.quotes import Change
from contract.users import Added, NewUser, User, UsersQuery

NEW = NewUser(email="ada@example.org")
IN_PROGRESS = ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS


async def test_retries_keep_the_key_and_the_body() -> None:
    """One intention has one key: a cut line, a busy server and the success carry the same request."""
    network = Script(
        [
            httpx.ReadError("cut"),
            refusal(ProblemCode.SERVER_BUSY, {"retry-after": "2"}),
            refusal(IN_PROGRESS, {"retry-after": "1"}),
            refusal(ProblemCode.INTERNAL_ERROR),
            json_response(user(), 201),
        ]
    )
    time = FakeTime()
    async with client_of(network, fake_time=time) as client:
        assert await client.add_user(NEW) == Added(**user().model_dump())
    assert len(set(network.keys)) == 1
    assert network.keys[0]
    assert {request.content for request in network.seen} == {NEW.model_dump_json(exclude_none=True).encode()}
    assert len({request.headers["x-request-id"] for request in network.seen}) == 5
    assert time.naps == [0.125, 2.0, 1.0, 1.0]


async def test_two_intentions_have_two_keys() -> None:
    """Adding the same person twice on purpose is two commands; a key that is passed is used as it is."""
    network = Script([json_response(user(), 201)])
    async with client_of(network) as client:
        await client.add_user(NEW)
        await client.add_user(NEW)
        await client.add_user(NEW, key="mine")
    assert len(set(network.keys)) == 3
    assert network.keys[2] == "mine"


async def test_reads_carry_no_key() -> None:
    """A read changes nothing and needs no key."""
    network = Script([json_response(me())])
    async with client_of(network) as client:
        await client.me()
    assert network.keys == [""]


async def test_a_long_retry_after_is_told_not_slept() -> None:
    """When the server says an hour, the person hears it at once."""
    time = FakeTime()
    async with client_of(
        Script([refusal(ProblemCode.RATE_LIMITED, {"retry-after": "3600"})]), fake_time=time
    ) as client:
        with pytest.raises(TooManyRequests) as caught:
            await client.me()
    assert caught.value.retry_after == 3600
    assert time.naps == []


async def test_the_budget_ends_it() -> None:
    """All attempts and pauses together stay within the time a person waits."""
    time = FakeTime()
    async with client_of(Script([refusal(ProblemCode.SERVER_BUSY, {"retry-after": "15"})]), fake_time=time) as client:
        with pytest.raises(ServerBusy):
            await client.me()
    assert time.naps == [15.0, 15.0]


async def test_refusals_are_not_repeated() -> None:
    """A token that is wrong stays wrong."""
    network = Script([refusal(ProblemCode.NOT_AUTHENTICATED)])
    async with client_of(network) as client:
        with pytest.raises(NotAuthenticated):
            await client.me()
    assert len(network.seen) == 1


async def test_a_server_fault_on_a_read_is_told_at_once() -> None:
    """Without a key nothing is sent again after a 500."""
    network = Script([refusal(ProblemCode.INTERNAL_ERROR)])
    async with client_of(network) as client:
        with pytest.raises(ServerFault):
            await client.me()
    assert len(network.seen) == 1


async def test_a_stored_fault_is_not_asked_for_again() -> None:
    """A replayed 500 is the answer: it is certain and final."""
    network = Script([refusal(ProblemCode.INTERNAL_ERROR, {"idempotency-replayed": "true"})])
    async with client_of(network) as client:
        with pytest.raises(ServerFault) as caught:
            await client.confirm("quo_1", key=new_key())
    assert len(network.seen) == 1
    assert not caught.value.uncertain


async def test_uncertainty_is_said() -> None:
    """A command that was sent and never answered may have been done; its key is in the error."""
    network = Script([httpx.ReadTimeout("slow")])
    async with client_of(network) as client:
        with pytest.raises(TimedOut) as caught:
            await client.confirm("quo_1", key="k-1")
        assert (caught.value.uncertain, caught.value.key) == (True, "k-1")
        with pytest.raises(TimedOut) as caught:
            await client.me()
        assert not caught.value.uncertain


async def test_an_unclear_attempt_stays_unclear_behind_a_locked_door() -> None:
    """A token revoked between two attempts does not prove that the first one did nothing."""
    network = Script([httpx.ReadTimeout("slow"), refusal(ProblemCode.NOT_AUTHENTICATED)])
    async with client_of(network) as client:
        with pytest.raises(NotAuthenticated) as caught:
            await client.confirm("quo_1", key="k-1")
    assert caught.value.uncertain


async def test_what_was_never_sent_is_certain() -> None:
    """Without any connection nothing was done."""
    async with client_of(Script([httpx.ConnectError("refused")])) as client:
        with pytest.raises(CannotConnect) as caught:
            await client.confirm("quo_1", key="k-1")
    assert not caught.value.uncertain


async def test_a_journal_has_the_command_before_the_network(tmp_path: Path) -> None:
    """The intention is on disk when the first byte leaves, without its body, and settled by the answer."""
    journal = Journal(tmp_path / "state")

    class Looking(Script):
        """Looks at the journal when a request leaves."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            """Look at the disk at the moment of sending."""
            (open_one,) = journal.unfinished()
            assert (open_one.key, open_one.method, open_one.path) == ("k-1", "POST", "/v1/users")
            return await super().handle_async_request(request)

    async with client_of(Looking([json_response(user(), 201)]), journal=journal) as client:
        await client.add_user(NEW, key="k-1")
    assert journal.unfinished() == []
    assert b"ada@example.org" not in b"".join(each.read_bytes() for each in (tmp_path / "state").iterdir())


async def test_only_what_is_uncertain_stays_in_the_journal(tmp_path: Path) -> None:
    """A refusal settles an intention, a lost answer leaves it for the next start."""
    journal = Journal(tmp_path)
    network = Script([refusal(ProblemCode.ALREADY_USER), httpx.ReadTimeout("slow")])
    async with client_of(network, journal=journal) as client:
        with pytest.raises(Conflict, match="already on the list"):
            await client.add_user(NEW, key="refused")
        with pytest.raises(TimedOut):
            await client.add_user(NEW, key="lost")
    assert [each.key for each in journal.unfinished()] == ["lost"]


async def test_reads_and_quotes_are_not_noted(tmp_path: Path) -> None:
    """A price changes nothing, so nobody is asked about it at the next start."""
    journal = Journal(tmp_path / "state")
    async with client_of(Script([json_response(quote(), 201)]), journal=journal) as client:
        await client.quote(Change(seats=12))
    assert not (tmp_path / "state").exists()


async def test_what_can_not_be_noted_is_not_sent(tmp_path: Path) -> None:
    """With a journal that can't be written no command leaves."""
    (tmp_path / "state").write_text("a file where the folder should be")
    network = Script([json_response(user(), 201)])
    async with client_of(network, journal=Journal(tmp_path / "state")) as client:
        with pytest.raises(NotNoted):
            await client.add_user(NEW)
    assert network.seen == []


async def test_a_full_disk_after_the_answer_hides_nothing(tmp_path: Path) -> None:
    """A command that was done is told as done, even if that can't be noted any more."""
    folder = tmp_path / "state"

    class Breaking(Script):
        """The folder is lost while the request is under way."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            """Put a file where the folder was."""
            folder.rename(tmp_path / "lost")
            folder.write_text("")
            return await super().handle_async_request(request)

    async with client_of(Breaking([json_response(user(), 201)]), journal=Journal(folder)) as client:
        assert await client.add_user(NEW) == Added(**user().model_dump())


async def test_read_only_sends_nothing_but_reads() -> None:
    """A read-only profile asks and never changes, whatever the screen tried."""
    network = Script([json_response(me())])
    async with client_of(network, read_only=True) as client:
        await client.me()
        for attempt in (
            client.add_user(NEW),
            client.remove_user("usr_1"),
            client.confirm("quo_1", key="k"),
            client.quote(Change(seats=3)),
        ):
            with pytest.raises(ReadOnly):
                await attempt
    assert [request.method for request in network.seen] == ["GET"]


async def test_all_pages_follow_the_cursor() -> None:
    """A list is read page by page until the server says that it ends."""
    first = Page[User](items=(user(1),), next_cursor="c1", has_more=True)
    network = Script([json_response(first), json_response(Page[User](items=(user(2),)))])
    async with client_of(network) as client:
        pages = [page async for page in client.all_pages(client.users, UsersQuery(limit=1))]
    assert [each.id for page in pages for each in page.items] == ["usr_1", "usr_2"]
    assert [request.url.query for request in network.seen] == [b"limit=1", b"limit=1&cursor=c1"]


@pytest.mark.parametrize("cursor", [None, "c1"])
async def test_lists_that_never_end_are_noticed(cursor: str | None) -> None:
    """A server that goes in circles is caught."""
    page = Page[User](items=(), next_cursor=cursor, has_more=True)
    async with client_of(Script([json_response(page)])) as client:
        with pytest.raises(BadAnswer):
            async for _ in client.all_pages(client.users, UsersQuery()):
                pass


async def test_a_closed_client_stays_closed() -> None:
    """After closing, no worker that is still about opens a connection again."""
    client = client_of(Script([json_response(me())]))
    await client.me()
    await client.aclose()
    await client.aclose()
    with pytest.raises(CannotConnect):
        await client.me()


async def test_cancelling_leaves_a_note(tmp_path: Path) -> None:
    """Leaving the screen while a command is under way leaves it for the next start to look up."""
    reached = asyncio.Event()

    class Hanging(httpx.AsyncBaseTransport):
        """A network that never answers."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            """Never answer."""
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError(request)

    journal = Journal(tmp_path)
    async with client_of(Hanging(), journal=journal) as client:
        task = asyncio.create_task(client.add_user(NEW, key="k-1"))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [each.key for each in journal.unfinished()] == ["k-1"]


async def test_fields_of_a_refusal_arrive() -> None:
    """A form hears which field is wrong."""
    wrong = [{"pointer": "/email", "code": "invalid", "detail": "No @."}]
    body = {**problem(ProblemCode.VALIDATION_FAILED).model_dump(mode="json"), "errors": wrong}
    answer = httpx.Response(422, content=json.dumps(body), headers={"content-type": "application/problem+json"})
    async with client_of(Script([answer])) as client:
        with pytest.raises(Invalid, match="The request is invalid") as caught:
            await client.add_user(NEW)
    assert caught.value.fields[0].pointer == "/email"
