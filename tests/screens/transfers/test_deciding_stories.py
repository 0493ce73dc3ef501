"""Deciding when not everybody fits: the choice, the purchase on the way, faults in between, and the results kept."""

import csv
from pathlib import Path

import pytest
from harness import Desk, Office, overview_of, serving

from client.api import Client
from client.protocol import new_key
from contract.people import Role
from contract.quotes import Change
from contract.sandbox import PaymentsBody
from contract.transfers import Decisions, Seen, Transfer, TransfersQuery, TransferState
from contract.users import NewUser, UserBatch, UsersQuery, UserStatus
from screens.purchase.joining_dialog import JoiningDialog
from screens.purchase.quote_dialog import QuoteDialog
from screens.shared.confirm import Confirm

DECISIONS = "/v1/transfers/decisions"


async def buy(owner: Client, seats: int) -> None:
    """So many seats are paid for."""
    quote = await owner.quote(Change(seats=seats))
    await owner.confirm(quote.id, key=new_key())


async def make_room(office: Office, free: int) -> int:
    """So many seats are free; answers how many are paid for."""
    seats = (await overview_of(office)).seats
    async with office.client(Role.OWNER) as owner:
        await buy(owner, seats.paid + seats.not_paid + free)
    return seats.paid + seats.not_paid + free


async def states(office: Office) -> dict[str, TransferState]:
    """The state of each incoming request, by address."""
    async with office.client() as client:
        return {each.email: each.state for each in (await client.transfers(TransfersQuery(limit=500))).items}


async def waiting(client: Client) -> list[Transfer]:
    """The incoming requests that wait, oldest first."""
    query = TransfersQuery(state=TransferState.PENDING, limit=500)
    return [each for each in (await client.transfers(query)).items if each.direction.value == "incoming"]


async def read_and_say_yes(desk: Desk) -> None:
    """`y`, when there was time to read what has just come."""
    await desk.until(lambda: getattr(desk.app.screen, "reason_to_wait", "?") == "")
    await desk.press("y")


async def ask_for_seats(desk: Desk) -> QuoteDialog:
    """Everybody marked, `a`, `b`: the dialog about the price."""
    await desk.press("asterisk", "a")
    await desk.press("b")
    await desk.until(lambda: isinstance(desk.app.screen, QuoteDialog))
    dialog = desk.app.screen
    assert isinstance(dialog, QuoteDialog)
    return dialog


async def test_the_first_that_fit_are_taken_and_the_rest_stays_marked(tmp_path: Path) -> None:
    """`a f y`: three seats are free, so the first three of the list become active; four wait on, marked."""
    with serving(tmp_path) as office:
        await make_room(office, 3)
        async with office.at_work(area="transfers") as desk:
            names = desk.names
            await desk.press("asterisk", "a")
            assert "3 fit, 4 will be NOT PAID: EUR 8.80 now" in desk.words
            await desk.press("f")
            assert "Accept 3 of 7 transfer requests" in desk.text
            await desk.press("y")
            await desk.until(lambda: "3 accepted" in desk.text)
            await desk.settled()
            assert "NOT PAID" not in desk.text
            assert [row.cells[0] for row in desk.table.marks.chosen.values()] == names[3:]
            assert desk.wire.calls("POST") == [f"POST {DECISIONS}"]
        overview = await overview_of(office)
        assert (overview.transfers.incoming, overview.seats.free, overview.seats.not_paid) == (4, 0, 0)


async def test_marks_made_in_any_order_take_seats_in_the_order_of_the_list(tmp_path: Path) -> None:
    """The list decides who is first, not the order of the marks; a second `f` means all of them again."""
    with serving(tmp_path) as office:
        await make_room(office, 1)
        async with office.at_work(area="transfers") as desk:
            first = desk.names[0]
            await desk.press("j", "j", "space", "k", "k", "k", "space", "a")
            await desk.press("f")
            assert "Accept 1 of 2 transfer requests" in desk.text
            await desk.press("f")
            assert "Accept 2 transfer requests" in desk.text
            await desk.press("f", "y")
            await desk.until(lambda: "1 accepted" in desk.text)
            assert first in desk.text.partition("1 accepted")[2]


