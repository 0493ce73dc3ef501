"""Stories of removing everybody who matches, more than is loaded: from the keys to what the server has at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import NOW, Desk, Office, serving
from sqlalchemy import Connection

from contract.people import Role
from contract.users import NewUser, UsersQuery, UserStatus
from screens.users import removal
from server.catalogue import default_catalogue
from server.operations.provisioning import Founding, found
from server.platform.transaction import Unit
from server.users import bulk_removal as clearing
from server.users.adding import become_accounts
from server.users.seat_assignment import Listing, list_users

MANY = 5_000
SEATS = 4_800


def seed(connection: Connection, users: int = MANY, seats: int = SEATS) -> str:
    """An organisation with so many users, and an admin; answers the owner's token."""
    wanted = Founding(organisation="Tidewheel", owner="ada@tidewheel.example", plan="business", seats=seats)
    made = found(connection, wanted, default_catalogue(), NOW)
    unit = Unit(
        connection=connection, organisation_id=made.organisation_id, subscription_id=made.subscription_id, now=NOW
    )
    people = [
        Listing(
            account_id="",
            email=f"p{n:04}@x.example",
            email_key=f"p{n:04}@x.example",
            first_name="P",
            last_name=f"{n:04}",
        )
        for n in range(users)
    ]
    list_users(unit, become_accounts(unit, people))
    unit.record()
    return made.token


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Five thousand users on 4,800 seats."""
    monkeypatch.setattr(removal, "PAUSE", 0.02)
    with serving(tmp_path, seed=seed) as office:
        yield office


async def listed(office: Office, **query: object) -> int:
    """How many users the server lists."""
    async with office.client(Role.OWNER) as client:
        return (await client.users(UsersQuery.model_validate({"count": True, "limit": 1, **query}))).total or 0


async def mark_all_but_three(desk: Desk) -> None:
    """`*`, then the first three rows are taken out again."""
    await desk.press("asterisk", "space", "space", "space")
    assert desk.table.marks.everything is not None
    assert desk.table.mark_count == MANY - 3


def said(desk: Desk) -> str:
    """What stands on the screen without frames and breaks."""
    return " ".join(desk.text.replace("│", " ").split())


async def confirm(desk: Desk, number: str) -> None:
    """Type the number, then the confirming key."""
    await desk.type(number)
    await desk.press("y")


async def test_everybody_but_three_and_back(office: Office) -> None:
    """The count, the seats and the exceptions are shown; the number is typed; one command; z undoes it."""
    async with office.at_work(area="users") as desk:
        await mark_all_but_three(desk)
        await desk.press("d")
        assert "Remove 4,997 users" in desk.text
        assert "Everybody but those below: 4,797 active and 200 NOT PAID." in desk.words
        assert "No refund; 4,797 seats stay paid and renew on 20 Dec: lower the seats" in desk.words
        assert desk.text.count("stays") >= 3
        await desk.press("y")
        assert "Type the number first: 4997" in desk.text
        await confirm(desk, "4997")
        await desk.until(lambda: "4,997 removed" in desk.text)
        assert desk.wire.calls("POST") == [
            "POST /v1/users/selections",
            next(each for each in desk.wire.calls("POST") if each.endswith("/remove")),
        ]
        assert await listed(office) == 3
        assert desk.table.total == 3
        await desk.press("z")
        await desk.until(lambda: "4,797 users restored, 200 not" in desk.text)
        assert (await overview_of_owner(office)) == (4_800, 0)


async def overview_of_owner(office: Office) -> tuple[int, int]:
    """How many users have a seat, and how many wait."""
    async with office.client(Role.OWNER) as client:
        seats = (await client.overview()).seats
        return seats.used, seats.not_paid


async def test_others_are_at_work_too(office: Office) -> None:
    """Somebody removes one and adds one between the count and y: both are left alone, and named."""
    async with office.at_work(area="users") as desk:
        await mark_all_but_three(desk)
        await desk.press("d")
        async with office.client(Role.OWNER) as colleague:
            (gone,) = (await colleague.users(UsersQuery(search="p0100"))).items
            await colleague.remove_user(gone.id, version=gone.version)
            await colleague.add_user(NewUser(email="new@x.example", first_name="New", last_name="Comer"))
        assert "Remove 4,997 users" in desk.text
        await confirm(desk, "4997")
        await desk.until(lambda: "removed, 2 not" in desk.text)
        assert "4,995 removed, 2 not" in desk.text
        assert "P 0100 p0100@x.example already removed by someone else" in desk.words
        assert "P 4800 p4800@x.example changed since the count, not removed" in desk.words
        assert "New Comer new@x.example added since the count, not removed" in desk.words
        assert await listed(office) == 5


async def test_the_longest_waiting_get_the_seats(tmp_path: Path) -> None:
    """Of a filter's matches the seats go to those who wait and stay, the longest first."""
    with serving(tmp_path, seed=lambda connection: seed(connection, seats=3_500)) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("slash")
            await desk.type("p0")
            await desk.press("enter", "asterisk", "d")
            await desk.until(lambda: "Remove 1,000 users" in desk.text)
            assert "All users who match “p0”: 1,000 active." in said(desk)
            assert "The 1,000 users waiting longest for a paid seat take freed seats and become active." in said(desk)
            assert "z can't undo this: there will be no free paid seat." in said(desk)
            await confirm(desk, "1000")
            await desk.until(lambda: "1,000 removed" in desk.text)
        async with office.client(Role.OWNER) as client:
            waiting = await client.users(UsersQuery(status=UserStatus.NOT_PAID, limit=500, count=True))
            assert waiting.total == 500
            assert [each.last_name for each in waiting.items] == [f"{n}" for n in range(4_500, 5_000)]


