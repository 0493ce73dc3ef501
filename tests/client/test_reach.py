"""Why there is no connection, found out at real sockets: the address, the cause, and what to try.

The certificates in `tests/data/tls` are made for this: signed by `authority.pem` but for the self-signed one.
"""

import contextlib
import socket
import ssl
import stat
from pathlib import Path

import pytest
from client_desk import TOKEN, liar, live, me
from pydantic import SecretStr
from starlette.applications import Starlette
from tls_desk import TLS, serving

from client.address import parse_address
from client.call_executor import Pace
from client.certificate import read_certificate
from client.errors import (
    BadAnswer,
    CannotConnect,
    HeadcountError,
    NotThisApi,
    ProxyRefused,
    TimedOut,
    UnsafeAddress,
    Untrusted,
)
from client.profile import Profile, Timeouts, open_client
from client.proxies import PROFILE, proxy_for, why_direct

ONE_ATTEMPT = Pace(chance=lambda: 1e9)


async def ending(url: str, **profile: object) -> HeadcountError:
    """What a call with a profile called acme ends with."""
    told = Profile.model_validate({"url": url, "timeouts": Timeouts(connect=1, read=0.3), **profile})
    async with open_client(told, name="acme", pace=ONE_ATTEMPT) as client:
        with pytest.raises(HeadcountError) as caught:
            await client.me()
    assert caught.value.advice.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("certificate", "says", "try_this"),
    [
        ("expired.pem", "its certificate for localhost, 127.0.0.1 expired on 2021-02-03", "renew it"),
        (
            "early.pem",
            "its certificate for localhost, 127.0.0.1 is not valid until 2110-01-01",
            "clock of this machine",
        ),
        ("other.pem", "its certificate is for other.example, www.other.example, not for localhost", "Use a name"),
        ("self_signed.pem", "its certificate for localhost, 127.0.0.1 is self-signed", "ca_bundle"),
    ],
)
async def test_a_certificate_that_is_not_trusted_is_named_with_the_reason(
    certificate: str, says: str, try_this: str
) -> None:
    """Whose it is, what is wrong with it, and what to do; nothing was sent."""
    async with serving(certificate) as url:
        error = await ending(url, ca_bundle=TLS / "authority.pem")
    assert isinstance(error, Untrusted)
    assert str(error) == f"{url} (profile acme) can't prove who it is: {says}."
    assert try_this in error.advice


async def test_an_unknown_authority_is_named_and_may_be_trusted() -> None:
    """The same server without the authority, and with it."""
    async with serving("good.pem") as url:
        error = await ending(url)
        assert isinstance(error, Untrusted)
        assert "was issued by Headcount tests' authority, an authority that is not trusted here" in str(error)
        assert "headcount login --ca FILE" in error.advice
        async with open_client(Profile(url=url, ca_bundle=TLS / "authority.pem")) as client:
            assert await client.me() == me()


async def test_a_server_that_asks_for_our_certificate() -> None:
    """It is said that it does; certificate and key may be one file or two."""
    ours = {"ca_bundle": TLS / "authority.pem"}
    async with serving("good.pem", asks_for_ours=True) as url:
        error = await ending(url, **ours)
        assert isinstance(error, Untrusted)
        assert str(error) == f"{url} (profile acme) asks for a client certificate."
        pair = {"client_cert": TLS / "client_cert.pem", "client_key": TLS / "client_key.pem"}
        for each in ({"client_cert": TLS / "client.pem"}, pair):
            async with open_client(Profile.model_validate({"url": url, **ours, **each})) as client:
                assert await client.me() == me()


@pytest.mark.parametrize("setting", ["ca_bundle", "client_cert"])
async def test_a_file_of_the_profile_that_can_not_be_used(setting: str, tmp_path: Path) -> None:
    """Which file, which setting, and why."""
    missing = await ending("https://localhost:1", **{setting: tmp_path / "none.pem"})
    assert f"none.pem ({setting} of the profile) can't be read: No such file or directory." in str(missing)
    (tmp_path / "empty.pem").write_text("nothing")
    assert "holds no certificate" in str(await ending("https://localhost:1", **{setting: tmp_path / "empty.pem"}))


async def test_http_and_https_are_told_apart() -> None:
    """A port that speaks the other one is said to, not that something is broken."""
    async with serving("good.pem") as url:
        error = await ending(url.replace("https:", "http:"))
    assert isinstance(error, NotThisApi)
    assert str(error).endswith("(profile acme): this port speaks https, not http.")