async def test_seats_are_bought_and_everybody_is_active_by_one_yes(tmp_path: Path) -> None:
    """`a b y`: one quote, one confirmation, then one decision, in this order; what was shown is what is charged."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            dialog = await ask_for_seats(desk)
            assert desk.wire.calls("POST") == ["POST /v1/quotes"]
            assert dialog.summary.title == "Buy 10 seats and accept 7 requests"
            assert dialog.summary.verb == "Pay EUR 22.00, accept 7"
            assert len(dialog.summary.items) == 7
            await read_and_say_yes(desk)
            await desk.until(lambda: "7 accepted" in desk.text)
            await desk.settled()
            sent = desk.wire.calls("POST")
            assert [each.rpartition("/")[2] for each in sent] == ["quotes", "confirm", "decisions"]
            assert "Done: 47 seats, EUR 22.00 charged, 3 users became active." in desk.words.replace("│ │", "")
            assert "NOT PAID" not in desk.text
        overview = await overview_of(office)
        assert (overview.transfers.incoming, overview.seats.not_paid, overview.seats.used) == (0, 0, 47)


async def test_a_declined_payment_accepts_nobody(tmp_path: Path) -> None:
    """The purchase comes first: it is refused, so nothing is charged and nobody accepted, and both is said."""
    with serving(tmp_path) as office:
        async with office.client(Role.OWNER) as owner:
            await owner.set_payments(PaymentsBody(next="decline"))
        async with office.at_work(area="transfers") as desk:
            dialog = await ask_for_seats(desk)
            await read_and_say_yes(desk)
            await desk.until(lambda: isinstance(desk.app.screen, QuoteDialog) and desk.app.screen is not dialog)
            again = desk.app.screen
            assert isinstance(again, QuoteDialog)
            assert "Nothing was charged. Nothing was accepted." in str(again.summary.lines[0])
            assert len(again.summary.items) == 7
            await desk.press("escape")
            assert isinstance(desk.app.screen, JoiningDialog)
            await desk.press("escape")
            assert desk.table.mark_count == 7
            assert f"POST {DECISIONS}" not in desk.wire.calls("POST")
        assert (await overview_of(office)).transfers.incoming == 7


async def test_a_decision_that_fails_after_the_purchase_is_said_and_can_be_repeated(tmp_path: Path) -> None:
    """The seats are paid for, accepting failed: both is said, the marks stay, and `a y` goes on, paying nothing."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await ask_for_seats(desk)
            desk.wire.failing = DECISIONS
            await read_and_say_yes(desk)
            await desk.until(lambda: "But accepting failed" in desk.words)
            assert "Done: 47 seats, EUR 22.00 charged" in desk.words
            assert desk.table.mark_count == 7
            desk.wire.failing = ""
            desk.app.action_refresh_all()
            await desk.settled()
            await desk.press("a")
            assert "All 7 fit into free seats and will be active at once." in desk.words
            await desk.press("y")
            await desk.until(lambda: "7 accepted" in desk.text)
            assert len([each for each in desk.wire.calls("POST") if each.endswith("/confirm")]) == 1
        assert (await overview_of(office)).seats.not_paid == 0


async def test_a_price_that_moves_before_the_yes_is_asked_again(tmp_path: Path) -> None:
    """Seats bought elsewhere make the quote stale: the new price is shown, still with what follows, and holds."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            dialog = await ask_for_seats(desk)
            async with office.client(Role.OWNER) as owner:
                await buy(owner, 40)
            await desk.until(lambda: "EUR 15.40" in dialog.summary.verb)
            assert dialog.summary.verb == "Pay EUR 15.40, accept 7"
            assert "Nothing was accepted." in str(dialog.summary.lines[0])
            assert len(dialog.summary.items) == 7
            await read_and_say_yes(desk)
            await desk.until(lambda: "7 accepted" in desk.text)
        assert (await overview_of(office)).seats.used == 47


async def test_others_decide_while_the_price_is_read(tmp_path: Path) -> None:
    """Two of seven are decided by a colleague: back to the question, which names them and counts five."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk, office.client(Role.ADMIN) as colleague:
            await ask_for_seats(desk)
            first, second, *_ = await waiting(colleague)
            seen = tuple(Seen(id=each.id, version=each.version) for each in (first, second))
            await colleague.decide(Decisions(decline=seen))
            await desk.until(lambda: isinstance(desk.app.screen, JoiningDialog))
            dialog = desk.app.screen
            assert isinstance(dialog, JoiningDialog)
            assert dialog.summary.verb == "Accept 5"
            assert "declined by admin@tidewheel.example" in str(dialog.summary.lines[0])
            assert desk.wire.calls("POST") == ["POST /v1/quotes"]


async def test_all_decided_by_others_closes_the_question(tmp_path: Path) -> None:
    """There is nothing left to ask about."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk, office.client(Role.ADMIN) as colleague:
            await desk.press("space", "a")
            (first, *_) = await waiting(colleague)
            await colleague.decide(Decisions(decline=(Seen(id=first.id, version=first.version),)))
            await desk.until(lambda: not isinstance(desk.app.screen, Confirm))
            assert "already handled by others" in desk.words


async def test_seats_taken_before_the_yes_arrives_are_said_plainly(tmp_path: Path) -> None:
    """D15: three fit on the screen, two when `y` arrives: all are accepted as confirmed, the third is NOT PAID."""
    with serving(tmp_path) as office:
        await make_room(office, 3)
        async with office.at_work(area="transfers") as desk:
            await desk.press("space", "space", "space", "a")
            assert "All 3 fit into free seats" in desk.words
            desk.app.session.listeners.overview = lambda _: None
            async with office.client(Role.ADMIN) as colleague:
                await colleague.batch_users(UserBatch(add=(NewUser(email="fast@else.example", first_name="Fast"),)))
            await desk.press("y")
            await desk.until(lambda: "3 accepted, 1 of them NOT PAID" in desk.text)
            assert "! 1 more than expected is NOT PAID: seats were taken meanwhile." in desk.text


async def test_seats_taken_while_the_question_is_open_change_it(tmp_path: Path) -> None:
    """The open dialog counts again, and takes no yes that was typed for the old numbers."""
    with serving(tmp_path) as office:
        await make_room(office, 3)
        async with office.at_work(area="transfers") as desk:
            await desk.press("space", "space", "space", "a")
            async with office.client(Role.ADMIN) as colleague:
                await colleague.batch_users(UserBatch(add=(NewUser(email="fast@else.example", first_name="Fast"),)))
            await desk.until(lambda: "2 fit, 1 will be NOT PAID" in desk.words)
            await desk.press("y")
            assert isinstance(desk.app.screen, JoiningDialog)
            assert desk.wire.calls("POST") == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
async def test_who_may_not_spend_is_offered_no_purchase(tmp_path: Path, role: Role) -> None:
    """An admin's limit is nothing by default: `b` does nothing; a read-only profile does not get so far."""
    with serving(tmp_path, admin_limit=0) as office:
        async with office.at_work(role, area="transfers") as desk:
            await desk.press("asterisk", "a")
            assert ("buy 10 seats…" in desk.text) is (role is Role.OWNER)
            if role is Role.ADMIN:
                await desk.press("b")
                assert isinstance(desk.app.screen, JoiningDialog)
                assert desk.wire.calls("POST") == []


