"""A file costs no more than its size, whatever is in it; counted are cells, blocks, entries and judged rows."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from builders import make_organisation, running
from import_desk import plan, send, sheet

from contract.imports import MAX_COLUMNS
from server.imports import row_correction, row_validation
from server.sheets import csv as commas
from server.sheets.csv import KEPT_CELLS, SNIFFED, open_commas
from server.sheets.reading import open_sheet
from server.sheets.sheet import MOST_COLUMNS, UnreadableSheet
from server.sheets.workbook_parts import MAX_ELEMENTS, MAX_TEXTS, MOST_TEXT, Elements, SharedTexts


async def test_a_file_has_no_more_columns_than_the_contract_says(tmp_path: Path) -> None:
    """Two hundred are taken, one more is refused with a sentence, and leaves no file."""
    assert MAX_COLUMNS == MOST_COLUMNS
    async with running(tmp_path) as server, make_organisation(server).client() as api:
        for columns in (MOST_COLUMNS + 1, 100_000):
            answer = await send(api, b"email" + b",a" * (columns - 1) + b"\na@b.example" + b",b" * (columns - 1))
            assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
            assert "More than 200 columns" in answer.json()["detail"]
        assert list(server.services.files.iterdir()) == []
        wide = sheet("a@b.example" + ",b" * (MOST_COLUMNS - 1), header="email" + ",a" * (MOST_COLUMNS - 1))
        assert (await plan(api, wide))["rows"] == 1


def test_cells_behind_the_last_column_are_not_kept(tmp_path: Path) -> None:
    """Of a row of a hundred thousand cells two hundred and one are held."""
    path = tmp_path / "wide.csv"
    path.write_bytes(b"email,name\n" + b"a@b.example" + b",b" * 100_000 + b"\nc@d.example,D\n")
    assert [len(each.cells) for each in open_commas(path).records()] == [2, KEPT_CELLS, 2]


@pytest.mark.parametrize("line", ["\n", ",;\n", " , ,\n"])
def test_the_delimiter_is_looked_for_at_the_beginning(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of empty lines is not read as a whole for each delimiter: counted are blocks."""
    path = tmp_path / "empty.csv"
    path.write_text(line * 2_000_000, encoding="ascii")
    blocks = 0
    block = commas._Lines.block

    def counted(self: Any) -> str:
        nonlocal blocks
        blocks += 1
        return block(self)

    monkeypatch.setattr(commas._Lines, "block", counted)
    file = open_commas(path)
    assert blocks <= len(commas.DELIMITERS) * (SNIFFED + 1)
    with pytest.raises(UnreadableSheet, match="rows"):
        list(file.records())


def test_a_long_list_of_entries_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of very many entries is refused by what its end says, before any entry is looked at."""
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/{number:0>30}", b"")
    monkeypatch.setattr("server.sheets.archives.zipfile.ZipFile", None)
    with pytest.raises(UnreadableSheet, match="too large when unpacked"):
        open_sheet(path)


def test_a_part_of_very_many_elements_is_left() -> None:
    """Of a small part no more elements are kept than styles and relations have."""
    part = Elements()
    for _ in range(MAX_ELEMENTS):
        part.opened("xf", {})
    with pytest.raises(UnreadableSheet):
        part.opened("xf", {})
    assert len(part.found) == MAX_ELEMENTS


async def test_mending_one_of_very_many_alike_judges_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of one address are not compared with each other: a few are judged, all say the right thing."""
    judged = 0
    judge = row_validation.judge_rows

    def counted(*given: Any) -> Any:
        nonlocal judged
        judged += 1
        return judge(*given)

    monkeypatch.setattr(row_correction, "judge_rows", counted)
    monkeypatch.setattr(row_correction, "MOST_ALIKE", 5)
    async with running(tmp_path) as server, make_organisation(server).client() as api:
        planned = await plan(api, sheet(*["same@x.example,Ann,A,"] * 400))
        path = f"/v1/imports/{planned['id']}/rows"
        answer = await api.patch(path, json={"number": 2, "email": "other@x.example"})
        counts = answer.json()["current"]["counts"]
        assert (counts["create"], counts["duplicate_in_file"]) == (2, 398)
        assert judged <= 2 * (1 + row_correction.MOST_ALIKE)
        rows = (await api.get(path, params={"limit": 500})).json()["items"]
        assert [row["verdict"] for row in rows[:3]] == ["create", "create", "duplicate_in_file"]
        assert {row["reason"] for row in rows[2:]} == {"The same address as in row 3."}
        back = await api.patch(path, json={"number": 2, "email": "same@x.example"})
        assert back.json()["current"]["counts"]["duplicate_in_file"] == 399
        rows = (await api.get(path, params={"limit": 500})).json()["items"]
        assert {row["reason"] for row in rows[1:]} == {"The same address as in row 2."}


def test_a_million_texts_are_kept_as_bytes() -> None:
    """Texts that cells share take their bytes and four more each, and end at a limit: counted is what is kept."""
    texts = SharedTexts()
    for number in range(MAX_TEXTS):
        texts.add(f"{number:x}\N{GRINNING FACE}")
    assert texts.size <= 2 * sum(len(f"{number:x}") + 4 for number in range(MAX_TEXTS))
    assert (texts.text(0), texts.text(MAX_TEXTS - 1)) == ("0\N{GRINNING FACE}", f"{MAX_TEXTS - 1:x}\N{GRINNING FACE}")
    for wrong in (-1, MAX_TEXTS):
        with pytest.raises(IndexError):
            texts.text(wrong)
    with pytest.raises(UnreadableSheet, match="too many texts"):
        texts.add("one more")


def test_long_texts_end_at_their_bytes() -> None:
    """Few texts of very many characters are as many bytes as they are, and no more than may be."""
    texts, long = SharedTexts(), "\N{GRINNING FACE}" * 8000
    while texts.size + len(long.encode()) < MOST_TEXT:
        texts.add(long)
    with pytest.raises(UnreadableSheet, match="too many texts"):
        texts.add(long)
