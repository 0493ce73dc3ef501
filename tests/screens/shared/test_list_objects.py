"""What lists have instead of being it: chosen rows, the command on its way, and files, each without a screen."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from bare_host import BareHost

from client.errors import HeadcountError, NotSaved, Unreachable
from contract.events import EventKind
from contract.exports import Language
from contract.imports import SheetFormat
from contract.users import UserBatch
from screens.shared.chosen_rows import marks_line
from screens.shared.command_run import CommandRun
from screens.shared.file_export import FileExport, Place
from tui.widgets.table.data import Query, Row

ROWS = [Row(f"usr_{name}", (name, f"{name}@x.example")) for name in ("ana", "bo", "cy")]
PLACE = Place(Path("/home/jane/users.csv"), SheetFormat.CSV, Language.ENGLISH, replace=False)
BODY = UserBatch(remove=("usr_1",))


@pytest.fixture
def host() -> BareHost:
    """A list of three with the cursor on the first."""
    host = BareHost()
    host.table.rows = list(ROWS)
    return host


# The rows a key means.


async def test_a_key_means_the_marked_rows_or_the_one_under_the_cursor(host: BareHost) -> None:
    """Without marks the row under the cursor; with marks these, wherever the cursor is."""
    meant: list[list[Row]] = []
    host.chosen.hand_on(10, meant.append)
    host.table.marks.add(ROWS[1:], Query())
    host.chosen.hand_on(10, meant.append)
    assert meant == [ROWS[:1], ROWS[1:]]


async def test_more_than_one_command_takes_is_said_and_not_begun(host: BareHost) -> None:
    """Nothing is handed on of three marks when two are the most."""
    host.table.marks.add(ROWS, Query())
    host.chosen.hand_on(2, lambda _: pytest.fail("nothing may happen"))
    assert host.said == ["3 are marked; at most 2 can be done at once. Use a filter before * to take fewer."]


async def test_rows_of_others_are_never_meant(host: BareHost) -> None:
    """What somebody else has dealt with is left out, and said when nothing else is left."""
    host.table.dealt_with = {"usr_ana": "removed by jane"}
    host.chosen.hand_on(10, lambda _: pytest.fail("nothing may happen"))
    host.table.marks.add(ROWS[:2], Query())
    meant: list[Row] = []
    host.chosen.hand_on(10, meant.extend)
    assert (host.said, meant) == (["ana: removed by jane. r refreshes the list."], [ROWS[1]])
    host.chosen.keep_marked(ROWS[:2])
    assert list(host.table.marks.chosen) == ["usr_bo"]


@pytest.mark.parametrize("in_front", [True, False])
async def test_rows_that_had_to_be_loaded_are_not_acted_on_behind_a_dialog(host: BareHost, *, in_front: bool) -> None:
    """Everything is marked: it is fetched first, and dropped when something else is in front by then."""
    host.table.marks.everything = Query()
    host.table.marks.exceptions = {"usr_bo"}
    meant: list[Row] = []
    host.chosen.hand_on(10, meant.extend)
    host.in_front = in_front
    await host.done()
    assert meant == ([ROWS[0], ROWS[2]] if in_front else [])


@pytest.mark.parametrize(
    ("account", "label", "caused", "said"),
    [
        ("acc_2", "jane@x.example", False, "removed by jane@x.example"),
        ("acc_me", "me@x.example", False, "removed by you elsewhere"),
        (None, "system", False, "removed"),
        ("acc_me", "me@x.example", True, ""),
    ],
)
def test_who_did_it_is_named(host: BareHost, account: str | None, label: str, said: str, *, caused: bool) -> None:
    """A colleague by address, oneself as elsewhere, the system not at all; what this app did is no news."""
    event = SimpleNamespace(type=EventKind.USER_REMOVED, actor=SimpleNamespace(account_id=account, label=label))
    host.session.fates = SimpleNamespace(of=lambda row_id: event if row_id == "usr_ana" else None)
    host.session.client = SimpleNamespace(caused=lambda _: caused)
    host.session.overview = SimpleNamespace(me=SimpleNamespace(account=SimpleNamespace(id="acc_me")))
    assert (host.chosen.why_gone(ROWS[0]), host.chosen.why_gone(ROWS[1])) == (said, "")


def test_marks_are_counted_with_what_is_hidden(host: BareHost) -> None:
    """By the filter, or because they are no longer listed."""
    host.table.marks.add(ROWS, Query())
    host.table.hidden_count = 2
    assert marks_line(host.table, filtered=True) == "3 marked, 2 of them hidden by the filter"
    assert marks_line(host.table, filtered=False) == "3 marked, 2 of them no longer in the list"


# The command on its way.


@pytest.mark.parametrize("error", [None, NotSaved("The disk is full."), Unreachable("The server does not answer.")])
def test_a_command_repeats_its_key_only_while_its_outcome_is_open(error: HeadcountError | None) -> None:
    """Under way it makes others wait; afterwards it is idle, and the key is a new one unless no answer came."""
    host = BareHost()
    command = CommandRun(host)
    with command.commanding("removing 1 user", BODY, EventKind.USER_REMOVED) as first:
        assert (command.why_wait, bool(command.unfinished)) == ("Wait: removing 1 user.", True)
        if error:
            raise error
    assert (command.why_wait, command.unfinished, host.touched) == ("", "", {EventKind.USER_REMOVED})
    assert host.said[0] == "Removing 1 user…"
    assert (command.intentions.key(BODY) == first) is isinstance(error, Unreachable)


# Files.


async def test_one_file_at_a_time(host: BareHost) -> None:
    """While one is saved a second is not asked for; cancelled, nothing is on its way and it is said."""
    files = FileExport(host)

    async def save(_: Place) -> str:
        await asyncio.sleep(3600)
        return ""

    files.ask("Export", "users.csv", "", save)
    host.answer(PLACE)
    await asyncio.sleep(0)
    files.ask("Export", "users.csv", "", save)
    assert (len(host.dialogs), host.said[-1]) == (0, "Wait: users.csv is being saved. ctrl+c cancels.")
    under_way = files.unfinished
    host.tasks[-1].cancel()
    await host.done()
    assert (under_way, files.unfinished) == ("a file being saved (users.csv); it will not be saved", "")
    assert host.said[-1] == ("Cancelled: nothing was saved in /home/jane/users.csv.")


async def test_a_file_that_can_not_be_saved_is_told(host: BareHost) -> None:
    """The error is said, and the next file may be asked for; no place means no file."""
    files = FileExport(host)

    async def save(_: Place) -> str:
        message = "The disk is full."
        raise NotSaved(message)

    files.ask("Export", "users.csv", "", save)
    host.answer(None)
    assert not host.tasks
    files.ask("Export", "users.csv", "", save)
    host.answer(PLACE)
    await host.done()
    assert "The disk is full." in host.said[-1]
    assert files.saving == ""
