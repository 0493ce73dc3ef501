"""A canary for a token: it must not sing in any text that we make."""

import asyncio
import logging
import traceback
from pathlib import Path

import httpx
import pytest
from client_desk import TOKEN, FakeTime, Script, client_of, json_response, liar, me, refusal

from client.errors import HeadcountError
from client.journal import Journal
from client.profile import Profile, open_client
from contract.problems import ProblemCode
from contract.users import NewUser

CUT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
WRONG = b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


@pytest.fixture(autouse=True)
def _canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HC_CANARY", TOKEN)


def everything(error: BaseException) -> str:
    """All that a crash report could hold: the chain of errors with the local variables of every frame."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "\n".join(report.format()) + repr(error) + str(error) + repr(vars(error))


async def test_no_text_of_a_client_holds_the_token() -> None:
    """Profile, client and channel can be printed."""
    profile = Profile(url="http://localhost", token_env="HC_CANARY")
    async with client_of(Script([json_response(me())]), token_env="HC_CANARY") as client:
        await client.me()
        channel = client._channel
        assert channel is not None
        told = [profile, profile.model_dump(), profile.token(), client, vars(client), channel, vars(channel)]
        told += [client._executor, client.stream()]
        assert TOKEN not in "".join(map(repr, told)) + "".join(map(str, told))


@pytest.mark.parametrize(("answer", "hang"), [(CUT, False), (WRONG, False), (b"", False), (b"", True), (CUT, True)])
async def test_no_crash_report_holds_the_token(
    answer: bytes, caplog: pytest.LogCaptureFixture, tmp_path: Path, *, hang: bool
) -> None:
    """Neither a traceback with all its variables, nor a log at its chattiest, nor the journal."""
    journal = Journal(tmp_path / "state")
    profile = Profile(url="http://localhost", token_env="HC_CANARY")
    with caplog.at_level(logging.DEBUG):
        async with liar(answer, hang=hang) as url:
            there = profile.model_copy(update={"url": url})
            async with open_client(there, journal=journal, pace=FakeTime().pace(budget=0.4)) as client:
                with pytest.raises(HeadcountError) as caught:
                    await client.add_user(NewUser(email="ada@example.org"))
    written = b"".join(each.read_bytes() for each in (tmp_path / "state").iterdir()).decode()
    ours = "".join(record.getMessage() for record in caplog.records)
    assert TOKEN not in everything(caught.value).replace(f"TOKEN = {TOKEN!r}", "") + ours + written


@pytest.mark.parametrize("cut", [True, False])
async def test_frames_of_the_library_are_left_out(*, cut: bool) -> None:
    """The frames of httpx hold the headers as they are sent: a crash report ends at our own."""

    class Sending(httpx.AsyncBaseTransport):
        """A network that fails while it sends."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            """Fail while the headers are a local variable."""
            headers = request.headers.raw
            if cut:
                message = "cut"
                raise httpx.WriteError(message)
            await asyncio.Event().wait()
            return httpx.Response(200, headers=headers)

    profile = Profile(url="http://localhost", token_env="HC_CANARY")
    async with open_client(profile, transport=Sending(), pace=FakeTime().pace(budget=0.2)) as client:
        with pytest.raises(HeadcountError) as caught:
            await client.me()
    assert TOKEN not in everything(caught.value)


async def test_a_server_that_echoes_the_token() -> None:
    """Even when a server puts the token into its answer, no screen shows it."""
    network = Script([refusal(ProblemCode.NOT_FOUND, detail=f"No such thing for {TOKEN}.")])
    async with client_of(network, token_env="HC_CANARY") as client:
        with pytest.raises(HeadcountError, match=r"No such thing for \[token\]") as caught:
            await client.user("usr_1")
    assert TOKEN not in str(caught.value)


async def test_the_token_is_in_no_url() -> None:
    """A token travels in one header and nowhere else."""
    network = Script([json_response(me())])
    async with client_of(network, token_env="HC_CANARY") as client:
        await client.me()
    (request,) = network.seen
    assert TOKEN not in str(request.url)
    carriers = [name for name, value in httpx.Headers(request.headers).multi_items() if TOKEN in value]
    assert carriers == ["authorization"]
