"""Two people on one list: what the other did stands on the row, with a name, before one can do it a second time."""

import re
from pathlib import Path

import pytest
from harness import Desk, serving

from client.api import Client
from contract.people import Role
from contract.transfers import Decisions, Seen, TransfersQuery, TransferState
from contract.users import UserBatch
from screens.shared.confirm import Confirm
from screens.shared.detail import Detail
from tui.widgets.bars import ActionBar
from tui.widgets.table.data import Row
from tui.widgets.table.gone import LINGER

JANE = "admin@tidewheel.example"


async def decide(colleague: Client, *rows: Row, accept: bool = True) -> str:
    """The colleague decides these; the id of the decision."""
    seen = tuple(Seen(id=row.id, version=row.version or 1) for row in rows)
    report = await colleague.decide(Decisions(accept=seen) if accept else Decisions(decline=seen))
    return report.id


def row_at(desk: Desk, index: int) -> Row:
    """The row at an index."""
    row = desk.table.pages.row(index)
    assert row is not None
    return row


def line_of(desk: Desk, name: str) -> str:
    """The line of the table that begins with a name."""
    return next(line for line in desk.lines if line[2:].startswith(name))


def said(desk: Desk) -> str:
    """What the action row says."""
    return desk.app.screen_stack[0].query_one(ActionBar).result


async def test_what_jane_accepted_stays_under_the_cursor_with_her_name(tmp_path: Path) -> None:
    """The row stays where it was and says who did it; it can be neither marked nor decided, and its mark goes."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            await desk.press("j", "j", "space", "k")
            theirs = row_at(desk, 2)
            assert desk.table.row == theirs
            await decide(jane, theirs)
            await desk.until(lambda: desk.table.total == 6)
            assert desk.table.row == theirs
            line = line_of(desk, theirs.cells[0])
            assert line.startswith("- ")
            assert f"accepted by {JANE}" in line
            assert "– of 6" in desk.text
            assert said(desk) == (
                f"No longer marked, already handled by others: {theirs.cells[0]} (accepted by {JANE})."
            )
            await desk.press("escape", "a")
            assert not isinstance(desk.app.screen, Confirm)
            assert said(desk) == f"{theirs.cells[0]}: accepted by {JANE}. r refreshes the list."
            await desk.press("space")
            assert desk.table.mark_count == 0
            await desk.press("asterisk")
            assert desk.table.mark_count == 6
            assert desk.wire.calls("POST") == []


async def test_a_fresh_list_shows_only_what_waits(tmp_path: Path) -> None:
    """`r` takes away what others have dealt with; the cursor stays on the same line."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            await desk.press("j")
            await decide(jane, row_at(desk, 1), accept=False)
            await desk.until(lambda: desk.table.total == 6)
            assert f"declined by {JANE}" in desk.text
            await desk.press("r")
            assert f"declined by {JANE}" not in desk.text
            assert "2 of 6" in desk.text


async def test_before_the_list_is_asked_for_again_the_row_is_safe_already(tmp_path: Path) -> None:
    """Between the event and the fresh list nothing can be done to a row that is dealt with."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            theirs = row_at(desk, 0)
            desk.wire.failing = "GET /v1/transfers"
            await decide(jane, theirs)
            await desk.until(lambda: desk.app.session.fates.of(theirs.id) is not None)
            await desk.pilot.press("a")
            await desk.until(lambda: said(desk) == f"{theirs.cells[0]}: accepted by {JANE}. r refreshes the list.")
            assert not isinstance(desk.app.screen, Confirm)
            await desk.until(lambda: f"accepted by {JANE}" in line_of(desk, theirs.cells[0]))
            desk.wire.failing = ""


async def test_what_jane_takes_back_waits_again(tmp_path: Path) -> None:
    """D27: her undo brings the row to life in its place, once, and it can be decided here."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            before = desk.names
            theirs = row_at(desk, 3)
            decision = await decide(jane, theirs)
            await desk.until(lambda: desk.table.total == 6)
            await jane.undo_decisions(decision)
            await desk.until(lambda: desk.table.total == 7)
            await desk.settled()
            assert desk.names == before
            assert desk.table.pages.gone == ()
            await desk.press("j", "j", "j", "a")
            assert isinstance(desk.app.screen, Confirm)


async def test_what_i_do_in_another_terminal_is_said_too(tmp_path: Path) -> None:
    """The same account elsewhere: the row stays and says so, since it was not this screen that did it."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.OWNER) as elsewhere:
            await decide(elsewhere, row_at(desk, 0))
            await desk.until(lambda: "accepted by you elsewhere" in desk.text)


async def test_one_s_own_decisions_do_not_linger(tmp_path: Path) -> None:
    """What I decided myself is in the results; the list shows what waits."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk:
            await desk.press("a")
            await desk.press("y")
            await desk.until(lambda: "1 accepted" in desk.text)
            await desk.settled()
            assert (desk.table.total, desk.table.pages.gone) == (6, ())


