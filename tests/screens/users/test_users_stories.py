"""Adding, editing and removing users, told in key presses over the real server."""

from pathlib import Path

import pytest
from harness import Desk, Office, overview_of, serving
from hostile import storable
from textual import events

from contract.people import Role
from contract.quotes import Change
from contract.transfers import TransfersQuery
from contract.users import NewUser, User, UserBatch, UserChanges, UsersQuery, UserStatus
from screens.purchase.joining_dialog import JoiningDialog
from screens.shared.confirm import Confirm
from screens.users.form import AddUsers
from screens.users.screen import UsersScreen
from tui.widgets.panel import Panel


async def _users(office: Office, search: str = "") -> list[User]:
    async with office.client() as client:
        page = await client.users(UsersQuery(limit=500, search=search))
    return list(page.items)


async def _paste(desk: Desk, text: str) -> None:
    """What a terminal with bracketed paste does."""
    desk.app.post_message(events.Paste(text))
    await desk.settled()


async def _add(desk: Desk) -> None:
    """Enter on an empty row, then the summary's own key."""
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, JoiningDialog) and desk.app.screen.is_ready)
    await desk.press("y")


async def test_the_form_collects_rows_and_one_summary_adds_them(tmp_path: Path) -> None:
    """Enter keeps a row and starts the next; the summary says who, how many fit and what it costs; z takes it back."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            assert "1 will be NOT PAID until paid (EUR 2.20 each, now) or until the renewal on 1 Dec" in desk.words
            await desk.type("neo@tidewheel.example")
            await desk.press("enter")
            await desk.type("Neo")
            await desk.press("enter", "enter")
            await desk.type("Diver")
            await desk.press("enter")
            await desk.type("trin@tidewheel.example")
            await desk.press("enter", "enter", "enter", "enter")
            assert "· Neo  neo@tidewheel.example" in desk.text
            assert "Validate modifications (2 users)" in desk.words
            assert desk.wire.calls("POST") == []
            await desk.press("enter")
            await desk.until(lambda: "Add 2 users" in desk.text)
            assert "2 will be NOT PAID: EUR 4.40 now or with the payment of 1 Dec." in desk.words
            assert "The payment of 1 Dec: EUR 240.00 → EUR 252.00." in desk.words
            assert "Neo  neo@tidewheel.example  NOT PAID" in desk.text
            assert "b  buy 5 seats…" in desk.words.replace("b buy", "b  buy")
            assert desk.wire.calls("POST") == []
            await desk.press("y")
            await desk.until(lambda: "2 added" in desk.text)
            assert desk.wire.calls("POST") == ["POST /v1/users/batch"]
            assert desk.table.total == 42
            await desk.press("z")
            assert "Undo: remove 2 users again" in desk.text
            assert "They stay members." in desk.words
            assert "a adds them again" not in desk.words
            await desk.press("y")
            await desk.until(lambda: desk.table.total == 40)
        (neo,) = await _users(office, "neo@") or (None,)
        assert neo is None


async def test_the_seats_are_bought_with_the_same_yes(tmp_path: Path) -> None:
    """`b`: the price of the missing seats, those who wait included; one yes pays, adds, and everybody is active."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            await desk.type("neo@tidewheel.example")
            await desk.press("enter", "enter", "enter", "enter", "enter")
            await desk.until(lambda: "Add 1 user" in desk.text)
            await desk.press("b")
            await desk.until(lambda: "Buy 4 seats and add 1 user" in desk.text)
            await desk.until(lambda: isinstance(desk.app.screen, Confirm) and desk.app.screen.is_ready)
            await desk.press("y")
            await desk.until(lambda: "1 added" in desk.text)
            assert "Done: 41 seats, EUR 8.80 charged" in desk.words
        (neo,) = await _users(office, "neo@")
        assert neo.status is UserStatus.ACTIVE
        assert (await overview_of(office)).seats.not_paid == 0


async def test_an_account_outside_is_offered_a_transfer_request(tmp_path: Path) -> None:
    """D18: it is not taken over; a second key asks for it."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            await desk.type("leila@elsewhere.example")
            await desk.press("escape", "escape")
            await desk.press("n")
            await desk.type("tamar@gelashvili.example")
            await desk.press("enter", "enter", "enter", "enter")
            await _add(desk)
            await desk.until(lambda: "belongs to an account outside" in desk.text)
            assert "Ctrl+T sends a transfer request to tamar@gelashvili.example" in desk.text
            await desk.press("ctrl+t")
            await desk.until(lambda: "already pending" in desk.words or "transfer request sent" in desk.words)
        async with office.client() as client:
            asked = await client.transfers(TransfersQuery(search="tamar"))
        assert len(asked.items) == 1


async def test_a_pasted_column_is_added_in_one_batch(tmp_path: Path) -> None:
    """Lines become rows, one summary sends them together, and who failed is in the form to be mended."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            await _paste(desk, "E-mail\none@x.example\nTwo Too <two@x.example>\namelie@tidewheel.example\n")
            assert "1 line left out: no address, or a text that is too long." in desk.words
            assert "3 will be NOT PAID until paid (EUR 2.20 each, now) or until the renewal on 1 Dec" in desk.words
            assert desk.wire.calls("POST") == []
            await _add(desk)
            await desk.until(lambda: "2 added, 1 failed." in desk.text)
            assert "✓ Two Too  two@x.example  ! NOT PAID" in desk.text
            assert desk.wire.calls("POST") == ["POST /v1/users/batch"]
            assert "[amelie@tidewheel.example" in desk.text
            assert "This address is already on the list of users" in desk.text
            await desk.press("escape", "escape")
            assert "2 added. z undoes it." in desk.text
        assert len(await _users(office, "x.example")) == 2


