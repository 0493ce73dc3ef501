"""What must never happen to a page (design/reliability.md): each threat with a story of its own."""

import re
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from builders import findings_in
from hostile import NAMES
from mail_desk import PUBLIC
from notifications_desk import until
from page_lobby import Lobby, lobby
from plain_visitor import PlainVisitor, unescaped_tags
from signed_out import signed_out_meanwhile
from sqlalchemy import event
from sqlalchemy import text as sql
from transfer_desk import asked

from server.pages import session
from server.pages.page import local
from server.pages.routes import pages
from server.people.sign_in_links import PATH

SESSION = "__Host-headcount"
VISIT = session.VISIT
BOB = "bob@outside.example"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What no page holds, whoever wrote it: controls, and what turns the reading direction."""

WORDS = (
    *(
        NAMES[kind]
        for kind in ("html", "title", "eight-bit csi", "null", "override", "line separator", "template", "tags")
    ),
    *(
        '"><img src=x onerror=alert(1)>',
        "' autofocus onfocus='alert(1)",
        "</textarea></title><script>alert(1)</script>",
    ),
    *("javascript:alert(1)", "{{ 7 * 7 }}{% raw %}", "<a href=https://evil.example>x</a>", NAMES["long word"]),
)
"""What somebody could write to become more than text on a page."""

NO_PATHS = (
    *("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)"),
    *("/%09/evil.example\t", "/a\r\nSet-Cookie: x=y", "", "evil.example", "/ /evil.example"),
)
ELSEWHERE = (
    *NO_PATHS,
    *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/"),
    *("https:evil.example", "javascript:alert(1)", "/%09/evil.example", "/\t/evil.example", "/\r\nX-Evil: 1"),
    *("%2f%2fevil.example", "/%2f/evil.example", "http:/evil.example", "@evil.example", ".evil.example", ""),
    *("/sign-in/../..//evil.example", "/%5cevil.example", "data:text/html,x", " //evil.example", "\u2215/evil.example"),
)


@pytest.fixture(name="here")
async def running_lobby(tmp_path: Path) -> AsyncIterator[Lobby]:
    """A server with pages; whatever was tried, its books are right afterwards."""
    async with lobby(tmp_path) as found:
        yield found
        assert findings_in(found.house.server) == []


def _count(here: Lobby, query: str) -> int:
    with here.house.server.services.database.read() as connection:
        return int(connection.execute(sql(query)).scalar_one())


def _state(here: Lobby) -> list[list[tuple[object, ...]]]:
    """All that a form could change."""
    tables = ("accounts", "transfers", "users", "invitation_codes", "events", "letters")
    with here.house.server.services.database.read() as connection:
        return [[tuple(row) for row in connection.execute(sql(f"SELECT * FROM {each}"))] for each in tables]  # noqa: S608 - our own words


async def _forms(bob: PlainVisitor) -> list[tuple[str, dict[str, str]]]:
    """Every form that can be reached from the first page, with what it would send; for any other, what all have."""
    found: dict[str, dict[str, str]] = {}
    todo, done = ["/"], set[str]()
    while todo:
        path = todo.pop()
        done.add(path)
        seen = await bob.open(path)
        for form in seen.forms:
            if form.method == "POST":
                found.setdefault(form.action, form.fields)
        todo += [each for each in seen.links if each.startswith("/") and each not in {*done, *todo}]
    assert len(found) >= 5
    own = next(iter(found.values()))["form"]
    for page in pages():
        if page.do:
            found.setdefault(page.path.replace("{id}", "trf_x"), {"form": own, "email": BOB})
    return sorted(found.items())


async def _invited(here: Lobby) -> str:
    """Bob, asked by an organisation; answers the id of the request."""
    async with here.organisation().client() as api:
        return str((await asked(api, BOB, "Come and join us"))["id"])


# Cross-site request forgery.


@pytest.mark.parametrize("given", ["", "0" * 64, "other"])
async def test_a_form_that_no_page_gave_does_nothing(here: Lobby, given: str) -> None:
    """Without the secret of the form, with a wrong one, and with one from another session: each form is refused."""
    await _invited(here)
    async with here.signed_in("eve@outside.example") as eve, here.signed_in(BOB) as bob:
        if given == "other":
            await eve.open("/")
            given = eve.at.forms[0].fields["form"]
        forms = await _forms(bob)
        before = _state(here)
        for action, fields in forms:
            without = {name: value for name, value in {**fields, "email": BOB}.items() if name != "form"}
            for sent in (without, {**without, "form": given}):
                answer = await bob.http.post(action, data=sent)
                assert answer.status_code == HTTPStatus.FORBIDDEN, action
        assert _state(here) == before
        assert (await bob.open("/")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
async def test_a_form_sent_from_another_site_does_nothing(here: Lobby, headers: dict[str, str]) -> None:
    """Even with the secret of the form, what the browser says comes from elsewhere is refused."""
    await _invited(here)
    async with here.signed_in(BOB) as bob:
        before = _state(here)
        for action, fields in await _forms(bob):
            assert (await bob.http.post(action, data=fields, headers=headers)).status_code == HTTPStatus.FORBIDDEN, (
                action
            )
        assert _state(here) == before


@pytest.mark.parametrize("media", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
async def test_what_another_site_could_send_without_asking_is_no_form(here: Lobby, media: str) -> None:
    """Each page takes forms as browsers send them, and nothing else, even with the secret of the form."""
    async with here.signed_in(BOB) as bob:
        before = _state(here)
        for action, fields in await _forms(bob):
            answer = await bob.http.post(action, content=urlencode(fields), headers={"Content-Type": media})
            assert answer.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE, action
        assert _state(here) == before


async def test_nobody_is_signed_in_as_somebody_else_by_a_form(here: Lobby) -> None:
    """The link of another person, sent from elsewhere into one's browser, signs nobody in (login CSRF)."""
    async with here.visitor() as eve, here.visitor() as bob:
        link = await here.link(eve, "eve@outside.example")
        await eve.open(link)
        stolen = eve.at.form(PATH).fields
        await bob.open("/sign-in")
        assert (await bob.http.post(PATH, data=stolen)).status_code == HTTPStatus.FORBIDDEN
        assert bob.cookie(SESSION) == ""


