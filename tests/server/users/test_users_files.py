"""The template and the export: files that an import takes with no change, whatever their size."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from builders import Team, add_users, findings_in, make_organisation, running

from contract.people import Role
from server.sheets.reading import open_sheet
from server.sheets.sheet import Field
from server.store import user_lists
from server.users import files

NAMES = ("email", "first_name", "last_name", "position")
PEOPLE = [
    ("ada@b.example", "Ada", "Lovelace", "Engineer"),
    ("anne@b.example", "Änne", "Ørsted; Dr.", "=1+1"),
    ("bob@b.example", "", "", "@home"),
    ("zoe@b.example", '"Zoë", the 2nd', "'-x", ""),
]


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with the people above, two of them on seats."""
    async with running(tmp_path) as server:
        team = make_organisation(server, seats=2)
        async with team.client() as api:
            await api.post("/v1/users/batch", json={"add": [dict(zip(NAMES, each, strict=True)) for each in PEOPLE]})
        yield team
        assert findings_in(server) == []


def people_in(answer: httpx.Response, tmp_path: Path, kind: str) -> list[tuple[str, ...]]:
    """Who is in a file that was sent."""
    assert answer.status_code == 200, answer.text
    path = tmp_path / f"export.{kind}"
    path.write_bytes(answer.content)
    return [tuple(row.cells[Field(name)] for name in NAMES) for row in open_sheet(path).rows()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "fr", "de", "es"])
async def test_an_export_is_what_an_import_reads(team: Team, tmp_path: Path, kind: str, language: str) -> None:
    """Every name is in it as it is on the list, in the order of adding, and the file is named after the day."""
    async with team.client() as api:
        answer = await api.get("/v1/users/export", params={"format": kind, "language": language})
    assert people_in(answer, tmp_path, kind) == PEOPLE
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')


async def test_the_same_filters_as_the_list(team: Team, tmp_path: Path) -> None:
    """Search, status and source choose the same users; a filter for removed ones finds nobody."""
    async with team.client() as api:
        for query in (
            {"search": "ann"},
            {"status": "not_paid"},
            {"search": "b"},
            {"source": "hand"},
            {"source": "code"},
        ):
            listed = (await api.get("/v1/users", params=query)).json()["items"]
            found = people_in(await api.get("/v1/users/export", params=query), tmp_path, "csv")
            assert {each[0] for each in found} == {each["email"] for each in listed}, query
        assert people_in(await api.get("/v1/users/export?status=removed"), tmp_path, "csv") == []
        wrong = await api.get("/v1/users/export?format=pdf")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "validation_failed")


async def test_status_in_words(team: Team) -> None:
    """Who is not paid for is told in the user's language."""
    async with team.client() as api:
        text = (await api.get("/v1/users/export?language=de")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert rows[0] == ["E-Mail", "Vorname", "Nachname", "Position", "Status", "Hinzugefügt am"]
    assert [row[4] for row in rows[1:]] == ["Aktiv", "Aktiv", "Nicht bezahlt", "Nicht bezahlt"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_template_has_a_header_and_nobody(team: Team, tmp_path: Path, kind: str) -> None:
    """It is understood by an import as it is."""
    async with team.client() as api:
        answer = await api.get("/v1/users/template", params={"format": kind, "language": "fr"})
    assert people_in(answer, tmp_path, kind) == []


async def test_many_batches_make_one_file(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is missing or there twice where one read ends and the next begins, though all came at one moment."""
    monkeypatch.setattr(user_lists, "READ_AT_ONCE", 7)
    monkeypatch.setattr(files, "PIECES_AT_ONCE", 1)
    add_users(team, 600, start=100)
    async with team.client() as api:
        for query in ("", "?search=100"):
            found = [each[0] for each in people_in(await api.get(f"/v1/users/export{query}"), tmp_path, "csv")]
            total = (await api.get(f"/v1/users{query or '?'}&count=true&limit=1")).json()["total"]
            assert len(found) == len(set(found)) == total


async def test_every_role_may_read_the_list_as_a_file(team: Team, tmp_path: Path) -> None:
    """A viewer exports; without a token nobody does; `HEAD` says what would come."""
    async with team.client() as api:
        viewer = {"Authorization": f"Bearer {team.token_of(Role.VIEWER)}"}
        assert len(people_in(await api.get("/v1/users/export", headers=viewer), tmp_path, "csv")) == len(PEOPLE)
        head = await api.head("/v1/users/export?format=xlsx")
        assert (head.status_code, head.content) == (200, b"")
        refused = await api.get("/v1/users/export", headers={"Authorization": "Bearer hc_no"})
        assert refused.status_code == 401
