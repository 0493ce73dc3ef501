"""Somebody with the plainest of browsers, in process: follows links, keeps cookies, sends the forms that a page has.

No script runs and nothing is drawn; what a page says is read as text, what it offers are its forms. For the rules of
the pages and what must never happen to them; how they look and feel is told in a real browser (tests/browser).
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from starlette.applications import Starlette

SITE = "https://seats.example.org"
_MOST_STEPS = 5


@dataclass
class Form:
    """A form of a page: where it goes, how, what it holds, and the words on its buttons by what they send."""

    action: str
    method: str = "GET"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Seen:
    """A page as it came."""

    answer: httpx.Response
    forms: list[Form]
    links: dict[str, str]
    text: str
    sources: list[str]

    @property
    def status(self) -> int:
        """Its status."""
        return self.answer.status_code

    @property
    def path(self) -> str:
        """Where it is."""
        return self.answer.url.raw_path.decode()

    def form(self, action: str) -> Form:
        """The first form that goes to a path."""
        found = next((each for each in self.forms if each.action.partition("?")[0] == action), None)
        assert found is not None, f"no form to {action} but {[each.action for each in self.forms]}: {self.text}"
        return found


class _Reader(HTMLParser):
    """Forms, links, text, and everything a page would fetch."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.text: list[str] = []
        self.sources: list[str] = []
        self._at: str | None = None
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
            self._at = has.get("href", "")
        if tag in {"script", "style", "title"}:
            self._hidden += 1
        self.sources += [has[name] for name in ("src", "srcset", "data", "poster") if name in has]
        self.sources += [has["href"] for _ in range(tag == "link") if "href" in has]

    def _field(self, tag: str, has: Mapping[str, str], form: Form | None) -> None:
        if form is None or ("name" not in has and tag != "option"):
            return
        kind = has.get("type", "text")
        if tag == "button" or (tag == "input" and kind == "submit"):
            form.buttons[has.get("value", "")] = (has["name"], has.get("value", ""))
        elif tag == "input" and (kind not in {"radio", "checkbox"} or "checked" in has):
            form.fields[has["name"]] = has.get("value", "on" if kind == "checkbox" else "")
        elif tag == "textarea":
            self._area = has["name"]
            form.fields[has["name"]] = ""
        elif tag == "select":
            self._option = (has["name"], "")
        elif tag == "option" and self._option and ("selected" in has or self._option[0] not in form.fields):
            form.fields[self._option[0]] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave one."""
        if tag == "a":
            self._at = None
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
        if self._at is not None and data.strip():
            self.links.setdefault(" ".join(data.split()), self._at)


def read(answer: httpx.Response) -> Seen:
    """What a page says and offers."""
    reader = _Reader()
    reader.feed(answer.text)
    return Seen(answer, reader.forms, reader.links, " ".join(" ".join(reader.text).split()), reader.sources)


@dataclass
class PlainVisitor:
    """One browser, with its own cookies; `at` is the page it shows. Use as a context."""

    app: Starlette
    address: str = "192.0.2.7"
    headers: dict[str, str] = field(default_factory=dict)
    seen: Seen | None = None

    def __post_init__(self) -> None:
        """Open it."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 40_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=SITE, headers=self.headers)

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

    async def send(self, action: str, button: str | None = None, **fields: str) -> Seen:
        """Fill in the form of this page that goes to a path, and send it; `button` is the value of the one pressed."""
        return await self._follow(await self.posted(action, button, **fields))

    async def posted(self, action: str, button: str | None = None, **fields: str) -> httpx.Response:
        """The same without going where it leads."""
        form = self.at.form(action)
        unknown = set(fields) - set(form.fields)
        assert not unknown, f"the form has no {unknown} but {set(form.fields)}"
        pressed = dict([form.buttons[button]]) if button is not None else {}
        where = urljoin(str(self.at.answer.url), form.action)
        return await self.http.request(form.method, where, data={**form.fields, **pressed, **fields})

    async def _follow(self, answer: httpx.Response) -> Seen:
        for _ in range(_MOST_STEPS):
            if not answer.has_redirect_location:
                break
            where = urljoin(str(answer.url), answer.headers["location"])
            assert where.startswith(SITE + "/"), f"leads elsewhere: {where}"
            answer = await self.http.get(where)
        self.seen = read(answer)
        return self.seen

    def cookie(self, name: str) -> str:
        """What a cookie holds now; empty for none."""
        found: Any = self.http.cookies.get(name)
        return str(found or "")


def unescaped_tags(page: str) -> set[str]:
    """The names of all elements in a page's source: text from outside adds none."""
    return set(re.findall(r"<\s*([a-zA-Z][\w-]*)", page))


def as_written(text: str) -> str:
    """How a text stands in a page's source."""
    return html.escape(text)
