"""Importing a file of people in the app, told in keys, over the real server."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from harness import NOW, Desk, Office, overview_of, serving
from sqlalchemy import create_engine
from textual import events

from contract.imports import Import, ImportStatus
from contract.people import Role
from contract.transfers import TransfersQuery
from contract.users import UsersQuery
from screens.imports import job
from screens.imports.screen import ImportScreen
from server.imports import applying
from server.store import organisations

PEOPLE = Path(__file__).parents[2] / "data" / "people"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The demo organisation behind a socket."""
    with serving(tmp_path) as found:
        yield found


@dataclass
class RowByRow:
    """The server applies one row at a time, and after `most` of them waits until the test lets it go on."""

    most: int = 20
    done: int = 0
    opened: bool = False

    async def give_way(self) -> None:
        """Between two rows."""
        self.done += 1
        await asyncio.sleep(0 if self.opened else 0.02)
        while self.done >= self.most and not self.opened:
            await asyncio.sleep(0.005)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> RowByRow:
    """An import that is still under way when a key arrives, on any machine."""
    gate = RowByRow()
    monkeypatch.setattr(applying, "MOST", 1)
    monkeypatch.setattr(applying, "give_way", gate.give_way)
    monkeypatch.setattr(job, "LOOK_EVERY", 0.05)
    return gate


def shown(desk: Desk) -> str:
    """What stands on the screen in front, with every break and gap as one blank."""
    return " ".join("\n".join(desk.lines_of(desk.app.screen)).split())


def says(desk: Desk, words: str) -> bool:
    """Whether these words stand there."""
    return words in shown(desk)


def importing(desk: Desk) -> ImportScreen:
    """The import screen, in front or under its own dialog."""
    return next(screen for screen in reversed(desk.app.screen_stack) if isinstance(screen, ImportScreen))


def imported(desk: Desk) -> Import:
    """The import as the screen knows it."""
    current = importing(desk).job.current
    assert current is not None
    return current


async def paste(desk: Desk, text: str) -> None:
    """As a terminal pastes."""
    desk.app.post_message(events.Paste(text))
    await desk.settled()


async def bring(desk: Desk, path: Path | str) -> None:
    """`i`, the path, Enter, and the plan."""
    await desk.press("2", "i")
    await paste(desk, str(path))
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, ImportScreen) or "Columns of" in shown(desk))
    await desk.settled()


def people(folder: Path, rows: list[str], name: str = "people.csv") -> Path:
    """A file with a header and these rows."""
    path = folder / name
    path.write_text("\n".join(["email,first_name,last_name,position", *rows]) + "\n")
    return path


async def test_a_file_becomes_users_after_its_plan_was_read(office: Office, tmp_path: Path) -> None:
    """Plan with counts, seats and price; c shows what it comes to, y does it; the result is counted."""
    path = people(tmp_path, ["ana@fresh.example,Ana,Silva,Chef", "bo@fresh.example,Bo,Kaya,", "not an address,X,Y,"])
    before = await overview_of(office)
    async with office.at_work() as desk:
        await bring(desk, path)
        assert "people.csv · 3 rows" in shown(desk)
        assert "+ 2 create" in shown(desk)
        assert "! 1 invalid" in shown(desk)
        assert "Nothing has been imported yet." in shown(desk)
        assert (await overview_of(office)).seats == before.seats
        await desk.press("c")
        assert "best effort" in shown(desk)
        assert "all or none not while there are rows that can't be imported: 1 invalid" in shown(desk)
        await desk.press("enter")
        assert "Enter does nothing here" in shown(desk)
        await desk.press("y")
        await desk.until(lambda: "Finished: 2 rows." in shown(desk))
    async with office.client() as client:
        found = await client.users(UsersQuery(search="fresh.example"))
    assert {user.name for user in found.items} == {"Ana Silva", "Bo Kaya"}


