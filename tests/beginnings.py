"""What stories of pages and letters begin with: a mail server, a server that hands letters in there, one house."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from builders import Team, findings_in, make_organisation
from mail_desk import Office as Post
from mail_desk import mail_server
from notifications_desk import Office, office


@pytest.fixture(name="post")
def running_post() -> Iterator[Post]:
    """A mail server."""
    with mail_server() as found:
        yield found


@pytest.fixture(name="house")
async def running_house(tmp_path: Path, post: Post) -> AsyncIterator[Office]:
    """A server that hands its letters in there; whatever was done, its books are right afterwards."""
    async with office(tmp_path, mail=post.settings()) as found:
        yield found
        assert findings_in(found.server) == []


@pytest.fixture(name="team")
def founded_team(house: Office) -> Team:
    """One organisation with ten seats."""
    return make_organisation(house.server)
