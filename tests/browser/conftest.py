"""One browser for all stories of a process, and a server with pages for each."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from page_desk import House, chromium, house
from playwright.async_api import Browser


@pytest_asyncio.fixture(name="browser", scope="session", loop_scope="session")
async def running_browser() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    async with chromium() as found:
        yield found


@pytest.fixture(name="house")
def running_house(tmp_path: Path) -> Iterator[House]:
    """A server of one's own, with nobody in it."""
    with tempfile.TemporaryDirectory(prefix="hc-") as socket_folder, house(tmp_path, Path(socket_folder)) as found:
        yield found
