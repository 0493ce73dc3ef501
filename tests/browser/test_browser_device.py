"""A terminal is signed in from a browser: `headcount login` on a terminal of its own, and Chromium beside it."""

import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from login_desk import PATIENCE, code_on, login
from page_desk import PHONE, House, house, visiting
from playwright.async_api import Browser

from contract.device import AUTHORIZE, CLIENT

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWNER = "owner@example.example"


@pytest.fixture(name="office")
def ticking_house(tmp_path: Path) -> Iterator[House]:
    """A server whose clock goes, since the terminal asks it every few seconds."""
    with (
        tempfile.TemporaryDirectory(prefix="hc-") as socket_folder,
        house(tmp_path, Path(socket_folder), ticking=True) as found,
    ):
        yield found


async def test_the_terminal_is_signed_in_by_a_phone(browser: Browser, office: House, tmp_path: Path) -> None:
    """The code of the terminal, typed on a phone after signing in there; the terminal goes on by itself."""
    office.organisation()
    with login(tmp_path, office.url) as terminal:
        code = code_on(terminal)
        assert f"{office.url}/device" in terminal.text()
        async with visiting(browser, office, size=PHONE) as olga:
            await olga.open("/device")
            await olga.open(await olga.ask_for_link(OWNER))
            await olga.press("Sign in")
            assert olga.path == "/device"
            await olga.page.get_by_label("Code").fill(code.lower().replace("-", " "))
            await olga.press("Continue")
            assert "Sign this terminal in as you?" in await olga.text()
            assert await olga.axe() == []
            assert await olga.overflow() == 0
            await olga.press("Confirm")
        assert terminal.wait(PATIENCE) == 0, terminal.text()
        assert "Signed in as Olga Owner (owner) of Example Ltd" in " ".join(terminal.text().split())
    profiles = tomllib.loads((tmp_path / ".config/headcount/config.toml").read_text())["profiles"]
    assert [each["url"] for each in profiles.values()] == [office.url]


async def test_a_phone_refuses_what_somebody_else_started(browser: Browser, office: House, tmp_path: Path) -> None:
    """The terminal ends with code 3 and has no profile; the same code can't be confirmed afterwards."""
    office.organisation()
    with login(tmp_path, office.url) as terminal:
        code = code_on(terminal)
        async with visiting(browser, office, size=PHONE) as olga:
            await olga.sign_in(OWNER, f"/device?user_code={code}")
            await olga.press("Continue")
            await olga.press("Refuse")
            await olga.open(f"/device?user_code={code}")
            await olga.press("Continue")
            assert "That did not work." in await olga.text()
        assert terminal.wait(PATIENCE) == 3
        assert not (tmp_path / ".config/headcount/config.toml").exists()


async def test_going_back_after_a_yes_shows_that_it_was_said(browser: Browser, house: House) -> None:
    """The page of what asks can be gone back to and reloaded, and confirms nothing a second time."""
    house.organisation()
    async with house.api() as api:
        code = (await api.post(AUTHORIZE, data={"client_id": CLIENT, "machine": "laptop"})).json()["user_code"]
    async with visiting(browser, house, size=PHONE, java_script_enabled=False) as olga:
        await olga.sign_in(OWNER, f"/device?user_code={code}")
        await olga.press("Continue")
        await olga.page.reload()
        assert "Sign this terminal in as you?" in await olga.text()
        await olga.press("Confirm")
        assert "Your terminal is signed in." in await olga.text()
        await olga.page.go_back()
        assert "You have confirmed this code already." in await olga.text()
