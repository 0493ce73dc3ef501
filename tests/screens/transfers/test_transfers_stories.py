"""Deciding transfer requests, told in key presses over the real server."""

from pathlib import Path

import pytest
from harness import Office, overview_of, serving

from contract.people import Role
from contract.transfers import Decisions, Seen, TransfersQuery, TransferState
from screens.purchase.joining_dialog import JoiningDialog
from screens.shared import confirm
from screens.shared.confirm import Confirm
from screens.transfers.screen import TransfersScreen
from tui.widgets.bars import ActionBar
from tui.widgets.table.table import VirtualTable


async def _states(office: Office) -> dict[str, TransferState]:
    async with office.client() as client:
        page = await client.transfers(TransfersQuery(limit=500))
    return {each.email: each.state for each in page.items}


async def test_seven_are_accepted_in_four_keys_and_four_calls(tmp_path: Path) -> None:
    """Quick approval: `3 * a y`: what it comes to, all decisions, then one overview and one page of the list."""
    with serving(tmp_path) as office:
        async with office.at_work() as desk:
            await desk.press("3")
            desk.wire.sent.clear()
            await desk.press("asterisk", "a")
            await desk.until(lambda: isinstance(desk.app.screen, Confirm))
            assert "7 will be NOT PAID: EUR 15.40 now or with the payment of 1 Dec." in desk.words
            assert "Umberto Quattrocchi" in desk.text
            assert desk.wire.calls() == ["GET /v1/users/joining"]
            desk.wire.sent.clear()
            await desk.press("y")
            await desk.until(lambda: "7 accepted" in desk.text)
            await desk.settled()
            assert desk.wire.calls() == ["POST /v1/transfers/decisions", "GET /v1/overview", "GET /v1/transfers"]
            assert "No requests are waiting for a decision" in desk.text
            assert "z undoes it until 14:12 UTC" in desk.text
            await desk.press("escape")
            assert "7 accepted" not in desk.text
        overview = await overview_of(office)
        assert (overview.transfers.incoming, overview.seats.not_paid) == (0, 10)


async def test_enter_and_the_opening_key_confirm_nothing(tmp_path: Path) -> None:
    """What you see is what you send: only the second, different key does it."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("a", "a")
            await desk.press("enter")
            assert not isinstance(desk.app.screen, Confirm)
            await desk.press("a", "escape")
            assert desk.wire.calls("POST") == []
            assert len(desk.names) == 7


async def test_declining_asks_for_a_reason_then_for_a_yes(tmp_path: Path) -> None:
    """`x`, a reason, Enter, `y`: the one under the cursor is declined, and `z` takes it back at once."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("j", "x")
            await desk.type("no room")
            await desk.press("enter")
            assert "Reason (they will see it): no room" in desk.text
            await desk.press("y")
            await desk.until(lambda: "1 declined" in desk.text)
            await desk.settled()
            assert len(desk.names) == 6
            assert (await _states(office))["sebastien@bureau-lefevre.example"] is TransferState.DECLINED
            await desk.press("z")
            await desk.until(lambda: "1 decision undone" in desk.text)
            assert (await _states(office))["sebastien@bureau-lefevre.example"] is TransferState.PENDING


async def test_taking_acceptances_back_asks_since_it_removes_people(tmp_path: Path) -> None:
    """Nothing that removes somebody happens on one key, undoing neither."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("space", "space", "a")
            await desk.press("y")
            await desk.until(lambda: "2 accepted" in desk.text)
            await desk.settled()
            await desk.press("z")
            assert "They leave the list of users; their requests are pending again." in desk.text
            await desk.press("y")
            await desk.until(lambda: "2 decisions undone" in desk.text)
            await desk.settled()
            assert len(desk.names) == 7
        assert (await overview_of(office)).transfers.incoming == 7


async def test_what_a_colleague_decides_meanwhile_is_named_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D26: two admins. While the dialog is open the other declines one: the dialog says who did and goes on without."""
    monkeypatch.setattr(confirm, "GLANCE", 60)
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers", size=(120, 40)) as desk:
            await desk.press("asterisk", "a")
            first = desk.table.row
            assert first is not None
            async with office.client(Role.ADMIN) as colleague:
                await colleague.decide(Decisions(decline=(Seen(id=first.id, version=first.version or 1),)))
            await desk.until(lambda: "[ Accept 6 ]" in desk.text)
            why = "Renske Hoogland (declined by admin@tidewheel.example)"
            dialog = desk.app.screen
            assert isinstance(dialog, JoiningDialog)
            assert dialog.summary.lines[0] == (f"Already handled by others, left out: {why}.", "warn")
            await desk.press("y")
            assert "This dialog has just opened: read it first." in desk.text
            dialog._seen(dialog._showings)
            await desk.press("y")
            await desk.until(lambda: "6 accepted, NOT PAID" in desk.text)
            assert "not done" not in desk.text
            assert list(desk.table.marks.chosen) == []
        assert (await _states(office))["renske@hoogland.example"] is TransferState.DECLINED