async def test_a_row_is_mended_in_place(office: Office, tmp_path: Path) -> None:
    """The form stays with the reason at the field until the row is in order; the counts follow."""
    path = people(tmp_path, ["ana@fresh.example,Ana,Silva,", "bo at fresh.example,Bo,Kaya,"])
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("tab")
        assert [row.item.number for row in importing(desk).table.pages.rows()] == [3]
        await desk.press("e")
        assert "This is not an e-mail address." in shown(desk)
        await desk.press("ctrl+u")
        await desk.type("bo@")
        await desk.press("down", "down", "down", "enter")
        await desk.until(lambda: "There is nothing after the @." in shown(desk) and "judging" not in shown(desk))
        await desk.press("ctrl+u")
        await desk.type("bo@fresh.example")
        await desk.press("down", "down", "down", "enter")
        await desk.until(lambda: "Row 3: + create." in shown(desk))
        assert "+ 2 create" in shown(desk)
        assert "invalid" not in shown(desk).partition("find")[0].replace("verdict:invalid", "")


async def test_columns_without_known_headers_are_named(office: Office, tmp_path: Path) -> None:
    """The dialog shows first cells; a key gives a column its field, and Enter plans."""
    path = tmp_path / "odd.csv"
    path.write_text("aa;bb;cc\na1;Ana;Chef\na2;Bo;\n")
    async with office.at_work(size=(120, 40)) as desk:
        await bring(desk, path)
        assert "a1 · a2" in shown(desk)
        await desk.press("enter")
        assert "Choose the column with the e-mail address: e." in shown(desk)
        await desk.press("e", "j", "f", "j", "p", "enter")
        await desk.until(lambda: "! 2 invalid" in shown(desk))
        assert [row.cells[3] for row in importing(desk).table.pages.rows()] == ["Ana", "Bo"]


@pytest.mark.parametrize("key", ["s", "ctrl+c"])
async def test_a_stopped_import_goes_on_after_the_app_was_started_again(
    office: Office, tmp_path: Path, rows: RowByRow, key: str
) -> None:
    """Stopped by a key, offered again by i in the next session, and finished there: nothing twice."""
    path = people(tmp_path, [f"p{n}@fresh.example,P,N{n}," for n in range(40)])
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("c")
        await desk.pilot.press("y")
        await desk.until(lambda: imported(desk).applied > 0 and " a second, " in shown(desk))
        assert f"{imported(desk).applied:,} of 40, " in shown(desk)
        await desk.pilot.press(key)
        await desk.until(lambda: imported(desk).status is not ImportStatus.APPLYING)
        rows.opened = True
        await desk.settled()
        done = imported(desk)
        assert done.status is ImportStatus.STOPPED
        assert 0 < done.applied < 40
        assert "Stopped:" in shown(desk)
    async with office.at_work() as desk:
        await desk.press("2", "i")
        await desk.until(lambda: "Unfinished imports:" in shown(desk))
        assert "people.csv" in shown(desk)
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, ImportScreen))
        await desk.settled()
        await desk.press("c")
        await desk.press("y")
        await desk.until(lambda: "Finished: 40 rows." in shown(desk))
    async with office.client() as client:
        assert (await client.users(UsersQuery(search="fresh.example", count=True))).total == 40


async def test_an_import_goes_on_when_the_server_is_back(office: Office, tmp_path: Path) -> None:
    """While the line is cut the screen says so; afterwards it goes on by itself, and nothing is done twice."""
    path = people(tmp_path, [f"p{n}@fresh.example,P,N{n}," for n in range(600)])
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("c")
        desk.wire.losing, desk.wire.failing = "/apply", "GET /v1/imports/"
        await desk.pilot.press("y")
        await desk.until(lambda: "The server does not answer." in shown(desk))
        desk.wire.losing, desk.wire.failing = "", ""
        await desk.until(lambda: "Finished: 600 rows." in shown(desk))
        keys = {key for method, where, key in desk.wire.sent if where.endswith("/apply")}
        assert len(keys) == 1
    async with office.client() as client:
        assert (await client.users(UsersQuery(search="fresh.example", count=True))).total == 600


async def test_an_import_interrupted_by_a_restart_goes_on_by_itself(
    office: Office, tmp_path: Path, rows: RowByRow
) -> None:
    """The server stopped it when it came up again; who had confirmed it need not do so once more."""
    path = people(tmp_path, [f"p{n}@fresh.example,P,N{n}," for n in range(40)])
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("c")
        await desk.pilot.press("y")
        await desk.until(lambda: imported(desk).applied > 0)
        with sqlite3.connect(office.folder / "headcount.db", timeout=10) as connection:
            connection.execute("update imports set status = 'stopped', stopped_because = 'interrupted'")
        connection.close()
        rows.opened = True
        await desk.until(lambda: "Finished: 40 rows." in shown(desk))
        applied = [call for call in desk.wire.calls("POST") if call.endswith("/apply")]
        assert len(applied) > 1
    async with office.client() as client:
        assert (await client.users(UsersQuery(search="fresh.example", count=True))).total == 40