async def test_a_lost_answer_is_looked_up(office: Office) -> None:
    """The server does it but no answer comes: d again tells what became of it, and it was done once."""
    async with office.at_work(area="users") as desk:
        await mark_all_but_three(desk)
        await desk.press("d")
        desk.wire.losing = "/remove"
        await confirm(desk, "4997")
        await desk.until(lambda: "broke off" in desk.words)
        desk.wire.losing = ""
        await desk.press("d")
        await desk.until(lambda: "4,997 removed" in desk.text)
        removals = {key for _, path, key in desk.wire.sent if path.endswith("/remove")}
        assert len(removals) == 1
    async with office.client(Role.OWNER) as client:
        first = (await client.events()).items[0]
        assert (first.type.value, first.object.attributes["removed"]) == ("users.removed", 4_997)


async def test_a_server_that_goes_half_way(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is cut while the server works: it is said, waited for, and told when it is done."""
    monkeypatch.setattr(clearing, "PATIENCE", 0.0)
    async with office.at_work(area="users") as desk:
        await mark_all_but_three(desk)
        await desk.press("d")
        await desk.type("4997")
        await desk.pilot.press("y")
        await desk.until(lambda: any(each.endswith("/remove") for each in desk.wire.calls("POST")))
        await desk.until(lambda: not desk.wire.under_way)
        desk.wire.cut = True
        await desk.until(lambda: "can't be reached" in desk.words or "removed" in desk.text)
        desk.wire.cut = False
        await desk.until(lambda: "4,997 removed" in desk.text)
        assert await listed(office) == 3


async def test_more_by_name_than_one_batch(office: Office) -> None:
    """Everything that matches and is here is marked by id; above a thousand the server keeps who they are."""
    async with office.at_work(area="users") as desk:
        table = desk.table
        rows = await table.rows_between(0, 1_199)
        assert rows is not None
        table.marks.add(rows, table.asked)
        table.marks_changed()
        await desk.press("d")
        await desk.until(lambda: "Remove 1,200 users" in desk.text)
        await confirm(desk, "1200")
        await desk.until(lambda: "1,200 removed" in desk.text)
        assert await listed(office) == MANY - 1_200


async def test_paying_for_what_matches(office: Office) -> None:
    """P on marks by filter pays for those of them who are NOT PAID, loaded or not."""
    async with office.at_work(area="users") as desk:
        await desk.press("slash")
        await desk.type("p49")
        await desk.press("enter", "asterisk", "space", "P")
        await desk.until(lambda: "Pay for users NOT PAID" in desk.text)
        assert "99" in desk.words


async def test_the_filter_takes_days(office: Office) -> None:
    """`added:` narrows to days; a malformed one is told with examples, and the list stays."""
    async with office.at_work(area="users") as desk:
        await desk.press("slash")
        await desk.type("added:>2026-11-20")
        await desk.until(lambda: desk.table.total == 0)
        await desk.press("ctrl+u")
        await desk.type("added:2026-11 p000")
        await desk.until(lambda: desk.table.total == 10)
        await desk.press("ctrl+u")
        await desk.type("added:soon")
        await desk.until(lambda: "added: takes 2026-10-01, 2026-10, 2026, >2026-10-01" in desk.words)
