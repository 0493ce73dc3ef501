"""Files made to hurt: refused at once, with a sentence, within little memory."""

import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import Workbook

from server.sheets import csv as commas
from server.sheets import sheet, workbook, workbook_parts
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field, SheetFault, UnreadableSheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PEOPLE = Path(__file__).parents[2] / "data" / "people"


@contextmanager
def at_once() -> Iterator[None]:
    """Within a second of work."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 1


@contextmanager
def in_little_memory() -> Iterator[None]:
    """Within 100 MB."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def made(tmp_path: Path, rows: list[list[object]]) -> Path:
    """A workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "people.xlsx"
    book.save(path)
    return path


def forged(tmp_path: Path, body: str, head: str = "") -> Path:
    """A good workbook whose sheet is replaced by this XML."""
    good, path = made(tmp_path, [["email"]]), tmp_path / "forged.xlsx"
    xml = f'<?xml version="1.0"?>{head}<worksheet xmlns="{MAIN}">{body}</worksheet>'
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            sheet_itself = entry.filename == "xl/worksheets/sheet1.xml"
            new.writestr(entry.filename, xml if sheet_itself else old.read(entry.filename))
    return path


def cell(reference: str, text: str) -> str:
    """One cell with a text of its own."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_small_file_that_claims_a_million_rows(tmp_path: Path) -> None:
    """The claimed size is not believed, nor are empty rows walked to a row far below."""
    head = f'<row r="1">{cell("A1", "email")}</row><row r="2">{cell("A2", "a@b.example")}</row>'
    for last in (1_048_576, 2_000_000_000):
        far = f'<row r="{last}">{cell(f"A{last}", "far@b.example")}</row>'
        body = f'<dimension ref="A1:XFD1048576"/><sheetData>{head}{far}</sheetData>'
        with at_once():
            rows = list(open_sheet(forged(tmp_path, body)).rows())
        assert [row.number for row in rows] == [2, last][: 2 if last <= workbook_parts.LAST_ROW else 1]


def test_a_cell_in_the_last_column_costs_nothing(tmp_path: Path) -> None:
    """Rows are not filled up to a column far to the right."""
    rows = "".join(
        f'<row r="{n}">{cell(f"A{n}", f"a{n}@b.example")}{cell(f"XFD{n}", "x")}</row>' for n in range(1, 3000)
    )
    with at_once():
        assert sum(1 for _ in open_sheet(forged(tmp_path, f"<sheetData>{rows}</sheetData>")).rows()) == 2999


def test_two_hundred_megabytes_out_of_little(tmp_path: Path) -> None:
    """The directory tells what would come out; nothing is inflated."""
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as out,
    ):
        for _ in range(200):
            out.write(b" " * 1_000_000)
    assert path.stat().st_size < 400_000
    with at_once(), in_little_memory(), pytest.raises(UnreadableSheet, match="CSV UTF-8") as caught:
        open_sheet(path)
    assert caught.value.code is SheetFault.TOO_LARGE


def test_a_row_that_does_not_end(tmp_path: Path) -> None:
    """A row is held as a whole, so its length is looked at before."""
    noise = "".join(f'<c r="A{number}"/>' for number in range(400_000))
    path = forged(tmp_path, f'<sheetData><row r="1">{noise}</row></sheetData>')
    with at_once(), pytest.raises(UnreadableSheet) as caught:
        open_sheet(path)
    assert caught.value.code is SheetFault.TOO_LARGE


def test_noise_between_the_rows(tmp_path: Path) -> None:
    """Millions of elements that mean nothing are not read to their end, and nothing of them is kept."""
    noise = "".join(f"<a{number % 97}/>" for number in range(300_000)) + "<row/>"
    path = forged(tmp_path, f"<sheetData>{noise * 3}</sheetData>")
    with at_once(), pytest.raises(UnreadableSheet) as caught:
        open_sheet(path)
    assert caught.value.code is SheetFault.TOO_LARGE


def test_very_many_entries(tmp_path: Path) -> None:
    """An archive of thousands of entries is no workbook of people."""
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2001):
            archive.writestr(f"xl/{number}", b"")
    with at_once(), pytest.raises(UnreadableSheet):
        open_sheet(path)


