"""Single sign-on in a real browser: the server here, a process of providers there, and a person between them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_desk import PHONE, WIDE, House, Visitor, house, visiting
from playwright.async_api import Browser
from sign_on_desk import Providers, providers

from server.settings import Issuer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA = {"sub": "1", "email": "ada@one.example", "email_verified": True, "given_name": "Ada"}


@pytest.fixture(scope="module")
def company() -> Iterator[Providers]:
    """The process, once for this module."""
    with providers() as found:
        yield found


@pytest.fixture(name="office")
def running_office(tmp_path: Path, company: Providers) -> Iterator[House]:
    """A server that knows both: one beside mail, the other as the only way."""
    known: tuple[Issuer, ...] = (company.issuer(), company.issuer("two", required=True))
    with (
        tempfile.TemporaryDirectory(prefix="hc-") as socket_folder,
        house(tmp_path, Path(socket_folder), issuers=known) as found,
    ):
        yield found


def behave(company: Providers, where: House, name: str = "one", **does: Any) -> None:
    """What the provider does, with its clock set by the server's."""
    at = int(where.clock[0].timestamp())
    claims = {"iat": at, "exp": at + 300, **does.pop("claims", {})}
    company.behave(name, **{"person": ADA, "claims": claims, **does})


def knows(somebody: Visitor, company: Providers) -> None:
    """The provider is elsewhere, on purpose."""
    somebody.expected.append(f"foreign: {company.base}/")


async def typed(somebody: Visitor, email: str, path: str = "/sign-in") -> None:
    """Type an address and go on."""
    await somebody.open(path)
    await somebody.page.fill("#email", email)
    await somebody.page.click("main button")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
async def test_there_and_back(browser: Browser, office: House, company: Providers, *, scripts: bool) -> None:
    """Typed, asked by the provider, back on the page that was wanted; the back button and a reload do no harm."""
    behave(company, office, asks=True)
    async with visiting(browser, office, java_script_enabled=scripts) as ada:
        knows(ada, company)
        await typed(ada, "ada@one.example", "/sign-in?next=%2Fsign-ins")
        assert "Sign in with Company One" in await ada.text()
        await ada.page.click("text=Continue to Company One")
        await ada.page.wait_for_url(f"{company.base}/**")
        await ada.page.click("text=Sign in here")
        await ada.page.wait_for_url(f"{office.url}/sign-ins")
        said = await ada.text()
        assert "Your account was made." in said
        assert "Signed in as ada@one.example." in said
        assert "Company One" in said
        await ada.page.reload()
        assert "Your account was made." not in await ada.text()
        await ada.page.go_back()
        await ada.open("/")
        assert "Signed in as ada@one.example." in await ada.text()


async def test_two_tabs(browser: Browser, office: House, company: Providers) -> None:
    """Both begin; the first that comes back signs in, and the second finds that it is done."""
    behave(company, office, "two", asks=True, person={**ADA, "email": "ada@two.example"})
    async with visiting(browser, office) as ada:
        knows(ada, company)
        other = await ada.tab()
        await typed(ada, "ada@two.example")
        await ada.page.wait_for_url(f"{company.base}/**")
        await other.goto(f"{office.url}/sign-in")
        await other.fill("#email", "ada@two.example")
        await other.click("main button")
        await other.wait_for_url(f"{company.base}/**")
        for tab in (other, ada.page):
            await tab.click("text=Sign in here")
            await tab.wait_for_url(f"{office.url}/")
            assert "Signed in as ada@two.example." in await tab.inner_text("body")


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
async def test_the_pages_are_for_everybody(
    browser: Browser, office: House, company: Providers, size: tuple[int, int]
) -> None:
    """Offered, left for, failed: nothing for axe to find, and nothing wider than the window."""
    behave(company, office, denies="access_denied")
    async with visiting(browser, office, size=size) as ada:
        knows(ada, company)
        await typed(ada, "ada@one.example")
        assert await looked_at(ada) == []
        await ada.page.route(f"{company.base}/**", lambda route: route.fulfill(status=204))
        await ada.page.click("text=Continue to Company One")
        await ada.page.wait_for_selector("text=Use this link")
        assert await looked_at(ada) == []
        await ada.page.unroute(f"{company.base}/**")
        await ada.page.click("main a.button")
        await ada.page.wait_for_selector("text=did not let you in")
        assert await looked_at(ada) == []


async def looked_at(somebody: Visitor) -> list[str]:
    """What is wrong with a page."""
    wide = await somebody.overflow()
    return [*await somebody.axe(), *([f"{wide} pixels too wide"] if wide > 0 else [])]
