"""Files of people as they are really sent, each read as a careful clerk would."""

import csv
from pathlib import Path

import pytest

from server.sheets.reading import open_sheet
from server.sheets.sheet import Field, Sheet, SheetFault, SheetKind, SheetRow, UnreadableSheet

PEOPLE = Path(__file__).parents[2] / "data" / "people"
NAMES = (Field.EMAIL, Field.FIRST_NAME, Field.LAST_NAME, Field.POSITION)


def sheet(tmp_path: Path, text: str, encoding: str = "utf-8") -> Sheet:
    """A file with this text, opened."""
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return open_sheet(path)


def cells(row: SheetRow) -> list[str]:
    """A row in the template's order."""
    return [row.cells.get(name, "") for name in NAMES]


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter", "rows"),
    [
        ("people-1000.csv", "utf-8", ",", 1000),
        ("people-excel-semicolon-bom.csv", "utf-8-sig", ";", 200),
        ("people-latin1.csv", "cp1252", ",", 100),
        ("people-messy.csv", "utf-8", ",", 42),
        ("people-no-header.csv", "utf-8", ",", 1),
        ("people-ragged.csv", "utf-8", ",", 3),
        ("people-reordered-columns.csv", "utf-8", ",", 50),
        ("people-utf16-tab.csv", "utf-16", "\t", 100),
        ("people-100.xlsx", "", "", 100),
    ],
)
def test_every_file_is_understood(name: str, encoding: str, delimiter: str, rows: int) -> None:
    """Encoding, delimiter and columns are found out without asking, and every person is there."""
    opened = open_sheet(PEOPLE / name)
    assert (opened.encoding, opened.delimiter) == (encoding, delimiter)
    assert set(opened.mapping) == set(NAMES)
    assert opened.kind is (SheetKind.XLSX if name.endswith("xlsx") else SheetKind.CSV)
    assert sum(1 for _ in opened.rows()) == rows
    assert len(opened.sample) == min(rows, 5)


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("people-1000.csv", "utf-8", ","),
        ("people-excel-semicolon-bom.csv", "utf-8-sig", ";"),
        ("people-latin1.csv", "latin-1", ","),
        ("people-messy.csv", "utf-8", ","),
        ("people-utf16-tab.csv", "utf-16", "\t"),
    ],
)
def test_names_come_out_as_they_went_in(name: str, encoding: str, delimiter: str) -> None:
    """Cell by cell it is what a plain reader told everything beforehand finds."""
    with (PEOPLE / name).open(encoding=encoding, newline="") as file:
        expected = [row for row in csv.reader(file, delimiter=delimiter) if any(map(str.strip, row))][1:]
    assert [cells(row) for row in open_sheet(PEOPLE / name).rows()] == expected


def test_columns_in_another_order() -> None:
    """The header says which column is what, wherever it stands."""
    first = next(open_sheet(PEOPLE / "people-reordered-columns.csv").rows())
    assert cells(first) == ["user7.00300@corp.northwind.example", "Jane", "Trần", ""]


def test_ragged_rows() -> None:
    """A missing cell is empty, one too many is named, an empty row is nobody; numbers are the file's lines."""
    one, two, three = open_sheet(PEOPLE / "people-ragged.csv").rows()
    assert (one.number, cells(one), one.problem) == (2, ["a1@northwind.example", "A", "One", ""], "")
    assert (two.number, two.problem) == (3, "There are 5 cells where the file has 4 columns.")
    assert (three.number, cells(three)) == (6, ["a3@northwind.example", "C", "Three", ""])


def test_line_breaks_inside_quotes_keep_the_numbers_right() -> None:
    """The row behind one with two lines has the number of its own line."""
    by_address = {row.cells[Field.EMAIL]: row for row in open_sheet(PEOPLE / "people-messy.csv").rows()}
    assert by_address["newline@northwind.example"].cells[Field.FIRST_NAME] == "Two\nLines"
    assert by_address["newline@northwind.example"].number == 38
    assert by_address["comma@northwind.example"].number == 40
    assert by_address["comma@northwind.example"].cells[Field.LAST_NAME] == 'O"Quote'


