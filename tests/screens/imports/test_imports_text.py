"""What the import screen says and understands, without a screen."""

import os
from pathlib import Path

import pytest
from answers import make_overview

from contract.imports import MAX_FILE, Import, ImportField, ImportMapping, ImportStatus, ImportStop, ImportVerdict
from contract.users import BatchMode
from screens.imports.columns import mapping_of
from screens.imports.files import common, completions, meant, why_not
from screens.imports.rejected import proposed
from screens.imports.source import rows_query
from screens.imports.text import Speed, blocked, counts_lines, outcome_lines
from screens.shared.filter_words import FilterError
from tui.presentation.tones import pieces
from tui.widgets.table.data import Query


def make_import(**facts: object) -> Import:
    """A plan of ten rows."""
    defaults: dict[str, object] = {
        "id": "imp_1",
        "status": ImportStatus.PLANNED,
        "file_name": "people.csv",
        "rows": 10,
        "created_at": "2026-11-20T14:02:00Z",
        "expires_at": "2026-11-27T14:02:00Z",
        "version": 1,
    }
    return Import.model_validate({**defaults, **facts})


def said(lines: object) -> str:
    """Lines as plain text."""
    assert isinstance(lines, list)
    return "\n".join("".join(text for text, _ in pieces(line)) for line in lines)


def test_speed_and_time_left_are_of_the_last_seconds() -> None:
    """Nothing is said before there are two looks; then the rate, and what is left at it."""
    speed = Speed(span=2.0)
    speed.note(0.0, 0)
    assert speed.words(1000) == ""
    for second in range(1, 6):
        speed.note(float(second), second * 100)
    assert speed.words(1000) == "100 a second, 5 s left"
    assert speed.words(10_000) == "100 a second, 1 min 35 s left"
    speed.note(6.0, 0)
    assert speed.words(1000) == ""


def test_counts_are_never_broken_within() -> None:
    """A narrow terminal has more lines, each with whole counts."""
    current = make_import(counts={"create": 1200, "invalid": 3, "duplicate_in_file": 2})
    assert said(counts_lines(current, 80)) == "+ 1,200 create   ~ 2 duplicate   ! 3 invalid"
    assert said(counts_lines(current, 30)) == "+ 1,200 create   ~ 2 duplicate\n! 3 invalid"
    assert "no rows" in said(counts_lines(make_import(), 80))
    odd = make_import(counts={"create": 2}, remarked=1)
    assert (
        said(counts_lines(odd, 80)) == "+ 2 create\n1 row read otherwise than in the file: verdict:remarked shows them."
    )


def test_a_way_that_cannot_be_had_says_why() -> None:
    """All or none needs every row in order, until full a free seat."""
    current = make_import(counts={"create": 5, "invalid": 3}, remaining=5, seats={"free": 0, "needed": 5, "short": 5})
    assert "3 invalid" in blocked(current, BatchMode.ATOMIC)
    assert "no free seat" in blocked(current, BatchMode.UNTIL_FULL)
    assert not blocked(current, BatchMode.BEST_EFFORT)
    assert "20,000" in blocked(make_import(remaining=20_001), BatchMode.ATOMIC)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (ImportStop.ASKED, "Stopped: 4 rows are done and stay so, 6 left."),
        (ImportStop.FULL, "No free seats left: 4 rows are done, 6 left."),
        (ImportStop.INTERRUPTED, "nothing is done twice"),
        (ImportStop.REFUSED, "<U+202E>gone"),
    ],
)
def test_a_stopped_import_says_why_it_stands(why: ImportStop, words: str) -> None:
    """What is done, what is left, and the reason, harmless on any terminal."""
    current = make_import(
        status=ImportStatus.STOPPED, stopped_because=why, stopped_detail="\u202egone", applied=4, remaining=6
    )
    assert words in said(outcome_lines(current))


def test_a_verdict_may_be_shortened_and_other_words_are_looked_for() -> None:
    """`verdict:inv` is enough; everything else is text, as in every list."""
    assert rows_query(Query("verdict:inv")).verdict is ImportVerdict.INVALID
    assert rows_query(Query("verdict:rej")).rejected
    assert rows_query(Query("verdict:rem")).remarked
    assert rows_query(Query("verdict:done")).done
    found = rows_query(Query("ana verdict:dup  silva"))
    assert (found.search, found.verdict) == ("ana silva", ImportVerdict.DUPLICATE_IN_FILE)
    with pytest.raises(FilterError):
        rows_query(Query("verdict:a"))


def test_who_is_not_paid_is_said_at_the_end() -> None:
    """What the plan foretold is still true when all is done: somebody has to pay for them."""
    overview = make_overview()
    done = make_import(status=ImportStatus.APPLIED, applied=10)
    assert "3 users on the list are NOT PAID: P there pays for them." in said(outcome_lines(done, overview))
    assert "NOT PAID" not in said(outcome_lines(make_import(), overview))
    paid = overview.seats.model_copy(update={"not_paid": 0})
    assert "NOT PAID" not in said(outcome_lines(done, make_overview(seats=paid)))


def test_columns_need_an_address_and_one_kind_of_name() -> None:
    """What the server would refuse is said before."""
    assert isinstance(mapping_of({1: ImportField.FIRST_NAME}), str)
    assert isinstance(mapping_of({1: ImportField.EMAIL, 2: ImportField.FULL_NAME, 3: ImportField.LAST_NAME}), str)
    assert mapping_of({3: ImportField.EMAIL, 1: ImportField.POSITION}) == ImportMapping(email=3, position=1)


def test_paths_are_taken_as_terminals_paste_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home, quotes, file addresses, and a shell's backslashes when the path with them is none."""
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "new people.csv"
    file.touch()
    for typed in (
        "~/new people.csv",
        f"'{file}'",
        f'"{file}"',
        f"file://{str(file).replace(' ', '%20')}",
        str(file).replace(" ", "\\ "),
    ):
        assert meant(typed) == file


def test_completions_begin_with_sheets_and_leave_hidden_files_out(tmp_path: Path) -> None:
    """Sheets, folders, others; upper and lower case alike; what is alike is filled in."""
    for name in ("People.csv", "pepper.txt~", ".pe.csv"):
        (tmp_path / name).touch()
    (tmp_path / "people archive").mkdir()
    found = completions(f"{tmp_path}/pe")
    assert [place.label for place in found] == ["People.csv", "people archive/", "pepper.txt~"]
    assert [place.label for place in completions(f"{tmp_path}/.p")] == [".pe.csv"]
    assert common(found[1:], f"{tmp_path}/pe") == f"{tmp_path}/pe"
    assert common(found[:1], f"{tmp_path}/pe") == f"{tmp_path}/People.csv"
    assert completions(f"{tmp_path}/nowhere/x") == []


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    """Each in a sentence; the name is harmless."""
    pipe, link, large = tmp_path / "pipe", tmp_path / "link", tmp_path / "large\x1b.csv"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "gone")
    with large.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    assert "device or a pipe" in why_not(pipe)
    assert "points to a file that does not exist" in why_not(link)
    assert "at most 32.0 MB" in why_not(large)
    assert "\x1b" not in why_not(large)
    assert "There is no folder" in why_not(tmp_path / "x" / "y.csv")
    assert why_not(Path("a\0b"))


def test_the_file_of_failed_rows_is_named_after_the_import() -> None:
    """Without any folder the sender's name may have held."""
    assert proposed(make_import(file_name="hr/people.xlsx")) == "people-failed.csv"
