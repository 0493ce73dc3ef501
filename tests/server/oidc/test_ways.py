"""The way to a provider and back, against a process of providers on loopback: honest, lying, slow, gone.

The browser is this test: it goes where it is sent, and comes back with what the provider gave it.
"""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from builders import RunningServer, running
from sign_on_desk import Providers, providers
from sqlalchemy import func, select
from tls_desk import TLS, serving

from server.oidc import flow
from server.oidc.errors import GoneError, LieError, RefusedError, SignOnError, StaleError, TooManyError
from server.oidc.fetching import MOST_BYTES
from server.oidc.flow import Brought, Proven, Start, Way, way_to
from server.oidc.provider import AGAIN_AFTER, KNOWN_FOR, Provider
from server.platform.clock import utc_now
from server.store.tables import sign_on_flows

BROWSER = "b" * 43


@pytest.fixture(scope="module")
def company() -> Iterator[Providers]:
    """The process, once for this module."""
    with providers() as found:
        yield found


class Ticking:
    """A clock for what a provider is remembered by."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


async def way(server: RunningServer, name: str = "one") -> Way:
    """How people get there from this server."""
    found = way_to(server.services, name)
    assert found is not None
    return found


def run(folder: Path, company: Providers, *issuers: Any, **settings: Any) -> Any:
    """A server of today that knows these providers."""
    known = issuers or (company.issuer(), company.issuer("two"))
    return running(folder, now=utc_now(), public_url="https://seats.example", issuers=known, **settings)


async def sent(way: Way, browser: str = BROWSER, **start: str) -> Brought:
    """Begin, go there, and come back as far as the door."""
    address = await way.begin(Start(browser, **start))
    async with httpx.AsyncClient() as web:
        answer = await web.get(address)
    assert answer.status_code == 302, answer.text
    back = answer.headers["location"]
    assert back.startswith(way.redirect_uri)
    said = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    return Brought(
        browser=browser,
        state=said["state"],
        code=said.get("code", ""),
        error=said.get("error", ""),
        issuer=said.get("iss"),
    )


def waiting(server: RunningServer) -> int:
    """How many are on the way."""
    with server.services.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(sign_on_flows)).scalar_one())


async def test_there_and_back(tmp_path: Path, company: Providers) -> None:
    """What is asked has PKCE, a nonce, a state and the address that was typed; what comes back proves who it is."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        asked = parse_qs(urlsplit(await one.begin(Start(BROWSER, hint="ada@one.example"))).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == ["https://seats.example/sign-in/oidc/one/callback"]
        assert asked["login_hint"] == ["ada@one.example"]
        assert {"openid", "email"} <= set(asked["scope"][0].split())
        assert len(asked["nonce"][0]) == len(asked["state"][0]) == 43
        found = await one.end(await sent(one, destination="/join?code=x"))
        assert (found.claims.subject, found.claims.email) == ("248289761001", "ada@one.example")
        assert found.destination == "/join?code=x"
        assert waiting(server) == 1


