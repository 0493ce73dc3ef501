"""What happened, told in key presses over the real server."""

import asyncio
import csv
from pathlib import Path

from harness import Desk, Office, serving
from hostile import storable

from contract.codes import NewCode
from contract.people import Role
from contract.users import NewUser, UserBatch, UserChanges, UsersQuery
from screens.activity.table import EventTable
from screens.shared.detail import Detail
from tui.runtime.session import Link


def what(desk: Desk) -> list[str]:
    """The sentences that are here."""
    return [row.cells[2] for row in desk.table.pages.rows()]


async def add(office: Office, count: int, *, start: int = 0) -> None:
    """A colleague adds users, one event each."""
    async with office.client() as client:
        people = tuple(NewUser(email=f"new{start + number}@acme.example") for number in range(count))
        await client.batch_users(UserBatch(add=people))


async def find(desk: Desk, words: str) -> None:
    """Type a filter."""
    await desk.press("slash")
    await desk.type(words)
    await desk.press("enter")


async def heard(desk: Desk, number: int) -> None:
    """Wait until the app knows of an event, and has dealt with it."""
    await desk.until(lambda: desk.app.session.overview is not None and _newest(desk) >= number)
    await desk.settled()


def _newest(desk: Desk) -> int:
    overview = desk.app.session.overview
    assert overview is not None
    return int(overview.last_event_id[4:])


async def test_the_newest_comes_first_and_the_end_is_one_request_away(tmp_path: Path) -> None:
    """7 shows the newest of all there is, G the first that ever happened."""
    with serving(tmp_path) as office:
        async with office.at_work() as desk:
            await desk.press("7")
            number = _newest(desk)
            assert desk.table.total == number
            assert desk.table.row is not None
            assert desk.table.row.id == f"evt_{number}"
            assert what(desk)[0] == "you asked enzo@marchetti.example to join"
            desk.wire.sent.clear()
            await desk.press("G")
            assert desk.table.row.id == "evt_1"
            assert desk.wire.calls() == ["GET /v1/events"]
            assert f"{number} of {number}" in desk.text


async def test_from_the_latest_on_the_overview(tmp_path: Path) -> None:
    """Enter there shows all that happened."""
    with serving(tmp_path) as office:
        async with office.at_work() as desk:
            latest = "asked enzo@marchetti.example to join"
            assert latest in desk.text
            await desk.press("enter")
            assert desk.app.current_mode == "activity"
            assert latest in what(desk)[0]


async def test_filters_are_answered_by_the_server(tmp_path: Path) -> None:
    """Who, kind, object and days narrow the list; its total is that of the filter, and Esc ends it."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            everything = desk.table.total
            await find(desk, "kind:transfer.acc")
            assert desk.table.total
            assert all("accepted" in sentence for sentence in what(desk))
            await desk.press("escape")
            await find(desk, "who:tomasz object:vojt")
            assert what(desk) == ["tomasz@tidewheel.example added Vojtěch Dvořák"]
            await desk.press("escape")
            await find(desk, "since:2026-11-20")
            assert [row.cells[0] for row in desk.table.pages.rows()] == ["13:44", "13:21", "10:02"]
            await desk.press("escape")
            await find(desk, "nothingofthissort")
            assert "No events match “nothingofthissort”. Esc clears the filter." in desk.words
            await desk.press("escape")
            assert desk.table.total == everything


async def test_a_word_that_is_no_filter_is_said_and_the_list_stays(tmp_path: Path) -> None:
    """A kind that there is not, a day that is none: a sentence, no request."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            before = what(desk)
            await find(desk, "kind:x")
            assert "kind: takes organisation, subscription," in desk.words
            assert what(desk) == before
            await desk.press("slash", "escape")
            await find(desk, "since:2026-99-01")
            assert "since: takes a day such as 2026-11-20, today or yesterday" in desk.words
            assert what(desk) == before


async def test_the_list_stands_still_while_things_happen(tmp_path: Path) -> None:
    """Who does not follow reads on: nothing moves, what is new is counted, g shows it."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await desk.press("j", "j")
            rows, number = what(desk), _newest(desk)
            row = desk.table.row
            await add(office, 3)
            await heard(desk, number + 3)
            assert "3 new events: g shows them" in desk.text
            assert what(desk) == rows
            assert desk.table.row == row
            await desk.press("g")
            assert desk.table.total == number + 3
            assert desk.table.row is not None
            assert desk.table.row.id == f"evt_{number + 3}"
            assert "new events" not in desk.text


async def test_following_shows_what_happens_at_the_top(tmp_path: Path) -> None:
    """`f` follows: the newest stands at the top under the cursor; it pauses while one reads below, g goes on."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await desk.press("f")
            assert "Following" in desk.text
            number = _newest(desk)
            await add(office, 1)
            await heard(desk, number + 1)
            assert what(desk)[0].endswith("added new0@acme.example")
            assert desk.table.cursor == 0
            await desk.press("j")
            row = desk.table.row
            await add(office, 2, start=1)
            await heard(desk, number + 3)
            assert "paused while you read · 2 new events: g shows them" in desk.words
            assert desk.table.row == row
            await desk.press("g")
            assert desk.table.row is not None
            assert desk.table.row.id == f"evt_{number + 3}"
            await desk.press("f")
            await add(office, 1, start=3)
            await heard(desk, number + 4)
            assert desk.table.row.id == f"evt_{number + 3}"


