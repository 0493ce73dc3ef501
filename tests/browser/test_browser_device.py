"""A terminal is signed in from a browser: `headcount login` on a terminal of its own, and Chromium beside it."""

import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_desk import PHONE, House, house, visiting
from playwright.async_api import Browser
from ptyterm import PtyProgram

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 60
OWNER = "owner@example.example"
_CODE = re.compile(r"^ {4}([B-Z]{4}-[B-Z]{4})$", re.MULTILINE)


@pytest.fixture(name="office")
def ticking_house(tmp_path: Path) -> Iterator[House]:
    """A server whose clock goes, since the terminal asks it every few seconds."""
    with (
        tempfile.TemporaryDirectory(prefix="hc-") as socket_folder,
        house(tmp_path, Path(socket_folder), ticking=True) as found,
    ):
        yield found


def _login(home: Path, url: str) -> PtyProgram:
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "HEADCOUNT_PROFILE")
    environment: dict[str, str | None] = {"HOME": str(home), **dict.fromkeys(names)}
    command = ["-c", "from cli.main import run; run()", "login", "--url", url]
    return PtyProgram(command, 240, 40, env=environment)


async def test_the_terminal_is_signed_in_by_a_phone(browser: Browser, office: House, tmp_path: Path) -> None:
    """The code of the terminal, typed on a phone after signing in there; the terminal goes on by itself."""
    office.organisation()
    with _login(tmp_path, office.url) as terminal:
        terminal.wait_for(lambda: "Waiting" in terminal.text(), PATIENCE)
        code = _CODE.findall(terminal.text())[-1]
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
    with _login(tmp_path, office.url) as terminal:
        terminal.wait_for(lambda: "Waiting" in terminal.text(), PATIENCE)
        code = _CODE.findall(terminal.text())[-1]
        async with visiting(browser, office, size=PHONE) as olga:
            await olga.sign_in(OWNER, f"/device?user_code={code}")
            await olga.press("Continue")
            await olga.press("Refuse")
            await olga.open(f"/device?user_code={code}")
            await olga.press("Continue")
            assert "That did not work." in await olga.text()
        assert terminal.wait(PATIENCE) == 3
        assert not (tmp_path / ".config/headcount/config.toml").exists()