async def test_plain_http_where_https_is_expected() -> None:
    """A web server that answers a greeting of TLS in plain words; or something else that does."""
    app = Starlette()
    with live(app) as url:
        error = await ending(url.replace("http:", "https:"), timeouts=Timeouts(connect=3, read=3))
    assert isinstance(error, Untrusted)
    assert str(error).endswith("(profile acme): this port speaks http, not https.")
    assert "http://" in error.advice
    async with liar(b"SSH-2.0-OpenSSH_9.2\r\n", blurt=True) as url:
        error = await ending(url.replace("http:", "https:"))
    assert isinstance(error, Untrusted)
    assert str(error).endswith("(profile acme): what answers does not speak https.")


async def test_nobody_listens() -> None:
    """Refused, with the address."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    error = await ending(f"http://127.0.0.1:{port}/api")
    assert isinstance(error, CannotConnect)
    assert str(error) == (
        f"http://127.0.0.1:{port}/api (profile acme) can't be reached: "
        "nothing answers on that port (connection refused)."
    )


async def test_there_is_no_such_host() -> None:
    """A host that is not there is told from one that does not answer."""
    error = await ending("https://nobody.invalid")
    assert isinstance(error, CannotConnect)
    assert "https://nobody.invalid (profile acme) can't be reached: " in str(error)
    assert "there is no host nobody.invalid" in str(error) or "nobody.invalid can't be looked up" in str(error)


async def test_too_slow_to_connect_or_to_answer() -> None:
    """Which of the two times ran out, and the setting that makes it longer."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        with contextlib.ExitStack() as stack:
            for _ in range(2):
                waiting = stack.enter_context(socket.socket())
                waiting.settimeout(0)
                waiting.connect_ex(full.getsockname())
            error = await ending(url, timeouts=Timeouts(connect=0.2, read=0.2))
    assert isinstance(error, CannotConnect | TimedOut)
    assert f"{url} (profile acme)" in str(error)
    async with liar(b"", hang=True) as there:
        error = await ending(there)
    assert isinstance(error, TimedOut)
    assert str(error) == f"{there} (profile acme) did not answer in time: nothing came for 0.3 s."
    assert "timeouts.read" in error.advice


async def test_a_socket_that_is_none(tmp_path: Path) -> None:
    """A path that is not there, a file, and a socket that nobody listens on any more."""
    (tmp_path / "file").write_text("")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "left"))
    assert stat.S_ISSOCK((tmp_path / "left").stat().st_mode)
    said = {
        "none": "this socket does not exist",
        "file": "this file is not a socket",
        "left": "nothing answers on this socket (connection refused)",
    }
    for name, why in said.items():
        error = await ending(f"unix://{tmp_path}/{name}")
        assert isinstance(error, CannotConnect)
        assert str(error) == f"unix://{tmp_path}/{name} (profile acme) can't be reached: {why}."


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"404 Not Found\r\nContent-Type: text/html", "is not this API: it answered 404 with a web page."),
        (b"404 Not Found\r\nContent-Type: application/json", "is not this API: it answered 404 with other JSON."),
        (b"200 OK\r\nContent-Type: text/html", "is not this API: it answered 200 with a web page."),
        (b"400 Bad\r\nX: y", "is not this API: it answered 400 with nothing."),
        (b"200 OK", "is not this API: it answered 200 with nothing."),
        (
            b"301 Moved\r\nLocation: https://ana:pw@new.example/api/v1/me?x=1",
            "leads on to https://new.example/api (301), where nothing is sent.",
        ),
    ],
)
async def test_what_is_not_this_api_is_said_to_be_something_else(head: bytes, says: str) -> None:
    """A wrong path, another service, a redirect: the address, what came, and where to look."""
    async with liar(b"HTTP/1.1 " + head + b"\r\nContent-Length: 2\r\n\r\n{}") as url:
        error = await ending(url)
    assert isinstance(error, NotThisApi)
    assert str(error) == f"{url} (profile acme) {says}"
    assert "url" in error.advice


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"<center>The plain HTTP request was sent to HTTPS port</center>", "this port speaks https, not http."),
        (b"<center>No required SSL certificate was sent</center>", "it asks for a client certificate."),
    ],
)
async def test_the_pages_of_web_servers_are_understood(page: bytes, says: str) -> None:
    """What nginx answers before the API is asked says more than that it is a page."""
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page)
    async with liar(head + page) as url:
        error = await ending(url)
    assert str(error) == f"{url} (profile acme): {says}"


