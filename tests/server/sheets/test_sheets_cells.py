"""Cells of a workbook that are no text, cells outside its table, and a second column of addresses."""

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from server.sheets.reading import open_sheet
from server.sheets.sheet import Field, Person, Remarks
from server.sheets.values import cell_name, value_in

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = ("email", "first name", "last name", "hired")
FORMATS = ("General", "yyyy-mm-dd", "h:mm", "[h]:mm", "0.0%", '"Days" 0', "mmm yy", "[Red]0", "0%;[Red]-0%")
"""Number formats; a cell's style is the place of its format."""


def text(reference: str, words: str, reading: str = "") -> str:
    """A cell with a text of its own, perhaps with a reading above it."""
    ruby = f'<rPh sb="0" eb="1"><t>{reading}</t></rPh><phoneticPr fontId="1"/>' if reading else ""
    return f'<c r="{reference}" t="inlineStr"><is><t>{words}</t>{ruby}</is></c>'


def workbook(tmp_path: Path, *rows: str) -> Path:
    """A workbook with a header and these rows of XML, and a style for each format."""
    good, path = tmp_path / "good.xlsx", tmp_path / "people.xlsx"
    Workbook().save(good)
    head = "".join(text(cell_name(place, 1), word) for place, word in enumerate(HEADER))
    body = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate((head, *rows), start=1))
    numbers = "".join(
        f'<numFmt numFmtId="{164 + place}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for place, code in enumerate(FORMATS)
    )
    styles = "".join(f'<xf numFmtId="{164 + place}"/>' for place in range(len(FORMATS)))
    looks = f"<numFmts>{numbers}</numFmts><cellXfs>{styles}</cellXfs>"
    parts = {
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{looks}</styleSheet>',
    }
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, parts.get(entry.filename) or old.read(entry.filename))
    return path


def people(path: Path, remarks: Remarks | None = None) -> list[Person]:
    """Everybody in it."""
    return list(open_sheet(path).people(remarks))


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ('<c r="B2" t="e"><v>#N/A</v></c>', "the error #N/A"),
        ('<c r="B2" t="e"><f>VLOOKUP(A2,X,1)</f><v>#REF!</v></c>', "the error #REF!"),
        ('<c r="B2" t="b"><v>1</v></c>', "the value TRUE"),
        ('<c r="B2" s="1"><v>46000</v></c>', "a date"),
        ('<c r="B2" s="6"><v>46000</v></c>', "a date"),
        ('<c r="B2" s="1"><v>9e99</v></c>', "a date"),
        ('<c r="B2" t="d"><v>2026-10-01</v></c>', "a date"),
        ('<c r="B2" s="2"><v>0.5</v></c>', "a time of day"),
        ('<c r="B2" s="3"><v>1.5</v></c>', "a time of day"),
        ('<c r="B2" s="4"><v>0.5</v></c>', "a percentage"),
        ('<c r="B2" s="8"><v>0.5</v></c>', "a percentage"),
        (text("B2", "#N/A"), "the error #N/A"),
        (text("B2", "12:30"), "a time of day"),
        ('<c r="B2"><f>A2&amp;"x"</f></c>', "a formula without a value"),
        ('<c r="B2"><f>A2&amp;"x"</f><v></v></c>', "a formula without a value"),
        ('<c r="B2"><f t="shared" si="0"/><v/></c>', "a formula without a value"),
    ],
)
def test_what_is_no_name_is_refused_with_its_cell(tmp_path: Path, cell: str, held: str) -> None:
    """In a column that is taken; in any other it does no harm, and the row behind comes as always."""
    path = workbook(tmp_path, text("A2", "a@x.example") + cell, text("A3", "b@x.example") + text("B3", "Bob"))
    refused, good = people(path)
    assert refused[5].startswith(f"Cell B2 holds {held}")
    assert (good[1:3], good[5]) == (("b@x.example", "Bob"), "")
    path = workbook(tmp_path, text("A2", "a@x.example") + cell.replace('"B2"', '"D2"'))
    assert [row[5] for row in people(path)] == [""]


def test_numbers_formulas_and_looks_that_are_fine(tmp_path: Path) -> None:
    """A number is a text, a formula gives what it showed, also nothing; a red number is no date."""
    row = text("A2", "a@x.example") + '<c r="B2" s="7"><v>7</v></c><c r="C2" t="str"><f>""</f><v></v></c>'
    shown = text("A3", "b@x.example") + '<c r="B3" t="str"><f>D3</f><v>Bob</v></c><c r="C3" s="5"><v>7.5</v></c>'
    assert [each[2:] for each in people(workbook(tmp_path, row, shown))] == [("7", "", "", ""), ("Bob", "7.5", "", "")]


def test_the_reading_above_a_name_is_no_part_of_it(tmp_path: Path) -> None:
    """In a cell's own text as in shared ones, in however many rows."""
    path = workbook(tmp_path, text("A2", "a@x.example") + text("B2", "太郎", "タロウ") + text("C2", "山崎", "ヤマザキ"))
    assert [each[2:4] for each in people(path)] == [("太郎", "山崎")]


