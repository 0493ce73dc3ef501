"""The encoding of an import: a guess is told as one, and confirmed or changed before anything is applied."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builders import Team, findings_in, make_organisation, running
from import_desk import begin, listed, plan, rows_of, send, sheet, still, verdicts

FROM_HR = """\
E-Mail;Vorname;Nachname;Position
jorg@hr.example;Jörg;Müller;Geschäftsführer
zoe@hr.example;Zoë;Lefèvre;
JORG@HR.example;Jörg;Müller;
\N{NO-BREAK SPACE}anna@hr.example ;Anna;Weiß;Köchin
Anna@hr.Example;Anna;Weiss;
"""
"""Five rows of three people, two of them twice in disguise."""


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with five seats and one user; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=5, users=1)
        assert findings_in(server) == []


async def choose(api: httpx.AsyncClient, planned: dict[str, Any], encoding: str) -> httpx.Response:
    """Say which encoding the file is in."""
    return await api.post(f"/v1/imports/{planned['id']}/encoding", json={"encoding": encoding})


async def test_a_spreadsheet_from_hr_in_an_odd_encoding_with_duplicates_in_disguise(team: Team) -> None:
    """The guess is told with names; applied only once it is named; everybody comes once, with their own letters."""
    async with team.client() as api:
        planned = await plan(api, FROM_HR.encode("mac_roman"), "hr.csv")
        assert (planned["encoding"], planned["encoding_guessed"]) == ("mac_roman", True)
        offers = {each["name"]: each["names"] for each in planned["encodings"]}
        assert next(iter(offers)) == "Mac Roman"
        assert offers["Mac Roman"] == ["Zoë Lefèvre", "Jörg Müller", "Anna Weiß"]
        assert offers["Windows-1250"][0] == "Zo‘ LefŹvre"
        duplicate = "duplicate_in_file email"
        assert verdicts(await rows_of(api, planned["id"])) == ["create", "create", duplicate, "create", duplicate]
        refused = await api.post(f"/v1/imports/{planned['id']}/apply", json={"version": planned["version"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "import_not_ready")
        assert "is a guess" in refused.json()["detail"]
        assert (await begin(api, planned)).status_code == 200
        done = await still(team, api, planned["id"])
        assert (done["applied"], done["encoding_guessed"]) == (3, False)
        names = {address: each[:2] for address, each in (await listed(api)).items() if "hr.example" in address}
    assert names == {
        "jorg@hr.example": ("Jörg", "Müller"),
        "zoe@hr.example": ("Zoë", "Lefèvre"),
        "anna@hr.example": ("Anna", "Weiß"),
    }


async def test_another_encoding_is_chosen_and_the_file_planned_anew(team: Team) -> None:
    """Rows and header are read in it, also a header that said nothing before; the version moves, and so must apply."""
    content = "E-Mail;Prénom;Nom de famille\na@hr.example;Zoë;Lefèvre\nb@hr.example;Jörg;Müller\n".encode("mac_roman")
    async with team.client() as api:
        planned = await plan(api, content, "hr.csv", encoding="windows-1250")
        assert (planned["encoding"], planned["encoding_guessed"]) == ("cp1250", False)
        assert planned["mapping"]["first_name"] is None
        right = (await choose(api, planned, "Mac Roman")).json()
        assert (right["encoding"], right["encoding_guessed"], right["version"]) == ("mac_roman", False, 2)
        assert (right["mapping"]["first_name"], right["status"]) == (2, "planned")
        assert [row["cells"]["first_name"] for row in await rows_of(api, planned["id"])] == ["Zoë", "Jörg"]
        assert (await begin(api, planned)).json()["code"] == "version_conflict"
        other = {"version": right["version"], "encoding": "windows-1250"}
        assert "read as Mac Roman" in (await api.post(f"/v1/imports/{right['id']}/apply", json=other)).json()["detail"]
        assert (await begin(api, right)).status_code == 200
        await still(team, api, planned["id"])
        late = await choose(api, planned, "windows-1250")
        assert (late.status_code, late.json()["code"]) == (409, "import_not_ready")


async def test_columns_that_somebody_named_stay_named_in_another_encoding(team: Team) -> None:
    """A choice of columns outlives the choice of an encoding, and the other way round."""
    content = "wer;ruf;sippe\na@hr.example;Zoë;Lefèvre\n".encode("mac_roman")
    async with team.client() as api:
        planned = await plan(api, content)
        assert (planned["status"], planned["encoding_guessed"]) == ("needs_mapping", True)
        assert planned["encodings"][0]["names"] == ["Zoë"]
        mapped = (await api.post(f"/v1/imports/{planned['id']}/mapping", json={"email": 1, "last_name": 2})).json()
        assert (mapped["encoding_guessed"], mapped["encodings"][0]["names"]) == (True, ["Zoë"])
        chosen = (await choose(api, mapped, "cp850")).json()
        assert chosen["mapping"] == mapped["mapping"]
        assert [row["cells"]["last_name"] for row in await rows_of(api, planned["id"])] == ["Zoæ"]
        again = (await api.post(f"/v1/imports/{planned['id']}/mapping", json={"email": 1, "first_name": 2})).json()
        assert (again["encoding"], again["encoding_guessed"]) == ("cp850", False)


async def test_confirming_the_guess_plans_nothing_anew(team: Team) -> None:
    """Choosing the encoding in use says that it is right: rows stay, and applying needs no name any more."""
    async with team.client() as api:
        planned = await plan(api, FROM_HR.encode("mac_roman"))
        sure = (await choose(api, planned, "macintosh")).json()
        assert (sure["encoding_guessed"], sure["rows"], sure["status"]) == (False, planned["rows"], "planned")
        body = {"version": sure["version"]}
        assert (await api.post(f"/v1/imports/{sure['id']}/apply", json=body)).status_code == 200
        await still(team, api, planned["id"])


async def test_encodings_that_can_t_be_had(team: Team) -> None:
    """A name of none, a workbook, a file that says itself what it is: each is refused with what to do."""
    book = Path(__file__).parents[2] / "data" / "people" / "people-100.xlsx"
    async with team.client() as api:
        unknown = await send(api, sheet("a@x.example,Zoë,,"), encoding="klingon")
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/encoding")
        assert "Mac Roman" in unknown.json()["errors"][0]["detail"]
        marked = await send(api, "\ufeff".encode("utf-16") + b"a", encoding="mac-roman")
        assert "marked as UTF-16" in marked.json()["detail"]
        planned = await plan(api, book.read_bytes())
        assert (planned["encodings"], planned["encoding_guessed"]) == ([], False)
        assert (await choose(api, planned, "mac-roman")).status_code == 422


async def test_damaged_lines_are_rows_to_be_mended(team: Team) -> None:
    """The line is named; mending its address alone does not let the lost letter in."""
    content = "email,first_name\na@x.example,Jörg\nb@x.example,J?rg\n".encode().replace(b"J?rg", b"J\xf6rg")
    async with team.client() as api:
        planned = await plan(api, content)
        assert (planned["encoding"], planned["encoding_guessed"]) == ("utf-8", False)
        assert [each["encoding"] for each in planned["encodings"][:2]] == ["utf-8", "cp1252"]
        row = (await rows_of(api, planned["id"]))[1]
        assert (row["verdict"], row["reason"]) == ("invalid", "Line 3 is damaged: it is not UTF-8.")
        path = f"/v1/imports/{planned['id']}/rows"
        half = (await api.patch(path, json={"number": 3, "email": "c@x.example"})).json()["row"]
        assert (half["verdict"], half["field"]) == ("invalid", "first_name")
        whole = (await api.patch(path, json={"number": 3, "first_name": "Jörg"})).json()["row"]
        assert (whole["verdict"], whole["cells"]["email"]) == ("create", "c@x.example")


async def test_values_are_no_names_in_a_text_either(team: Team) -> None:
    """An error or a date among the names is refused with its field, and again when only the address is mended."""
    rows = ("a@x.example,#N/A,Lee,", "b@x.example,Bob,2026-10-01,", "c@x.example,Cid,Dee,50%", "d@x.example,True,Ray,")
    async with team.client() as api:
        planned = await plan(api, sheet(*rows))
        found = await rows_of(api, planned["id"])
        assert verdicts(found) == ["invalid first_name", "invalid last_name", "invalid position", "create"]
        assert found[0]["reason"] == "This is the error #N/A, not a name."
        change = {"number": 2, "email": "e@x.example"}
        mended = (await api.patch(f"/v1/imports/{planned['id']}/rows", json=change)).json()["row"]
        assert mended["verdict"] == "invalid"


async def test_a_second_address_and_cells_outside_are_said_with_the_plan(team: Team) -> None:
    """The remarks are sentences, there once the rows are judged, and gone when other columns are named."""
    content = sheet("a@x.example,z@x.example,Ann", ",b@x.example,Bob", header="Work email,Private email,Name")
    async with team.client() as api:
        planned = await plan(api, content)
        assert planned["mapping"]["other_email"] == 2
        assert planned["remarks"] == ["Where “Work email” is empty, the address is that of “Private email”: 1 row."]
        assert [row["cells"]["email"] for row in await rows_of(api, planned["id"])] == ["a@x.example", "b@x.example"]
        alone = (await api.post(f"/v1/imports/{planned['id']}/mapping", json={"email": 1, "full_name": 3})).json()
        assert (alone["remarks"], alone["counts"]["invalid"]) == ([], 1)