async def test_what_is_new_is_counted_under_the_filter(tmp_path: Path) -> None:
    """Events that the filter hides are no news; those it shows follow."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await find(desk, "kind:code")
            before, number = desk.table.total, _newest(desk)
            await add(office, 4)
            await heard(desk, number + 4)
            assert "new event" not in desk.text
            await desk.press("f")
            async with office.client() as client:
                await client.create_code(NewCode(code="Team-Lyon-27"))
            await heard(desk, number + 5)
            assert desk.table.total == before + 1
            assert what(desk)[0] == "admin@tidewheel.example created the code Team-Lyon-27"


async def test_a_burst_costs_few_questions(tmp_path: Path) -> None:
    """500 events in twenty commands: at most four looks a second, and at the end the list is the server's."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await desk.press("f")
            number = _newest(desk)
            desk.wire.sent.clear()
            loop = asyncio.get_running_loop()
            begun = loop.time()
            people = [NewUser(email=f"new{each}@acme.example") for each in range(500)]
            async with office.client() as client:
                commands = [UserBatch(add=tuple(people[first : first + 25])) for first in range(0, 500, 25)]
                await asyncio.gather(*map(client.batch_users, commands))
            await heard(desk, number + 500)
            seconds = loop.time() - begun
            looks = desk.wire.calls().count("GET /v1/events")
            assert looks <= 4 * seconds + 2
            assert desk.table.total == number + 500
            assert [row.id for row in desk.table.pages.rows()][:100] == [
                f"evt_{each}" for each in range(number + 500, number + 400, -1)
            ]


async def test_nothing_is_asked_while_nothing_happens(tmp_path: Path) -> None:
    """An idle screen that follows sends nothing and draws nothing."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await desk.press("f")
            await desk.pilot.pause(0.5)
            desk.wire.sent.clear()
            drawn: list[object] = []
            table = desk.app.screen.query_one(EventTable)
            table.draw = lambda y: drawn.append(y) or EventTable.draw(table, y)  # type: ignore[method-assign, func-returns-value]
            await desk.pilot.pause(1.0)
            assert desk.wire.sent == []
            assert drawn == []


async def test_the_server_goes_while_one_follows(tmp_path: Path) -> None:
    """The list stays and says that it is old; what happened meanwhile is there once the server is."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await desk.press("f")
            rows, number = what(desk), _newest(desk)
            desk.wire.cut = True
            desk.app.session.touch()
            desk.app.session.retry()
            await desk.until(lambda: desk.app.session.connection.link is Link.RECONNECTING)
            await add(office, 2)
            await desk.press("r")
            assert what(desk) == rows
            assert "not refreshed" in desk.text
            desk.wire.cut = False
            desk.app.session.retry()
            await heard(desk, number + 2)
            await desk.until(lambda: desk.table.total == number + 2)
            assert what(desk)[0].startswith("admin@tidewheel.example added new")


async def test_back_from_elsewhere_the_newest_is_shown(tmp_path: Path) -> None:
    """What happened while another area was in front is there when one comes back to the top of the list."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            number = _newest(desk)
            await desk.press("1")
            await add(office, 2)
            await heard(desk, number + 2)
            await desk.press("7")
            assert desk.table.total == number + 2
            assert "new events" not in desk.text


async def test_before_and_after_and_the_command_behind_it(tmp_path: Path) -> None:
    """Enter shows what changed and by which command; C shows all the command did, Esc goes back to the row."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk, office.client() as client:
            (user,) = (await client.users(UsersQuery(search="Yusuf"))).items
            number = _newest(desk)
            await client.change_user(user.id, UserChanges(position="Captain"), version=user.version, key="edit-1")
            await client.batch_users(
                UserBatch(add=(NewUser(email="a@acme.example"), NewUser(email="b@acme.example"))), key="two-at-once"
            )
            await heard(desk, number + 3)
            await desk.press("g", "j", "j", "enter")
            assert isinstance(desk.app.screen, Detail)
            assert f"Position {user.position} → Captain" in desk.words
            assert "Command edit-1" in desk.words
            await desk.press("escape", "k", "C")
            assert what(desk) == [f"admin@tidewheel.example added {who}@acme.example" for who in "ba"]
            await desk.press("escape")
            assert desk.table.total == number + 3
            assert desk.table.row is not None
            assert desk.table.row.id == f"evt_{number + 2}"