def test_cells_outside_the_table_are_named_and_cost_no_row(tmp_path: Path) -> None:
    """Behind the last column, however far; a row with nothing else is none, and nobody."""
    path = workbook(
        tmp_path,
        text("A2", "a@x.example") + text("H2", "note"),
        text("H3", "note"),
        text("A4", "b@x.example") + text("XFD4", "far"),
    )
    remarks = Remarks()
    found = people(path, remarks)
    assert [(each[0], each[1], each[5]) for each in found] == [(2, "a@x.example", ""), (4, "b@x.example", "")]
    assert remarks.sentences() == ["Cells H2, H3, XFD4 are outside the table: nothing is read from them."]
    one = Remarks()
    people(workbook(tmp_path, text("A2", "a@x.example") + text("H2", "note")), one)
    assert one.sentences() == ["Cell H2 is outside the table: nothing is read from it."]


def test_many_cells_outside_the_table_are_counted(tmp_path: Path) -> None:
    """The first are named, the others are a number, so that what is kept stays small."""
    rows = (text(f"A{number}", f"u{number}@x.example") + text(f"H{number}", "x") for number in range(2, 102))
    remarks = Remarks()
    assert len(people(workbook(tmp_path, *rows), remarks)) == 100
    assert (len(remarks.outside), remarks.beyond) == (20, 100)
    assert "H21 and 80 more are outside" in remarks.sentences()[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("#N/A", "the error #N/A"),
        ("#NAME?", "the error #NAME?"),
        ("#BEZUG!", "the error #BEZUG!"),
        ("#¡REF!", "the error #¡REF!"),
        ("#NV", "the error #NV"),
        ("#####", "the error #####"),
        ("Err:502", "the error Err:502"),
        ("TRUE", "the value TRUE"),
        ("12:30", "a time of day"),
        ("9:05:10 PM", "a time of day"),
        ("50%", "a percentage"),
        ("12,5 %", "a percentage"),
        ("2026-10-01", "a date"),
        ("2026-10-01 12:00:00", "a date"),
        ("01.10.2026", "a date"),
        ("10/1/26", "a date"),
        ("True", ""),
        ("Tim", ""),
        ("#1 Sales", ""),
        ("7", ""),
        ("24/7 support", ""),
        ("100% remote", ""),
        ("Errol", ""),
        ("", ""),
    ],
)
def test_texts_that_are_values(cell: str, value: str) -> None:
    """What a spreadsheet program writes for a value is told from what a person is called or does."""
    assert value_in(cell) == value


def test_cells_are_named_as_a_spreadsheet_names_them() -> None:
    """A to Z, then AA."""
    assert [cell_name(place, 7) for place in (0, 1, 25, 26, 701, 702)] == ["A7", "B7", "Z7", "AA7", "ZZ7", "AAA7"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Work email,Private email,Name", (0, 1)),
        ("Private email,Work email,Name", (1, 0)),
        ("email,email,Name", (0, 1)),
        ("Mail,E-mail,Name", (1, 0)),
        ("E-mail,E-mail 2,Name", (0, 1)),
        ("E-Mail,E-Mail privat,Name", (0, 1)),
        ("Personal email,Phone,Name", (0, None)),
        ("E-mail,Manager email,Name", (0, None)),
    ],
)
def test_a_second_column_of_addresses_is_known_by_its_header(
    tmp_path: Path, header: str, columns: tuple[int, int | None]
) -> None:
    """The first is the address, the second the other; somebody else's address is never taken for it."""
    path = tmp_path / "people.csv"
    path.write_text(f"{header}\na@x.example,b@x.example,Ann Lee\n")
    mapping = open_sheet(path).mapping
    assert (mapping[Field.EMAIL], mapping.get(Field.OTHER_EMAIL)) == columns


def test_the_second_address_fills_in_where_the_first_is_empty(tmp_path: Path) -> None:
    """Only there, also beside a column of full names and without a header; how often is counted."""
    path = tmp_path / "people.csv"
    for text_of in (
        "email,email 2,first name,last name\na@x.example,z@x.example,Ann,Lee\n , b@x.example,Bob,Ray\n,,Cid,Dee\n",
        "email,Name,email 2\na@x.example,Ann Lee,z@x.example\n,Bob Ray,b@x.example\n,Cid Dee,\n",
        "a@x.example,z@x.example,Ann,Lee\n,b@x.example,Bob,Ray\n,,Cid,Dee\n",
    ):
        path.write_text(text_of)
        remarks = Remarks()
        found = people(path, remarks)
        assert [(each[1].strip(), each[2], each[3]) for each in found] == [
            ("a@x.example", "Ann", "Lee"),
            ("b@x.example", "Bob", "Ray"),
            ("", "Cid", "Dee"),
        ]
        assert remarks.filled == 1


def test_an_odd_second_address_matters_only_where_it_is_needed(tmp_path: Path) -> None:
    """An error there refuses no row that has an address."""
    head = text("A1", "email") + text("B1", "email 2")
    bad = '<c r="B{0}" t="e"><v>#N/A</v></c>'
    path = workbook(tmp_path, text("A2", "x@x.example"))
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{head}</row>'
        f'<row r="2">{text("A2", "a@x.example")}{bad.format(2)}</row><row r="3">{bad.format(3)}</row>'
        "</sheetData></worksheet>"
    )
    made = tmp_path / "made.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, xml if "sheet1" in entry.filename else old.read(entry.filename))
    assert [each[5] for each in people(made)] == ["", "Cell B3 holds the error #N/A, not an address."]
