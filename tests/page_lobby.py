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
from notifications_desk import Office, office
from plain_visitor import PlainVisitor, links_to
from starlette.routing import Route

from server.pages.page import SIGN_IN
from server.people.sign_in_links import PATH


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
        async with self.visitor(visitor.address) as asking:
            await asking.open(f"{SIGN_IN}?{urlencode({'next': wanted})}")
            return await asking.mailed_link(self.post, email)

    def letters(self, email: str) -> list[Letter]:
        """The letters with a link to sign in that somebody got."""
        return links_to(self.post.letters, email)

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


@asynccontextmanager
async def lobby(folder: Path, **settings: Any) -> AsyncIterator[Lobby]:
    """Such a server, running, and the mail server beside it."""
    with mail_server() as post:
        async with office(folder, mail=post.settings(), public_url=PUBLIC, **settings) as house:
            yield Lobby(house, post)
