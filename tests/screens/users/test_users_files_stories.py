"""Saving the users and the template from the list of users, told in key presses over the real server."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
from harness import Desk, serving

from contract.people import Role
from screens.shared.confirm import Confirm
from screens.shared.file_export import Place, SaveFile
from screens.shared.managed_list import ManagedList
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and an English locale."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return folder


async def _name(desk: Desk, text: str) -> None:
    """Another name than the one proposed."""
    await desk.press("ctrl+u")
    await desk.type(text)


def people(path: Path) -> list[str]:
    """The addresses in a file."""
    return [row.cells[Field.EMAIL] for row in open_sheet(path).rows()]


async def test_the_next_question_does_not_break_a_file_off(tmp_path: Path, here: Path) -> None:
    """While a file is on its way `*` and `d` have the marked counted: it is saved all the same; ctrl+c ends it."""
    gate = asyncio.Event()

    async def save(place: Place) -> str:
        await gate.wait()
        place.path.write_text("saved")
        return "a test"

    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            screen = desk.app.screen
            assert isinstance(screen, ManagedList)
            for ending in ("d", "ctrl+c"):
                screen.files.ask("Save", f"{len(ending)}.csv", "", save, text_only=True)
                await desk.pilot.press("enter")
                await desk.until(lambda: bool(screen.files.saving))
                await desk.pilot.press("asterisk", ending)
                if ending == "d":
                    await desk.until(lambda: isinstance(desk.app.screen, Confirm))
                    gate.set()
                    await desk.press("escape")
                    gate.clear()
                await desk.until(lambda: not screen.files.saving)
        assert [file.name for file in here.iterdir()] == ["1.csv"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_export_asks_where_and_says_where(tmp_path: Path, here: Path, size: tuple[int, int]) -> None:
    """`E`, Enter, Enter: a name is proposed, and the result tells the place and how many."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users", size=size) as desk:
            await desk.press("E")
            assert "All 40 users." in desk.text
            await desk.press("enter", "enter")
            await desk.until(lambda: "Saved 40 users in" in desk.words)
            (file,) = here.iterdir()
            assert file.name.startswith("users-")
            assert len(people(file)) == 40
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_what_the_filter_shows_as_a_workbook(tmp_path: Path, here: Path) -> None:
    """The filter chooses who is in it, the ending of the name how it is written, the second field whose words."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("slash")
            await desk.type("status:not_paid")
            await desk.press("enter")
            total = desk.table.total
            await desk.press("E")
            assert "those that match the filter" in desk.words
            await _name(desk, "unpaid.xlsx")
            await desk.press("enter")
            await _name(desk, "xx")
            await desk.press("enter")
            assert "One of en, fr, de, es." in desk.words
            await _name(desk, "de")
            await desk.press("enter")
            await desk.until(lambda: "in" in desk.words and (here / "unpaid.xlsx").exists())
        opened = open_sheet(here / "unpaid.xlsx")
        assert opened.header[1] == "Vorname"
        assert sum(1 for _ in opened.rows()) == total


async def test_a_file_that_is_there_is_asked_about(tmp_path: Path, here: Path) -> None:
    """One Enter never replaces anything; Esc leaves it; a folder is no file."""
    (here / "mine.csv").write_text("mine")
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("T")
            await _name(desk, "mine.csv")
            await desk.press("enter", "enter")
            assert "This file already exists" in desk.words
            assert isinstance(desk.app.screen, SaveFile)
            await desk.press("escape")
            assert (here / "mine.csv").read_text() == "mine"
            await desk.press("T")
            for name, why in (
                ("nowhere/a.csv", "folder does not exist"),
                (str(here), "This is a folder"),
                ("", "Type a file name"),
            ):
                await _name(desk, name)
                await desk.press("enter", "enter")
                assert why in desk.words
            await _name(desk, "mine.csv")
            await desk.press("enter", "enter", "enter", "enter")
            await desk.until(lambda: "Saved the template in" in desk.words)
        assert (here / "mine.csv").read_text("utf-8-sig") == "E-mail,First name,Last name,Position\n"


async def test_a_server_that_is_gone_leaves_nothing(tmp_path: Path, here: Path) -> None:
    """What went wrong is said, and no part of a file stays behind."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            desk.wire.failing = "/export"
            await desk.press("E", "enter", "enter")
            await desk.until(lambda: "answered 500" in desk.words)
            assert list(here.iterdir()) == []
            desk.wire.failing = ""
            await desk.press("E", "enter", "enter")
            await desk.until(lambda: "Saved 40 users in" in desk.words)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_may_not_be_written(tmp_path: Path, here: Path) -> None:
    """The reason is said with what to do."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            here.chmod(0o500)
            await desk.press("E", "enter", "enter")
            await desk.until(lambda: "Choose another place" in desk.words)
            here.chmod(0o700)


async def test_a_viewer_may_save_the_list(tmp_path: Path, here: Path) -> None:
    """Who may read the list may keep it."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users", role=Role.VIEWER) as desk:
            await desk.press("E", "enter", "enter")
            await desk.until(lambda: "Saved 40 users in" in desk.words)
            assert len(list(here.iterdir())) == 1
