"""The table without a terminal: pages, marks, columns."""

from fake_rows import person

from tui.widgets.table.columns import Column, lay_out
from tui.widgets.table.data import PAGE, Pages, Phase, Query, Row, Window
from tui.widgets.table.gone import carried, sought
from tui.widgets.table.marks import Marks


def loaded(indexes: range, *, total: int | None = None, text: str = "") -> Pages:
    """One page of rows."""
    pages = Pages(query=Query(text=text))
    pages.store(0, Window([person(index) for index in indexes], len(indexes) if total is None else total))
    return pages


def test_only_pages_on_the_screen_are_wanted() -> None:
    """A screen in the middle of a million rows needs the one or two pages it shows."""
    pages = loaded(range(100), total=1_000_000)
    assert pages.on_screen(500_000, 20) == [5_000]
    assert pages.on_screen(99, 20) == [0, 1]
    assert pages.on_screen(999_990, 20) == [9_999]


def test_neighbours_are_read_ahead_near_an_edge_only() -> None:
    """The next page is asked for in the last quarter of the present one, the previous in the first."""
    pages = loaded(range(100), total=1_000_000)
    assert pages.ahead(40, 20) == []
    assert pages.ahead(70, 20) == [1]
    assert pages.ahead(110, 20) == [0]


def test_the_least_recently_used_page_goes() -> None:
    """However far somebody scrolls, no more than sixty pages are kept."""
    pages = Pages()
    for number in range(70):
        pages.touch([0])
        pages.store(number, Window([person(number * PAGE)], 7_000))
    assert len(pages.loaded) == 60
    assert 0 in pages.loaded
    assert 5 not in pages.loaded


def test_each_phase_has_its_reason() -> None:
    """Loading, empty, no match, failed and ready are told apart."""
    assert Pages().phase is Phase.LOADING
    assert loaded(range(0)).phase is Phase.EMPTY
    assert loaded(range(0), text="x").phase is Phase.NO_MATCH
    assert loaded(range(3)).phase is Phase.READY
    failed = Pages()
    failed.fail(0, "no route")
    assert failed.phase is Phase.FAILED


def test_everything_becomes_ids_when_all_rows_are_here() -> None:
    """`*` on a list that is all here marks exactly the rows that are seen, with their versions."""
    marks = Marks()
    marks.mark_everything(loaded(range(7)))
    assert marks.everything is None
    assert [row.version for row in marks.chosen.values()] == [1] * 7


def test_everything_with_exceptions() -> None:
    """`*` on more than is here is a query minus exceptions."""
    marks, pages = Marks(), loaded(range(100), total=5_000)
    marks.mark_everything(pages)
    marks.toggle(person(3), pages.query)
    assert marks.count(5_000) == 4_999
    assert "usr_3" not in marks
    marks.toggle(person(3), pages.query)
    assert marks.count(5_000) == 5_000


def test_a_new_filter_ends_a_mark_of_everything() -> None:
    """What nobody can see any more is not marked any more, and the caller hears of it."""
    marks = Marks()
    marks.mark_everything(loaded(range(100), total=5_000))
    assert marks.follow(loaded(range(100), total=5_000)) is False
    assert marks.follow(loaded(range(10), text="a")) is True
    assert marks.count(10) == 0


def test_marks_by_id_survive_a_filter_and_the_hidden_ones_are_counted() -> None:
    """Another filter keeps marks by id and says how many of them it hides."""
    marks, everything = Marks(), loaded(range(100))
    marks.add([person(1), person(10)], everything.query)
    filtered = loaded(range(10, 20), text="a")
    marks.follow(filtered)
    assert list(marks.chosen) == ["usr_1", "usr_10"]
    assert marks.hidden(filtered) == 1
    assert marks.hidden(everything) == 0


def test_a_mark_on_a_page_that_went_is_not_called_hidden() -> None:
    """Scrolling far away does not hide a mark; only a filter does."""
    marks, far = Marks(), Pages()
    marks.add([person(1)], Query())
    far.store(50, Window([person(5_000)], 1_000_000))
    assert marks.hidden(far) == 0


def test_marks_remember_the_newest_version_seen() -> None:
    """What is confirmed is the version that was on the screen last."""
    marks, pages = Marks(), loaded(range(3))
    marks.add(pages.rows(), pages.query)
    newer = Pages()
    newer.store(0, Window([Row("usr_1", ("a", "b", "c", "d"), 9)], 1))
    marks.follow(newer)
    assert [row.version for row in marks.chosen.values()] == [1, 9, 1]


