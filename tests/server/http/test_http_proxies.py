"""Who asks: believed of the proxies that were named, and of nobody else; and the Host header, of nobody at all."""

import logging
import socket
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import RunningServer, make_organisation, running
from code_desk import outcome, outsider
from live import live_server

from contract.operations import OPERATIONS
from server.http.proxies import MOST_HOPS, Forwarded, parsed
from server.serving.network_options import network


async def who(peer: str, *lines: str, trusted: tuple[str, ...] = ("10.0.0.0/8", "2001:db8:f::/48"), unix: bool) -> Any:
    """Whom the application sees behind the middleware."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope["client"])

    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in lines]
    client = (peer, 40_000) if peer else None
    door = Forwarded(app, [network(each) for each in trusted], unix=unix)
    await door({"type": "http", "headers": headers, "client": client}, None, None)  # type: ignore[arg-type]
    return seen[0][0] if seen[0] else None


@pytest.mark.parametrize(
    ("peer", "lines", "found"),
    [
        ("10.1.1.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.1.1.1", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("10.1.1.1", ["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
        ("10.1.1.1", ["198.51.100.7, 10.2.2.2"], "198.51.100.7"),
        ("10.1.1.1", ["198.51.100.7", "10.2.2.2 , 10.3.3.3"], "198.51.100.7"),
        ("10.1.1.1", ["10.9.9.9, 10.2.2.2"], "10.9.9.9"),
        ("10.1.1.1", [], "10.1.1.1"),
        ("10.1.1.1", [""], "10.1.1.1"),
        ("10.1.1.1", ["198.51.100.7, unknown"], "10.1.1.1"),
        ("10.1.1.1", ["198.51.100.7, _hidden, 10.2.2.2"], "10.2.2.2"),
        ("10.1.1.1", ["198.51.100.7,"], "10.1.1.1"),
        ("10.1.1.1", ["198.51.100.7\xff"], "10.1.1.1"),
        ("10.1.1.1", ["1" * 10_000], "10.1.1.1"),
        ("10.1.1.1", [" " * 10_000 + "1.2.3.4"], "10.1.1.1"),
        ("10.1.1.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("10.1.1.1", ["[2001:DB8::7]:4711"], "2001:db8::7"),
        ("10.1.1.1", ["2001:db8:0::7"], "2001:db8::7"),
        ("10.1.1.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("10.1.1.1", ["198.51.100.7, ::ffff:10.2.2.2"], "198.51.100.7"),
        ("::ffff:10.1.1.1", ["198.51.100.7"], "198.51.100.7"),
        ("2001:db8:f::1", ["198.51.100.7"], "198.51.100.7"),
        ("10.1.1.1", ["198.51.100.7" + ", 10.0.0.1" * (MOST_HOPS - 1)], "198.51.100.7"),
        ("10.1.1.1", ["198.51.100.7" + ", 10.0.0.1" * 10_000], "10.0.0.1"),
        ("127.0.0.1", ["198.51.100.7"], "127.0.0.1"),
        ("::1", ["198.51.100.7"], "::1"),
        ("203.0.113.9", ["10.1.1.1"], "203.0.113.9"),
        ("", ["198.51.100.7"], None),
    ],
)
async def test_the_last_address_that_is_no_proxys(peer: str, lines: list[str], found: str | None) -> None:
    """Read from the end, over all lines; what can't be read ends at the last proxy known; others are ignored."""
    assert await who(peer, *lines, unix=False) == found


@pytest.mark.parametrize(("trusted", "found"), [(("10.0.0.0/8",), "198.51.100.7"), ((), "10.2.2.2")])
async def test_the_unix_socket_is_a_proxy_only_by_name(trusted: tuple[str, ...], found: str) -> None:
    """Whoever comes by the socket is believed if that was said; those behind it still need their own network named."""
    assert await who("", "198.51.100.7, 10.2.2.2", trusted=trusted, unix=True) == found
    assert await who("", unix=True) is None


async def test_headers_of_any_length_are_read_from_the_end() -> None:
    """A header of ten thousand hops costs twenty looks: as many as proxies may stand behind one another."""
    looks: list[str] = []

    class Counted(Forwarded):
        def _trusts(self, address: Any) -> bool:
            looks.append(str(address))
            return True

    async def app(*_: Any) -> None:
        pass

    headers = [(b"x-forwarded-for", b", ".join([b"10.0.0.1"] * 10_000))]
    scope: Any = {"type": "http", "headers": headers, "client": ("10.1.1.1", 1)}
    await Counted(app, [ip_network("10.0.0.0/8")])(scope, None, None)  # type: ignore[arg-type]
    assert len(looks) == MOST_HOPS + 1


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "::g", "[", "[]", "1.2.3.4:", "localhost", "0x7f.1"])
def test_what_is_no_address(text: str) -> None:
    """Nothing is made of what is no address; a missing port is forgiven."""
    assert (parsed(text) is None) is (text != "1.2.3.4:")