async def test_the_database_ends_nobodys_way(tmp_path: Path, company: Providers) -> None:
    """Neither the state nor the browser's secret, the nonce or the verifier is in it."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        asked = parse_qs(urlsplit(await one.begin(Start(BROWSER))).query)
        with server.services.database.read() as connection:
            kept = repr(connection.execute(select(sign_on_flows)).all())
        for secret in (BROWSER, asked["state"][0], asked["nonce"][0], asked["code_challenge"][0]):
            assert secret not in kept


LIES: dict[str, dict[str, Any]] = {
    "another issuer in the token": {"claims": {"iss": "https://evil.example"}},
    "a token for somebody else": {"claims": {"aud": "other"}},
    "a token given to somebody else": {"claims": {"azp": "other"}},
    "another question's token": {"claims": {"nonce": "x" * 43}},
    "a token without its question": {"claims": {"nonce": None}},
    "an expired token": {"claims": {"exp": -120}},
    "a token from the future": {"claims": {"iat": 600}},
    "a token without a person": {"claims": {"sub": None}},
    "a token for another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "a token that nobody signed": {"algorithm": "none"},
    "a token signed with the public key": {"algorithm": "HS256", "signed_by": "public"},
    "a token that a stranger signed": {"signed_by": "stranger"},
    "a token with a key nobody knows": {"kid": "unknown", "signed_by": "stranger"},
    "another person asked about": {"userinfo": {"sub": "7"}},
    "an answer from elsewhere": {"answer_iss": "https://evil.example"},
    "an answer from nowhere": {"answer_iss": ""},
    "no token": {"text": {"token": '{"access_token": "x", "token_type": "Bearer"}'}},
    "no JSON": {"text": {"token": "<html>"}},
    "no object": {"text": {"token": "[]"}},
    "nested without end": {"text": {"token": "[" * 200_000}},
    "far too much": {"text": {"token": '"' + "x" * MOST_BYTES + '"'}},
    "a redirect instead of a token": {"status": {"token": 307}},
    "a code that it never gave": {"code": "invented"},
    "the client unknown": {"method": "none"},
    "nothing about the person": {"userinfo": {}, "status": {"userinfo": 403}},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_a_lie_is_refused_and_nothing_is_written(tmp_path: Path, company: Providers, lie: dict[str, Any]) -> None:
    """Whatever is not as it should be signs nobody in; and the way has ended, so that nobody tries it again."""
    company.behave(**lie)
    async with run(tmp_path, company) as server:
        one = await way(server)
        brought = await sent(one)
        with pytest.raises((LieError, StaleError)) as caught:
            await one.end(brought)
        assert "\n" not in str(caught.value)
        assert waiting(server) == 0
        with pytest.raises(StaleError):
            await one.end(brought)


WRONG_ABOUT_ITSELF: dict[str, dict[str, Any]] = {
    "another name": {"issuer": "https://evil.example"},
    "no name": {"issuer": None},
    "no page to go to": {"authorization_endpoint": None},
    "a page that is a script": {"authorization_endpoint": "javascript:alert(1)"},
    "a page without https": {"authorization_endpoint": "http://login.example/"},
    "tokens inside a network": {"token_endpoint": "https://10.0.0.7/token"},
    "keys of the machine's host": {"jwks_uri": "https://169.254.169.254/latest/meta-data"},
    "a number for a page": {"token_endpoint": 7},
    "no codes": {"response_types_supported": ["id_token"]},
    "no PKCE that is any good": {"code_challenge_methods_supported": ["plain"]},
}


@pytest.mark.parametrize("lie", WRONG_ABOUT_ITSELF.values(), ids=WRONG_ABOUT_ITSELF)
async def test_what_it_says_of_itself_is_checked(tmp_path: Path, company: Providers, lie: dict[str, Any]) -> None:
    """Nobody is sent anywhere by a provider that can't be trusted to say where."""
    company.behave(metadata=lie)
    async with run(tmp_path, company) as server:
        one = await way(server)
        with pytest.raises(LieError):
            await one.begin(Start(BROWSER))
        assert waiting(server) == 0


async def test_names_that_lead_into_networks_are_not_followed(tmp_path: Path, company: Providers) -> None:
    """A server that is no sandbox asks nobody on this machine, unless a setting names the network."""
    company.behave()
    inside = company.issuer(url=company.base.replace("127.0.0.1", "localhost").replace("http:", "https:") + "/one")
    async with run(tmp_path, company, inside, sandbox=False) as server:
        with pytest.raises(GoneError, match="inside a network"):
            await (await way(server)).begin(Start(BROWSER))
    assert company.asked() == []


@pytest.mark.parametrize(
    "trouble",
    [
        {"slow": {".well-known/openid-configuration": 5.0}},
        {"status": {".well-known/openid-configuration": 503}},
        {"status": {".well-known/openid-configuration": 429}},
    ],
    ids=["slow", "broken", "busy"],
)
async def test_a_provider_in_trouble(tmp_path: Path, company: Providers, trouble: dict[str, Any]) -> None:
    """It is given its time and no more; however many want in, it is asked once, and again a little later."""
    company.behave(**trouble)
    async with run(tmp_path, company, company.issuer(patience=0.3)) as server:
        clock = Ticking()
        one = replace(await way(server), provider=Provider(company.issuer(patience=0.3), sandbox=True, clock=clock))
        found = await asyncio.gather(*(one.begin(Start(BROWSER)) for _ in range(5)), return_exceptions=True)
        assert {type(each) for each in found} == {GoneError}
        assert len(company.asked()) == 1
        company.behave()
        clock.now += AGAIN_AFTER
        assert await one.begin(Start(BROWSER))


