"""One mailbox is one person in every door: added, imported, asked, handed a token, signed in, entitled, searched."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_desk import asks, outsider
from builders import Team, findings_in, make_organisation, running
from import_desk import apply, listed, plan, rows_of, sheet
from mailbox_cases import REFUSED, TAKEN, WRITTEN
from sqlalchemy import select

from contract.mailbox import mailbox
from contract.people import Role
from server.operations.authentication import Wanted, sign_in
from server.settings import SettingsError
from server.store.tables import asks as asked_table
from server.store.tables import transfers, users

EACH = {case.key: case for case in TAKEN}
HIDDEN = "a\u200b5@x.example"
SENT = [case for case in TAKEN if len(case.text) <= 254]


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """An organisation with room for everybody; at the end everything must verify."""
    async with running(tmp_path) as server:
        yield make_organisation(server, "Tidewheel", seats=60)
        assert findings_in(server) == []


@pytest.fixture
async def api(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Its owner."""
    async with team.client() as client:
        yield client


def keys_in(team: Team, table: Any = users) -> set[str]:
    """The keys of a table."""
    with team.server.services.database.read() as connection:
        return set(connection.execute(select(table.c.email_key)).scalars())


def told(problem: dict[str, Any]) -> tuple[str, str]:
    """Code and sentence of a refusal, or of an item's."""
    return problem["code"], problem["detail"]


def cells(*rows: tuple[str, ...]) -> bytes:
    """A CSV file of these rows, quoted as needed."""
    text = io.StringIO()
    csv.writer(text).writerows([("email", "first name", "last name"), *rows])
    return text.getvalue().encode()


async def test_users_by_hand_have_the_mailbox_and_a_remark(team: Team, api: httpx.AsyncClient) -> None:
    """One by one: the key of the table, and a sentence on whatever was removed around the address."""
    for case in TAKEN[:14]:
        answer = await api.post("/v1/users", json={"email": case.text})
        assert answer.status_code == 201, answer.text
        assert (answer.json()["email"], answer.json()["remark"]) == (mailbox(case.text).email, case.remark)
    assert keys_in(team) == {case.key for case in TAKEN[:14]}


async def test_a_batch_has_them_too_and_each_refusal_says_why(team: Team, api: httpx.AsyncClient) -> None:
    """Many at once: what is refused leaves the others alone; what comes twice in disguise is listed once."""
    both = [*SENT, *REFUSED]
    wanted = [{"email": case.text} for case in both if 3 <= len(case.text) <= 254]
    results = (await api.post("/v1/users/batch", json={"add": wanted})).json()["results"]
    assert [each["user"]["remark"] for each in results if each["user"]] == [case.remark for case in SENT]
    refused = [told(each["problem"]) for each in results if each["problem"]]
    assert refused == [("invalid_email", case.refused) for case in REFUSED]
    assert all(each["problem"]["pointer"].endswith("/email") for each in results if each["problem"])
    assert keys_in(team) == EACH.keys()
    again = [{"email": f"\u00a0{case.key.upper()}\u200b"} for case in SENT if "\u00df" not in case.key]
    results = (await api.post("/v1/users/batch", json={"add": again})).json()["results"]
    assert {each["problem"]["code"] for each in results} == {"already_user"}


async def test_an_import_reads_the_same(team: Team, api: httpx.AsyncClient) -> None:
    """Row by row the same key, remark and reason; and the plan is what is then done."""
    planned = await plan(api, cells(*((case.text, "A", "B") for case in [*SENT, *REFUSED])))
    rows = await rows_of(api, planned["id"])
    found = [(row["verdict"], row["remark"], row["reason"]) for row in rows]
    expected = [("create", case.remark, "") for case in SENT]
    expected += [("invalid", "", case.refused) for case in REFUSED]
    assert found == expected
    odd = await rows_of(api, planned["id"], remarked=True)
    assert [row["remark"] for row in odd] == [case.remark for case in TAKEN if case.remark]
    assert planned["remarked"] == len(odd)
    await apply(team, api, planned)
    assert keys_in(team) == EACH.keys()
    assert (await plan(api, cells(*((case.text, "A", "B") for case in SENT))))["counts"]["already_user"] == len(SENT)


