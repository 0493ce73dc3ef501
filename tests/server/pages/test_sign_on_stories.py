"""Signing in with the organisation's own provider, on the pages, against a process of providers on loopback."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from builders import Team, findings_in
from mail_desk import PUBLIC
from mail_desk import Office as Post
from notifications_desk import Office, office
from plain_visitor import PlainVisitor, Seen, path_in
from sign_on_desk import Providers, providers

from contract.mailbox import mailbox
from server.pages import session
from server.pages.routes import pages
from server.pages.single_sign_on import WHYS
from server.people import sign_in_links
from server.platform.clock import utc_now
from server.settings import Issuer

ADA = "ada@one.example"
START = "/sign-in/oidc/one/start"


@pytest.fixture(scope="module")
def company() -> Iterator[Providers]:
    """The process, once for this module."""
    with providers() as found:
        yield found


@pytest.fixture(autouse=True)
def honest(company: Providers) -> None:
    """Both are honest again."""
    company.behave()
    company.behave("two", person={"sub": "1", "email": "eve@two.example", "email_verified": True})


def issuers(company: Providers) -> tuple[Issuer, ...]:
    """The first is offered beside mail; the second is the only way."""
    return company.issuer(), company.issuer("two", required=True)


@pytest.fixture(name="house")
async def running_house(tmp_path: Path, company: Providers, post: Post) -> AsyncIterator[Office]:
    """A server that knows both providers, and sends mail."""
    settings: dict[str, Any] = {"public_url": PUBLIC, "issuers": issuers(company), "mail": post.settings()}
    async with office(tmp_path, now=utc_now(), **settings) as found:
        yield found
        assert findings_in(found.server) == []


async def there(reader: PlainVisitor) -> str:
    """Follow the page that leads to the provider; answers the path that people are sent back to."""
    assert "You are sent to" in reader.at.text, reader.at.text
    address = reader.at.answer.headers["refresh"].removeprefix("0; url=")
    assert address in reader.at.links
    async with httpx.AsyncClient() as web:
        answer = await web.get(address)
    back = answer.headers["location"]
    assert back.startswith(f"{PUBLIC}/sign-in/oidc/")
    return str(back.removeprefix(PUBLIC))


async def sent(reader: PlainVisitor, email: str = ADA, *, next_path: str = "/") -> str:
    """Type an address, go to the provider; answers the path that people are sent back to."""
    await reader.open(f"/sign-in?next={quote(next_path, safe='')}")
    await reader.send("/sign-in", email=email)
    if "Continue to" in reader.at.text and "You are sent to" not in reader.at.text:
        await reader.send(START)
    return await there(reader)


async def signed_in(reader: PlainVisitor, email: str = ADA) -> Seen:
    """All the way; answers what can be read then."""
    return await reader.open(await sent(reader, email))


async def test_the_first_time_shows_what_waited_for_the_address(house: Office, team: Team) -> None:
    """Ada has no account; she is asked, signs in with her organisation's provider, and reads the request (D25)."""
    async with team.client() as api:
        body = {"email": ADA}
        asked = await api.post("/v1/transfers", json=body, headers={"Idempotency-Key": "k" * 20})
    assert asked.status_code == 201, asked.text
    ada = PlainVisitor(house.server.app)
    said = await signed_in(ada)
    assert "Your account was made." in said
    assert "Example Ltd" in said
    assert ada.at.path == "/"
    again = PlainVisitor(house.server.app)
    said = await signed_in(again)
    assert "Your account was made." not in said
    assert f"Signed in as {ADA}." in said
    assert ", Company One" in await again.open("/sign-ins")


async def test_one_comes_back_to_the_page_one_wanted(house: Office) -> None:
    """And to no other server's, whatever was written there."""
    ada = PlainVisitor(house.server.app)
    await ada.open(await sent(ada, next_path="/join?code=spring-2026"))
    assert ada.at.path == "/join?code=spring-2026"
    for foreign in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        other = PlainVisitor(house.server.app)
        await other.open(await sent(other, next_path=foreign))
        assert other.at.path == "/"


