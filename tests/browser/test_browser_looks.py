"""Each page in each state: what axe finds, whether it fits a phone, whether it needs colour; and its pictures."""

import os
from pathlib import Path

import pytest
from page_desk import NARROW, PHONE, WIDE, House, Visitor, visiting
from page_states import states
from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOLDER = os.environ.get("PAGE_PICTURES", "")
"""Where `make page-pictures` wants them."""

WALKS = [pytest.param(False, id="newcomer"), pytest.param(True, id="busy")]


@pytest.mark.parametrize("filled", WALKS)
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=lambda size: f"{size[0]}px")
async def test_axe_finds_nothing_on_any_page(
    browser: Browser, house: House, size: tuple[int, int], *, filled: bool
) -> None:
    """WCAG 2.2 AA and good practice, in light and in dark, on a phone and on a desk."""
    found: dict[str, list[str]] = {}
    async with visiting(browser, house, size=size) as bob:
        async for state in states(house, bob, filled=filled):
            await bob.page.emulate_media(color_scheme="dark")
            dark = await bob.axe("color-contrast")
            await bob.page.emulate_media(color_scheme="light")
            if wrong := [*dark, *await bob.axe()]:
                found[state] = wrong
            if FOLDER:
                await bob.page.screenshot(path=Path(FOLDER, f"{state}-{size[0]}.png"), full_page=True)
    assert found == {}


@pytest.mark.parametrize("filled", WALKS)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
async def test_every_page_fits_320_pixels(browser: Browser, house: House, language: str, *, filled: bool) -> None:
    """Nothing is wider than the narrowest window, in any language."""
    found: list[str] = []
    async with visiting(browser, house, size=NARROW, language=language) as bob:
        async for state in states(house, bob, filled=filled):
            if over := await bob.overflow():
                found.append(f"{state} is {over} px too wide")
            if (said := await _language(bob)) != language:
                found.append(f"{state} is in {said}")
    assert found == []


async def _language(bob: Visitor) -> str:
    return str(await bob.page.locator("html").get_attribute("lang"))


@pytest.mark.parametrize("filled", WALKS)
async def test_every_page_works_without_its_colours(browser: Browser, house: House, *, filled: bool) -> None:
    """In the colours of somebody's own choice each field and button has an edge, and a link its line."""
    found: list[str] = []
    async with visiting(browser, house, size=PHONE, forced_colors="active") as bob:
        async for state in states(house, bob, filled=filled):
            found += [f"{state}: {each}" for each in await bob.page.evaluate(_WITHOUT_EDGE)]
    assert found == []


_WITHOUT_EDGE = """() => [...document.querySelectorAll("main button, main .button, main input, main textarea, main a")]
    .filter(each => each.type !== "hidden" && each.getClientRects().length)
    .filter(each => {
        const style = getComputedStyle(each)
        const edge = parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none"
        return !edge && !style.textDecorationLine.includes("underline") && !["checkbox", "radio"].includes(each.type)
    })
    .map(each => each.outerHTML.slice(0, 120))"""
"""What nobody could tell from text once backgrounds and colours are the reader's."""