async def test_json_of_another_shape_names_the_field_in_our_words() -> None:
    """Neither the value nor a library's sentence is passed on."""
    async with liar(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n" + b'{"account":3}'
    ) as url:
        error = await ending(url)
    assert type(error) is BadAnswer
    assert str(error) == f"The answer of {url} (profile acme) has another shape than agreed (account: Write an object)."


# Proxies.


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (b"407 Proxy Authentication Required", "asks for a name and password."),
        (b"403 Forbidden", "does not connect to https://seats.example.com (profile acme) (it answered 403)."),
    ],
)
async def test_a_proxy_that_refuses_is_named(status: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its address without the password, by what named it, and not asked again and again."""
    async with liar(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n") as url:
        monkeypatch.setenv("HTTPS_PROXY", url.replace("//", "//ana:secret@"))
        for name in ("https_proxy", "no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        error = await ending("https://seats.example.com")
    assert isinstance(error, ProxyRefused)
    assert str(error) == f"The proxy {url} (HTTPS_PROXY) {says}"
    assert "secret" not in str(error) + error.advice


async def test_a_proxy_that_is_not_there_is_told_from_the_server() -> None:
    """It is the proxy that can't be reached, as the profile names it."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{closed.getsockname()[1]}"
    error = await ending("https://seats.example.com", proxy=proxy)
    assert str(error) == (
        f"The proxy {proxy} (proxy of the profile) can't be reached: nothing answers on that port (connection refused)."
    )
    assert "proxy in the profile" in error.advice


SEATS, HERE = "https://seats.example.com:8443/api", "http://localhost:8000"


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": "http://p:1"}, "HTTPS_PROXY"),
        ({"https_proxy": "http://p:1", "HTTPS_PROXY": "http://q:1"}, "https_proxy"),
        ({"HTTP_PROXY": "http://p:1"}, ""),
        ({"ALL_PROXY": "p:1"}, "ALL_PROXY"),
        ({"HTTPS_PROXY": ""}, ""),
        *(
            ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": entry}, "")
            for entry in ("*", "example.com", ".example.com", "a, seats.example.com", "Example.com:8443")
        ),
        *(
            ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": entry}, "HTTPS_PROXY")
            for entry in ("ample.com", "example.com:443", "10.0.0.0/8", "www.example.com", "")
        ),
    ],
)
def test_the_environment_names_the_proxy(environ: dict[str, str], source: str) -> None:
    """As other programs read it, small letters first; an exception is a name with all below it, or one port of it."""
    found = proxy_for(parse_address(SEATS), None, environ)
    assert (found.source if found else "") == source


def test_the_profile_decides_before_the_environment() -> None:
    """Its proxy, or none at all; the environment's never leads to this machine or to a socket."""
    environ = {"HTTPS_PROXY": "http://p:1", "ALL_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}
    seats = parse_address(SEATS)
    named = proxy_for(seats, SecretStr("http://mine:3128"), {**environ, "NO_PROXY": "*"})
    assert named is not None
    assert (named.shown, named.source) == ("http://mine:3128", PROFILE)
    assert proxy_for(seats, SecretStr("none"), environ) is None
    for url, why in ((HERE, "this machine"), ("unix:///run/api", "this machine"), ("https://10.1.2.3", "NO_PROXY")):
        assert proxy_for(parse_address(url), None, environ) is None
        assert why_direct(parse_address(url), environ) == why


@pytest.mark.parametrize("named", ["socks5://ana:secret@p:1", "http://p:x", "ftp://p", "http://", "http://p/path"])
def test_what_is_no_proxy_is_refused_without_its_password(named: str) -> None:
    """Instead of a server that can't be reached for no reason."""
    with pytest.raises(UnsafeAddress, match="proxy") as caught:
        proxy_for(parse_address(SEATS), None, {"HTTPS_PROXY": named})
    assert "secret" not in str(caught.value)


def test_bytes_that_are_no_certificate_say_nothing() -> None:
    """What a stranger shows instead of a certificate can't stop the explanation."""
    der = ssl.PEM_cert_to_DER_cert((TLS / "authority.pem").read_text())
    assert read_certificate(der).issuer == "Headcount tests' authority"
    for cut in range(0, len(der), 7):
        read_certificate(der[:cut])
        read_certificate(der[:cut] + b"\xff" + der[cut + 1 :])


def test_the_token_is_in_no_sentence() -> None:
    """What is said names addresses and files, nothing that signs in."""
    assert TOKEN not in str(Profile(url=SEATS, proxy=SecretStr(f"http://x:{TOKEN}@p:1")))
