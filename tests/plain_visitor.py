"""Somebody with the plainest of browsers, in process: follows links, keeps cookies, sends the forms that a page has.

No script runs and nothing is drawn; what a page says is read as text, what it offers are its forms. For the rules of
the pages and what must never happen to them; how they look and feel is told in a real browser (tests/browser).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode, urljoin

import httpx
from mail_desk import PUBLIC, Letter
from mail_desk import Office as Post
from notifications_desk import until
from starlette.applications import Starlette

from server.pages.page import SIGN_IN
from server.people.sign_in_links import PATH

_MOST_STEPS = 5


@dataclass
class Form:
    """A form of a page: where it goes, how, what is filled in, and what could be ticked, by name and value."""

    action: str
    method: str = "GET"
    fields: dict[str, str] = field(default_factory=dict)
    ticks: list[tuple[str, str]] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """Whether there is a field of this name."""
        return name in self.fields or name in {tick for tick, _ in self.ticks}


@dataclass
class Seen:
    """A page as it came. `"words" in seen` is whether they can be read there."""

    answer: httpx.Response
    forms: list[Form]
    links: list[str]
    text: str
    sources: list[str]

    def __contains__(self, words: str) -> bool:
        """Whether somebody reads these words."""
        return words in self.text

    @property
    def status(self) -> int:
        """Its status."""
        return self.answer.status_code

    @property
    def path(self) -> str:
        """Where it is."""
        return self.answer.url.raw_path.decode()

    def form(self, action: str, having: str = "") -> Form:
        """The first form that sends something to a path; `having` is the value of one of its fields."""
        posts = [each for each in self.forms if each.method == "POST"]
        there = [each for each in posts if action in {each.action, each.action.partition("?")[0]}]
        found = next((each for each in there if not having or having in each.fields.values()), None)
        assert found is not None, f"no form to {action} but {[each.action for each in posts]}: {self.text}"
        return found


class _Reader(HTMLParser):
    """Forms, links, text, and everything a page would fetch."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.sources: list[str] = []
        self._option: tuple[str, str] | None = None
        self._area = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag in."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").upper()))
        form = self.forms[-1] if self.forms else None
        self._field(tag, has, form)
        if tag == "a":
            self.links.append(has.get("href", ""))
        if tag in {"script", "style", "title"}:
            self._hidden += 1
        self.sources += [has[name] for name in ("src", "srcset", "data", "poster") if name in has]
        self.sources += [has["href"] for _ in range(tag == "link") if "href" in has]

    def _field(self, tag: str, has: Mapping[str, str], form: Form | None) -> None:
        if form is None or ("name" not in has and tag != "option"):
            return
        ticked = has.get("type") in {"radio", "checkbox"}
        assert tag != "button", "no button of ours sends anything of its own"
        if tag == "input" and ticked:
            form.ticks.append((has["name"], has.get("value", "on")))
        if tag == "input" and (not ticked or "checked" in has):
            form.fields[has["name"]] = has.get("value", "on" if ticked else "")
        elif tag == "textarea":
            self._area = has["name"]
            form.fields[has["name"]] = ""
        elif tag == "select":
            self._option = (has["name"], "")
        elif tag == "option" and self._option and ("selected" in has or self._option[0] not in form.fields):
            form.fields[self._option[0]] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave one."""
        if tag == "textarea":
            self._area = ""
        if tag in {"script", "style", "title"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        """Take text in."""
        if self._area and self.forms:
            self.forms[-1].fields[self._area] += data
        if not self._hidden:
            self.text.append(data)


def read(answer: httpx.Response) -> Seen:
    """What a page says and offers."""
    reader = _Reader()
    reader.feed(answer.text)
    return Seen(answer, reader.forms, reader.links, " ".join(" ".join(reader.text).split()), reader.sources)


@dataclass
class PlainVisitor:
    """One browser, with its own cookies; `at` is the page it shows, `seen` the same, to go back to an older one."""

    app: Starlette
    address: str = "192.0.2.7"
    headers: dict[str, str] = field(default_factory=dict)
    seen: Seen | None = None

    def __post_init__(self) -> None:
        """Open it."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 40_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=self.headers)

    async def __aenter__(self) -> Self:
        """Come."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Go."""
        await self.http.aclose()

    @property
    def at(self) -> Seen:
        """The page in front."""
        assert self.seen is not None, "nothing was opened"
        return self.seen

    async def open(self, path: str, **headers: str) -> Seen:
        """Go to an address of the server."""
        return await self._follow(await self.http.get(path, headers=headers))

    async def send(self, action: str, having: str = "", *, tick: str = "", **fields: str) -> Seen:
        """Fill in the form of this page that goes to a path, and send it; `tick` names boxes that all get a tick."""
        return await self._follow(await self.posted(action, having, tick=tick, **fields))

    async def posted(self, action: str, having: str = "", *, tick: str = "", **fields: str) -> httpx.Response:
        """The same without going where it leads."""
        form = self.at.form(action, having)
        unknown = [name for name in fields if not form.takes(name)]
        assert not unknown, f"the form has no {unknown} but {set(form.fields)}"
        data: dict[str, Any] = {**form.fields, **fields}
        if tick:
            data[tick] = [value for name, value in form.ticks if name == tick]
        return await self.http.post(urljoin(str(self.at.answer.url), form.action), data=data)

    async def sign_in(self, post: Post, email: str, *, next_path: str = "/") -> Seen:
        """Ask for a link, find it in the mail and use it; the page it leads to."""
        await self.open(f"{SIGN_IN}?{urlencode({'next': next_path})}")
        await self.open(await self.mailed_link(post, email))
        return await self.send(PATH)

    async def mailed_link(self, post: Post, email: str) -> str:
        """Send the form of this page that asks for a link, and wait for its letter; answers its path."""
        before = len(post.letters)
        await self.send(SIGN_IN, email=email)
        assert self.at.status == HTTPStatus.OK, self.at.text
        await until(lambda: links_to(post.letters[before:], email) != [], 10)
        return path_in(links_to(post.letters[before:], email)[-1])

    async def _follow(self, answer: httpx.Response) -> Seen:
        for _ in range(_MOST_STEPS):
            if not answer.has_redirect_location:
                break
            where = urljoin(str(answer.url), answer.headers["location"])
            assert where.startswith(PUBLIC + "/"), f"leads elsewhere: {where}"
            answer = await self.http.get(where)
        self.seen = read(answer)
        return self.seen

    def cookie(self, name: str) -> str:
        """What a cookie holds now; empty for none."""
        found: Any = self.http.cookies.get(name)
        return str(found or "")


def links_to(letters: Sequence[Letter], email: str) -> list[Letter]:
    """Those of these letters that sign somebody in."""
    return [each for each in letters if each.receiver == email and PATH in each.text]


def path_in(letter: Letter) -> str:
    """The path of the first address in a letter."""
    return letter.link.removeprefix(PUBLIC)


def unescaped_tags(page: str) -> set[str]:
    """The names of all elements in a page's source: text from outside adds none."""
    return set(re.findall(r"<\s*([a-zA-Z][\w-]*)", page))