async def test_what_nobody_could_have_heard_of_is_named_afterwards(tmp_path: Path) -> None:
    """D26: the colleague's decision comes between the last news and `y`; it stays and is named."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers", size=(120, 40)) as desk:
            await desk.press("asterisk", "a")
            first = desk.table.row
            assert first is not None
            desk.app.session.listeners.changed = lambda _: None
            async with office.client(Role.ADMIN) as colleague:
                await colleague.decide(Decisions(decline=(Seen(id=first.id, version=first.version or 1),)))
            await desk.press("y")
            await desk.until(lambda: "6 accepted, NOT PAID, 1 not done" in desk.text)
            assert "! Renske Hoogland  renske@hoogland.example  changed since you saw it: left unchanged" in desk.text


async def test_marks_that_the_filter_hides_are_said_and_sent(tmp_path: Path) -> None:
    """The dialog lists every request, also those that are not to be seen just now."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("space", "space", "slash")
            await desk.type("wren")
            await desk.press("enter")
            assert desk.names == ["Wren Achterberg"]
            await desk.press("space", "a")
            assert "2 of them not in the filtered list." in desk.text
            assert "Renske Hoogland" in desk.text
            await desk.press("y")
            await desk.until(lambda: "3 accepted" in desk.text)
        assert (await overview_of(office)).transfers.incoming == 4


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(tmp_path: Path) -> None:
    """D30: the server decided, the answer got lost; nothing is lost here, and doing it again does nothing twice."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("space")
            desk.wire.losing = "/decisions"
            await desk.press("a")
            await desk.press("y")
            await desk.until(lambda: "broke off" in desk.text)
            assert "It is not certain whether this was done: look" in desk.words
            assert desk.table.mark_count == 1
            desk.wire.losing = ""
            await desk.press("a")
            await desk.press("y")
            await desk.until(lambda: "1 accepted" in desk.text)
            await desk.settled()
            assert len(set(desk.wire.keys("/v1/transfers/decisions"))) == 1
        assert (await overview_of(office)).transfers.incoming == 6


async def test_unreachable_says_so_and_keeps_everything(tmp_path: Path) -> None:
    """The rows and marks stay, and the same key goes out when the network is back."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("asterisk", "a")
            await desk.until(lambda: "Accept 7 transfer requests" in desk.text)
            desk.wire.cut = True
            await desk.press("y")
            await desk.until(lambda: "can't be reached" in desk.text)
            assert len(desk.names) == 7
            assert desk.table.mark_count == 7
            desk.wire.cut = False
            await desk.press("a")
            await desk.until(lambda: "Accept 7 transfer requests" in desk.text)
            await desk.press("y")
            await desk.until(lambda: "7 accepted" in desk.text)
            assert len(set(desk.wire.keys("/v1/transfers/decisions"))) == 1


async def test_the_sides_have_their_own_columns_words_and_keys(tmp_path: Path) -> None:
    """Tab goes round; a key that belongs to another side says so and does nothing."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("tab")
            assert "▸ Outgoing 3" in desk.text
            assert len(desk.names) == 3
            await desk.press("a")
            assert "Only for incoming requests: Tab shows them." in desk.text
            await desk.press("tab", "slash")
            await desk.type("state:acc")
            await desk.press("enter")
            assert len(desk.names) == 4
            await desk.press("slash", "x")
            assert "state: takes pending, accepted" in desk.text
            assert len(desk.names) == 4
            await desk.press("escape", "shift+tab", "shift+tab")
            assert "▸ Incoming 7" in desk.text
            assert len(desk.names) == 7


async def test_asking_mailing_again_and_cancelling(tmp_path: Path) -> None:
    """`t` asks, `m` is told when it may be sent again, `d` withdraws after a yes."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("tab", "t")
            await desk.type("somebody")
            await desk.press("enter", "enter")
            assert "This is not an e-mail address." in desk.text
            await desk.type("@else.example")
            await desk.press("enter")
            await desk.type("Hello")
            await desk.press("enter")
            await desk.until(
                lambda: "Asked somebody@else.example; the request is pending until 2026-12-04." in desk.text
            )
            await desk.settled()
            assert len(desk.names) == 4
            await desk.press("G", "m")
            await desk.until(lambda: "Try again in 60 min." in desk.text)
            await desk.press("d")
            assert "The links that were sent stop working." in desk.text
            await desk.press("y")
            await desk.until(lambda: "1 request cancelled" in desk.text)
            assert (await _states(office))["somebody@else.example"] is TransferState.CANCELLED
            await desk.press("g", "m")
            await desk.until(lambda: "Sent to yara@haddad-marine.example again" in desk.text)