def test_a_billion_laughs(tmp_path: Path) -> None:
    """Entities are refused, not unfolded; nor is anything fetched from outside."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE w [<!ENTITY l0 "lol">{laughs}]>'
    outside = '<!DOCTYPE w [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>'
    body = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row></sheetData>'
    for head in (bomb, outside):
        with at_once(), pytest.raises(UnreadableSheet) as caught:
            open_sheet(forged(tmp_path, body, head))
        assert caught.value.code is SheetFault.BROKEN


def test_ten_megabytes_in_one_line(tmp_path: Path) -> None:
    """An endless line is no table."""
    path = tmp_path / "line.csv"
    path.write_bytes(b"a" * 10_000_000)
    with in_little_memory(), pytest.raises(UnreadableSheet, match="Line 1 is too long") as caught:
        open_sheet(path)
    assert caught.value.code is SheetFault.LINE_TOO_LONG


def test_nulls_and_noise(tmp_path: Path) -> None:
    """Bytes that are no text are refused; a single null in a cell comes out for its row to be judged."""
    path = tmp_path / "noise.csv"
    for noise in (bytes(100_000), bytes(range(32)) * 100, b"\x00\x01\x02\x03" * 1000):
        path.write_bytes(noise)
        with at_once(), pytest.raises(UnreadableSheet):
            open_sheet(path)
    path.write_bytes(b"email,first_name\na@b.example,A\x00da\n")
    assert next(open_sheet(path).rows()).cells[Field.FIRST_NAME] == "A\x00da"


def test_quotes_that_never_close_cost_no_more_than_the_file(tmp_path: Path) -> None:
    """Lines that each open a quotation mark are given back a few times, not once a line."""
    path = tmp_path / "quotes.csv"
    path.write_text("email,name\n" + 'x"y,"z\n' * 200_000)
    with at_once():
        opened = open_sheet(path, mapping={Field.EMAIL: 0})
    began = time.process_time()
    assert all(row.problem for row in opened.rows())
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), ".xls"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x1f\x8b\x08...", "compressed"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "XML"),
        (b"<HTML><table>", "web page"),
        (b"PK\x03\x04 and then nothing", "damaged"),
    ],
)
def test_other_files_are_named(tmp_path: Path, start: bytes, word: str) -> None:
    """What it is instead, and what to do."""
    path = tmp_path / "people.xlsx"
    path.write_bytes(start)
    with pytest.raises(UnreadableSheet, match=word) as caught:
        open_sheet(path)
    assert any(way in caught.value.sentence for way in ("CSV", "XLSX"))


@pytest.mark.parametrize(
    ("name", "word"), [("content.xml", ".ods"), ("xl/workbook.bin", ".xlsb"), ("a.csv", "archive")]
)
def test_other_archives_are_named(tmp_path: Path, name: str, word: str) -> None:
    """OpenDocument, binary workbooks and plain archives are told apart."""
    path = tmp_path / "people.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "a@b.example")
    with pytest.raises(UnreadableSheet, match=word):
        open_sheet(path)


def test_a_workbook_cut_anywhere_is_damaged(tmp_path: Path) -> None:
    """However a download ends in the middle, it is one sentence."""
    whole = (PEOPLE / "people-100.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in range(8, len(whole), 997):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableSheet):
            list(open_sheet(path).rows())


def test_other_ways_to_write_a_workbook(tmp_path: Path) -> None:
    """Prefixed elements, shared and rich texts with readings, cells without references, old dates: as they are seen."""
    path = tmp_path / "other.xlsx"
    main, office = f'xmlns:x="{MAIN}"', "http://purl.oclc.org/ooxml/officeDocument/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    relation = '<Relationship Id="{0}" Type="' + office + '/{1}" Target="{2}"/>'
    listed = "".join(
        relation.format(*each)
        for each in (
            ("a", "worksheet", "/book/one.xml"),
            ("b", "worksheet", "sub/sheet2.xml"),
            ("c", "sharedStrings", "texts.xml"),
            ("d", "styles", "looks.xml"),
        )
    )
    rows = (
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c/><x:c t="inlineStr"><x:is><x:t>Na</x:t></x:is></x:c></x:row>'
        '<x:row r="7"><x:c r="A7" t="str"><x:f>A1</x:f><x:v>a@b.example</x:v></x:c><x:c r="C7" t="s"><x:v>1</x:v></x:c>'
        '<x:c s="1"><x:v>1.5</x:v></x:c><x:c s="2"><x:v>4.1791234567E10</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c>'
        "</x:row>"
    )
    texts = (
        "<x:si><x:t>email</x:t></x:si>"
        "<x:si><x:r><x:t>山</x:t></x:r><x:r><x:t>崎</x:t></x:r><x:rPh><x:t>やまざき</x:t></x:rPh></x:si>"
    )
    looks = (
        '<x:numFmts><x:numFmt numFmtId="170" formatCode="yyyy"/></x:numFmts><x:cellStyleXfs><x:xf/></x:cellStyleXfs>'
    )
    looks += '<x:cellXfs><x:xf numFmtId="0"/><x:xf numFmtId="170"/><x:xf numFmtId="1"/></x:cellXfs>'
    sheets = '<x:sheet name="H" state="hidden" r:id="a"/><x:sheet name="V" r:id="b"/>'
    first = relation.format("x", "officeDocument", "book/main.xml")
    contents = {
        "_rels/.rels": f"<Relationships {package}>{first}</Relationships>",
        "book/_rels/main.xml.rels": f"<Relationships {package}>{listed}</Relationships>",
        "book/main.xml": f'<x:workbook {main} xmlns:r="{office}"><x:workbookPr date1904="1"/>{sheets}</x:workbook>',
        "book/one.xml": f"<x:worksheet {main}><x:sheetData>{rows}</x:sheetData></x:worksheet>",
        "book/sub/sheet2.xml": f"<x:worksheet {main}><x:sheetData>{rows}</x:sheetData></x:worksheet>",
        "book/texts.xml": f"<x:sst {main}>{texts}</x:sst>",
        "book/looks.xml": f"<x:styleSheet {main}>{looks}</x:styleSheet>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    opened = open_sheet(path)
    assert isinstance(opened.source, workbook.Workbook)
    assert opened.source.sheet == "book/sub/sheet2.xml"
    assert opened.header == ("email", "", "Na")
    assert opened.sample == (("a@b.example", "", "山崎", "1904-01-02 12:00:00", "41791234567", "#N/A"),)
    assert [row.number for row in opened.rows()] == [7]


def test_more_rows_than_there_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row too many ends the reading."""
    monkeypatch.setattr(sheet, "MAX_ROWS", 3)
    path = tmp_path / "people.csv"
    path.write_text("email\n" + "a@b.example\n" * 4)
    with pytest.raises(UnreadableSheet, match="several files") as caught:
        list(open_sheet(path).rows())
    assert caught.value.code is SheetFault.TOO_MANY_ROWS