async def test_back_from_a_command_to_a_row_far_down(tmp_path: Path) -> None:
    """The row one came from is under the cursor again, however far down it stands."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk, office.client() as client:
            number = _newest(desk)
            await client.batch_users(UserBatch(add=(NewUser(email="a@acme.example"),)), key="one")
            await add(office, 250)
            await heard(desk, number + 251)
            await desk.press("g", "pagedown", *["j"] * 3, "G", "g")
            desk.table.go(250)
            await desk.settled()
            row = desk.table.row
            await desk.press("C")
            assert what(desk) == ["admin@tidewheel.example added a@acme.example"]
            await desk.press("escape")
            await desk.until(lambda: desk.table.row == row)
            assert desk.table.total == number + 251


async def test_from_an_event_to_the_thing(tmp_path: Path) -> None:
    """`u` opens the user, the request, the code or the invoice an event was about."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk:
            await find(desk, "kind:user.added yusuf")
            await desk.press("u")
            assert desk.app.current_mode == "users"
            assert desk.names == ["Yusuf Demir"]
            await desk.press("7", "escape")
            await find(desk, "kind:transfer.accepted noor")
            await desk.press("u")
            assert desk.app.current_mode == "transfers"
            assert desk.names == ["Noor El-Amrani"]
            await desk.press("7", "escape")
            await find(desk, "kind:transfer.requested object:umberto")
            await desk.press("u")
            assert desk.names == ["Umberto Quattrocchi"]
            await desk.press("7", "escape")
            await find(desk, "kind:code.created")
            await desk.press("u")
            assert desk.app.current_mode == "codes"
            await desk.press("7", "escape")
            await find(desk, "kind:invoice")
            await desk.press("u")
            assert isinstance(desk.app.screen, Detail)
            assert "INV-00020" in desk.text
            await desk.press("escape", "escape")
            await find(desk, "kind:organisation")
            await desk.press("u")
            assert "No area shows this organisation." in desk.text


async def test_a_thing_that_is_gone(tmp_path: Path) -> None:
    """Who was removed since, and a code that was deleted, are said to be gone; the event stays."""
    with serving(tmp_path) as office:
        async with office.at_work(area="activity") as desk, office.client() as client:
            (user,) = (await client.users(UsersQuery(search="Yusuf"))).items
            number = _newest(desk)
            await client.remove_user(user.id)
            code = await client.create_code(NewCode(code="Team-Lyon-27"))
            await client.delete_code(code.id)
            await heard(desk, number + 3)
            await find(desk, "kind:user.added yusuf")
            await desk.press("u")
            assert "Yusuf Demir is no longer on the subscription since 2026-11-20." in desk.words
            await desk.press("escape", "escape")
            await find(desk, "kind:code.created lyon")
            await desk.press("u")
            assert "Team-Lyon-27 no longer exists." in desk.words
            assert desk.app.current_mode == "activity"


async def test_who_only_reads_may_read_all_of_it(tmp_path: Path) -> None:
    """A viewer sees the events, and none of the keys is missing."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.VIEWER, area="activity") as desk:
            assert desk.table.total > 100
            await desk.press("enter")
            assert "Esc closes" in desk.text


async def test_hostile_names_are_shown_as_signs(tmp_path: Path) -> None:
    """Whatever a name holds, no control character and no markup reaches the screen."""
    with serving(tmp_path, hostile=storable()) as office:
        async with office.at_work(size=(120, 40), area="activity") as desk:
            await find(desk, "mallory")
            assert desk.table.total
            for _ in range(30):
                await desk.pilot.press("j")
            await desk.press("enter")
            assert all(character.isprintable() for line in desk.lines for character in line)


async def test_saved_as_a_file(tmp_path: Path) -> None:
    """E saves all that the filter shows, safe for spreadsheets, and asks before a file that is there is replaced."""
    with serving(tmp_path / "server", hostile=['=HYPERLINK("https://evil.example")']) as office:
        async with office.at_work(area="activity") as desk:
            await find(desk, "kind:user")
            many = desk.table.total
            await desk.press("E")
            target = tmp_path / "what.csv"
            await desk.press("ctrl+u")
            await desk.type(str(target))
            await desk.press("enter")
            await desk.until(lambda: f"Saved {many} events in" in desk.words)
            with target.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
            assert len(rows) == many
            assert rows[0]["what"].startswith("ada@tidewheel.example added ")
            assert any(row["object"].startswith("'=HYPERLINK") for row in rows)
            assert not any(value.startswith("=") for row in rows for value in row.values())
            assert target.stat().st_mode & 0o077 == 0
            await desk.press("E", "ctrl+u")
            await desk.type(str(target))
            await desk.press("enter")
            assert "This file already exists. Press Enter again" in desk.words
