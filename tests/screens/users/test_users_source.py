"""What the table of users asks the API, and how its answers become rows."""

from made import make_user

from contract.users import UserSort, UserStatus
from screens.users.source import user_row, users_query
from tui.widgets.table.data import Query


def test_a_question_about_users() -> None:
    """Filter words become parameters, the sort key and its direction one value, and the total is counted."""
    asked = users_query(Query("ana status:not", sort="added_at", descending=True), 200, 50)
    assert (asked.search, asked.status, asked.source) == ("ana", UserStatus.NOT_PAID, None)
    assert (asked.sort, asked.offset, asked.limit, asked.count) == (UserSort.ADDED_AT_DESCENDING, 200, 50, True)
    assert users_query(Query()).sort is UserSort.NAME


def test_every_sortable_column_is_one_the_server_sorts_by() -> None:
    """Columns and the contract's sort keys are written in two places."""
    from screens.users.screen import COLUMNS

    for column in COLUMNS:
        assert not column.sortable or UserSort(column.key)


def test_a_user_as_a_row() -> None:
    """State is sign and word; the version that was seen stays with the row."""
    row = user_row(make_user(status=UserStatus.NOT_PAID))
    assert row.cells == ("Ana Silva", "ana@acme.example", "Surveyor", "! NOT PAID", "hand", "2026-11-20")
    assert (row.id, row.version) == ("usr_1", 3)
