"""Every file of people as they are really sent, row by row from its verdict to what an export says of it (D20)."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import Team, findings_in, make_organisation, running
from import_desk import PEOPLE, apply, listed, plan, rows_of
from openpyxl import load_workbook
from test_import_verdicts import MESSY

Cells = tuple[str, ...]

READ_AS = {
    "people-1000.csv": ("utf-8", ","),
    "people-excel-semicolon-bom.csv": ("utf-8-sig", ";"),
    "people-latin1.csv": ("latin-1", ","),
    "people-messy.csv": ("utf-8", ","),
    "people-no-header.csv": ("utf-8", ","),
    "people-ragged.csv": ("utf-8", ","),
    "people-reordered-columns.csv": ("utf-8", ","),
    "people-utf16-tab.csv": ("utf-16", "\t"),
    "people-100.xlsx": ("", ""),
}
REFUSED = {
    "people-messy.csv": {number: verdict for number, (verdict, _, _) in MESSY.items() if verdict != "create"},
    "people-ragged.csv": {3: "invalid"},
}
"""The rows that somebody has to look at; every other row is created."""


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation without anybody yet; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=30)
        assert findings_in(server) == []


def said_in(path: Path) -> list[Cells]:
    """The people of a file in its own order, by a plain reader that was told everything beforehand."""
    encoding, delimiter = READ_AS[path.name]
    if encoding:
        with path.open(encoding=encoding, newline="") as file:
            rows: list[Sequence[Any]] = list(csv.reader(file, delimiter=delimiter))
    else:
        rows = [list(row) for row in load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    order = (0, 1, 2, 3) if path.name != "people-reordered-columns.csv" else (2, 3, 0, 1)
    texts = [[*(str(cell or "") for cell in row), "", "", ""] for row in rows if any(row)]
    people = texts if path.name == "people-no-header.csv" else texts[1:]
    return [tuple(row[place] for place in order) for row in people]


def exported(content: bytes, kind: str) -> list[Cells]:
    """The people of an export, as a spreadsheet program has them."""
    if kind == "csv":
        rows: list[Sequence[Any]] = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    else:
        rows = [list(row) for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)]
    return [tuple(str(cell or "") for cell in row[:4]) for row in rows[1:]]


def kept(cells: Cells) -> Cells:
    """What is kept of a row: all of it but the blanks around each cell."""
    return tuple(cell.strip() for cell in cells)


def harmless(cells: Cells) -> Cells:
    """The same where a spreadsheet would calculate: it gets an apostrophe before what begins like a formula."""
    return tuple(f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell for cell in cells)


def test_no_file_is_forgotten() -> None:
    """All that are there are told about here; the empty one has no row to tell of."""
    assert {path.name for path in PEOPLE.iterdir()} == {*READ_AS, "people-empty.csv"}


@pytest.mark.parametrize("name", READ_AS)
async def test_a_file_comes_out_of_the_export_as_it_went_in(team: Team, name: str) -> None:
    """Each row has the verdict of a careful clerk and its cells; who is created stands so in both kinds of export."""
    said = said_in(PEOPLE / name)
    refused = REFUSED.get(name, {})
    async with team.client() as api:
        planned = await plan(api, (PEOPLE / name).read_bytes(), name)
        rows = [row for page in range(0, len(said), 500) for row in await rows_of(api, planned["id"], offset=page)]
        assert len(rows) == len(said)
        wanted: list[Cells] = []
        for row, cells in zip(rows, said, strict=True):
            assert row["verdict"] == refused.get(row["number"], "create")
            assert bool(row["reason"]) == (row["number"] in refused)
            assert tuple(row["cells"].values()) == kept(cells)
            wanted += [kept(cells)] if row["number"] not in refused else []
        done = await apply(team, api, planned)
        assert (done["applied"], done["counts"]["create"]) == (len(wanted), len(wanted))
        if len(wanted) <= 500:
            assert {address: cells[:3] for address, cells in (await listed(api)).items()} == {
                each[0]: each[1:] for each in wanted
            }
        for kind in ("csv", "xlsx"):
            answer = await api.get("/v1/users/export", params={"format": kind})
            assert exported(answer.content, kind) == [harmless(each) for each in wanted]
            again = await plan(api, answer.content, f"users.{kind}")
            assert (again["counts"]["already_user"], again["remaining"]) == (len(wanted), 0)
