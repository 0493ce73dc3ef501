"""Every file of people as they are really sent gets, row by row, what a careful clerk would say (D18, D20)."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from builders import Team, findings_in, make_organisation, running
from import_desk import PEOPLE, apply, begin, listed, plan, rows_of, send, sheet, verdicts


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with thirty seats and two users; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, seats=30, users=2)
        assert findings_in(server) == []


MESSY = {
    22: ("invalid", "email", "No e-mail address."),
    23: ("invalid", "email", "This is not an e-mail address."),
    24: ("invalid", "email", "An address has one @; this has 2."),
    25: ("create", None, ""),
    26: ("create", None, ""),
    27: ("create", None, ""),
    28: ("create", None, ""),
    29: ("duplicate_in_file", "email", "The same address as in row 28."),
    30: ("create", None, ""),
    31: ("duplicate_in_file", "email", "The same address as in row 30."),
    32: ("create", None, ""),
    33: ("invalid", "first_name", "Remove U+001B escape."),
    34: ("create", None, ""),
    35: ("invalid", "first_name", "Remove U+202E right-to-left override."),
    36: ("invalid", "last_name", "Remove U+FEFF zero width no-break space."),
    37: ("invalid", "first_name", "At most 200 characters; there are 300."),
    38: ("invalid", "first_name", "Remove the line breaks."),
    40: ("create", None, ""),
    41: ("create", None, ""),
    42: ("create", None, ""),
    43: ("create", None, ""),
    44: ("create", None, ""),
}
"""The rows of `people-messy.csv` that are wrong, or look wrong and are right. Before them are twenty plain ones."""

KEPT = {
    "spaced@northwind.example": ("Spaced", "Out", "Clerk", "import"),
    "formula@northwind.example": ('=HYPERLINK("http://x.example","hi")', "Formula", "+1+1", "import"),
    "markup@northwind.example": ("[bold]Bo[/x]", "[/red]", "[link=x]y", "import"),
    "comma@northwind.example": ("Last, First", 'O"Quote', "", "import"),
    "emoji@northwind.example": ("\U0001f469\u200d\U0001f4bb Ada", "Lovelace \U0001f1ec\U0001f1e7", "", "import"),
    "idn@bücher.example": ("Intl", "Domain", "", "import"),
    "combining@northwind.example": ("Ze\u0301lie", "Cafe\u0301", "", "import"),
}
"""Names that look dangerous, or could be changed on the way, as they must come out."""

FILES = {
    "people-1000.csv": (1000, "utf-8", ","),
    "people-excel-semicolon-bom.csv": (200, "utf-8-sig", ";"),
    "people-latin1.csv": (100, "cp1252", ","),
    "people-no-header.csv": (1, "utf-8", ","),
    "people-reordered-columns.csv": (50, "utf-8", ","),
    "people-utf16-tab.csv": (100, "utf-16", "\t"),
    "people-100.xlsx": (100, "", ""),
}


async def test_every_row_of_the_messy_file_gets_what_a_clerk_would_say(team: Team) -> None:
    """Twenty plain rows are created; each of the odd ones gets its own verdict, field and reason."""
    async with team.client() as api:
        planned = await plan(api, (PEOPLE / "people-messy.csv").read_bytes())
        rows = {row["number"]: row for row in await rows_of(api, planned["id"])}
        assert {rows[number]["verdict"] for number in range(2, 22)} == {"create"}
        said = {number: (row["verdict"], row["field"], row["reason"]) for number, row in rows.items() if number > 21}
        assert said == MESSY
        assert planned["counts"] | {"create": 32, "duplicate_in_file": 2, "invalid": 8} == planned["counts"]


async def test_names_come_out_as_they_went_in(team: Team) -> None:
    """What is imported is listed character by character as the file has it, but for blanks around it."""
    async with team.client() as api:
        planned = await plan(api, (PEOPLE / "people-messy.csv").read_bytes())
        assert (await apply(team, api, planned))["applied"] == 32
        users = await listed(api)
    assert {address: users[address] for address in KEPT} == KEPT


async def test_the_failed_rows_come_back_ready_to_be_mended(team: Team) -> None:
    """The file of failed rows has their cells and a reason; imported again unmended, nothing comes of it."""
    async with team.client() as api:
        planned = await plan(api, (PEOPLE / "people-messy.csv").read_bytes())
        done = await apply(team, api, planned)
        answer = await api.get(f"/v1/imports/{planned['id']}/rejected")
        table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        reasons = [reason for verdict, _, reason in MESSY.values() if verdict != "create"]
        assert [row[-1] for row in table[1:]] == reasons
        assert answer.headers["content-disposition"].startswith("attachment")
        again = await plan(api, answer.content)
        assert again["remaining"] == 0
        assert done["counts"]["invalid"] == again["counts"]["invalid"]
        book = await api.get(f"/v1/imports/{planned['id']}/rejected?format=xlsx")
        assert (await plan(api, book.content))["rows"] == again["rows"] == 10


@pytest.mark.parametrize(("name", "expected"), FILES.items(), ids=FILES.keys())
async def test_files_are_read_as_they_are_sent(team: Team, name: str, expected: tuple[int, str, str]) -> None:
    """Whatever the encoding, delimiter, order or kind: every row is understood, imported once, and only once."""
    count, encoding, delimiter = expected
    content = (PEOPLE / name).read_bytes()
    async with team.client() as api:
        planned = await plan(api, content, name)
        assert (planned["rows"], planned["counts"]["create"]) == (count, count)
        assert (planned["encoding"], planned["delimiter"], planned["status"]) == (encoding, delimiter, "planned")
        assert planned["seats"] == {"free": 28, "needed": count, "short": max(0, count - 28)}
        done = await apply(team, api, planned)
        assert (done["status"], done["applied"], done["remaining"]) == ("applied", count, 0)
        again = await plan(api, content, name)
        assert (again["counts"]["already_user"], again["remaining"]) == (count, 0)
        assert (await apply(team, api, again))["applied"] == 0
        assert (await api.get("/v1/users?count=true")).json()["total"] == count + 2


async def test_a_ragged_row_is_refused_alone(team: Team) -> None:
    """A row with more cells than columns says so; the others, shorter ones too, are fine; empty ones are no rows."""
    async with team.client() as api:
        planned = await plan(api, (PEOPLE / "people-ragged.csv").read_bytes())
        rows = await rows_of(api, planned["id"])
        assert verdicts(rows) == ["create", "invalid", "create"]
        assert "5 cells" in rows[1]["reason"]


async def test_an_empty_file_is_refused_with_what_to_do(team: Team) -> None:
    """A file without a row is not planned, and leaves nothing behind, on disk neither."""
    async with team.client() as api:
        answer = await send(api, (PEOPLE / "people-empty.csv").read_bytes())
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
        assert "template" in answer.json()["detail"]
        assert (await api.get("/v1/imports")).json()["items"] == []
    assert list(team.server.services.files.iterdir()) == []


async def test_whose_address_it_is_decides(team: Team) -> None:
    """Nobody's: created. A member's: added. Listed: already. Outside: told by applying, and nothing of it is taken."""
    other = make_organisation(team.server, "Other Ltd", users=1)
    async with other.client() as api:
        (outside,) = (await api.get("/v1/users")).json()["items"]
    async with team.client() as api:
        users = (await api.get("/v1/users")).json()["items"]
        await api.delete(f"/v1/users/{users[0]['id']}")
        content = sheet(
            f"{users[0]['email']},,,", f"{users[1]['email']},,,", f"{outside['email']},,,", "new@x.example,,,"
        )
        planned = await plan(api, content)
        assert verdicts(await rows_of(api, planned["id"])) == ["add_member", "already_user", "create", "create"]
        assert (await apply(team, api, planned))["applied"] == 2
        assert verdicts(await rows_of(api, planned["id"])) == ["add_member", "already_user", "needs_transfer", "create"]
        assert (await listed(api))[users[0]["email"]][:2] == (users[0]["first_name"], users[0]["last_name"])


async def test_a_contract_takes_as_many_as_it_says(tmp_path: Path) -> None:
    """Above the contract's number rows are over the limit; nothing is said of paying; a seat that is freed is taken."""
    async with running(tmp_path) as server:
        team = make_organisation(server, plan="contract", seats=3, users=1)
        async with team.client() as api:
            planned = await plan(api, sheet("a@x.example,,,", "b@x.example,,,", "c@x.example,,,"))
            assert verdicts(await rows_of(api, planned["id"])) == ["create", "create", "over_limit"]
            nothing = dict.fromkeys(("pay_now", "renewal_adds", "renewal_date", "next_payment"))
            assert planned["price"] == nothing
            refused = await begin(api, planned, "atomic")
            assert (refused.status_code, refused.json()["data"]) == (409, {"over_limit": 1})
            done = await apply(team, api, planned)
            assert (done["applied"], done["counts"]["over_limit"]) == (2, 1)
            (user, *_) = (await api.get("/v1/users")).json()["items"]
            await api.delete(f"/v1/users/{user['id']}")
            assert (await apply(team, api, done))["applied"] == 3
        assert findings_in(server) == []


async def test_plans_without_sub_accounts_take_no_file(tmp_path: Path) -> None:
    """D17: on such a plan this way in is refused like every other."""
    async with running(tmp_path) as server, make_organisation(server, plan="non-commercial", seats=1).client() as api:
        answer = await send(api, sheet("a@x.example,,,"))
        assert answer.json()["code"] == "plan_has_no_sub_accounts"