def test_columns_give_way_in_order_and_the_rest_fills_the_width() -> None:
    """The highest `drop` goes first, 0 never, and what is left takes the whole width."""
    columns = [
        Column("email", "E-mail", weight=3, min_width=20),
        Column("name", "Name", weight=1, min_width=10, drop=1),
        Column("since", "Since", width=10, drop=2),
    ]
    assert [place.column.key for place in lay_out(columns, 80)] == ["email", "name", "since"]
    assert [place.column.key for place in lay_out(columns, 40)] == ["email", "name"]
    assert [place.column.key for place in lay_out(columns, 25)] == ["email"]
    for width in range(25, 200):
        last = lay_out(columns, width)[-1]
        assert last.left + last.width == width


def test_flexible_columns_share_by_weight_above_their_least() -> None:
    """Three parts to one, once both have their least."""
    columns = [Column("a", "A", weight=3), Column("b", "B", weight=1)]
    assert [place.width for place in lay_out(columns, 2 + 80 + 1)] == [60, 20]


def test_where_even_the_least_does_not_fit_the_last_flexible_column_gives_way() -> None:
    """It ends in the row, so that what is cut off its values shows."""
    columns = [Column("when", "When", width=10), Column("what", "What", min_width=50)]
    assert [place.width for place in lay_out(columns, 2 + 10 + 1 + 30)] == [10, 30]
    assert [place.width for place in lay_out(columns, 8)] == [10, 1]


def _gone(row: Row) -> str:
    """Every third person was dealt with by somebody else."""
    return "removed by jane" if int(row.id.removeprefix("usr_")) % 3 == 0 else ""


def test_rows_that_are_gone_stay_below_the_row_that_stood_above_them() -> None:
    """Of twelve rows four are gone: each keeps its neighbours, and places count only what matches."""
    old, new = loaded(range(12)), Pages()
    new.store(0, Window([person(index) for index in range(12) if index % 3], 8))
    new.gone = carried(old, new, range(12), _gone, now=0.0)
    assert [row.id for index in range(12) if (row := new.row(index))] == [f"usr_{index}" for index in range(12)]
    assert (new.length, new.total) == (12, 8)
    assert [new.place(index) for index in (1, 4, 5)] == [0, 2, 3]
    assert [new.find(f"usr_{index}") for index in range(12)] == list(range(12))
    assert new.row(12) is None


def test_rows_go_unseen_when_nobody_dealt_with_them_or_they_were_not_on_the_screen() -> None:
    """What was scrolled past, and what just matches no longer, leaves no trace."""
    old, new = loaded(range(12)), Pages()
    new.store(0, Window([], 0))
    assert [each.row.id for each in carried(old, new, range(2, 8), _gone, now=0.0)] == ["usr_3", "usr_6"]


def test_new_rows_come_between_without_moving_what_is_gone_from_its_neighbour() -> None:
    """Rows that arrive above and below leave what is gone beside the row it stood below."""
    old, new = loaded(range(6)), Pages()
    new.store(0, Window([person(index) for index in (31, 1, 2, 32, 4, 5, 34)], 7))
    new.gone = carried(old, new, range(6), _gone, now=0.0)
    shown = [row.id.removeprefix("usr_") for index in range(9) if (row := new.row(index))]
    assert shown == ["31", "0", "1", "2", "3", "32", "4", "5", "34"]


def test_what_is_gone_stays_in_range_when_the_list_shrinks_under_it() -> None:
    """A later page that says there are fewer rows leaves no hole."""
    old, new = loaded(range(12)), Pages()
    new.store(0, Window([person(index) for index in range(12) if index % 3], 8))
    new.gone = carried(old, new, range(12), _gone, now=0.0)
    new.store(0, Window([person(1), person(2)], 2))
    assert [row is not None for row in map(new.row, range(new.length))] == [True] * 6


def test_a_row_that_moved_to_another_page_is_looked_for_where_it_can_be() -> None:
    """As many rows as came may have moved it; a reload is not shown without the pages it may be on."""
    old, new = loaded(range(100), total=1_000), Pages()
    new.store(0, Window([person(index) for index in range(2_000, 2_100)], 1_120))
    assert sought(old, new, "usr_90", 90) == [0, 1, 2]
    assert sought(old, new, "usr_2005", 90) == []
    new.store(0, Window([person(index) for index in range(2_000, 2_100)], 101_000))
    assert sought(old, new, "usr_90", 90) == [0, 1, 2]