# Clickjacking, referrer, caches, sniffing, and everything else that headers keep out.


async def test_every_page_carries_the_headers_of_safety(here: Lobby) -> None:
    """Signed in or not, found or refused: no frame, no referrer, no cache, no script, nothing from elsewhere."""
    async with here.visitor() as nobody, here.signed_in(BOB) as bob:
        for page in here.pages:
            path = re.sub(r"\{[^}]*\}", "trf_0000000000000000", page.path)
            for who in (nobody, bob):
                for method in ("GET", "POST", "PUT"):
                    answer = await who.http.request(method, path)
                    has = answer.headers
                    where = f"{method} {path} {answer.status_code}"
                    if "html" in has.get("content-type", ""):
                        policy = has.get("content-security-policy", "")
                        assert "default-src 'none'" in policy, where
                        assert "frame-ancestors 'none'" in policy, where
                        assert "base-uri 'none'" in policy, where
                        assert "form-action" in policy, where
                        assert "unsafe" not in policy, where
                        assert "script-src" not in policy, where
                        assert "script" not in unescaped_tags(answer.text), where
                        assert has["x-frame-options"] == "DENY", where
                        assert has["referrer-policy"] == "no-referrer", where
                    assert has["x-content-type-options"] == "nosniff", where
                    assert has["cache-control"] == "no-store", where
                    assert "access-control-allow-origin" not in has, where


async def test_no_page_asks_for_anything_elsewhere(here: Lobby) -> None:
    """Whatever a page would fetch is this server's, and no page has a script."""
    await _invited(here)
    async with here.signed_in(BOB) as bob:
        for path in ("/", "/sign-in"):
            seen = await bob.open(path)
            assert all(each.startswith(("/", "data:,")) and not each.startswith("//") for each in seen.sources)
            assert "script" not in unescaped_tags(seen.answer.text)
            assert not re.search(r"""\s(on\w+|style)\s*=\s*["']""", seen.answer.text)


# Sessions.