def test_an_empty_file_says_what_to_do(tmp_path: Path) -> None:
    """Nothing, blanks and a mark alone are an empty file."""
    with pytest.raises(UnreadableSheet, match="template") as caught:
        open_sheet(PEOPLE / "people-empty.csv")
    assert caught.value.code is SheetFault.EMPTY
    for text in ("\n \n", "\ufeff", "sep=;\r\n"):
        with pytest.raises(UnreadableSheet, match="empty"):
            sheet(tmp_path, text)


def test_only_a_header(tmp_path: Path) -> None:
    """A template that nobody filled in is understood, and has no rows."""
    opened = sheet(tmp_path, "E-mail;Vorname;Nachname;Position\r\n")
    assert (opened.delimiter, list(opened.rows()), opened.sample) == (";", [], ())


@pytest.mark.parametrize(
    "header",
    [
        "E-mail Address,First Name,Last Name,Job Title",
        "Email Address [Required],First Name [Required],Last Name [Required],Employee Title",
        "EMAIL,Given name,SURNAME,Role",
        "Adresse e-mail,Prénom,Nom,Poste",
        "COURRIEL,PRENOM,NOM DE FAMILLE,Intitulé du poste",
        "E-Mail-Adresse,Vorname,Name,Funktion",
        "E-Mail,Vorname,Nachname,Stelle",
        "Correo electrónico,Nombre,Apellidos,Puesto",
        "Dirección de correo,Nombre,Primer apellido,Cargo",
        "mail,givenName,sn,title",
        "Email, Name, Surname, Function",
    ],
)
def test_header_words_in_four_languages(tmp_path: Path, header: str) -> None:
    """Accents, case and punctuation do not matter; `Name` is whichever name is missing."""
    opened = sheet(tmp_path, f"{header}\na@b.example,Ada,Lovelace,Clerk\n")
    assert [cells(row) for row in opened.rows()] == [["a@b.example", "Ada", "Lovelace", "Clerk"]]
    assert opened.ignored == ()


def test_one_name_column_is_split(tmp_path: Path) -> None:
    """At the last blank, or at the comma, and the sheet says that it does."""
    opened = sheet(
        tmp_path, 'Name;Mail\nAda King Lovelace;a@b.example\n"Hopper, Grace M.";g@b.example\nCher;c@b.example\n'
    )
    assert opened.splits_names
    assert [cells(row)[1:3] for row in opened.rows()] == [
        ["Ada King", "Lovelace"],
        ["Grace M.", "Hopper"],
        ["Cher", ""],
    ]


def test_a_title_is_a_position_only_where_nothing_better_is(tmp_path: Path) -> None:
    """`Titel` before the names is no position when there is a column for that."""
    opened = sheet(tmp_path, "Titel;Vorname;Nachname;Position;E-Mail\nDr.;Ada;Lovelace;Clerk;a@b.example\n")
    assert [cells(row) for row in opened.rows()] == [["a@b.example", "Ada", "Lovelace", "Clerk"]]
    assert opened.ignored == ("Titel",)


def test_rows_above_the_header(tmp_path: Path) -> None:
    """A title and a date above the header are not people."""
    opened = sheet(tmp_path, "New colleagues,,\n\nas of October,,\nE-mail,First name,Last name\na@b.example,Ada,L\n")
    assert [(row.number, cells(row)[0]) for row in opened.rows()] == [(5, "a@b.example")]


