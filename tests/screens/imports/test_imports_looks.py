"""How the import of a file and its dialogs look."""

from pathlib import Path
from typing import Any

import looks
import pytest
from harness import Desk
from textual import events

from screens.imports.screen import ImportScreen

PEOPLE = """Email,First name,Last name,Position
ana.silva@fresh.example,Ana,Silva,Chef de partie
bo.kaya@fresh.example,Bo,Kaya,
kuebra@tidewheel.example,Kübra,Çelik,Student trainee
viktor@krasnov.example,Viktor,Krasnov,Evangelist
ana.silva@fresh.example,Ana,Silva,
amelie@tidewheel.example,Amélie,Rousseau,
not an address,Cy,Twombly,Painter
dora@fresh.example,[red]Dora[/],\u202eMaar,Photographer
"""


def _file(folder: Path) -> Path:
    path = folder / "new people.csv"
    path.write_text(PEOPLE, "utf-8")
    return path


async def _paste(desk: Desk, text: str) -> None:
    desk.app.post_message(events.Paste(text))
    await desk.settled()


async def _bring(desk: Desk, path: Path) -> None:
    await desk.press("2", "i")
    await _paste(desk, str(path))
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, ImportScreen) or len(desk.app.screen_stack) > 2)
    await desk.settled()


def _look(
    snap_compare: Any,
    folder: Path,
    size: tuple[int, int],
    *keys: str,
    path: Path | None = None,
    awaited: str = "",
    then: tuple[str, ...] = (),
) -> bool:
    async def story(desk: Desk) -> None:
        """Bring the file, then press."""
        await _bring(desk, path or _file(folder))
        for key in keys:
            await desk.press(key)
        if awaited:
            await desk.until(lambda: awaited in desk.text)
            await desk.settled()
        for key in then:
            await desk.press(key)

    return looks.look(snap_compare, folder, size, story)


@pytest.mark.parametrize("size", [*looks.SIZES, (60, 15)])
def test_the_plan(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Counts, seats and price above, a verdict with its reason for every row, nothing of a row read as markup."""
    assert _look(snap_compare, tmp_path, size)


@pytest.mark.parametrize("size", looks.SIZES)
def test_what_it_comes_to(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Seats, price and the ways to do it, each in a line."""
    assert _look(snap_compare, tmp_path, size, "c")


def _guessed(folder: Path) -> Path:
    path = folder / "people of HR.csv"
    path.write_bytes(
        "Email,Name\na@x.example,Kübra Çelik\nb@x.example,Amélie Rousseau\nc@x.example,Jörg Groß\n".encode("mac_roman")
    )
    return path


def test_a_guessed_encoding(snap_compare: Any, tmp_path: Path) -> None:
    """The plan says that it is a guess, with names as they come out."""
    assert _look(snap_compare, tmp_path, (80, 24), path=_guessed(tmp_path))


@pytest.mark.parametrize("size", looks.SIZES)
def test_choosing_an_encoding(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The same names in each encoding, a line each."""
    assert _look(snap_compare, tmp_path, size, "o", path=_guessed(tmp_path))


@pytest.mark.parametrize("size", looks.SIZES)
def test_mending_a_row(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """The cells as they are, the caret where it is wrong."""
    assert _look(snap_compare, tmp_path, size, "tab", "j", "e")


def test_the_result(snap_compare: Any, tmp_path: Path) -> None:
    """What is done, and what is left to be looked at."""
    assert _look(snap_compare, tmp_path, (80, 24), "c", "y", awaited="Finished")


@pytest.mark.parametrize("size", looks.SIZES)
def test_saving_the_failed_rows(
    snap_compare: Any, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file goes, and what is in it."""
    monkeypatch.chdir(tmp_path)
    assert _look(snap_compare, tmp_path, size, "c", "y", awaited="Finished", then=("E",))


@pytest.mark.parametrize("size", looks.SIZES)
def test_naming_the_columns(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Each column with its first cells."""
    path = tmp_path / "odd.csv"
    path.write_text("a;b;c;d\n12;Silva;Ana;Chef\n13;Kaya;Bo;\n")
    assert _look(snap_compare, tmp_path, size, "j", "l", "j", "f", path=path)


@pytest.mark.parametrize("size", looks.SIZES)
def test_choosing_a_file(
    snap_compare: Any, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the path may go on with; then what is not there."""
    folder = tmp_path / "here"
    (folder / "archive").mkdir(parents=True)
    for name in ("people.csv", "people 2.xlsx", "notes.md"):
        (folder / name).write_text("email\n")
    monkeypatch.chdir(folder)

    async def story(desk: Desk) -> None:
        """Tab, and a name that does not exist."""
        await desk.press("2", "i", "tab")
        await desk.press("down", "down")

    assert looks.look(snap_compare, tmp_path, size, story)


def test_an_import_that_is_not_finished(snap_compare: Any, tmp_path: Path) -> None:
    """Offered again on i."""

    async def story(desk: Desk) -> None:
        """Planned, left, and i again."""
        await _bring(desk, _file(tmp_path))
        await desk.press("escape", "i")
        await desk.until(lambda: "Unfinished" in desk.text)
        await desk.press("down")

    assert looks.look(snap_compare, tmp_path, (80, 24), story)