async def test_a_file_has_every_mailbox_once(api: httpx.AsyncClient) -> None:
    """Disguised doubles are doubles; two domains are two; mended in place, a row is read the same."""
    content = cells(
        ("a@stra\u00dfe.example", "A", ""),
        ("a@strasse.example", "B", ""),
        ("\u200bA@xn--strae-oqa.example\u00a0", "C", ""),
        ("Lee <a@STRA\u1e9eE.example>", "", ""),
        (HIDDEN, "D", ""),
    )
    planned = await plan(api, content)
    rows = await rows_of(api, planned["id"])
    assert [row["verdict"] for row in rows] == ["create", "create", *["duplicate_in_file"] * 2, "invalid"]
    change = {"number": 6, "email": "Dee Roe <d@x.example>;"}
    mended = await api.patch(f"/v1/imports/{planned['id']}/rows", json=change)
    row = mended.json()["row"]
    assert (row["verdict"], row["cells"]["email"], row["remark"]) == ("create", "d@x.example", "Read as d@x.example.")
    assert mended.json()["current"]["remarked"] == planned["remarked"] + 1


async def test_a_cell_may_hold_what_people_paste(api: httpx.AsyncClient) -> None:
    """The name beside the address is taken where the row has none; several addresses are refused with a sentence."""
    for text, first, last in WRITTEN:
        planned = await plan(api, cells((text, "", "")))
        (row,) = await rows_of(api, planned["id"])
        found = row["cells"]
        assert (row["verdict"], found["email"]) == ("create", "ann@x.example"), text
        assert (found["first_name"], found["last_name"]) == (first, last)
        assert row["remark"] == "Read as ann@x.example."
    planned = await plan(api, cells(("Ann Lee <ann@x.example>", "Anna", ""), ("a@x.example; b@x.example", "", "")))
    first_row, second = await rows_of(api, planned["id"])
    assert (first_row["cells"]["first_name"], first_row["cells"]["last_name"]) == ("Anna", "")
    assert second["reason"] == "These are 2 addresses: give each a row of its own."
    without_header = await plan(api, b"Ann Lee <ann@x.example>\nbo@x.example\n")
    assert without_header["counts"]["create"] == 2


async def test_names_keep_their_joiners_and_lose_what_is_around_them(api: httpx.AsyncClient) -> None:
    """Scripts and emoji need joiners; what turns the direction of writing is refused by its name, blanks come off."""
    woman = "\U0001f469\u200d\U0001f4bb Ada"
    persian = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
    body = {"email": "ada@x.example", "first_name": woman, "last_name": f"\u00a0{persian}\u200b"}
    made = (await api.post("/v1/users", json=body)).json()
    assert (made["first_name"], made["last_name"]) == (woman, persian)
    assert made["remark"] == "Removed around the last name: U+00A0 no-break space, U+200B zero width space."
    planned = await plan(api, cells(("bo@x.example", woman, f"\u00a0{persian}")))
    (row,) = await rows_of(api, planned["id"])
    assert (row["cells"]["last_name"], row["remark"]) == (
        persian,
        "Removed around the last name: U+00A0 no-break space.",
    )
    for char, name in {"\u202e": "U+202E right-to-left override", "\x1b": "U+001B escape"}.items():
        refused = (await api.post("/v1/users", json={"email": "c@x.example", "last_name": f"A{char}b"})).json()
        assert (refused["code"], refused["errors"][0]["detail"]) == ("unsafe_text", f"Remove {name}.")


async def test_requests_go_to_mailboxes(team: Team, api: httpx.AsyncClient) -> None:
    """A transfer request has the key of the table; one to the same mailbox in another form waits already."""
    for case in TAKEN:
        answer = await api.post("/v1/transfers", json={"email": case.text})
        assert answer.status_code == 201, answer.text
        assert answer.json()["remark"] == case.remark
    assert keys_in(team, transfers) == EACH.keys()
    again = await api.post("/v1/transfers", json={"email": "\u2060c1@XN--strae-oqa.example"})
    assert again.json()["code"] == "transfer_pending"
    for case in REFUSED:
        answer = (await api.post("/v1/transfers", json={"email": case.text})).json()
        assert told(answer) == ("invalid_email", case.refused)


