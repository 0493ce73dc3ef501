"""Where webhooks may lead, at the moment of connecting, and what a signature is."""

import asyncio
import datetime as dt
import secrets
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks
from builders import make_organisation
from notifications_desk import office, receiver, subscribed, until

from server.notifications import http_delivery, signing, targets

DATA = Path(__file__).parents[2] / "data"
NOW = dt.datetime(2025, 11, 14, 9, 30, tzinfo=dt.UTC)

REFUSED = [
    "http://hooks.example/",
    "http://8.8.8.8/",
    "ftp://hooks.example/",
    "https://user:secret@hooks.example/",
    "https://hooks.example/#part",
    "https://",
    "hooks.example",
    "https://hooks.example:0/",
    "https://hooks.example:70000/",
    "https://hooks .example/",
    "https://hooks.example\\@127.0.0.1/",
    "https://hooks.example/\r\nHost: x",
    " https://hooks.example/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[fec0::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_never_allowed(url: str) -> None:
    """Only https to what the public can reach; neither odd spellings nor addresses inside others get around it."""
    with pytest.raises(targets.TargetError):
        targets.checked(url, ())


@pytest.mark.parametrize("url", ["https://hooks.example/a?b=c", "https://8.8.8.8/", "https://münchen.example:8443/ä"])
def test_an_address_that_is(url: str) -> None:
    """Names are looked up later; international ones are read as the name service knows them."""
    assert targets.checked(url, ()).raw_host.isascii()


def test_networks_that_the_server_was_told_of() -> None:
    """An address inside a network is allowed where the server was started with that network; http never there."""
    inside = [ip_network("10.1.0.0/16")]
    assert targets.checked("https://10.1.2.3/", inside)
    for url in ("https://10.2.0.1/", "http://10.1.2.3/"):
        with pytest.raises(targets.TargetError):
            targets.checked(url, inside)


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f000001", "localhost"])
async def test_a_name_that_means_this_machine(spelling: str) -> None:
    """What a name or number means is checked when it is looked up."""
    with pytest.raises(targets.TargetError):
        await targets.resolved(httpx.URL(f"https://{spelling}/"), ())


async def test_connects_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is looked up once an attempt: changed in between (DNS rebinding), it leads nowhere else."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[Any]:
        """First an address that is allowed, then another."""
        asked.append(host)
        address = "127.0.0.2" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(targets, "look_up", look_up)
    allowed = [ip_network("127.0.0.2/32")]
    async with receiver() as there:
        port = httpx.URL(there.url).port
        async with http_delivery.Post(f"https://hooks.example:{port}/", [signing.new_secret()], allowed, 5) as post:
            first = await post.tell("msg_1", b"{}", NOW)
            second = await post.tell("msg_1", b"{}", NOW)
        assert first.error == "it can't be connected to"
        assert "inside a network" in second.error
        assert (there.connections, asked) == (0, ["hooks.example", "hooks.example"])


async def test_every_address_of_a_name_is_allowed_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with one address of the public and one inside is refused."""

    def look_up(_: str, port: int) -> list[Any]:
        """Both."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(targets, "look_up", look_up)
    with pytest.raises(targets.TargetError):
        await targets.resolved(httpx.URL("https://hooks.example/"), ())


async def test_names_nobody_answers_for_hold_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait for the name service, threads are left for other work, such as opening a file to import."""
    answer = threading.Event()

    def look_up(_: str, port: int) -> list[Any]:
        """Nothing for a long time."""
        answer.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]

    monkeypatch.setattr(targets, "look_up", look_up)
    waiting = [asyncio.create_task(targets.resolved(httpx.URL("https://hooks.example/"), ())) for _ in range(50)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(asyncio.to_thread(int, "7"), 5) == 7
    assert not any(each.done() for each in waiting)
    answer.set()
    assert set(await asyncio.gather(*waiting)) == {ip_address("8.8.8.8")}


@pytest.fixture
async def https_name(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """`hooks.example` and `other.example` are this machine, and the tests' certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "notifications.pem"))
    http_delivery._trusted.cache_clear()

    def look_up(_: str, port: int) -> list[Any]:
        """This machine."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(targets, "look_up", look_up)
    yield
    http_delivery._trusted.cache_clear()


@pytest.mark.usefixtures("https_name")
async def test_a_certificate_is_for_the_name() -> None:
    """Though it connects to an address, host and certificate are those of the name; another name's is refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "notifications_server.pem")
    async with receiver(context=context) as there:
        port = httpx.URL(there.url).port
        for name, status, error in (
            ("hooks.example", 200, ""),
            ("other.example", None, "its certificate is not valid"),
        ):
            url, secret = f"https://{name}:{port}/x", signing.new_secret()
            async with http_delivery.Post(url, [secret], targets.LOOPBACK, 5) as post:
                outcome = await post.tell("msg_1", b'{"a":1}', NOW)
            assert (outcome.status, outcome.error) == (status, error)
        (told,) = there.told
        assert told.headers["host"] == f"hooks.example:{port}"


def test_the_reference_signs_alike() -> None:
    """The same headers as the reference implementation makes, for any body and secret."""
    for length in (0, 1, 1000):
        secret, body = signing.new_secret(), secrets.token_urlsafe(length)
        made = signing.headers("msg_1", NOW, body.encode(), [secret])
        assert made["webhook-signature"] == standardwebhooks.Webhook(secret).sign("msg_1", NOW, body)
        assert made["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_addresses_with_a_zone_or_a_mask() -> None:
    """The address checker judges what is inside an address, and knows no zones."""
    assert not targets.allowed(ip_address("fe80::1%eth0"), [ip_network("fe80::/10")])
    assert targets.allowed(ip_address("::ffff:8.8.8.8"), ())
    assert not targets.allowed(ip_address("::ffff:10.0.0.1"), ())
    assert not targets.allowed(ip_address("::7f00:1"), ())


async def test_a_real_server_tells_no_machine_inside(tmp_path: Path) -> None:
    """Without a sandbox an address of this machine is refused at once, a name that leads here when it is looked up."""
    async with office(tmp_path, sandbox=False) as house, receiver() as there:
        team = make_organisation(house.server)
        async with team.client() as api:
            refused = await api.post("/v1/webhooks", json={"url": there.url})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/url")
            port = httpx.URL(there.url).port
            made = await subscribed(api, f"https://localhost:{port}/")
            path = f"/v1/webhooks/{made['id']}/deliveries"
            await until(lambda: house.server.services.database is not None)
            async with asyncio.timeout(10):
                while not (found := (await api.get(path)).json()["items"]):
                    await asyncio.sleep(0.01)
        assert "inside a network" in found[0]["error"]
        assert there.connections == 0