async def test_cookies_are_kept_from_scripts_and_other_sites(here: Lobby) -> None:
    """Each cookie that is ever set: __Host-, Secure, HttpOnly, SameSite=Lax, no domain; the session for 12 hours."""
    async with here.visitor() as bob:
        set_by: list[str] = []
        first = await bob.http.get("/sign-in")
        set_by += first.headers.get_list("set-cookie")
        await bob.open(await here.link(bob, BOB))
        used = await bob.posted(PATH)
        set_by += used.headers.get_list("set-cookie")
        await bob.open("/")
        out = await bob.posted("/sign-out")
        set_by += out.headers.get_list("set-cookie")
        assert any(each.startswith(f"{SESSION}=") and "Max-Age=43200" in each for each in set_by)
        for each in set_by:
            name, *flags = (part.strip().lower() for part in each.split(";"))
            assert name.startswith("__host-"), each
            assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(flags), each
            assert not any(flag.startswith("domain") for flag in flags), each


async def test_a_session_that_somebody_planted_is_never_taken_over(here: Lobby) -> None:
    """Fixation: signing in makes a new session each time, ends the one before, and knows no name but its own."""
    async with here.visitor() as bob, here.visitor() as eve:
        bob.http.cookies.set(SESSION, "hc_" + "a" * 60, domain="seats.example.org")
        bob.http.cookies.set(VISIT, "planted", domain="seats.example.org")
        await here.sign_in(bob, BOB)
        first = bob.cookie(SESSION)
        assert first != "hc_" + "a" * 60
        eve.http.cookies.set(SESSION, first, domain="seats.example.org")
        assert (await eve.open("/names")).path == "/names"
        await here.sign_in(bob, BOB)
        assert bob.cookie(SESSION) not in {"", first}
        assert (await eve.open("/names")).path.startswith("/sign-in")


async def test_the_secret_of_a_form_changes_with_signing_in(here: Lobby) -> None:
    """What a form carried before somebody signed in is worth nothing afterwards."""
    async with here.visitor() as bob:
        await bob.open("/sign-in")
        before = bob.at.form("/sign-in").fields["form"]
        await here.sign_in(bob, BOB)
        await bob.open("/")
        assert before not in {form.fields.get("form") for form in bob.at.forms}
        answer = await bob.http.post("/sign-out", data={"form": before})
        assert answer.status_code == HTTPStatus.FORBIDDEN


async def test_a_session_is_no_token_and_a_token_no_session(here: Lobby) -> None:
    """What a browser holds opens no call of the API, and a token of the API no page."""
    team = here.organisation()
    async with here.signed_in(BOB) as bob, here.visitor() as eve:
        async with here.house.server.client(bob.cookie(SESSION)) as api:
            assert (await api.get("/v1/profile")).status_code == HTTPStatus.UNAUTHORIZED
        eve.http.cookies.set(SESSION, team.token, domain="seats.example.org")
        assert (await eve.open("/names")).path == "/sign-in?next=%2Fnames"
        answer = await eve.http.get("/names", headers={"Authorization": f"Bearer {team.token}"})
        assert answer.is_redirect


async def test_a_session_ends_after_twelve_hours_and_by_signing_out(here: Lobby) -> None:
    """Then its cookie opens nothing, whoever kept a copy."""
    async with here.signed_in(BOB) as bob, here.visitor() as copy:
        copy.http.cookies.set(SESSION, bob.cookie(SESSION), domain="seats.example.org")
        here.house.pass_time(hours=11, minutes=59)
        assert (await bob.open("/")).path == "/"
        await bob.send("/sign-out")
        assert bob.cookie(SESSION) == ""
        assert (await copy.open("/names")).path.startswith("/sign-in")
        await here.sign_in(bob, BOB)
        here.house.pass_time(hours=12, seconds=1)
        assert (await bob.open("/names")).path.startswith("/sign-in")


# Where links and forms may lead.