async def test_both_ways_are_offered_where_the_provider_is_not_required(house: Office, post: Post) -> None:
    """A link by e-mail is the other way to the same account."""
    ada = PlainVisitor(house.server.app)
    await signed_in(ada)
    mailed = PlainVisitor(house.server.app)
    await mailed.open("/sign-in")
    assert "People with an address at one.example sign in with Company One." in await mailed.send("/sign-in", email=ADA)
    await mailed.send("/sign-in", having="mail")
    assert "We sent a link" in mailed.at.text
    await until_letters(post, 1)
    await mailed.open(path_in(post.letters[-1]))
    assert f"Signed in as {ADA}." in await mailed.send("/sign-in/confirm")


async def until_letters(post: Post, count: int) -> None:
    """Wait for so many."""
    from notifications_desk import until

    await until(lambda: len(post.letters) >= count)


async def test_no_mail_signs_in_who_has_to_use_the_provider(house: Office, post: Post) -> None:
    """Neither asked for nor used: of an address that is known and of one that is not, the same is said."""
    eve = PlainVisitor(house.server.app)
    assert f"Signed in as {'eve@two.example'}." in await signed_in(eve, "eve@two.example")
    said = []
    for address in ("eve@two.example", "nobody@two.example"):
        asking = PlainVisitor(house.server.app)
        await asking.open("/sign-in")
        asking.at.form("/sign-in").fields["by"] = "mail"
        said.append((await asking.send("/sign-in", email=address)).text)
        services = house.server.services
        with services.database.write() as connection:
            link = sign_in_links.make(connection, mailbox(address), services.clock.now())
        assert "does not sign in people with this address" in await asking.open(f"/sign-in/confirm?link={link}")
        form = {"link": link, "form": session.form_token(asking.http.cookies[session.VISIT])}
        answer = await asking.http.post("/sign-in/confirm", data=form)
        assert answer.status_code == 403
        assert session.COOKIE not in asking.http.cookies
    assert said[0] == said[1]
    assert post.letters == []


async def test_a_required_provider_is_one_form_away(house: Office) -> None:
    """Typing the address is enough."""
    eve = PlainVisitor(house.server.app)
    await eve.open("/sign-in")
    assert "You are sent to Company Two to sign in" in await eve.send("/sign-in", email="eve@two.example")


async def test_a_server_without_mail(tmp_path: Path, company: Providers) -> None:
    """Providers are the only way: whoever has none is told so."""
    async with office(tmp_path, now=utc_now(), public_url=PUBLIC, issuers=issuers(company)) as house:
        ada = PlainVisitor(house.server.app)
        await ada.open("/sign-in")
        assert "Nobody with an address at this domain" in await ada.send("/sign-in", email="bob@other.example")
        await ada.send("/sign-in", email=ADA)
        assert f"Signed in as {ADA}." in await ada.open(await there(ada))


async def test_an_answer_is_used_once(house: Office) -> None:
    """The back button leads to the profile; in another browser it is worth nothing."""
    ada, eve = PlainVisitor(house.server.app), PlainVisitor(house.server.app)
    back = await sent(ada)
    await eve.open("/sign-in")
    assert "began in another browser" in await eve.open(back)
    assert session.COOKIE not in eve.http.cookies
    await ada.open(back)
    before = ada.http.cookies[session.COOKIE]
    assert f"Signed in as {ADA}." in await ada.open(back)
    assert ada.http.cookies[session.COOKIE] == before
    assert "began in another browser" in await PlainVisitor(house.server.app).open(back)


async def test_nobody_is_signed_in_as_somebody_else_by_a_link(house: Office) -> None:
    """Eve sends Bob the end of her own way: Bob is not signed in as Eve (login CSRF), and stays who he is."""
    eve, bob = PlainVisitor(house.server.app), PlainVisitor(house.server.app)
    hers = await sent(eve, "eve@two.example")
    await signed_in(bob)
    assert f"Signed in as {ADA}." in await bob.open(hers)


async def test_two_tabs(house: Office) -> None:
    """Begun twice in one browser: the first that comes back signs in, the second finds that it is done."""
    ada = PlainVisitor(house.server.app)
    first, second = await sent(ada), await sent(ada)
    await ada.open(second)
    assert f"Signed in as {ADA}." in await ada.open(first)


