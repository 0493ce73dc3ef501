"""What stories of the pages share in process: a server that mails links, and people who sign in with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from builders import Team, make_organisation
from mail_desk import PUBLIC, Letter, mail_server
from mail_desk import Office as Post
from notifications_desk import Office, office, until
from plain_visitor import SITE, PlainVisitor
from starlette.routing import Route

from server.people import sign_in_links

PATH = sign_in_links.PATH
"""The page that a link to sign in leads to."""

assert SITE == PUBLIC


@dataclass
class Lobby:
    """A running server with pages."""

    house: Office
    post: Post

    def visitor(self, address: str = "192.0.2.7", **headers: str) -> PlainVisitor:
        """Somebody new, with a browser that knows no cookie."""
        return PlainVisitor(self.house.server.app, address, headers)

    def organisation(self, name: str = "Example Ltd", **more: object) -> Team:
        """One with an owner and ten seats."""
        return make_organisation(self.house.server, name, **more)  # type: ignore[arg-type] # as they are there

    @property
    def pages(self) -> list[Route]:
        """Every page there is: what is neither the API nor for who runs the server."""
        other = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/oauth/")
        routes = [each for each in self.house.server.app.routes if isinstance(each, Route)]
        return [each for each in routes if not each.path.startswith(other)]

    async def link(self, visitor: PlainVisitor, email: str, wanted: str = "/") -> str:
        """Ask for a link to sign in, with a new browser, and answer its path as the letter has it."""
        before = len(self.letters(email))
        async with self.visitor(visitor.address) as asking:
            await asking.open(f"/sign-in?{urlencode({'next': wanted})}")
            await asking.send("/sign-in", email=email)
            assert asking.at.status == 200, asking.at.text
        await until(lambda: len(self.letters(email)) > before, 10)
        return link_in(self.letters(email)[-1]).removeprefix(SITE)

    def letters(self, email: str) -> list[Letter]:
        """The letters with a link to sign in that somebody got."""
        return [each for each in self.post.letters if each.receiver == email and PATH in said(each)]

    async def sign_in(self, visitor: PlainVisitor, email: str, wanted: str = "/") -> PlainVisitor:
        """Sign in as somebody, by a link; answers the visitor, who is where they wanted to go."""
        await visitor.open(await self.link(visitor, email, wanted))
        await visitor.send(PATH)
        return visitor

    @asynccontextmanager
    async def signed_in(self, email: str, wanted: str = "/") -> AsyncIterator[PlainVisitor]:
        """Somebody signed in with a browser of their own."""
        async with self.visitor() as found:
            yield await self.sign_in(found, email, wanted)


def said(letter: Letter) -> str:
    """The text of a letter, whether it has an HTML part too or not."""
    part = letter.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def link_in(letter: Letter) -> str:
    """The first address in a letter."""
    return next(word for word in said(letter).split() if word.startswith(("http://", "https://")))


@asynccontextmanager
async def lobby(folder: Path, **settings: Any) -> AsyncIterator[Lobby]:
    """Such a server, running, and the mail server beside it."""
    with mail_server() as post:
        async with office(folder, mail=post.settings(), public_url=PUBLIC, **settings) as house:
            yield Lobby(house, post)