@pytest.mark.parametrize("where", NO_PATHS)
def test_what_is_no_path_of_this_server_leads_to_the_profile(where: str) -> None:
    """Another host, another scheme, or what some browser takes for one."""
    assert local(where) == "/"


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_no_address_leads_to_another_site(here: Lobby, where: str) -> None:
    """Whatever stands behind `next=`: signing in, and being signed in, stay on this server (open redirect)."""
    async with here.visitor() as bob:
        form = await bob.http.get("/sign-in", params={"next": where})
        assert "evil.example" not in str(form.headers.get("location", ""))
        await bob.open("/sign-in")
        await bob.send("/sign-in", email=BOB, next=where)
        await until(lambda: len(here.letters(BOB)) == 1, 10)
        await bob.open(here.letters(BOB)[0].link.removeprefix(PUBLIC))
        for answer in (await bob.posted(PATH), await bob.http.get("/sign-in", params={"next": where})):
            assert answer.is_redirect
            target = answer.headers["location"]
            assert target.startswith("/"), target
            assert not re.match(r"/[/\\]", target), target
            assert target.isascii(), target
            assert target.isprintable(), target


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host", "X-Forwarded-Proto"])
async def test_no_header_says_where_a_link_leads(here: Lobby, header: str) -> None:
    """What a letter and a page name as this server's address is its settings' word, never the request's."""
    value = "host=evil.example;proto=http" if header == "Forwarded" else "evil.example"
    async with here.visitor(**{header: value}) as bob:
        answer = await bob.http.get("/sign-in")
        assert "evil.example" not in answer.text + str(answer.headers)
        token = re.search(r'name="form" value="([^"]+)"', answer.text)
        assert token
        sent = await bob.http.post("/sign-in", data={"form": token[1], "email": BOB, "next": "/"})
        assert sent.status_code == 200
        assert "evil.example" not in sent.text + str(sent.headers)
        await until(lambda: len(here.letters(BOB)) == 1, 10)
        assert "evil.example" not in here.letters(BOB)[0].raw.decode()
        assert here.letters(BOB)[0].link.startswith(PUBLIC + PATH)


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../page.py", "/static/%2e%2e/page.py", "/static/..%2fpage.py", "/static/style.css/../../page.py"),
        *("/static/%00", "/static//etc/passwd", "/static/....//page.py", "/templates/base.html", "//sign-in"),
        *("/sign-in/", "/SIGN-IN", "/sign-in%00", "/sign-in;x", "/%2e%2e/sign-in", "/sign-in/confirm/", "/.env"),
    ],
)
async def test_no_trick_with_a_path_finds_anything(here: Lobby, path: str) -> None:
    """It is not found, for who is signed in and who is not, and no file of the server is shown."""
    async with here.visitor() as nobody, here.signed_in(BOB) as bob:
        for who in (nobody, bob):
            answer = await who.http.send(httpx.Request("GET", PUBLIC + path))
            assert answer.status_code in {400, 404}, answer.status_code
            assert "import" not in answer.text
            assert "root:" not in answer.text


# Who has an account.


async def test_asking_for_a_link_never_tells_whether_an_address_is_known(here: Lobby) -> None:
    """The same status, page and headers, and a letter, for whoever has an account and whoever has none."""
    here.organisation(owner="olga@known.example")
    answers = []
    for email in ("olga@known.example", "nora@never.example"):
        async with here.visitor() as somebody:
            await somebody.open("/sign-in")
            answer = await somebody.posted("/sign-in", email=email)
            kept = {
                name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}
            }
            answers.append((answer.status_code, answer.text.replace(email, "EMAIL"), sorted(kept)))
            await until(lambda who=email: len(here.letters(who)) == 1, 10)  # type: ignore[misc] # mypy knows no default here
    assert answers[0] == answers[1]
    texts = [
        here.letters(email)[0].text.replace(email, "EMAIL") for email in ("olga@known.example", "nora@never.example")
    ]
    hidden = [re.sub(r"link=\S+", "link=", text) for text in texts]
    assert hidden[0] == hidden[1]


async def test_nobody_learns_of_an_address_by_asking_too_often(here: Lobby) -> None:
    """Past the limit of an address the page says the same as before, and no more letters go out."""
    async with here.visitor() as eve:
        said_each = set()
        for _ in range(8):
            await eve.open("/sign-in")
            said_each.add((await eve.send("/sign-in", email=BOB)).text)
        assert len(said_each) == 1
        await until(lambda: len(here.letters(BOB)) >= 5, 10)
        assert _count(here, "SELECT count(*) FROM letters") == 5