async def test_two_browsers_at_once_make_one_account(house: Office) -> None:
    """The first sign-in of one person, twice at the same moment."""
    both = PlainVisitor(house.server.app), PlainVisitor(house.server.app)
    ends = [await sent(each) for each in both]
    said = await asyncio.gather(*(reader.open(end) for reader, end in zip(both, ends, strict=True)))
    assert all(f"Signed in as {ADA}." in each for each in said)
    assert sum("Your account was made." in each for each in said) == 1


async def test_what_a_request_calls_the_server_is_not_believed(house: Office) -> None:
    """The provider sends people back to the address of the settings, whatever `Host` says."""
    ada = PlainVisitor(house.server.app, headers={"Host": "evil.example"})
    assert "evil" not in await sent(ada)
    assert "evil.example" not in ada.at.answer.headers["refresh"]


async def test_a_session_is_new_each_time(house: Office) -> None:
    """Nothing of the browser's before the sign-in is taken over (fixation)."""
    ada = PlainVisitor(house.server.app)
    await ada.open("/sign-in")
    visit = ada.http.cookies[session.VISIT]
    await signed_in(ada)
    assert session.VISIT not in ada.http.cookies
    assert visit not in ada.http.cookies[session.COOKIE]


async def test_the_form_is_ones_own(house: Office) -> None:
    """Another site can't send anybody to a provider; and an address alone does nothing."""
    ada = PlainVisitor(house.server.app)
    await ada.open("/sign-in")
    assert (await ada.http.post(START, data={"email": ADA})).status_code == 403
    await ada.open(START)
    assert ada.at.path == "/sign-in"
    for path in ("/sign-in/oidc/other/start", "/sign-in/oidc/other/callback?state=a&code=b"):
        assert (await ada.http.get(path)).status_code == 404
    assert (await ada.http.head("/sign-in/oidc/one/callback?state=a&code=b")).status_code == 405


TROUBLES = {
    "gone": ({"status": {"token": 503}}, "does not answer", 503),
    "lie": ({"claims": {"aud": "other"}}, "proves nothing", 502),
    "refused": ({"denies": "access_denied"}, "did not let you in", 403),
    "not_verified": (
        {"person": {"sub": "9", "email": ADA, "email_verified": False}},
        "has not verified your e-mail address",
        403,
    ),
    "no_address": ({"person": {"sub": "9"}}, "names no e-mail address", 403),
    "other_domain": (
        {"person": {"sub": "9", "email": "eve@two.example", "email_verified": True}},
        "belongs to a domain of somebody else",
        403,
    ),
    "other_person": (
        {"person": {"sub": "9", "email": ADA, "email_verified": True}},
        "Somebody else at Company One signed in with this address",
        403,
    ),
}


@pytest.mark.parametrize("why", TROUBLES)
async def test_trouble_is_a_page_that_says_what_to_do(
    house: Office, company: Providers, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    """Nobody is signed in, nothing is made; the log says why, without the address and without secrets."""
    does, words, status = TROUBLES[why]
    first = PlainVisitor(house.server.app)
    await signed_in(first)
    company.behave(**does)  # type: ignore[arg-type] # each names its own
    ada = PlainVisitor(house.server.app)
    back = await sent(ada)
    with caplog.at_level(logging.INFO, logger="headcount.server"):
        assert words in await ada.open(back)
    assert ada.at.status == status
    assert session.COOKIE not in ada.http.cookies
    assert "/sign-in" in ada.at.links
    logged = [each.getMessage() for each in caplog.records if "single sign-on" in each.getMessage()]
    assert len(logged) == 1
    assert ADA not in logged[0]


def test_every_reason_has_a_sentence() -> None:
    """None is told by an empty page."""
    page = Path(__file__).parents[3] / "server" / "pages" / "templates" / "sign_on_failed.html"
    text = page.read_text()
    assert all(f'why == "{why}"' in text for why in WHYS)


async def test_what_the_provider_writes_is_on_no_page(house: Office, company: Providers) -> None:
    """Not its errors, whatever they say."""
    company.behave(denies="<script>alert(1)</script>")
    ada = PlainVisitor(house.server.app)
    await ada.open(await sent(ada))
    assert "alert(1)" not in ada.at.answer.text


def test_the_pages_are_open() -> None:
    """Whoever comes back from a provider is not signed in yet."""
    assert all(page.open for page in pages() if "oidc" in page.path)