async def test_the_results_are_saved_as_csv(tmp_path: Path) -> None:
    """`w`: who, what became of each and why not, safe in a spreadsheet; the results stay until they are dismissed."""
    with serving(tmp_path, hostile=["=1+1"]) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("asterisk", "a")
            await desk.press("y")
            await desk.until(lambda: "8 accepted" in desk.text)
            await desk.settled()
            assert "w saves · Esc closes" in desk.text
            await desk.press("w", "ctrl+u")
            await desk.type(str(tmp_path / "results.csv"))
            await desk.press("enter")
            await desk.until(lambda: "Saved 8 rows in" in desk.text)
            assert "8 accepted" in desk.text
        rows = list(csv.reader((tmp_path / "results.csv").read_text(encoding="utf-8-sig").splitlines()))
        assert rows[0] == ["name", "e-mail", "result", "user", "reason", "request"]
        assert len(rows) == 9
        assert {row[2] for row in rows[1:]} == {"accepted"}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
        assert (tmp_path / "results.csv").stat().st_mode & 0o077 == 0


async def test_results_of_users_are_saved_too(tmp_path: Path) -> None:
    """One widget for all results: a removal's are saved the same way; without results `w` says so."""
    with serving(tmp_path) as office:
        async with office.at_work(area="users") as desk:
            await desk.press("w")
            assert "No results to save" in desk.text
            await desk.press("escape", "space", "space", "d", "y")
            await desk.until(lambda: "2 removed" in desk.text)
            await desk.settled()
            await desk.press("w", "ctrl+u")
            await desk.type(str(tmp_path / "gone.csv"))
            await desk.press("enter")
            await desk.until(lambda: "Saved 2 rows in" in desk.text)
        rows = list(csv.reader((tmp_path / "gone.csv").read_text(encoding="utf-8-sig").splitlines()))
        assert rows[0] == ["result", "who", "what"]
        assert [row[0] for row in rows[1:]] == ["done", "done"]


async def test_a_decision_of_before_the_start_can_be_taken_back(tmp_path: Path) -> None:
    """D27: the app is started again, and `z` offers the last decision by name; nothing is asked before `z`."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("space", "space", "a")
            await desk.press("y")
            await desk.until(lambda: "2 accepted" in desk.text)
        async with office.at_work(area="transfers") as desk:
            assert desk.wire.calls() == []
            await desk.press("z")
            await desk.until(lambda: isinstance(desk.app.screen, Confirm))
            dialog = desk.app.screen
            assert isinstance(dialog, Confirm)
            assert dialog.summary.title == "Undo: 2 acceptances"
            assert list(dialog.summary.items) == ["Renske Hoogland", "Sébastien Lefèvre"]
            await desk.press("y")
            await desk.until(lambda: "2 decisions undone" in desk.text)
            await desk.settled()
            assert len(desk.names) == 7
            await desk.press("escape", "z")
            await desk.until(lambda: "you decided nothing in the last 10 minutes" in desk.words)


async def test_the_server_goes_between_a_and_y(tmp_path: Path) -> None:
    """80×24: nothing is lost; when the server is back `a y` sends the same key, and each is decided once."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("asterisk", "a")
            desk.wire.cut = True
            await desk.press("y")
            await desk.until(lambda: "can't be reached" in desk.text)
            assert desk.table.mark_count == 7
            desk.wire.cut = False
            await desk.press("a")
            await desk.press("y")
            await desk.until(lambda: "7 accepted" in desk.text)
            assert len(set(desk.wire.keys(DECISIONS))) == 1
        async with office.client() as client:
            users = [
                each async for page in client.all_pages(client.users, UsersQuery(limit=500)) for each in page.items
            ]
        assert len({each.email for each in users}) == len(users)
        assert sum(each.status is UserStatus.NOT_PAID for each in users) == 10
