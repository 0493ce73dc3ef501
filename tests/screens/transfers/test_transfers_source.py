"""What the table of requests asks the API, and how its answers become rows."""

import pytest
from made import NOW, make_transfer

from contract.transfers import Direction, TransferSort, TransferState
from screens.shared.filter_words import FilterError
from screens.transfers.source import TransfersSource, transfer_row
from tui.presentation.transfers import Side
from tui.widgets.table.data import Query


def test_every_sortable_column_is_one_the_server_sorts_by() -> None:
    """Columns and the contract's sort keys are written in two places."""
    from screens.transfers.screen import COLUMNS

    for columns in COLUMNS.values():
        assert all(TransferSort(column.key) for column in columns if column.sortable)


def _source(side: Side) -> TransfersSource:
    return TransfersSource(None, side, lambda: NOW)  # type: ignore[arg-type] # nothing is fetched here


def test_each_side_asks_for_its_own() -> None:
    """Incoming and outgoing are those that wait, oldest first; the history is all, newest first."""
    incoming, outgoing, history = (_source(side).query(Query("bo")) for side in Side)
    assert (incoming.direction, incoming.state) == (Direction.INCOMING, TransferState.PENDING)
    assert (outgoing.direction, outgoing.state) == (Direction.OUTGOING, TransferState.PENDING)
    assert (history.direction, history.state) == (None, None)
    assert incoming.sort is TransferSort.CREATED_AT
    assert history.sort is TransferSort.CREATED_AT_DESCENDING


def test_only_the_history_is_narrowed_by_state() -> None:
    """Elsewhere `state:` is text, for there is only one state."""
    found = _source(Side.HISTORY).query(Query("state:declined direction:in bo"))
    assert (found.state, found.direction, found.search) == (TransferState.DECLINED, Direction.INCOMING, "bo")
    assert _source(Side.INCOMING).query(Query("state:declined")).search == "state:declined"
    with pytest.raises(FilterError):
        _source(Side.HISTORY).query(Query("state:lost"))


def test_a_request_as_a_row() -> None:
    """What somebody gives up comes before what they say; ages are relative."""
    row = transfer_row(make_transfer(gives_up="Professional", message="Hi!"), NOW)
    assert row.cells == ("Bo Kaya", "bo@old.example", "gives up Professional · Hi!", "3 h", "13 d")
    ended = make_transfer(state=TransferState.DECLINED, reason="who?", direction=Direction.OUTGOING)
    assert transfer_row(ended, NOW, Side.HISTORY).cells[2:] == ("out", "declined", "who?", "3 h")