async def test_tokens_entitlements_and_signing_in_know_the_mailbox(team: Team, api: httpx.AsyncClient) -> None:
    """By any form of it; what hides a character is refused by its name, and makes no account."""
    team.member(Role.VIEWER, email="v@stra\u00dfe.example")
    await api.post("/v1/users", json={"email": "u@B\u00fccher.example"})
    forms = ("V@xn--strae-oqa.example", "\u200bv@stra\u00dfe.example\u00a0", "v@STRA\u1e9eE.example")
    for form in forms:
        made = await api.post("/v1/tokens", json={"email": form})
        assert made.json()["email"] == "v@stra\u00dfe.example"
    for form in forms:
        with team.server.services.database.write() as connection:
            signed = sign_in(connection, Wanted(f"Vi Roe <{form}>"), team.server.services.clock.now())
            assert signed.organisation == "Tidewheel"
    for form in ("u@xn--bcher-kva.example", "U@b\u00fccher.example", "u@b\u00fccher.example\u200b"):
        assert (await api.get(f"/v1/entitlements/{form}")).json()["entitled"] is True
    assert (await api.get("/v1/entitlements/u@bucher.example")).json()["reason"] == "not_listed"
    for case in REFUSED:
        assert told((await api.post("/v1/tokens", json={"email": case.text})).json()) == ("invalid_email", case.refused)
        with team.server.services.database.write() as connection, pytest.raises(SettingsError) as refused:
            sign_in(connection, Wanted(case.text, new=True), team.server.services.clock.now())
        assert str(refused.value).endswith(case.refused)


async def test_asking_an_owner_reads_the_address_the_same(team: Team) -> None:
    """Also in the own profile, where an answer never tells who exists: a hidden character is no silent nothing."""
    async with team.server.client(outsider(team.server)) as ana:
        refused = await asks(ana, "ow\u200bner@tidewheel.example")
        assert refused.json()["errors"][0] == {
            "pointer": "/organisation",
            "code": "invalid_email",
            "detail": "Remove U+200B zero width space from the address.",
        }
        assert (await asks(ana, "\u202aOWNER@tidewheel.example\u202c")).status_code == 201
    with team.server.services.database.read() as connection:
        assert connection.execute(select(asked_table.c.asked_key)).scalar_one() == "owner@tidewheel.example"


async def test_a_search_finds_either_form(api: httpx.AsyncClient) -> None:
    """In the list, the directory and the requests: a domain in its own letters or in ASCII, and names with joiners."""
    await api.post("/v1/users", json={"email": "ann@stra\u00dfe.example", "last_name": "Ali\u200cReza"})
    await api.post("/v1/users", json={"email": "bo@xn--bcher-kva.example"})
    await api.post("/v1/transfers", json={"email": "cy@xn--bcher-kva.example"})
    for words, found in {
        "ann@xn--strae-oqa.example": ["ann@stra\u00dfe.example"],
        "stra\u00dfe": ["ann@stra\u00dfe.example"],
        "alireza": ["ann@stra\u00dfe.example"],
        "\u200bann": ["ann@stra\u00dfe.example"],
        "b\u00fccher": ["bo@xn--bcher-kva.example"],
        "bo@xn--bcher-kva.example": ["bo@xn--bcher-kva.example"],
    }.items():
        for place in ("users", "members"):
            items = (await api.get(f"/v1/{place}", params={"search": words})).json()["items"]
            assert [each["email"] for each in items] == found, (place, words)
    waiting = (await api.get("/v1/transfers", params={"search": "b\u00fccher"})).json()["items"]
    assert [each["email"] for each in waiting] == ["cy@xn--bcher-kva.example"]


async def test_the_small_files_that_failed(team: Team, api: httpx.AsyncClient) -> None:
    """Invisible characters around addresses come off with a remark, inside they are refused; two domains are two."""
    planned = await plan(
        api,
        sheet(
            *(
                "a2@x.example\u00a0,A,B,",
                "\u200ba3@x.example,A,B,",
                "a4@x.example\u200b,A,B,",
                "a\u00ad5@x.example,A,B,",
            ),
            *("\u2060a6@x.example,A,B,", "\u200ea7@x.example\u200f,A,B,", "a\u200b8@x.example,A,B,"),
            *("a\u3000z@x.example,A,B,", "a@stra\u00dfe.example,A,B,", "a@strasse.example,C,D,"),
        ),
    )
    rows = await rows_of(api, planned["id"])
    assert [row["verdict"] for row in rows if row["remark"]] == ["create"] * 5
    assert [row["reason"][:13] for row in rows if row["verdict"] == "invalid"] == [
        "Remove U+00AD",
        "Remove U+200B",
        "Remove U+3000",
    ]
    await apply(team, api, planned)
    assert {"a@stra\u00dfe.example", "a@strasse.example", "a3@x.example"} <= (await listed(api)).keys()