async def _ask(who: PlainVisitor, email: str, times: int = 1) -> None:
    for _ in range(times):
        await who.open("/sign-in")
        assert (await who.send("/sign-in", email=email)).status == 200


async def test_nobody_is_kept_out_by_who_asks_for_their_links(here: Lobby) -> None:
    """One network uses up its own letters, several use up those of strangers, and never those of where Bob signs in."""
    async with here.visitor("203.0.113.9") as bob, here.visitor("203.0.113.10") as away:
        await here.sign_in(bob, BOB)
        here.house.pass_time(hours=2)
        async with here.visitor("198.51.100.1") as eve:
            await _ask(eve, BOB, 8)
        await here.link(away, BOB)
        for number in range(2, 5):
            async with here.visitor(f"198.51.100.{number}") as eve:
                await _ask(eve, BOB, 5)
        mailed = _count(here, "SELECT count(*) FROM letters WHERE kind = 'sign_in'")
        assert mailed == 1 + 15
        await _ask(away, BOB)
        assert _count(here, "SELECT count(*) FROM letters WHERE kind = 'sign_in'") == mailed
        await here.sign_in(bob, BOB)
        assert bob.at.path == "/"


async def test_asking_on_and_on_keeps_nobody_out(here: Lobby) -> None:
    """What was asked for in vain does not count: an hour after the last letter there is another."""
    async with here.visitor() as eve:
        await _ask(eve, BOB, 6)
        here.house.pass_time(minutes=30)
        await _ask(eve, BOB, 5)
        assert _count(here, "SELECT count(*) FROM letters") == 5
        here.house.pass_time(minutes=31)
        await _ask(eve, BOB)
        assert _count(here, "SELECT count(*) FROM letters") == 6


async def test_who_is_signed_out_while_a_form_waits_does_nothing(here: Lobby) -> None:
    """The form came with a session in force, and is answered after that was ended: it does nothing."""
    async with here.signed_in(BOB, "/names") as bob:
        seen = await signed_out_meanwhile(here.house.server.services, bob.send("/names", first_name="Robert"))
        assert seen.path.startswith("/sign-in?next=%2Fnames")
    assert _count(here, "SELECT count(*) FROM accounts WHERE first_name = 'Robert'") == 0


async def test_one_network_asks_only_so_often(here: Lobby) -> None:
    """Then it is told when to try again, and may after an hour; another network is not affected."""
    async with here.visitor("198.51.100.7") as eve, here.visitor("203.0.113.9") as bob:
        for number in range(31):
            await eve.open("/sign-in")
            seen = await eve.send("/sign-in", email=f"who{number}@outside.example")
        assert seen.status == HTTPStatus.TOO_MANY_REQUESTS
        assert int(seen.answer.headers["retry-after"]) > 0
        await bob.open("/sign-in")
        assert (await bob.send("/sign-in", email=BOB)).status == 200
        here.house.pass_time(hours=1)
        await eve.open("/sign-in")
        assert (await eve.send("/sign-in", email="later@outside.example")).status == 200


# Links and forms used again.


async def test_scanners_that_open_links_sign_nobody_in(here: Lobby) -> None:
    """GET and HEAD, as often as they like, use nothing up; only the form does, in the browser that it was given to."""
    async with here.visitor() as bob, here.visitor("198.51.100.1") as scanner:
        link = await here.link(bob, BOB)
        for method in ("GET", "HEAD", "GET", "OPTIONS"):
            answer = await scanner.http.request(method, link)
            assert SESSION not in {each.partition("=")[0] for each in answer.headers.get_list("set-cookie")}
        assert _count(here, "SELECT count(*) FROM accounts WHERE email = 'bob@outside.example'") == 0
        await bob.open(link)
        assert (await bob.send(PATH)).path == "/"