async def test_what_is_no_file_is_said(office: Office, tmp_path: Path) -> None:
    """Not there, a folder, empty, too large: each a sentence at the field, and nothing is sent."""
    (tmp_path / "empty.csv").touch()
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    async with office.at_work() as desk:
        await desk.press("2", "i")
        for name, said in [
            ("nothing.csv", "There is no nothing.csv."),
            ("empty.csv", "empty.csv is empty."),
            ("large.csv", "large.csv has 33.0 MB; at most 32.0 MB."),
            ("", "is a folder."),
        ]:
            await desk.press("ctrl+u")
            await paste(desk, str(tmp_path / name))
            await desk.press("enter")
            await desk.until(partial(says, desk, said))
        assert not [call for call in desk.wire.calls("POST") if "imports" in call]


async def test_tab_completes_a_path(office: Office, tmp_path: Path) -> None:
    """What is alike is filled in, the rest is offered and chosen with the arrows."""
    folder = tmp_path / "from hr"
    folder.mkdir()
    people(folder, ["ana@fresh.example,Ana,Silva,"], "new people.csv")
    people(folder, ["bo@fresh.example,Bo,Kaya,"], "new pupils.csv")
    async with office.at_work() as desk:
        await desk.press("2", "i")
        await paste(desk, f"{tmp_path}/from")
        await desk.press("tab")
        await desk.type("new")
        await desk.press("tab")
        assert "new pupils.csv" in shown(desk)
        await desk.press("down", "enter")
        await desk.until(lambda: "+ 1 create" in shown(desk))
        assert "new people.csv · 1 row" in shown(desk)


async def test_rows_are_found_by_any_part_of_them(office: Office, tmp_path: Path) -> None:
    """Free words look through the rows, accents and case aside, within the verdict that was chosen; Tab keeps them."""
    path = people(tmp_path, ["ana@fresh.example,Ána,Silva,", "bo@fresh.example,Bo,Kaya,", "none,ANA,Costa,"])
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("slash")
        await desk.type("ana")
        await desk.press("enter")
        assert [row.item.number for row in importing(desk).table.pages.rows()] == [2, 4]
        await desk.press("tab", "tab")
        assert importing(desk).filter_bar.text == "verdict:create ana"
        assert [row.item.number for row in importing(desk).table.pages.rows()] == [2]


@pytest.mark.parametrize(("size", "label"), [((80, 24), "Reason, or name"), ((120, 40), "Reason")])
async def test_names_are_seen_on_any_terminal(
    office: Office, tmp_path: Path, size: tuple[int, int], label: str
) -> None:
    """Where there is no room for two columns, the name stands where a reason would; the reason goes first."""
    path = people(tmp_path, ["ana@fresh.example,Ana,Silva,", "none,Bo,Kaya,"])
    async with office.at_work(size=size) as desk:
        await bring(desk, path)
        rows = desk.lines_of(desk.app.screen)
        at = next(place for place, row in enumerate(rows) if row.lstrip().startswith("Verdict"))
        head, first, second = rows[at : at + 3]
        assert head.rstrip().endswith(label)
        assert "Ana Silva" in first
        assert "This is not an e-mail addr" in second
        assert ("Bo Kaya" in second) is (size[0] == 120)


