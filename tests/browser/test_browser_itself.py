"""What the stories in a browser rely on: that they notice what a page does wrong, and that nothing leaves."""

import pytest
from page_desk import ELSEWHERE, HOST, House, visiting
from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_first_page_asks_for_nothing_elsewhere(browser: Browser, house: House) -> None:
    """It is there, and neither a script nor the policy nor a missing picture complains."""
    async with visiting(browser, house) as somebody:
        assert await somebody.open("/") == 200
        assert "Headcount" in await somebody.text()


async def test_what_a_page_does_wrong_is_noticed(browser: Browser, house: House) -> None:
    """A picture from elsewhere, an error of a script, and the server by another name: each is a complaint."""
    async with visiting(browser, house) as somebody:
        await somebody.open("/healthz")
        await somebody.page.set_content("<img src='http://elsewhere.example/a.png'><script>nowhere()</script>")
        await somebody.open(house.url.replace(HOST, ELSEWHERE) + "/healthz")
        found = "\n".join(await somebody.violations())
        assert "foreign: http://elsewhere.example/a.png" in found
        assert "nowhere is not defined" in found
        assert f"foreign: http://{ELSEWHERE}" in found
        somebody.complaints.clear()