async def test_a_link_signs_in_once(here: Lobby) -> None:
    """Used, expired, older than another one that was used, or never sent: each says what to do, and signs nobody in."""
    async with here.visitor() as bob, here.visitor() as eve:
        older, link = await here.link(bob, BOB), await here.link(bob, BOB)
        await eve.open(link)
        await bob.open(link)
        await bob.send(PATH)
        assert (await eve.send(PATH)).status == HTTPStatus.GONE
        for dead in (
            link,
            older,
            f"{PATH}?link=never",
            f"{PATH}?link=",
            PATH,
            f"{PATH}?link={'x' * 3000}",
            f"{PATH}?link=%00%ff",
        ):
            seen = await eve.open(dead)
            assert (seen.status, "This link no longer works" in seen) == (HTTPStatus.GONE, True)
        assert eve.cookie(SESSION) == ""
        late = await here.link(eve, "eve@outside.example")
        await eve.open(late)
        here.house.pass_time(minutes=15)
        assert (await eve.send(PATH)).status == HTTPStatus.GONE
        assert eve.cookie(SESSION) == ""


# What somebody sends.


@pytest.mark.parametrize(
    "email",
    [
        *(
            "bob@outside.example\r\nBcc: eve@evil.example",
            "bob@outside.example\nX: 1",
            "bob@outside.example,eve@evil.example",
        ),
        *("bob@outside.example%0d%0aBcc:eve@evil.example", "<bob@outside.example>", "=?utf-8?q?bob?=@outside.example"),
        *(
            "bob@outside.example\u2028eve@evil.example",
            "bob@outside.example;eve@evil.example",
            "a@b@outside.example",
            "\x00@x.example",
        ),
    ],
)
async def test_an_address_holds_one_address(here: Lobby, email: str) -> None:
    """Whatever would put another receiver or header into a letter is refused, or is one strange mailbox and no more."""
    async with here.visitor() as eve:
        await eve.open("/sign-in")
        seen = await eve.send("/sign-in", email=email)
        assert seen.status in {200, 422}
        if seen.status == 200:
            await until(lambda: len(here.post.letters) == 1, 10)
            (letter,) = here.post.letters
            assert "evil.example" not in letter.receiver
            assert letter.message["Bcc"] is None
            assert len(letter.message.get_all("To", [])) == 1
        else:
            assert _count(here, "SELECT count(*) FROM letters") == 0


async def test_hostile_words_are_text_on_every_page(here: Lobby) -> None:
    """In a message, a name, an address line, a reason: no element, attribute or control character comes of them."""
    async with here.organisation("Harmless").client() as api, here.signed_in(BOB) as bob, here.visitor() as nobody:

        async def shown(words: str) -> list[str]:
            answer = await api.post("/v1/transfers", json={"email": BOB, "message": words})
            pages = [(await bob.open("/")).answer.text]
            await bob.open("/names")
            pages.append((await bob.send("/names", first_name=words, last_name=words, position=words)).answer.text)
            pages.append((await bob.open("/")).answer.text)
            for path in ("/join", "/ask"):
                await bob.open(path)
                fields = dict.fromkeys(set(bob.at.form(path).fields) - {"form"}, words)
                pages.append((await bob.send(path, **fields)).answer.text)
            if answer.status_code == HTTPStatus.CREATED:
                path = f"/requests/{answer.json()['id']}"
                pages.append((await bob.open(path)).answer.text)
                given = {**bob.at.forms[-1].fields, "reason": words}
                pages.append((await bob.http.post(path, data=given)).text)
                pages.append((await bob.open(path)).answer.text)
                await api.post(f"{path.replace('requests', 'v1/transfers')}/cancel")
            query = urlencode(dict.fromkeys(("next", "email", "code", "link", "user_code", "error"), words))
            pages += [(await bob.open(f"{path}?{query}")).answer.text for path in ("/join", "/device", "/start")]
            pages += [(await nobody.open(f"{path}?{query}")).answer.text for path in ("/sign-in", PATH, "/request")]
            return pages

        allowed = set.union(*(unescaped_tags(page) for page in await shown("Hello")))
        for words in WORDS:
            for page in await shown(words):
                assert unescaped_tags(page) <= allowed, words
                assert not re.search(r"<[^>]*\\son\\w+=", page), words
                assert not CONTROLS.search(page), words