def test_excels_own_first_line(tmp_path: Path) -> None:
    """`sep=` names the delimiter and is counted as a line."""
    opened = sheet(tmp_path, "sep=|\r\nemail|first_name\r\na@b.example|A;B,C\r\n", "utf-8-sig")
    assert opened.delimiter == "|"
    assert [(row.number, cells(row)[:2]) for row in opened.rows()] == [(3, ["a@b.example", "A;B,C"])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-8", "utf-8-sig"])
def test_unicode_with_and_without_mark(tmp_path: Path, encoding: str) -> None:
    """Every Unicode encoding is known by its mark or by its zeros."""
    opened = sheet(tmp_path, "email\tfirst_name\r\na@b.example\tЖанна\r\n", encoding)
    assert [cells(row)[:2] for row in opened.rows()] == [["a@b.example", "Жанна"]]


def test_a_late_accent_decides_the_encoding(tmp_path: Path) -> None:
    """The whole file is looked at: one é of Windows in the last row makes it Windows' file, € included."""
    many = "".join(f"user{number}@b.example,Ada\n" for number in range(60_000))
    opened = sheet(tmp_path, f"email,first_name\n{many}z@b.example,René €\n", "cp1252")
    assert opened.encoding == "cp1252"
    *_, last = opened.rows()
    assert cells(last)[1] == "René €"


def test_a_few_broken_bytes_do_not_spoil_the_others(tmp_path: Path) -> None:
    """UTF-8 with one bad byte stays UTF-8, and the row with the byte names its line."""
    path = tmp_path / "people.csv"
    good = "".join(f"u{number}@b.example,Zoë\n" for number in range(20))
    path.write_bytes(f"email,first_name\n{good}".encode() + b"bad@b.example,Ren\xe9\n")
    *rows, last = open_sheet(path).rows()
    assert {cells(row)[1] for row in rows} == {"Zoë"}
    assert last.problem == "Line 22 is damaged: it is not UTF-8."


def test_a_quotation_mark_never_closed_costs_one_row(tmp_path: Path) -> None:
    """The rows behind it are read as rows again."""
    text = 'email,first_name\na@b.example,"Ada\nb@b.example,Bob\nc@b.example,"Cid"\n'
    rows = list(sheet(tmp_path, text.replace('"Cid"', "Cid")).rows())
    assert [row.number for row in rows] == [2, 3, 4]
    assert [bool(row.problem) for row in rows] == [True, False, False]
    assert cells(rows[0])[:2] == ["a@b.example", "Ada"]


def test_unknown_words_ask_for_a_mapping(tmp_path: Path) -> None:
    """What is not understood offers its columns with samples, and is opened again with the choice."""
    opened = sheet(tmp_path, "Kontakt;Ruf;Sippe\na@b.example;Ada;Lovelace\n")
    assert opened.mapping == {}
    assert [(column.place, column.header, column.samples) for column in opened.columns][:2] == [
        (0, "Kontakt", ("a@b.example",)),
        (1, "Ruf", ("Ada",)),
    ]
    with pytest.raises(UnreadableSheet, match="Choose the column"):
        next(opened.rows())
    chosen = open_sheet(opened.path, mapping={Field.EMAIL: 0, Field.LAST_NAME: 2})
    assert [cells(row) for row in chosen.rows()] == [["a@b.example", "", "Lovelace", ""]]
    for wrong in ({Field.EMAIL: 7}, {Field.LAST_NAME: 0}, {Field.EMAIL: 0, Field.LAST_NAME: 0}):
        with pytest.raises(ValueError, match="column"):
            open_sheet(opened.path, mapping=wrong)


def test_a_column_of_addresses_alone(tmp_path: Path) -> None:
    """No header, no delimiter: each line is an address."""
    opened = sheet(tmp_path, "a@b.example\nb@b.example\n")
    assert [cells(row)[0] for row in opened.rows()] == ["a@b.example", "b@b.example"]
    headed = sheet(tmp_path, "Who\na@b.example\n")
    assert [cells(row)[0] for row in headed.rows()] == ["a@b.example"]


def test_rows_go_on_from_a_row() -> None:
    """Reading again behind a row gives exactly what was left, in both formats."""
    for name in ("people-messy.csv", "people-100.xlsx"):
        opened = open_sheet(PEOPLE / name)
        rows = list(opened.rows())
        assert list(opened.rows(after=rows[20].number)) == rows[21:]
