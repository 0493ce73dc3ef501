"""The wire itself: real sockets, lying servers, and a token that goes to one place only."""

import asyncio
import logging
import time
from pathlib import Path

import httpx
import pytest
import uvicorn
from client_desk import TOKEN, Script, client_of, json_response, liar, live, me, user
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from client.address import parse_address
from client.call_executor import Pace
from client.errors import BadAnswer, Broken, CannotConnect, HeadcountError, TimedOut, UnsafeAddress, Untrusted
from client.profile import Profile, Timeouts, open_client
from client.protocol import Call
from client.transport import HttpChannel, OriginToken, Wire
from contract import operations as op
from contract.users import UsersQuery

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ONE_ATTEMPT = Pace(chance=lambda: 1e9)


async def ending(url: str, **profile: object) -> HeadcountError:
    """What a call to this address ends with."""
    settings = Profile.model_validate({"url": url, "timeouts": Timeouts(connect=1, read=0.3), **profile})
    async with open_client(settings, pace=ONE_ATTEMPT) as client:
        with pytest.raises(HeadcountError) as caught:
            await client.me()
    assert caught.value.request_id
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 10000000000\r\n\r\n{",
        HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\n\r\n{]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-\x00: 1\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: upgrade\r\n\r\n",
    ],
)
async def test_lying_servers(answer: bytes) -> None:
    """Whatever a server sends instead of an answer is called a bad answer and nothing else happens."""
    async with liar(answer) as url:
        assert isinstance(await ending(url), BadAnswer)


LIES = {
    "a status line without an end": (b"HTTP/1.1 200 ", b"a" * 4096),
    "a name of a header without an end": (b"HTTP/1.1 200 OK\r\n", b"a" * 4096),
    "a size of a chunk without an end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 4096),
    "chunks of one byte without an end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 700),
    "trailers without an end": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 700),
}