async def test_a_form_that_is_none_of_ours_is_refused(here: Lobby) -> None:
    """Too large, too many fields, another kind of content, no text at all: refused with a page, and nothing is done."""
    async with here.visitor() as eve:
        await eve.open("/sign-in")
        fields = {**eve.at.form("/sign-in").fields, "email": BOB}
        kind = "application/x-www-form-urlencoded"
        tries: list[tuple[dict[str, str], bytes, set[int]]] = [
            ({"Content-Type": kind}, b"email=" + b"x" * 2_000_000, {413}),
            ({"Content-Type": kind}, b"&".join(b"f%d=1" % number for number in range(500)), {400}),
            ({"Content-Type": kind}, b"email=%ff%fe&form=%80", {400}),
            ({"Content-Type": kind}, b"\xff\xfe\x00", {400}),
            ({"Content-Type": "application/json"}, b'{"email": "bob@outside.example"}', {415}),
            ({"Content-Type": "text/plain"}, b"email=bob@outside.example", {415}),
            ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", {415}),
            ({}, b"", {415}),
        ]
        for headers, body, statuses in tries:
            answer = await eve.http.post("/sign-in", content=body, headers=headers)
            assert answer.status_code in statuses, (headers, body[:40], answer.status_code)
            assert answer.headers["content-type"].startswith("text/html")
        assert (await eve.http.post("/sign-in", data={**fields, "email": "x" * 10_000})).status_code in {413, 422}
        assert _count(here, "SELECT count(*) FROM letters") == 0


async def test_methods_that_a_page_has_not_are_refused(here: Lobby) -> None:
    """PUT, DELETE and their like do nothing, and are told what the path takes; HEAD is GET without its body."""
    async with here.signed_in(BOB) as bob:
        before = _state(here)
        for page in here.pages:
            path = re.sub(r"\{[^}]*\}", "trf_0000000000000000", page.path)
            for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "BREW"):
                answer = await bob.http.request(method, path)
                assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED, f"{method} {path}"
                assert answer.headers["allow"], path
            head, get = await bob.http.head(path), await bob.http.get(path)
            assert head.status_code in {get.status_code, HTTPStatus.METHOD_NOT_ALLOWED}, path
            assert head.content == b"", path
        assert _state(here) == before


# Who has an account, by the work and by the time that an answer takes.


async def _asks(here: Lobby, eve: PlainVisitor, email: str) -> list[str]:
    """The statements that asking for a link runs."""
    engine, seen = here.house.server.services.database.engine, list[str]()

    def note(*call: object) -> None:
        seen.append(str(call[2]))

    await eve.open("/sign-in")
    event.listen(engine, "before_cursor_execute", note)
    try:
        await eve.posted("/sign-in", email=email)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [each for each in seen if "letters" not in each or each.startswith("INSERT")]


async def test_a_known_address_is_no_more_work_than_an_unknown_one(here: Lobby) -> None:
    """The same statements, in the same order: who has an account is not even looked up before the link is used."""
    here.organisation(owner="olga@known.example")
    async with here.visitor() as eve:
        known, unknown = await _asks(here, eve, "olga@known.example"), await _asks(here, eve, "nora@never.example")
        assert known == unknown
        assert not any("accounts" in each for each in known)


@pytest.mark.clock
async def test_a_known_address_takes_no_longer_than_an_unknown_one(here: Lobby) -> None:
    """Asked in turns, how often the known one is the slower of two is what a coin would do (1 in 1000 is a fault)."""
    rounds, slower = 60, 0
    for number in range(rounds):
        here.organisation(f"House {number}", owner=f"known{number}@a.example")
    for number in range(rounds):
        took = {}
        async with here.visitor(f"192.0.2.{number}") as eve:
            await eve.open("/sign-in")
            turns = [f"known{number}@a.example", f"never{number}@a.example"]
            for email in turns if number % 2 else reversed(turns):
                began = time.perf_counter()
                await eve.posted("/sign-in", email=email)
                took[email] = time.perf_counter() - began
        slower += took[turns[0]] > took[turns[1]]
    assert abs(slower - rounds / 2) < 3.3 * (rounds**0.5) / 2
