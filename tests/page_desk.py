"""What stories in a browser share: a server with pages, a mail server, a clock, and visitors with Chromium.

    async with visiting(chromium, house) as bob:
        await bob.open("/sign-in")

A visitor has a browser context of their own, as in a new window. Nothing leaves this machine: every other name is
unknown to the browser, and a visitor who asked for something elsewhere, or whose page complained (an error of a script,
something the content security policy refused), fails the test when they leave.
"""

import asyncio
import contextlib
import datetime as dt
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from axe_playwright_python.async_playwright import Axe
from builders import RunningServer, Team, make_organisation
from harness import Office as Desks
from live import serving_in_a_thread
from mail_desk import Letter, mail_server
from mail_desk import Office as Post
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright
from ready_made import empty_tables

from contract.people import Role
from server.app import create_app
from server.people.sign_in_links import PATH
from server.platform.clock import Clock
from server.serving.listeners import unix
from server.settings import ServerSettings

CHROMIUM = Path("/usr/bin/chromium")
"""Where Debian puts it."""

HOST = "127.0.0.1"
"""The public name of the server; browsers keep its cookies as those of a site with TLS."""

ELSEWHERE = "localhost"
"""The same server by another name: another site, as browsers see it."""

BEGIN = dt.datetime(2026, 11, 20, 14, 2, tzinfo=dt.UTC)

PATIENCE = 20.0
"""Seconds after which waiting for something is an error."""

_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}, EXCLUDE {ELSEWHERE}",
)
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_STATUS = "the server responded with a status of"