@pytest.mark.parametrize(("begin", "endless"), LIES.values(), ids=LIES.keys())
async def test_what_has_no_end_is_left(begin: bytes, endless: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in an answer a server goes on for ever, the client stops after a bounded number of bytes."""
    monkeypatch.setattr("client.transport._whole.__defaults__", (1 << 16,))
    async with liar(begin, endless=endless) as url:
        assert isinstance(await ending(url), BadAnswer)


@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"a":' * 50_000])
async def test_a_deep_answer(deep: bytes) -> None:
    """JSON nested without an end is a bad answer, not the end of Python's stack."""
    async with liar(HEAD + b"Content-Length: %d\r\n\r\n" % len(deep) + deep) as url:
        assert isinstance(await ending(url), BadAnswer)


async def test_endless_headers() -> None:
    """Headers that never end are cut off."""
    async with liar(b"HTTP/1.1 200 OK\r\n", endless=b"X-More: " + b"x" * 1000 + b"\r\n") as url:
        assert isinstance(await ending(url), BadAnswer)


async def test_an_endless_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body without a length is read up to the cap and no further."""
    monkeypatch.setattr("client.transport._whole.__defaults__", (1 << 20,))
    async with liar(HEAD + b"\r\n", endless=b" " * 65536) as url:
        error = await ending(url)
    assert isinstance(error, BadAnswer)
    assert "larger" in str(error)


async def test_a_body_that_breaks_off() -> None:
    """Less than was announced is a broken connection, which may be tried again."""
    async with liar(HEAD + b"Content-Length: 100\r\n\r\n{") as url:
        assert isinstance(await ending(url), Broken)


async def test_a_server_that_hangs_up() -> None:
    """No answer at all is a broken connection too."""
    async with liar(b"") as url:
        assert isinstance(await ending(url), Broken)


async def test_a_server_that_says_nothing() -> None:
    """Silence ends after the read time."""
    async with liar(b"", hang=True) as url:
        assert isinstance(await ending(url), TimedOut)


async def test_a_server_that_dribbles() -> None:
    """A byte now and then does not stretch a call beyond its whole time."""
    async with liar(HEAD + b"Content-Length: 100\r\n\r\n{", hang=True) as url:
        settings = Profile(url=url, timeouts=Timeouts(read=30, total=0.2))
        async with open_client(settings) as client:
            with pytest.raises(TimedOut, match="within 0 s"):
                await client.me()


async def test_nobody_there(tmp_path: Path) -> None:
    """A port or a socket where nobody listens can't be reached."""
    with live(Starlette()) as url:
        pass
    assert isinstance(await ending(url), CannotConnect)
    assert isinstance(await ending(f"unix:{tmp_path}/none"), CannotConnect)


async def test_tls_needs_a_certificate_we_trust(tmp_path: Path) -> None:
    """Something that does not prove who it is gets no request."""
    async with liar(b"HTTP/1.1 400 Bad Request\r\n\r\n", blurt=True) as url:
        assert isinstance(await ending(url.replace("http:", "https:")), Untrusted)
    missing = tmp_path / "none.pem"
    settings = Profile(url="https://127.0.0.1:1", ca_bundle=missing)
    async with open_client(settings, pace=ONE_ATTEMPT) as client:
        with pytest.raises(Untrusted):
            await client.me()


async def test_a_redirect_never_gets_the_token(tmp_path: Path) -> None:
    """A server that sends us elsewhere is not followed, neither here nor to another origin."""
    seen: list[str] = []

    async def elsewhere(request: Request) -> Response:
        """Note what arrives."""
        seen.append(request.headers.get("authorization", ""))
        return Response()

    async def redirect(_: Request) -> Response:
        """Send the client elsewhere."""
        return Response(status_code=307, headers={"location": f"{thief}/v1/me"})

    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    other = Starlette(routes=[Route("/{path:path}", elsewhere)])
    ours = Starlette(routes=[Route("/v1/me", redirect)])
    with live(other) as thief, live(ours) as url:
        assert isinstance(await ending(url, token_file=token), BadAnswer)
    assert seen == []


@pytest.mark.parametrize(
    "url", ["https://seats.example.com.evil.example/", "http://seats.example.com/", "https://seats.example.com:444/"]
)
def test_the_token_is_bound_to_its_origin(url: str) -> None:
    """Even a request that found its way to another origin leaves without a token: it does not leave."""
    auth = OriginToken("https://seats.example.com", SecretStr(TOKEN))
    with pytest.raises(UnsafeAddress):
        next(auth.auth_flow(httpx.Request("GET", url)))
    request = next(auth.auth_flow(httpx.Request("GET", "https://seats.example.com:443/v1/me")))
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("path", ["https://evil.example/v1/me", "//evil.example/v1/me", "v1/me", "@evil.example/"])
async def test_absolute_addresses_are_refused(path: str) -> None:
    """Only paths of the profile's own server can be called."""
    network = Script([json_response(me())])
    channel = HttpChannel(parse_address("http://localhost"), Wire(), transport=network)
    with pytest.raises(UnsafeAddress):
        await channel.send(Call(op.ME, path))
    await channel.aclose()
    assert network.seen == []


async def test_what_a_request_looks_like() -> None:
    """A request names itself, asks for JSON that is not packed, and keeps the prefix of the profile's address."""
    network = Script([json_response(me())])
    async with client_of(network, url="https://seats.example.com/api/") as client:
        await client.me()
    (request,) = network.seen
    assert str(request.url) == "https://seats.example.com/api/v1/me"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["x-request-id"].startswith("req_")
    assert "authorization" not in request.headers


async def test_a_proxy_of_the_environment_never_leads_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one that the profile names does: what is plain http here would be readable there."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async def answer(_: Request) -> Response:
        """The only answer."""
        return Response(me().model_dump_json(), media_type="application/json")

    with live(Starlette(routes=[Route("/v1/me", answer)])) as url:
        async with open_client(Profile(url=url)) as client:
            assert await client.me() == me()
        assert isinstance(await ending(url, proxy="http://127.0.0.1:9"), CannotConnect)


async def test_a_unix_socket(tmp_path: Path) -> None:
    """The server can be on a socket of this machine."""

    async def answer(request: Request) -> Response:
        """The only answer."""
        assert request.headers["host"] == "localhost"
        return Response(me().model_dump_json(), media_type="application/json")

    app = Starlette(routes=[Route("/v1/me", answer)])
    server = uvicorn.Server(uvicorn.Config(app, uds=str(tmp_path / "api"), log_level="critical", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    async with open_client(Profile(url=f"unix://{tmp_path}/api")) as client:
        assert await client.me() == me()
    server.should_exit = True
    await task


async def test_queries_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What somebody searched for stays out of the log, at every level."""
    with caplog.at_level(logging.DEBUG):
        async with liar(HEAD + b"Content-Length: 2\r\n\r\n{}") as url, open_client(Profile(url=url)) as client:
            with pytest.raises(BadAnswer):
                await client.users(UsersQuery(search="somebody"))
    assert "GET /v1/users 200" in caplog.text
    assert "somebody" not in caplog.text


@pytest.mark.clock
async def test_a_page_costs_little_of_our_own() -> None:
    """A page of 100 rows costs less than 3 ms from bytes to models, and our share of a call stays small."""
    from contract.pages import Page
    from contract.users import User

    network = Script([json_response(Page[User](items=tuple(map(user, range(1, 101)))))])
    best = 1.0
    async with client_of(network) as client:
        for _ in range(30):
            began = time.perf_counter()
            page = await client.users()
            best = min(best, time.perf_counter() - began)
    assert len(page.items) == 100
    assert best < 0.003