async def test_who_may_only_look_is_told_so(tmp_path: Path) -> None:
    """A role without the right, and a read-only profile: no dialog, no request, and the keys are not offered."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.VIEWER, area="transfers") as desk:
            assert "accept…" not in desk.text
            await desk.press("asterisk", "a")
            assert "Your role (viewer) can't accept transfer requests." in desk.text
            await desk.press("t")
            assert "Your role (viewer) can't send transfer requests." in desk.text
        async with office.at_work(Role.OWNER, area="transfers", read_only=True) as desk:
            await desk.press("x")
            assert "This profile is read-only: it can't decline transfer requests." in desk.text
            assert desk.wire.calls("POST") == []


async def test_everything_marked_means_also_what_is_not_loaded(tmp_path: Path) -> None:
    """`*` on a list longer than a page: the dialog names all, fetched now; versions are those it shows."""
    many = [f"Guest {number:03}" for number in range(120)]
    with serving(tmp_path, hostile=many) as office:
        async with office.at_work(area="transfers") as desk:
            assert desk.table.total == 127
            await desk.press("asterisk", "a")
            await desk.until(lambda: isinstance(desk.app.screen, Confirm))
            screen = desk.app.screen
            assert isinstance(screen, Confirm)
            assert len(screen.summary.items) == 127
            await desk.press("y")
            await desk.until(lambda: "127 accepted" in desk.text)
            assert len(desk.wire.calls("POST")) == 1
        assert (await overview_of(office)).transfers.incoming == 0


async def test_changes_elsewhere_keep_cursor_and_marks(tmp_path: Path) -> None:
    """Live: a row goes, the cursor stays on its person, the marks stay on theirs; other news reload nothing."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("j", "j", "space", "j")
            table = desk.app.screen_stack[0].query_one(VirtualTable)
            under = table.row
            assert under is not None
            async with office.client(Role.ADMIN) as colleague:
                gone = table.pages.row(0)
                assert gone is not None
                await colleague.decide(Decisions(decline=(Seen(id=gone.id, version=gone.version or 1),)))
            await desk.until(lambda: table.total == 6)
            assert table.row == under
            assert [row.cells[0] for row in table.marks.chosen.values()] == ["Tamar Gelashvili"]
            screen = desk.app.screen
            assert isinstance(screen, TransfersScreen)
            assert screen.action_bar.result == ""


async def test_a_mark_on_what_a_colleague_decided_goes_and_it_is_said(tmp_path: Path) -> None:
    """Everything is marked, a colleague decides one: six are marked, and the row says who did what."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk, office.client() as other:
            await desk.press("asterisk")
            first = (await other.transfers(TransfersQuery(state=TransferState.PENDING))).items
            gone = next(each for each in first if each.email == "wren@achterberg.example")
            await other.decide(Decisions(decline=(Seen(id=gone.id, version=gone.version),)))
            await desk.until(lambda: len(desk.names) == 6)
            said = "No longer marked, already handled by others: Wren Achterberg (declined by admin@tidewheel.example)."
            await desk.until(lambda: said in desk.words)
            assert "- Wren Achterberg" in desk.text
            await desk.press("a")
            assert "Accept 6 transfer requests" in desk.text


async def test_a_list_with_nothing_in_it_says_what_helps(tmp_path: Path) -> None:
    """Keys that need a row are not offered where there is none, and say the list's own sentence when pressed."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("asterisk", "x", "enter", "y")
            await desk.until(lambda: "7 declined" in desk.text)
            await desk.settled()
            await desk.press("escape")
            assert "accept" not in desk.lines[-1]
            assert "mark" not in desk.lines[-1]
            await desk.press("a")
            said = desk.app.screen.query_one(ActionBar).result
            assert said == "No requests are waiting for a decision. Tab shows the requests you sent."
            await desk.press("escape", "tab")
            assert "m send again" in desk.lines[-1]


async def test_a_mistyped_address_is_explained_beside_its_field(tmp_path: Path) -> None:
    """The form comes back with what was typed and one plain sentence, without the wire's names."""
    with serving(tmp_path) as office:
        async with office.at_work(area="transfers") as desk:
            await desk.press("t")
            await desk.type("foo@")
            await desk.press("enter", "enter")
            await desk.until(lambda: "! There is nothing after the @." in desk.text)
            form = desk.text.split("Ask somebody to join", 1)[1].split("Enter next", 1)[0]
            assert "foo@" in form
            assert "/email" not in form
            assert "req_" not in form
