"""What must never work on a page, a test for each threat."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from builders import Team, findings_in, make_organisation
from mail_desk import PUBLIC, letters_kept, mail_server, sent
from mail_desk import Office as Post
from notifications_desk import Office, office, until
from page_reader import Reader

from server.pages import session
from server.pages.page import local
from server.pages.routes import pages

BOB = "bob@old.example"
HOME = "/"


@pytest.fixture(name="post")
def running_post() -> Iterator[Post]:
    """A mail server."""
    with mail_server() as found:
        yield found


@pytest.fixture(name="house")
async def running_house(tmp_path: Path, post: Post) -> AsyncIterator[Office]:
    """A server that hands its letters in there."""
    async with office(tmp_path, mail=post.settings()) as found:
        yield found
        assert findings_in(found.server) == []


@pytest.fixture(name="team")
def founded_team(house: Office) -> Team:
    """One organisation."""
    return make_organisation(house.server)


@pytest.fixture(name="bob")
async def bobs_browser(house: Office, team: Team) -> Reader:
    """Somebody's browser."""
    del team
    return Reader(house.server)


async def test_scanners_sign_nobody_in(post: Post, bob: Reader, house: Office) -> None:
    """Programs that open the links of letters, however often, use nothing up: only the form does."""
    await bob.open("/sign-in")
    link = await bob.mailed_link(post, BOB)
    scanner = Reader(house.server)
    for _ in range(3):
        await scanner.open(link)
        assert (await scanner.http.head(link)).status_code == 200
    assert session.COOKIE not in scanner.http.cookies
    await bob.open(link)
    await bob.send("/sign-in/confirm")
    assert session.COOKIE in bob.http.cookies


async def test_a_link_works_once_and_fifteen_minutes(post: Post, bob: Reader, house: Office) -> None:
    """Used, old, overtaken and invented links answer the same page."""
    await bob.open("/sign-in")
    first = await bob.mailed_link(post, BOB)
    await bob.open("/sign-in")
    second = await bob.mailed_link(post, BOB)
    await bob.open(second)
    form = bob.answer
    await bob.send("/sign-in/confirm")
    other = Reader(house.server)
    gone = "This link no longer works"
    for link in (first, second, "/sign-in/confirm?link=invented", "/sign-in/confirm"):
        assert gone in await other.open(link)
        assert other.answer.status_code == 410
    bob.answer = form
    assert (await bob.http.post("/sign-in/confirm", data=bob.page.forms[-1].fields)).status_code == 403
    await other.open("/sign-in")
    late = await other.mailed_link(post, "late@old.example")
    house.pass_time(minutes=15)
    assert gone in await other.open(late)


