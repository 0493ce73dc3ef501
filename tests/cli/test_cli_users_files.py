"""`headcount users template` and `export`, over the real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from contract.exports import Language
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field, SheetKind
from tui.presentation.language import language_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation; nothing here changes it."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there, in a folder of its own, with a German locale."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    return found


def test_an_export_says_where_it_is_and_how_many(desk: Desk, tmp_path: Path) -> None:
    """The ending of the name is the format; an import understands it."""
    desk.said("users export -o all.xlsx")
    assert desk.err == "Saved 40 users in all.xlsx.\n"
    opened = open_sheet(tmp_path / "all.xlsx")
    assert (opened.kind, opened.header[0]) == (SheetKind.XLSX, "E-Mail")
    assert sum(1 for _ in opened.rows()) == 40
    printed = json.loads(desk.said("users export --json --language es --status active"))
    (file,) = tmp_path.glob("users-*.csv")
    assert printed == {"file": file.name, "rows": sum(1 for _ in open_sheet(file).rows())}


def test_filters_and_the_standard_output(desk: Desk) -> None:
    """Nothing but the file is on the output."""
    whole = desk.said("users export -o - --search amelie").lstrip("\ufeff")
    assert whole.splitlines()[0].startswith("E-Mail;Vorname;Nachname")
    assert all("amelie" in line.lower() or "am" in line.lower() for line in whole.splitlines()[1:])
    assert desk.err == ""


def test_a_template_in_ones_own_language(desk: Desk, tmp_path: Path) -> None:
    """The locale's, or the one that was asked for."""
    desk.said("users template")
    assert (tmp_path / "users-template.csv").read_text("utf-8-sig") == "E-Mail;Vorname;Nachname;Position\n"
    desk.said("users template --language fr -o modele.xlsx")
    assert open_sheet(tmp_path / "modele.xlsx").mapping[Field.LAST_NAME] == 2


def test_a_file_that_is_there_stays_unless_forced(desk: Desk, tmp_path: Path) -> None:
    """Without a terminal nobody can be asked, so it is an error that names the way."""
    file = tmp_path / "mine.csv"
    file.write_text("mine")
    assert desk.run("users export -o mine.csv") == 1
    assert "--force" in desk.err
    assert file.read_text() == "mine"
    desk.said("users export -o mine.csv --force")
    assert sum(1 for _ in open_sheet(file).rows()) == 40
    assert desk.run(f"users export --force -o {tmp_path}/nowhere/mine.csv") == 1
    assert "Choose another place" in desk.err


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "fr_CA.UTF-8"}, Language.FRENCH),
        ({"LANG": "fr_FR", "LC_ALL": "C.UTF-8"}, Language.ENGLISH),
        ({"LC_MESSAGES": "es"}, Language.SPANISH),
        ({"LANG": "den_XX"}, Language.ENGLISH),
        ({}, Language.ENGLISH),
    ],
)
def test_the_language_of_a_locale(environ: dict[str, str], language: Language) -> None:
    """The first that is set counts; what we have no words in is English."""
    assert language_of(environ) is language