async def test_pasted_lines_survive_a_dead_network(tmp_path: Path) -> None:
    """The answer gets lost: the rows are there again, the same yes has the same key, and nobody is added twice."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            await _paste(desk, "one@x.example\ntwo@x.example")
            desk.wire.losing = "/batch"
            await _add(desk)
            await desk.until(lambda: "broke off" in desk.words and isinstance(desk.app.screen, AddUsers))
            assert "two@x.example" in desk.text
            desk.wire.losing = ""
            await _add(desk)
            await desk.until(lambda: "2 added" in desk.text)
            assert len(set(desk.wire.keys("/v1/users/batch"))) == 1
        assert len(await _users(office, "x.example")) == 2


async def test_rows_that_are_not_added_are_thrown_away_only_by_a_second_escape(tmp_path: Path) -> None:
    """Esc says how many there are; a no in the summary leads back to them; nothing is sent."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            await _paste(desk, "one@x.example\ntwo@x.example")
            await desk.press("ctrl+s")
            await desk.until(lambda: "Add 2 users" in desk.text)
            await desk.press("escape")
            await desk.until(lambda: isinstance(desk.app.screen, AddUsers))
            assert "two@x.example" in desk.text
            await desk.press("escape")
            assert "These 2 rows are not added yet." in desk.words
            await desk.press("escape")
            assert not isinstance(desk.app.screen, AddUsers)
            assert desk.wire.calls("POST") == []


async def test_editing_never_overwrites_blindly(tmp_path: Path) -> None:
    """Somebody else edits meanwhile: nothing is saved, what it is now is shown, a second Enter decides."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            row = desk.table.row
            assert row is not None
            await desk.press("e", "tab")
            await desk.type("-Martin")
            async with office.client(Role.ADMIN) as colleague:
                changes = UserChanges(position="Head of design")
                await colleague.change_user(row.id, changes, version=row.version)
            await desk.press("tab", "enter")
            await desk.until(lambda: "Someone else has changed this user; nothing was saved." in desk.words)
            assert "changed meanwhile, now: Head of design" in desk.text
            assert "[Rousseau-Martin" in desk.text
            await desk.press("enter")
            await desk.until(lambda: "Saved: Amélie Rousseau-Martin." in desk.text)
        (amelie,) = await _users(office, "amelie@")
        assert (amelie.last_name, amelie.position) == ("Rousseau-Martin", "Head of design")


async def test_a_name_that_its_person_minds_is_asked_for_once(tmp_path: Path) -> None:
    """The server refuses to change somebody's own account: the form closes and says so, and does not open again."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("slash")
            await desk.type("source:transfer")
            await desk.press("enter", "e")
            await desk.type("x")
            await desk.press("tab", "tab", "enter")
            await desk.until(
                lambda: "manages its own name" in desk.words and desk.app.screen is desk.app.screen_stack[0]
            )
            desk.wire.sent.clear()
            await desk.press("e")
            assert "manages its own name" in desk.words
            assert desk.app.screen is desk.app.screen_stack[0]
            assert desk.wire.calls() == []


async def test_removing_the_marked_and_taking_it_back(tmp_path: Path) -> None:
    """`d y` sends one batch by ids; each row has its result; `z` brings back whom a free seat is left for."""
    with serving(tmp_path) as office:
        async with office.client(Role.OWNER) as owner:
            quote = await owner.quote(Change(seats=40))
            await owner.confirm(quote.id, key="k-1")
        async with office.at_work(area="users") as desk:
            await desk.press("space", "space", "d")
            assert "No refund; 2 seats stay paid and renew on 1 Dec: lower the seats" in desk.words
            await desk.press("enter")
            assert desk.wire.calls("POST") == []
            await desk.press("d", "y")
            await desk.until(lambda: "2 removed" in desk.text)
            await desk.settled()
            assert desk.wire.calls() == ["POST /v1/users/batch", "GET /v1/overview", "GET /v1/users"]
            assert "- Amélie Rousseau  amelie@tidewheel.example  removed" in desk.text
            assert desk.table.total == 38
            async with office.client(Role.ADMIN) as colleague:
                await colleague.add_user(NewUser(email="first@x.example"))
            await desk.until(lambda: desk.table.total == 39)
            await desk.press("z")
            await desk.until(lambda: "1 user restored, 1 not" in desk.text)
            assert "No paid seat is free" in desk.text
        assert (await overview_of(office)).seats.used == 40