@pytest.mark.parametrize("page", [each.path for each in pages() if each.do])
async def test_a_form_from_elsewhere_does_nothing(page: str, post: Post, bob: Reader, house: Office) -> None:
    """Without the form's token, with another browser's, or sent by another site: refused, and nothing changes."""
    await bob.sign_in(post, BOB)
    other = Reader(house.server)
    await other.sign_in(post, "eve@evil.example")
    stolen = other.page.forms[0].fields["form"]
    path = page.replace("{id}", "trf_x")
    before = letters_kept(house)
    for sent_along in ({}, {"form": ""}, {"form": stolen}):
        assert (await bob.http.post(path, data={**sent_along, "email": BOB})).status_code == 403
    own = bob.page.forms[0].fields["form"]
    for site in ("cross-site", "same-site"):
        answer = await bob.http.post(path, data={"form": own}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
    for media in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        answer = await bob.http.post(path, content=f"form={own}", headers={"Content-Type": media})
        assert answer.status_code == 415
    assert letters_kept(house) == before
    assert "Sign out" in await bob.open(HOME)


@pytest.mark.parametrize("page", [each.path for each in pages()])
async def test_headers_of_every_page(page: str, post: Post, bob: Reader) -> None:
    """No frame, no script, nothing from elsewhere, no referrer, nothing kept; also of refusals and methods unknown."""
    await bob.sign_in(post, BOB)
    path = page.replace("{id}", "trf_x")
    for answer in [await bob.http.get(path), await bob.http.post(path), await bob.http.put(path)]:
        if answer.status_code == 303:
            continue
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "<script" not in answer.text


async def test_cookies_are_locked(post: Post, bob: Reader) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Lax, path /, no domain; the session ends with its twelve hours."""
    await bob.open("/sign-in")
    kept = [bob.answer.headers["set-cookie"]]
    link = await bob.mailed_link(post, BOB)
    await bob.open(link)
    answer = await bob.http.post("/sign-in/confirm", data=bob.page.forms[-1].fields)
    kept += answer.headers.get_list("set-cookie")
    assert any(each.startswith(f"{session.COOKIE}=hc_") and "Max-Age=43200" in each for each in kept)
    for each in kept:
        assert each.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in each.split(";")}
        assert "domain" not in each.lower()


async def test_signing_in_begins_a_new_session(post: Post, bob: Reader) -> None:
    """Nobody fixes a session beforehand: a cookie that was planted opens nothing, and signing in makes another."""
    planted = "hc_" + "A" * 69
    bob.http.cookies.set(session.COOKIE, planted, domain="seats.example.org", path="/")
    bob.http.cookies.set(session.VISIT, "planted", domain="seats.example.org", path="/")
    await bob.sign_in(post, BOB)
    first = bob.http.cookies[session.COOKIE]
    assert first != planted
    await bob.open("/sign-in/confirm?link=x")
    api = {"Authorization": f"Bearer {first}"}
    assert (await bob.http.get("/v1/profile", headers=api)).status_code == 401


async def test_a_token_is_no_cookie(team: Team, bob: Reader) -> None:
    """What is pasted into a terminal opens no page, and a session opens no call."""
    bob.http.cookies.set(session.COOKIE, team.token, domain="seats.example.org", path="/")
    await bob.open("/names")
    assert bob.where == "/sign-in?next=%2Fnames"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/%09/evil.example\t",
        "/a\r\nSet-Cookie: x=y",
        "",
        "evil.example",
        "/ /evil.example",
    ],
)
async def test_no_way_to_another_host(wanted: str, post: Post, bob: Reader) -> None:
    """What is asked for after signing in is a path of this server, else the profile."""
    assert local(wanted) == "/"
    await bob.sign_in(post, BOB, next_path=quote(wanted, safe=""))
    assert bob.where == "/"


async def test_the_host_header_reaches_no_letter(post: Post, bob: Reader) -> None:
    """Links are made of the server's own settings, whatever a request says it is for."""
    await bob.open("/sign-in")
    form = bob.page.forms[0].fields
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    cookie = f"{session.VISIT}={bob.http.cookies[session.VISIT]}"
    answer = await bob.http.post("/sign-in", data={**form, "email": BOB}, headers={**headers, "Cookie": cookie})
    assert answer.status_code == 200
    assert "evil" not in answer.text
    await until(lambda: bool(post.letters))
    assert b"evil" not in post.letters[0].raw
    assert post.letters[0].link.startswith(f"{PUBLIC}/sign-in/confirm?link=")


async def test_asking_tells_nobody_who_there_is(team: Team, post: Post, bob: Reader, house: Office) -> None:
    """An owner's address and one that nobody has: the same page, the same number of statements, a letter for each."""
    statements: list[list[str]] = []
    with house.server.services.database.read() as connection:
        driver = connection.connection.driver_connection
    shown = []
    for email in ("owner@example.org", "nobody@else.example"):
        await bob.open("/sign-in")
        seen: list[str] = []
        driver.set_trace_callback(seen.append)  # type: ignore[union-attr]
        shown.append((await bob.send("/sign-in", email=email)).replace(email, ""))
        driver.set_trace_callback(None)  # type: ignore[union-attr]
        statements.append([each.split(" ")[0] for each in seen if "sign_in" in each or "accounts" in each])
        await sent(house, post, len(shown))
    assert shown[0] == shown[1]
    assert statements[0] == statements[1]
    assert team.token


async def test_letters_are_limited(post: Post, bob: Reader, house: Office) -> None:
    """Five letters an hour for an address, and the same page when it is enough; thirty for a network, then a wait."""
    for _ in range(7):
        await bob.open("/sign-in")
        assert "We sent a link to" in await bob.send("/sign-in", email=BOB)
    assert letters_kept(house) == 5
    for number in range(23):
        await bob.open("/sign-in")
        await bob.send("/sign-in", email=f"p{number}@else.example")
    await bob.open("/sign-in")
    assert "Too many in a short time." in await bob.send("/sign-in", email="last@else.example")
    assert bob.answer.status_code == 429
    house.pass_time(hours=1)
    await bob.open("/sign-in")
    assert "We sent a link to" in await bob.send("/sign-in", email=BOB)
    assert post.port