async def test_a_provider_that_is_gone(tmp_path: Path, company: Providers) -> None:
    """Nobody answers at its address; and none of what it is about to say is waited for, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/one"
    async with run(tmp_path, company, company.issuer(url=address)) as server:
        with pytest.raises(GoneError):
            await (await way(server)).begin(Start(BROWSER))


@pytest.mark.parametrize(
    ("certificate", "authority", "why"),
    [
        ("good.pem", "authority.pem", "another name"),
        ("good.pem", None, "certificate is not valid"),
        ("expired.pem", "authority.pem", "certificate is not valid"),
        ("other.pem", "authority.pem", "certificate is not valid"),
    ],
)
async def test_its_certificate(
    tmp_path: Path, company: Providers, certificate: str, authority: str | None, why: str
) -> None:
    """It is believed by authorities that the settings name, or the system's; a bad one is named as the reason."""
    async with serving(certificate) as address:
        trusted = TLS / authority if authority else None
        inside = company.issuer(url=address, ca_file=trusted, networks=(ip_network("127.0.0.0/8"),))
        async with run(tmp_path, company, inside, sandbox=False) as server:
            with pytest.raises((GoneError, LieError), match=why):
                await (await way(server)).begin(Start(BROWSER))


async def test_whoever_leaves_while_it_is_asked_keeps_nobody_out(tmp_path: Path, company: Providers) -> None:
    """A browser that goes away in the middle leaves what is known as it was."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        await one.provider.keys()
        for anew in (False, True):
            company.behave(slow={"keys": 5.0})
            asking = asyncio.create_task(one.provider.keys(anew=anew))
            await asyncio.sleep(0.1)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        company.behave()
        assert await one.end(await sent(one))


async def test_the_server_is_started_again_meanwhile(tmp_path: Path, company: Providers) -> None:
    """Whoever was at the provider comes back to the new one, and is signed in."""
    company.behave()
    async with run(tmp_path, company) as server:
        brought = await sent(await way(server))
    async with run(tmp_path, company) as server:
        assert await (await way(server)).end(brought)


async def test_it_goes_while_somebody_is_there(tmp_path: Path, company: Providers) -> None:
    """The way has ended; one begins anew."""
    company.behave(slow={"token": 5.0})
    async with run(tmp_path, company, company.issuer(patience=0.3)) as server:
        one = await way(server)
        brought = await sent(one)
        with pytest.raises(GoneError, match=r"within 0\.3 s"):
            await one.end(brought)
        company.behave()
        with pytest.raises(StaleError):
            await one.end(brought)
        assert await one.end(await sent(one))


async def test_a_provider_changes_its_keys(tmp_path: Path, company: Providers) -> None:
    """New keys are asked for when a token names one that is not known; the old ones are worth nothing then."""
    company.behave(rotate="EC")
    async with run(tmp_path, company) as server:
        clock = Ticking()
        one = replace(await way(server), provider=Provider(company.issuer(), sandbox=True, clock=clock))
        for kind in ("RSA", "EC"):
            assert await one.end(await sent(one))
            company.behave(rotate=kind)
            clock.now += AGAIN_AFTER
            assert await one.end(await sent(one))
            assert company.asked().count("keys") == 1
        assert company.asked().count(".well-known/openid-configuration") == 0
        clock.now += KNOWN_FOR
        assert await one.end(await sent(one))
        assert company.asked().count(".well-known/openid-configuration") == 1


async def test_keys_are_not_asked_for_all_the_time(tmp_path: Path, company: Providers) -> None:
    """A provider whose tokens name keys that it has not is asked once more, not each time."""
    company.behave(kid="unknown", signed_by="stranger")
    async with run(tmp_path, company) as server:
        one = await way(server)
        for _ in range(3):
            with pytest.raises(LieError, match="kid"):
                await one.end(await sent(one))
        assert company.asked().count("keys") == 2


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_how_the_secret_is_given(tmp_path: Path, company: Providers, method: str) -> None:
    """In the way that the provider says it takes."""
    company.behave(method=method)
    async with run(tmp_path, company) as server:
        one = await way(server)
        assert await one.end(await sent(one))


async def test_an_address_that_is_only_told_when_asked(tmp_path: Path, company: Providers) -> None:
    """Some providers leave it out of the token."""
    company.behave(userinfo={})
    async with run(tmp_path, company) as server:
        one = await way(server)
        assert (await one.end(await sent(one))).claims.email == "ada@one.example"


@pytest.mark.parametrize(("code", "kind"), [("access_denied", RefusedError), ("server_error", LieError)])
async def test_somebody_said_no(tmp_path: Path, company: Providers, code: str, kind: type[SignOnError]) -> None:
    """The person, or the provider: told apart from a provider that is broken."""
    company.behave(denies=code)
    async with run(tmp_path, company) as server:
        one = await way(server)
        with pytest.raises(kind):
            await one.end(await sent(one))


async def test_an_answer_is_used_once(tmp_path: Path, company: Providers) -> None:
    """Sent twice at the same moment, or again later: one of them signs in."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        brought = await sent(one)
        found = await asyncio.gather(*(one.end(brought) for _ in range(3)), return_exceptions=True)
        assert sorted(type(each).__name__ for each in found) == ["Proven", "StaleError", "StaleError"]
        assert isinstance(next(each for each in found if isinstance(each, Proven)), Proven)