async def guess(url: str, token: str, number: int, forwarded: str) -> httpx.Response:
    """A wrong code, from this machine, said to be from elsewhere."""
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": forwarded}
    async with httpx.AsyncClient(base_url=url, headers=headers) as api:
        return await api.post("/v1/profile/redeem-code", json={"code": f"wrong-code-{number}"})


@pytest.mark.parametrize(("named", "refused"), [((), 20), ((ip_network("127.0.0.0/8"),), 0)])
async def test_guessing_is_limited_by_the_real_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[Any, ...], refused: int
) -> None:
    """Over loopback thirty invented addresses are one guesser; only a proxy that was named speaks for thirty."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with live_server(tmp_path, trusted_proxies=named) as live:
        live.call(make_organisation, live.running)
        people = [live.call(outsider, live.running, f"g{number}") for number in range(30)]
        outcomes = [outcome(await guess(live.url, each, 1, f"198.51.100.{at}")) for at, each in enumerate(people)]
    assert outcomes.count("too_many_guesses") == refused
    assert outcomes.count("code_not_accepted") == 30 - refused


async def test_addresses_inside_ipv6_are_many_guessers(tmp_path: Path) -> None:
    """IPv4 clients of a socket that takes both are not one network, of which one could lock out all the others."""
    async with running(tmp_path) as server:
        make_organisation(server)
        for number in range(12):
            answer = await at_home(server, outsider(server, f"g{number}"), f"::ffff:198.51.100.{number}")
            assert outcome(answer) == "code_not_accepted"


async def at_home(server: RunningServer, token: str, address: str) -> httpx.Response:
    """A wrong code from an address."""
    transport = httpx.ASGITransport(server.app, client=(address, 1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers) as api:
        return await api.post("/v1/profile/redeem-code", json={"code": "wrong-code"})


MARK = "marked-host.example"
HOSTS = [MARK, f"{MARK}:80", f"{MARK}/x?y#z", f"x@{MARK}", f"[{MARK}", f"{MARK}\\", f"{MARK}:99999", ""]


@pytest.mark.parametrize("host", HOSTS)
async def test_the_host_header_is_printed_nowhere(tmp_path: Path, host: str, caplog: pytest.LogCaptureFixture) -> None:
    """No answer of any call, refusal, page or wrong address has it, in its body or headers; nor has the log."""
    caplog.set_level(logging.DEBUG)
    async with running(tmp_path) as server:
        team = make_organisation(server, users=1)
        async with team.client(Host=host) as api:
            for operation in OPERATIONS:
                if operation.stream:
                    continue
                answer = await api.request(operation.method, operation.path.replace("{id}", "usr_1"))
                assert MARK not in f"{answer.headers}{answer.text}", operation.name
                if answer.is_error:
                    assert answer.json()["instance"] == operation.path.replace("{id}", "usr_1")
            for path in ("/", "/request?link=x", "/v1/users/", "//v1/users", "/nowhere", "/healthz", "/readyz"):
                for method in ("GET", "POST"):
                    answer = await api.request(method, f"http://server{path}")
                    assert MARK not in f"{answer.headers}{answer.text}", path
                    assert not answer.is_redirect
    assert MARK not in caplog.text


@pytest.mark.parametrize(
    ("target", "path"),
    [(f"http://{MARK}/nowhere", "/nowhere"), (f"HTTPS://x@{MARK}:1/a/b", "/a/b"), (f"http://{MARK}", "/")],
)
def test_a_name_in_the_request_line_is_no_part_of_the_path(tmp_path: Path, target: str, path: str) -> None:
    """What a client sends to a proxy is answered as its path alone; the name is not printed either."""
    with live_server(tmp_path) as live:
        host, _, port = live.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {MARK}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
    assert MARK.encode() not in answer
    assert answer.startswith(b"HTTP/1.1 200 ") if path == "/" else f'"instance":"{path}"'.encode() in answer


async def test_one_command_under_two_hosts_is_done_once(tmp_path: Path) -> None:
    """What a key names is the path that was asked for, however the host was called."""
    async with running(tmp_path) as server:
        team = make_organisation(server)
        for number, host in enumerate(["server", *HOSTS]):
            async with team.client(**{"Host": host, "Idempotency-Key": "k"}) as api:
                answer = await api.post("/v1/users", json={"email": "a@b.example"})
                assert answer.status_code == 201
                assert ("idempotency-replayed" in answer.headers) is bool(number)