async def test_a_file_that_is_refused_says_why_and_is_sent_again_when_mended(office: Office, tmp_path: Path) -> None:
    """The server's sentence stands where the plan would; r sends what is there by then."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")
    async with office.at_work() as desk:
        await bring(desk, path)
        assert "The workbook is damaged. Open it, save it again as XLSX or as CSV UTF-8." in shown(desk)
        assert "not sent" not in shown(desk)
        path.write_text("email\nana@fresh.example\n")
        await desk.press("r")
        await desk.until(lambda: "+ 1 create" in shown(desk))


@pytest.mark.parametrize("fault", ["failing", "losing"])
async def test_a_file_nobody_answered_for_is_sent_again_once(office: Office, tmp_path: Path, fault: str) -> None:
    """The server fails, or its answer is lost: r sends the file with the same key, so that it is planned once."""
    path = people(tmp_path, ["ana@fresh.example,Ana,Silva,"])
    async with office.at_work() as desk:
        await desk.press("2", "i")
        await paste(desk, str(path))
        setattr(desk.wire, fault, "POST /v1/imports")
        await desk.press("enter")
        await desk.until(lambda: "r sends the file again, Esc closes." in shown(desk))
        assert "Activity before" not in shown(desk)
        setattr(desk.wire, fault, "")
        await desk.press("r")
        await desk.until(lambda: "+ 1 create" in shown(desk))
        assert len(set(desk.wire.keys("/v1/imports"))) == 1
    async with office.client() as client:
        assert len((await client.imports()).items) == 1


async def test_requests_go_to_those_who_belong_elsewhere(office: Office, tmp_path: Path) -> None:
    """Applying tells who they are; then t names everybody first, y asks them, and the rows say so."""
    path = people(tmp_path, ["viktor@krasnov.example,Viktor,Krasnov,", "ana@fresh.example,Ana,Silva,"])
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("c")
        await desk.press("y")
        await desk.until(lambda: "▸ 1 needs transfer" in shown(desk))
        await desk.settled()
        await desk.press("t")
        assert "Send 1 transfer request" in shown(desk)
        assert "viktor@krasnov.example" in shown(desk)
        await desk.press("y")
        await desk.until(lambda: "1 request sent" in shown(desk) and "✓ asked" in shown(desk))


def give_account(office: Office, email: str) -> None:
    """Somebody signs up outside; nobody here knows."""
    engine = create_engine(f"sqlite:///{office.folder / 'headcount.db'}")
    with engine.begin() as connection:
        organisations.add_account(connection, email=email, email_key=email, now=NOW)
    engine.dispose()


@pytest.mark.parametrize("asks", [False, True])
async def test_whoever_turns_out_to_have_an_account_outside_is_asked_in_the_same_step(
    office: Office,
    tmp_path: Path,
    asks: bool,  # noqa: FBT001 - a case
) -> None:
    """Nothing in the plan tells; t in the dialog has them sent a transfer request, and without it nobody is."""
    give_account(office, "out@elsewhere.example")
    path = people(tmp_path, ["out@elsewhere.example,Out,Side,", "ana@fresh.example,Ana,Silva,"])
    async with office.at_work() as desk:
        await bring(desk, path)
        assert "+ 2 create" in shown(desk)
        await desk.press("c")
        assert "ask: no people with an account outside stay in the file" in shown(desk)
        if asks:
            await desk.press("t")
            assert "ask: yes people with an account outside are sent a transfer request" in shown(desk)
        await desk.press("y")
        await desk.until(lambda: "Finished: 1 row." in shown(desk))
        await desk.until(lambda: ("✓ asked" if asks else "▸ needs transfer") in shown(desk))
    async with office.client() as client:
        found = await client.transfers(TransfersQuery(search="out@elsewhere.example"))
    assert len(found.items) == asks


async def test_failed_rows_are_saved_and_nothing_is_replaced_unasked(office: Office, tmp_path: Path) -> None:
    """E proposes a name; a file that is there goes only with a second Enter; the reason is in it."""
    path = people(tmp_path, ["nobody,A,B,", "ana@fresh.example,Ana,Silva,"])
    kept = tmp_path / "failed.csv"
    kept.write_text("mine")
    async with office.at_work() as desk:
        await bring(desk, path)
        await desk.press("E")
        assert "people-failed.csv" in shown(desk)
        await desk.press("ctrl+u")
        await paste(desk, str(kept))
        await desk.press("enter")
        assert "This file already exists." in shown(desk)
        assert kept.read_text() == "mine"
        await desk.press("enter")
        await desk.until(lambda: "Saved:" in shown(desk))
    assert "This is not an e-mail address." in kept.read_text("utf-8-sig")


async def test_somebody_who_may_not_is_told_before_a_path_is_asked(office: Office) -> None:
    """The role, and a read-only profile."""
    async with office.at_work(Role.VIEWER) as desk:
        await desk.press("2", "i")
        assert "Your role (viewer) can't import users." in shown(desk)
    async with office.at_work(read_only=True) as desk:
        await desk.press("2", "i")
        assert "This profile is read-only" in shown(desk)


async def test_a_guessed_encoding_is_chosen_by_its_names(office: Office, tmp_path: Path) -> None:
    """The plan and the dialog say that it is a guess, with names; o shows these in others; the choice is kept."""
    path = tmp_path / "hr.csv"
    rows = "a@hr.example;Zoë;Lefèvre\nb@hr.example;Jörg;Müller\nB@HR.example;Jörg;Müller\n"
    path.write_bytes(f"E-mail;First name;Last name\n{rows}".encode("mac_roman"))
    async with office.at_work() as desk:
        await bring(desk, path)
        assert "The encoding is a guess: Mac Roman. o shows others." in shown(desk)
        assert "Names come out as Zoë Lefèvre · Jörg Müller." in shown(desk)
        await desk.press("c")
        assert "The encoding is a guess: Mac Roman." in shown(desk)
        await desk.press("escape", "o")
        assert "Windows-1250 Zo‘ LefŹvre · Jšrg Mźller" in shown(desk)
        await desk.press("j", "enter")
        await desk.until(lambda: imported(desk).encoding == "cp1250" and importing(desk).job.stands)
        assert "csv, Windows-1250, semicolons" in shown(desk)
        assert "guess" not in shown(desk)
        await desk.press("o", "j", "enter")
        await desk.until(lambda: imported(desk).encoding == "mac_roman" and importing(desk).job.stands)
        await desk.press("c", "y")
        await desk.until(lambda: "✓ Finished: 2 rows." in shown(desk))
        await desk.press("o")
        assert "There is no encoding to choose here." in shown(desk)


EXPECTED = {
    "people-100.xlsx": {"create": 100},
    "people-1000.csv": {"create": 1000},
    "people-excel-semicolon-bom.csv": {"create": 200},
    "people-latin1.csv": {"create": 100},
    "people-messy.csv": {"create": 32, "duplicate_in_file": 2, "invalid": 8},
    "people-no-header.csv": {"create": 1},
    "people-ragged.csv": {"create": 2, "invalid": 1},
    "people-reordered-columns.csv": {"create": 50},
    "people-utf16-tab.csv": {"create": 100},
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_every_file_goes_through_the_screen(office: Office, name: str) -> None:
    """Each file as people send it is planned and applied, and the same file again has nothing left to do."""
    async with office.at_work() as desk:
        await bring(desk, PEOPLE / name)
        current = imported(desk)
        counts = {verdict: number for verdict, number in current.counts if number}
        assert counts == EXPECTED[name]
        await desk.press("c")
        await desk.press("y")
        await desk.until(lambda: "Finished" in shown(desk))
        assert imported(desk).applied == counts["create"]
        await desk.press("escape")
        await bring(desk, PEOPLE / name)
        assert imported(desk).counts.already_user == counts["create"]
        assert imported(desk).remaining == 0
        await desk.press("c")
        assert "Nothing to import." in shown(desk)


async def test_a_file_without_people_says_so(office: Office) -> None:
    """Nothing to import, nothing to apply."""
    async with office.at_work() as desk:
        await desk.press("2", "i")
        await paste(desk, str(PEOPLE / "people-empty.csv"))
        await desk.press("enter")
        await desk.until(lambda: "people-empty.csv is empty." in shown(desk))


async def test_a_contract_has_no_word_about_paying(tmp_path: Path) -> None:
    """Rows beyond the contract's number are refused with their reason; nothing is said of prices or of NOT PAID."""
    path = people(tmp_path, [f"p{n}@fresh.example,P,N{n}," for n in range(5)])
    with serving(tmp_path / "contract", plan="contract") as office:
        async with office.at_work() as desk:
            await bring(desk, path)
            assert imported(desk).counts.over_limit == 5 - imported(desk).counts.create > 0
            plan = shown(desk)
            await desk.press("c")
            dialog = shown(desk)
            await desk.press("j", "y")
            await desk.until(lambda: imported(desk).applied == 3 and not importing(desk).job.is_under_way)
            for said in (plan, dialog, shown(desk)):
                assert not {"EUR", "paid", "PAID", "Paying", "pay"} & set(said.split())
