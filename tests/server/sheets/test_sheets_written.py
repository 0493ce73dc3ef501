"""Files that are written: what goes out comes in again with no change, and nothing in it is a formula."""

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.exports import Language
from contract.formulas import guarded, unguarded
from server.sheets import writing
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field
from server.sheets.wording import LISTED, PERSON, Heading
from server.sheets.writing import write_csv, write_xlsx

PEOPLE = Path(__file__).parents[2] / "data" / "people"
FIELDS = (Field.EMAIL, Field.FIRST_NAME, Field.LAST_NAME, Field.POSITION)
WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
Writer = Callable[..., Iterator[bytes]]


def read_back(tmp_path: Path, pieces: Iterator[bytes], kind: str) -> list[list[str]]:
    """What an import would find in it."""
    path = tmp_path / f"out.{kind}"
    path.write_bytes(b"".join(pieces))
    return [[row.cells[name] for name in FIELDS] for row in open_sheet(path).rows()]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("language", Language)
def test_every_person_comes_back_as_they_went_out(tmp_path: Path, kind: str, language: Language) -> None:
    """In both formats and all languages, whatever the name holds."""
    rows = [
        [row.cells[name] for name in FIELDS]
        for file in ("people-messy.csv", "people-1000.csv", "people-utf16-tab.csv")
        for row in open_sheet(PEOPLE / file).rows()
    ]
    rows.append(["q@b.example", "'=not a formula", "''+1", "_x0041_ & <b>"])
    rows.append(["r@b.example", " \tblank ", "a;b,c|d", 'line\r\nbreak "quoted"'])
    assert read_back(tmp_path, WRITERS[kind](iter(rows), language), kind) == rows


@given(st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r\n\"a;,_x0"), st.characters(exclude_categories=["Cs"]))))
def test_the_guard_comes_off_as_it_went_on(text: str) -> None:
    """For every text, and no guarded text begins as a formula does."""
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=20), min_size=3, max_size=3))
def test_any_text_survives_a_workbook(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Also what XML can't hold."""
    row = ["a@b.example", *(text.encode(errors="replace").decode() for text in texts)]
    path = tmp_path_factory.mktemp("books")
    assert read_back(path, write_xlsx([row], Language.ENGLISH), "xlsx") == [row]


def test_nothing_in_a_file_is_a_formula(tmp_path: Path) -> None:
    """Each dangerous beginning is behind an apostrophe, in the workbook as text too."""
    rows = [["a@b.example", f"{sign}1+1", "", ""] for sign in "=+-@\t\r\n"]
    text = b"".join(write_csv(rows, Language.ENGLISH)).decode("utf-8-sig")
    assert all(row[1].startswith("'") for row in list(csv.reader(io.StringIO(text, newline="")))[1:])
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"".join(write_xlsx(rows, Language.ENGLISH)))
    cells = [row[1] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert all(cell.data_type == "s" and str(cell.value).startswith("'") for cell in cells)


@pytest.mark.parametrize(
    ("language", "header"),
    [
        (Language.ENGLISH, "E-mail,First name,Last name,Position,Reason"),
        (Language.FRENCH, "E-mail;Prénom;Nom;Poste;Motif"),
        (Language.GERMAN, "E-Mail;Vorname;Nachname;Position;Grund"),
        (Language.SPANISH, "Correo electrónico;Nombre;Apellidos;Puesto;Motivo"),
    ],
)
def test_a_template_is_the_header_in_ones_own_language(tmp_path: Path, language: Language, header: str) -> None:
    """With the separator that a spreadsheet program of that language expects; it is read without asking."""
    columns = (*PERSON, Heading.REASON)
    assert b"".join(write_csv([], language, columns)).decode("utf-8-sig") == f"{header}\r\n"
    for kind, writer in WRITERS.items():
        assert read_back(tmp_path, writer([], language, LISTED), kind) == []


def test_a_workbook_goes_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what one sheet may hold, each sheet has the header again."""
    monkeypatch.setattr(writing, "BATCH", 10)
    monkeypatch.setattr(writing, "ROWS_A_SHEET", 20)
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"".join(write_xlsx(([f"u{n}@b.example"] for n in range(45)), Language.ENGLISH)))
    book = openpyxl.load_workbook(path)
    found = [[str(row[0].value) for row in sheet.iter_rows()] for sheet in book.worksheets]
    assert [len(each) for each in found] == [20, 20, 8]
    assert all(each[0] == "E-mail" for each in found)
    assert [each for sheet in found for each in sheet[1:]] == [f"u{n}@b.example" for n in range(45)]


@pytest.mark.parametrize("writer", WRITERS.values())
def test_memory_does_not_grow_with_the_rows(writer: Writer) -> None:
    """A file of many rows passes through in pieces."""
    rows = ([f"user{n}@b.example", "Ada", "Lovelace", "Engineer"] for n in range(20_000))
    tracemalloc.start()
    try:
        assert sum(map(len, writer(rows, Language.ENGLISH))) > 50_000
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