PHONE = (390, 844)
NARROW = (320, 640)
WIDE = (1280, 800)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser with a folder of its own, which knows no name but this machine's."""
    assert CHROMIUM.exists(), f"no browser at {CHROMIUM}: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class House:
    """A running server with pages, and the mail server it hands its letters in at."""

    url: str
    running: RunningServer
    loop: asyncio.AbstractEventLoop
    post: Post
    clock: list[dt.datetime]
    folder: Path
    socket: Path

    def call(self, work: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """Run something on the server's own loop, where its database lives, and answer what it answered."""

        async def on_loop() -> Any:
            return work(*arguments, **more)

        return asyncio.run_coroutine_threadsafe(on_loop(), self.loop).result(PATIENCE)

    def organisation(self, name: str = "Example Ltd", **more: Any) -> Team:
        """One with an owner and ten seats (`builders.make_organisation`)."""
        team: Team = self.call(make_organisation, self.running, name, **more)
        return team

    def pass_time(self, **how_long: float) -> None:
        """Move the clock, and wake what sleeps until then."""
        self.clock[0] += dt.timedelta(**how_long)
        notices = self.running.services.notices
        self.loop.call_soon_threadsafe(lambda: notices.ring(set(notices._waiting)))

    def desks(self, team: Team) -> Desks:
        """Where the owner of an organisation sits at the terminal app: `async with house.desks(team).at_work()`."""
        folder = self.folder / team.organisation_id
        folder.mkdir(exist_ok=True)
        return Desks(folder, str(self.socket), {Role.OWNER: team.token})

    def api(self, token: str = "", **headers: str) -> httpx.AsyncClient:
        """A client of the API, over the network."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(base_url=self.url, headers=headers)

    def letters(self, to: str) -> list[Letter]:
        """What somebody was sent so far."""
        return [letter for letter in self.post.letters if letter.receiver == to]

    async def letter(self, to: str, about: str = "", *, number: int = 1, after: int = 0) -> Letter:
        """The so-manieth letter to somebody that has something in its text or subject; waits for it.

        `after`: so many letters to them are not looked at.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [each for each in self.letters(to)[after:] if about in each.subject + each.text]
            if len(found) >= number:
                return found[number - 1]
            assert time.monotonic() < deadline, f"{to} got {[each.subject for each in self.post.letters]}"
            await asyncio.sleep(0.01)


@contextlib.contextmanager
def house(folder: Path, socket_folder: Path, *, ticking: bool = False, **settings: Any) -> Iterator[House]:
    """Such a server, on an empty database; its public address is where it really answers.

    Its clock stands still until a test moves it, or is `ticking` like the machine's.
    """
    listener = socket.create_server((HOST, 0))
    beside = unix(socket_folder / "api").socket
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    time_now = [BEGIN]
    clock = Clock() if ticking else Clock(source=lambda: time_now[0])
    empty_tables(folder / "pages.db")
    with mail_server() as post, contextlib.closing(listener), contextlib.closing(beside):
        kept = ServerSettings(
            database=f"sqlite:///{folder / 'pages.db'}",
            sandbox=True,
            public_url=url,
            mail=post.settings(public_url=url),
            **settings,
        )
        app = create_app(kept, clock=clock)
        with serving_in_a_thread(app, listener, beside) as (_, loop):
            yield House(url, RunningServer(app, clock), loop, post, time_now, folder, socket_folder / "api")


@dataclass
class Visitor:
    """Somebody with a browser. `complaints` is what went wrong that nobody may see; `expected` what a test wants."""

    house: House
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    async def open(self, path: str) -> int:
        """Go to a path of the server, or to an address; answers the status."""
        where = path if "://" in path else self.house.url + path
        answer = await self.page.goto(where)
        assert answer is not None
        return answer.status

    async def press(self, name: str) -> None:
        """Press the button of that name."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=name).first.click()

    async def follow(self, name: str) -> None:
        """Follow the link of that name."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=name).first.click()

    async def send(self, action: str, value: str = "") -> None:
        """Send the form of this page that goes there (and does that), in whichever language its button is."""
        form = self.page.locator(f"main form[method=post][action='{action}']")
        if value:
            form = form.filter(has=self.page.locator(f"input[value='{value}']"))
        async with self.page.expect_navigation():
            await form.first.locator("button[type=submit]").first.click()

    async def ask_for_link(self, email: str) -> str:
        """Type an address on the page that asks for it; answers the link that is mailed to it."""
        before = len(self.house.letters(email))
        await self.page.locator("main input[name=email]").fill(email)
        await self.send("/sign-in")
        return (await self.house.letter(email, PATH, number=1, after=before)).link

    async def sign_in(self, email: str, wanted: str = "/") -> None:
        """Sign in as somebody, by a link that is mailed; where one wanted to go is where one is then."""
        await self.open(f"/sign-in?{urlencode({'next': wanted})}")
        await self.open(await self.ask_for_link(email))
        await self.send(PATH)

    async def tab(self) -> Page:
        """Another tab of the same window, watched like the first."""
        page = await self.context.new_page()
        self.watch(page)
        return page

    async def text(self) -> str:
        """What stands on the page, as somebody reads it, with each gap as one blank."""
        return " ".join((await self.page.inner_text("body")).split())

    @property
    def path(self) -> str:
        """Where they are, without the server's address."""
        return self.page.url.removeprefix(self.house.url)

    def watch(self, page: Page) -> None:
        """Note what a page asks for and complains about."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource") and _STATUS in message.text
        known = refused and message.location["url"] in {*self.requested, f"{self.house.url}/favicon.ico"}
        if message.type in {"error", "warning"} and not known:
            self.complaints.append(f"{message.text} at {message.location['url']}")

    def _asked(self, request: Request) -> None:
        if request.resource_type == "document":
            self.requested.append(request.url)
        if urlsplit(request.url).netloc != urlsplit(self.house.url).netloc:
            self.complaints.append(f"foreign: {request.url}")

    async def axe(self, *rules: str) -> list[str]:
        """What axe finds wrong with the page by these rules, or all of them, in a line each; it needs JavaScript."""
        options = {"runOnly": list(rules) or _WCAG, "resultTypes": ["violations"]}
        found: dict[str, Any] = (await Axe().run(self.page, options=options)).response
        return [
            f"{each['id']} ({each['impact']}): {node['html'][:200]} - {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        found: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found

    async def violations(self) -> list[str]:
        """What went wrong that no test expected."""
        await asyncio.sleep(0)
        return [each for each in self.complaints if not any(part in each for part in self.expected)]


@contextlib.asynccontextmanager
async def visiting(
    browser: Browser, where: House, *, size: tuple[int, int] = WIDE, language: str = "en", **options: Any
) -> AsyncIterator[Visitor]:
    """Somebody with a window of their own; `options` are those of a context (`java_script_enabled=False`)."""
    viewport = {"width": size[0], "height": size[1]}
    context = await browser.new_context(viewport=viewport, locale=language, **options)  # type: ignore[arg-type] # a dict
    context.set_default_timeout(PATIENCE * 1000)
    try:
        found = Visitor(where, context, await context.new_page())
        found.watch(found.page)
        yield found
        assert await found.violations() == []
    finally:
        await context.close()
