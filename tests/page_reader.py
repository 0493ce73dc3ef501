"""A browser without a screen, for stories about pages: it keeps cookies, reads forms and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
from builders import RunningServer
from mail_desk import PUBLIC, Letter
from mail_desk import Office as Post
from notifications_desk import until

_FIELDS = {"input", "textarea", "button"}


@dataclass
class Form:
    """One form of a page: where it goes, and what is filled in."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    ticks: list[tuple[str, str]] = field(default_factory=list)


class Shown(HTMLParser):
    """A page as somebody reads it: its words, its forms, its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._words: list[str] = []
        self._area = ""
        self.feed(html)

    @property
    def text(self) -> str:
        """What can be read, in one line."""
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, their fields and links."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(given["action"], given["method"]))
        elif tag in _FIELDS and "name" in given:
            if given.get("type") == "checkbox":
                self.forms[-1].ticks.append((given["name"], given["value"]))
            else:
                self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        """Note words."""
        self._words.append(data)


class Reader:
    """Somebody with a browser. `where` is the page they are on; forms are found by their action and hidden fields."""

    def __init__(self, server: RunningServer, **headers: str) -> None:
        transport = httpx.ASGITransport(server.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers)
        self.answer = httpx.Response(204)

    @property
    def page(self) -> Shown:
        """What is shown."""
        return Shown(self.answer.text)

    @property
    def text(self) -> str:
        """What can be read."""
        return self.page.text

    @property
    def where(self) -> str:
        """The path of the page."""
        return self.answer.url.raw_path.decode()

    async def open(self, path: str) -> str:
        """Open an address; answers what can be read."""
        self.answer = await self.http.get(path, follow_redirects=True)
        return self.text

    async def send(self, action: str, *, tick: bool = False, having: str = "", **filled: str) -> str:
        """Fill a form of this page in and send it; `having` is the value of a field, where several go there."""
        form = next(
            each for each in self.page.forms if each.action == action and (not having or having in each.fields.values())
        )
        data: dict[str, Any] = {**form.fields, **filled}
        for name, value in form.ticks if tick else ():
            data[name] = [*data.get(name, []), value]
        self.answer = await self.http.post(action, data=data, follow_redirects=True)
        return self.text

    async def sign_in(self, post: Post, email: str, *, next_path: str = "/") -> str:
        """Ask for a link, find it in the mail and use it."""
        await self.open(f"/sign-in?next={next_path}")
        link = await self.mailed_link(post, email)
        await self.open(link)
        return await self.send("/sign-in/confirm")

    async def mailed_link(self, post: Post, email: str) -> str:
        """Send the form that asks for a link, and wait for its letter; answers its path."""
        before = len(post.letters)

        def links() -> list[Letter]:
            return [each for each in post.letters[before:] if "/sign-in/confirm" in each.text]

        await self.send("/sign-in", email=email)
        await until(lambda: links() != [])
        return path_in(links()[-1])


def path_in(letter: Letter) -> str:
    """The path of the first address in a letter."""
    return letter.link.removeprefix(PUBLIC)