async def test_removing_many_asks_for_their_number(tmp_path: Path) -> None:
    """More than ten: `y` alone does nothing; a user who is gone already is named and not marked any longer."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("slash")
            await desk.type("source:hand")
            await desk.press("enter", "asterisk", "d")
            count = desk.table.mark_count
            assert count > 10
            gone = next(iter(desk.table.marks.chosen))
            async with office.client(Role.ADMIN) as colleague:
                await colleague.batch_users(UserBatch(remove=(gone,)))
            await desk.press("y")
            assert isinstance(desk.app.screen, Confirm)
            await desk.type(str(count))
            await desk.press("y")
            await desk.until(lambda: f"{count - 1} removed, 1 not done" in desk.text)
            await desk.until(lambda: gone not in desk.table.marks)


async def test_more_than_a_thousand_are_not_removed_at_once(tmp_path: Path) -> None:
    """It says so instead of doing a part."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("asterisk")
            screen = desk.app.screen
            assert isinstance(screen, UsersScreen)
            screen.with_rows(39, lambda _: pytest.fail("nothing may happen"))
            await desk.settled()
            assert "40 are marked; at most 39 can be done at once." in desk.text


async def test_a_server_fault_keeps_the_marks(tmp_path: Path) -> None:
    """The error is said with what to do; the marks stay, and the repetition has the same key."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("space")
            desk.wire.failing = "/batch"
            await desk.press("d", "y")
            await desk.until(lambda: "answered 500" in desk.words)
            assert desk.table.mark_count == 1
            desk.wire.failing = ""
            await desk.press("d", "y")
            await desk.until(lambda: "1 removed" in desk.text)
            assert len(set(desk.wire.keys("/v1/users/batch"))) == 1


async def test_details_stand_beside_the_table_or_open_on_it(tmp_path: Path) -> None:
    """From 110 columns on beside it, when the cursor rests; below that by Enter, with the keys that go on."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users", size=(120, 40)) as desk:
            await desk.press("j")
            await desk.until(lambda: "Community liaison" in desk.text)
            assert desk.app.screen.query_one("#detail", Panel).display
        async with office.at_work(area="users") as desk:
            assert not desk.app.screen.query_one("#detail", Panel).display
            await desk.press("enter")
            assert "Industrial designer" in desk.text
            await desk.press("e")
            assert "Edit amelie@tidewheel.example" in desk.text


async def test_who_may_only_look_is_told_so(tmp_path: Path) -> None:
    """A viewer gets no dialog and no form; copying and finding stay."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.VIEWER, area="users") as desk:
            for key, doing in (("n", "add users"), ("e", "edit users"), ("d", "remove users"), ("z", "restore users")):
                await desk.press(key)
                assert f"Your role (viewer) can't {doing}." in desk.text
            await desk.press("y")
            await desk.until(lambda: "amelie@tidewheel.example" in desk.lines[-2])
            assert desk.wire.calls("POST") == []


async def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    """No byte of a name reaches the terminal as control, in list, details, dialog or results."""
    with serving(tmp_path, hostile=storable()) as office:
        async with office.at_work(area="users", size=(120, 40)) as desk:
            await desk.press("slash")
            await desk.type("mallory")
            await desk.press("enter")
            assert desk.table.total > 20
            for _ in range(5):
                await desk.press("j")
                _assert_harmless(desk)
            await desk.press("enter")
            _assert_harmless(desk)
            await desk.press("escape", "e")
            _assert_harmless(desk)
            await desk.press("escape", "space", "space", "d")
            _assert_harmless(desk)
            await desk.press("y")
            await desk.until(lambda: "2 removed" in desk.text)
            _assert_harmless(desk)


def _assert_harmless(desk: Desk) -> None:
    bad = [character for line in desk.lines for character in line if not character.isprintable()]
    assert not bad


async def test_the_top_row_counts_on_under_an_open_form(tmp_path: Path) -> None:
    """While the form is open others add users; the count above it is that of the list, not that of before."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("n")
            await desk.type("nova@tidewheel.example")
            async with office.client(Role.ADMIN) as colleague:
                await colleague.add_user(NewUser(email="first@x.example"))
            await desk.until(lambda: "of 41" in desk.text)
            await desk.until(lambda: "2 Users 41" in desk.text)
            assert desk.app.screen is not desk.app.screen_stack[0]


async def test_details_are_broken_for_the_room_they_have(tmp_path: Path) -> None:
    """Where a terminal grows while another area is in front, the details beside the list have their lines whole."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("1")
            await desk.pilot.resize_terminal(120, 40)
            await desk.settled()
            await desk.press("2")
            await desk.until(lambda: "Details" in desk.text)
            await desk.until(lambda: "E-mail      " in desk.text and "Way in      " in desk.text)
            panel = desk.app.screen.query_one("#detail", Panel)
            panel.show(["broken for no room"])
            panel.post_message(Panel.Resized())
            await desk.until(lambda: "Way in      " in desk.text)