def test_cells_longer_than_a_spreadsheet_allows(tmp_path: Path) -> None:
    """They are cut, and the row says so; the next row is as always."""
    path = tmp_path / "people.csv"
    for length in (sheet.MAX_CELL + 1, 200_000):
        path.write_text(f"email,first_name\na@b.example,{'L' * length}\nb@b.example,Bob\n")
        long, good = open_sheet(path).rows()
        assert long.problem == commas.TOO_LONG
        assert len(long.cells[Field.FIRST_NAME]) == sheet.MAX_CELL
        assert (good.number, good.problem) == (3, "")


def test_cells_of_all_kinds_are_texts(tmp_path: Path) -> None:
    """Numbers lose no digit and gain no point; the first sheet with rows is read; formulas give what they showed."""
    import datetime as dt

    book = Workbook()
    book.active.title = "Empty"
    second = book.create_sheet("People")
    second.append(["email", "first name", "last name", "position"])
    second.append([])
    second.append(["a@b.example", 7, 7.5, dt.datetime(2026, 10, 1)])  # noqa: DTZ001 - workbooks know no zones
    second.append(["b@b.example", True, 5.0, "_x0041_"])
    path = tmp_path / "people.xlsx"
    book.save(path)
    rows = list(open_sheet(path).rows())
    assert [row.number for row in rows] == [3, 4]
    assert list(rows[0].cells.values()) == ["a@b.example", "7", "7.5", "2026-10-01"]
    assert list(rows[1].cells.values()) == ["b@b.example", "TRUE", "5", "A"]