async def test_everything_decided_elsewhere_leaves_the_names_to_read(tmp_path: Path) -> None:
    """All seven go while I look: each says so, and the counts say that nothing waits."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            await desk.press("G")
            await decide(jane, *(row_at(desk, index) for index in range(7)))
            await desk.until(lambda: desk.table.total == 0 and desk.table.pages.length == 7)
            await desk.settled()
            assert desk.text.count(f"accepted by {JANE}") == 7
            assert "– of 0" in desk.text
            await desk.press("asterisk", "a")
            assert desk.table.mark_count == 0
            await desk.press("r")
            assert "No requests are waiting for a decision" in desk.text


async def test_rows_linger_for_a_while_only(tmp_path: Path) -> None:
    """After a minute the next change takes with it what was dealt with."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            await decide(jane, row_at(desk, 0))
            await desk.until(lambda: len(desk.table.pages.gone) == 1)
            (gone,) = desk.table.pages.gone
            object.__setattr__(gone, "since", gone.since - LINGER)
            await decide(jane, row_at(desk, 1))
            await desk.until(lambda: desk.table.total == 5)
            assert [each.index for each in desk.table.pages.gone] == [0]


async def test_in_the_history_nothing_goes(tmp_path: Path) -> None:
    """There a decision is a state of its row, and the row stays what it is."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            theirs = row_at(desk, 0)
            await desk.press("tab", "tab")
            await decide(jane, theirs)
            await desk.until(lambda: "accepted" in line_of(desk, theirs.cells[0]))
            assert not line_of(desk, theirs.cells[0]).startswith("-")


async def test_a_user_removed_under_the_cursor_is_not_followed_by_another(tmp_path: Path) -> None:
    """Users: keys pressed while jane removes the user under the cursor act on nobody else."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="users") as desk, office.client(Role.ADMIN) as jane:
            await desk.press("j", "j", "space", "k")
            theirs = row_at(desk, 2)
            await jane.batch_users(UserBatch(remove=(theirs.id,)))
            await desk.until(lambda: f"removed by {JANE}" in desk.text)
            await desk.settled()
            for key in ("d", "e"):
                await desk.press("escape", key)
                assert desk.app.screen is desk.app.screen_stack[0]
                assert said(desk) == f"{theirs.cells[0]}: removed by {JANE}. r refreshes the list."
            assert desk.wire.calls("POST", "PATCH") == []
            await desk.press("escape", "enter")
            details = desk.app.screen
            assert isinstance(details, Detail)
            assert re.search(r"Now +removed by", desk.text)
            await desk.press("d")
            assert desk.app.screen is details


async def test_a_deleted_code_says_so(tmp_path: Path) -> None:
    """Codes: the row stays, dim, with who deleted it."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="codes") as desk, office.client(Role.ADMIN) as jane:
            theirs = desk.table.row
            assert theirs is not None
            await jane.delete_code(theirs.id, version=theirs.version or 1)
            await desk.until(lambda: f"deleted by {JANE}" in desk.text)
            await desk.press("e")
            assert said(desk).endswith("r refreshes the list.")


async def test_refreshing_everything_lets_go_too(tmp_path: Path) -> None:
    """`R` is as fresh as `r`."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers") as desk, office.client(Role.ADMIN) as jane:
            await decide(jane, row_at(desk, 1))
            await desk.until(lambda: f"accepted by {JANE}" in desk.text)
            await desk.press("R")
            await desk.until(lambda: f"accepted by {JANE}" not in desk.text)
            assert desk.table.total == 6


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (140, 40)])
async def test_the_name_of_who_did_it_is_seen_at_every_width(tmp_path: Path, size: tuple[int, int]) -> None:
    """Columns give way to what became of the row, its own name does not."""
    with serving(tmp_path) as office:
        async with office.at_work(Role.OWNER, area="transfers", size=size) as desk, office.client(Role.ADMIN) as jane:
            theirs = row_at(desk, 0)
            await decide(jane, theirs)
            await desk.until(lambda: desk.table.total == 6)
            line = line_of(desk, theirs.cells[0][:12])
            assert "accepted by admin@tidewheel" in line


async def test_new_requests_leave_cursor_and_marks_alone(tmp_path: Path) -> None:
    """An undo elsewhere puts rows above the cursor: it stays on its person and on its line."""
    with serving(tmp_path) as office:
        async with office.client(Role.ADMIN) as jane:
            waiting = (await jane.transfers(TransfersQuery(state=TransferState.PENDING))).items
            seen = tuple(Seen(id=each.id, version=each.version) for each in waiting[:3])
            decision = (await jane.decide(Decisions(decline=seen))).id
            async with office.at_work(Role.OWNER, area="transfers") as desk:
                await desk.press("j", "space")
                under, marked = desk.table.row, set(desk.table.marks.chosen)
                assert "Transfers 4" in desk.lines[0]
                await jane.undo_decisions(decision)
                await desk.until(lambda: "Transfers 7" in desk.lines[0])
                await desk.until(lambda: desk.table.total == 7)
                assert desk.table.row == under
                assert set(desk.table.marks.chosen) == marked