async def test_a_stolen_state_is_worth_nothing_elsewhere(tmp_path: Path, company: Providers) -> None:
    """In another browser it signs nobody in, and its owner's way goes on (login CSRF, fixation)."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        brought = await sent(one)
        for browser in ("e" * 43, ""):
            with pytest.raises(StaleError):
                await one.end(replace(brought, browser=browser))
        mine = await sent(one, "e" * 43)
        with pytest.raises((LieError, StaleError)):
            await one.end(replace(mine, code=brought.code))
        assert await one.end(brought)


async def test_two_providers_are_not_mixed_up(tmp_path: Path, company: Providers) -> None:
    """An answer of one is worth nothing on the way to another, whichever part of it is exchanged."""
    company.behave()
    company.behave("two", person={"sub": "1", "email": "eve@two.example", "email_verified": True})
    async with run(tmp_path, company) as server:
        one, two = await way(server), await way(server, "two")
        for_one, for_two = await sent(one), await sent(two)
        with pytest.raises(StaleError):
            await two.end(for_one)
        with pytest.raises(LieError, match=r"^iss"):
            await one.end(replace(await sent(one), issuer=for_two.issuer, code=for_two.code))
        with pytest.raises(StaleError):
            await one.end(replace(await sent(one), code=for_two.code))
        assert (await two.end(for_two)).claims.email == "eve@two.example"


async def test_two_ways_in_one_browser(tmp_path: Path, company: Providers) -> None:
    """Two tabs: each comes back where it belongs, in any order."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        first, second = await sent(one, destination="/a"), await sent(one, destination="/b")
        assert (await one.end(second)).destination == "/b"
        assert (await one.end(first)).destination == "/a"


async def test_a_way_takes_ten_minutes_at_most(
    tmp_path: Path, company: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is forgotten, by the next who begins."""
    company.behave()
    async with run(tmp_path, company) as server:
        one = await way(server)
        brought = await sent(one)
        late = server.clock.machine() + flow.LASTS
        monkeypatch.setattr(server.clock, "_source", lambda: late)
        with pytest.raises(StaleError):
            await one.end(brought)
        await one.begin(Start(BROWSER))
        assert waiting(server) == 1


async def test_who_begins_and_never_comes_back(
    tmp_path: Path, company: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many of one network, and so many in all; those who come back make room."""
    company.behave()
    monkeypatch.setattr(flow, "MOST_OF_NETWORK", 2)
    monkeypatch.setattr(flow, "MOST_IN_ALL", 3)
    async with run(tmp_path, company) as server:
        one = await way(server)
        first = await sent(one, network="192.0.2.1")
        await one.begin(Start(BROWSER, network="192.0.2.1"))
        with pytest.raises(TooManyError):
            await one.begin(Start(BROWSER, network="192.0.2.1"))
        await one.begin(Start(BROWSER, network="192.0.2.2"))
        with pytest.raises(TooManyError):
            await one.begin(Start(BROWSER, network="192.0.2.3"))
        await one.end(first)
        await one.begin(Start(BROWSER, network="192.0.2.3"))
