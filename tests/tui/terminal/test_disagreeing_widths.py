"""On a terminal that measures characters in any way, everything else in the row is where it belongs.

With `HEADCOUNT_WIDTHS` every character is tried at every place on every terminal, and a thousand sequences of pictures;
without it every character on every terminal, and over them every place.
"""

import itertools
import os
from collections.abc import Iterator

import pyte
import pytest
from disagreeing import CLUSTERS, MODELS, Disagreeing, Width
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.presentation.glyphs import ASCII, UNICODE
from tui.terminal.ambiguous_width import is_ambiguous, is_doubtful
from tui.terminal.cells import Row, cells_of, is_wide
from tui.terminal.frame_writer import FrameWriter
from tui.terminal.pen import PLAIN, Pen
from tui.terminal.scrolling import find_move, moved

FULL = bool(os.environ.get("HEADCOUNT_WIDTHS"))
COLUMNS, LINES = 20, 7
PENS = [PLAIN, Pen("", "38;5;252", "48;5;233"), Pen("7"), Pen("4", "", "48;5;24")]
EDGES = [(moves_back, joins) for moves_back in (True, False) for joins in (True, False)]


class Watched:
    """A terminal that measures by `width`, drawn on as `DiffDisplay` does, and looked at after every frame."""

    def __init__(self, width: Width, *, moves_back: bool = True, joins: bool = False) -> None:
        self.screen = Disagreeing(COLUMNS, LINES, width, moves_back=moves_back, joins=joins)
        self.stream = pyte.Stream(self.screen)
        self.stream.feed("\x1b[?7l")  # as Textual does
        self.shown: list[Row] = [[None] * COLUMNS for _ in range(LINES)]

    def show(self, wanted: list[Row], after: object = "") -> None:
        """Make one frame of it, and compare."""
        writer = FrameWriter(erases_with_background=True)
        shown = self.shown
        move = find_move(shown, dict(enumerate(wanted)))
        if move:
            writer.scroll(*move)
            shown = moved(shown, move)
        for y, row in enumerate(wanted):
            writer.row(y, shown[y], row)
        self.stream.feed(writer.finish((0, 0)))
        self.shown = [list(row) for row in wanted]
        assert list(misplaced(self.screen, wanted)) == [], after


def misplaced(screen: pyte.Screen, wanted: list[Row]) -> Iterator[tuple[int, int, str, str]]:
    """Plain cells that show something else, and doubtful ones that show what belongs to none of their row."""
    for y, row in enumerate(wanted):
        uncertain = " " + "".join(cell[0] for cell in row if cell and not cell[0].isascii() and not is_plain(cell[0]))
        plain = True
        for x, cell in enumerate(row):
            assert cell is not None
            shown = screen.buffer[y][x]
            plain = plain if cell[0] == "" else is_plain(cell[0])
            if not plain and not set(shown.data) <= set(uncertain):
                yield (y, x, shown.data, "nothing of before")
            elif plain and (shown.data != cell[0] or shown.reverse != ("7" in cell[1].attributes.split(";"))):
                yield (y, x, shown.data, cell[0])


def is_plain(text: str) -> bool:
    """Whether all terminals draw it alike."""
    return not is_doubtful(text) and not is_ambiguous(text)


def row_of(*spans: tuple[str, Pen]) -> Row:
    """A row of `COLUMNS` cells, blank behind the spans, no wide character cut at the edge."""
    row = [cell for text, pen in spans for cell in cells_of(text, pen)][:COLUMNS]
    if row and is_wide(row[-1]):
        row[-1] = (" ", PLAIN)
    return [*row, *cells_of(" ", spans[-1][1] if spans else PLAIN) * COLUMNS][:COLUMNS]


def story(cluster: str, before: str) -> Iterator[tuple[str, list[Row]]]:
    """Pictures with `cluster` behind `before`: changed around it, lit up, scrolled, covered by a dialog, gone."""
    text, lit, edge = PENS[1], PENS[2], Pen("", "38;5;240", "48;5;233")
    others = [row_of((f"{n} plain text {chr(97 + n) * 9}", text)) for n in range(LINES)]

    def row(left: str = before, right: str = "right │", pen: Pen = text) -> Row:
        return row_of((left, pen), (cluster, pen), (right, pen))

    def with_row(y: int, row: Row) -> list[Row]:
        return [*others[:y], row, *others[y + 1 :]]

    yield "plain", others
    yield "comes", with_row(3, row())
    yield "changes behind", with_row(3, row(right="other │"))
    yield "nothing behind", with_row(3, row(right=""))
    yield "changes before", with_row(3, row(left=before.replace("e", "o"), right=""))
    yield "lit up", with_row(3, row(pen=lit))
    yield "scrolled", [*others[1:3], row(pen=lit), *others[4:], row(right="new")]
    yield "scrolled back", [row(right="newer"), *others[1:3], row(pen=lit), *others[4:]]
    yield "covered", [*others[:2], *[row_of((" ╭─ dialog ───────╮ ", edge))] * 3, *others[5:]]
    yield "uncovered", with_row(3, row())
    yield "another", with_row(3, row_of(("a", text), ("ก็ไ", text), (before, text)))
    yield "gone", others
    yield "twice", with_row(5, row_of((before, text), (cluster * 2, lit), ("x", text), (cluster, text)))
    yield "at the edge", with_row(2, row_of(("x" * (COLUMNS - len(cells_of(cluster, text))), text), (cluster, text)))
    yield "gone from the edge", others
    yield "framed", with_row(2, row_of(("x" * (COLUMNS - 1), text), ("│", edge)))
    yield "frame lit up", with_row(2, row_of(("x" * (COLUMNS - 1), text), ("│", lit)))


BEFORE = ("", "name", "│ 日", "─────")


@pytest.mark.parametrize("model", MODELS)
def test_doubtful_characters_move_nothing(model: str) -> None:
    """Each of them, at several places, whatever happens around it: plain cells stay, and nothing of before is left."""
    at = list(MODELS).index(model)
    for number, (cluster, before) in enumerate(itertools.product(CLUSTERS.values(), BEFORE)):
        if not FULL and number % 4 != (number // 4 + at) % 4:
            continue
        moves_back, joins = EDGES[(number + number // 4) % 4]
        terminal = Watched(MODELS[model], moves_back=moves_back, joins=joins)
        for step, picture in story(cluster, before):
            terminal.show(picture, (cluster, before, moves_back, joins, step))


PIECES = [*CLUSTERS.values(), "a", "bc", " ", "      ", "日", "한국", "│", "─────", "é", "Ünal", "Юлия", "●"]
SPANS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(PENS)), min_size=1, max_size=8)
ROWS = SPANS.map(lambda spans: row_of(*spans))
PICTURES = st.lists(ROWS, min_size=LINES, max_size=LINES)


@settings(max_examples=1_000 if FULL else 40, deadline=None)
@given(
    st.sampled_from(sorted(MODELS)),
    st.sampled_from(EDGES),
    PICTURES,
    st.lists(st.tuples(st.integers(0, LINES - 1), st.integers(-3, 3), ROWS), max_size=8),
    PICTURES,
)
def test_any_pictures_follow_one_another(
    model: str, edge: tuple[bool, bool], first: list[Row], steps: list[tuple[int, int, Row]], last: list[Row]
) -> None:
    """Whatever is shown, scrolled and changed, what all terminals draw alike is where it belongs after each frame."""
    moves_back, joins = edge
    terminal = Watched(MODELS[model], moves_back=moves_back, joins=joins)
    terminal.show(first)
    for y, scrolled, row in steps:
        picture = [terminal.shown[(line + scrolled) % LINES] for line in range(LINES)]
        picture[y] = row
        terminal.show(picture)
    terminal.show(last)


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS)
def test_what_terminals_disagree_about_is_known(cluster: str) -> None:
    """Each kind is found by rule, if it is not drawn as one character that they agree about, or not at all."""
    shown = "".join(cell[0] for cell in cells_of(cluster, PLAIN) if cell)
    assert any(map(is_doubtful, shown)) or (shown != cluster and len(shown) <= 1)


@pytest.mark.parametrize(
    "text", ["Ana Silva", "Zoë Müller", "Åsa", "Юлия Ωmega", "日本 太郎", "한국", "カタカナ", "ｱ", "１２"]
)
def test_what_they_agree_about_is_not_doubted(text: str) -> None:
    """Names in Latin, Greek, Cyrillic, Chinese, Japanese and Korean are written as before."""
    assert not any(map(is_doubtful, text))


def test_our_own_signs_are_never_doubtful() -> None:
    """Lines, boxes and marks that the app draws cost no row that is written anew."""
    signs = "".join(str(value) for glyphs in (UNICODE, ASCII) for value in vars_of(glyphs))
    assert [sign for sign in signs if is_doubtful(sign)] == []


def vars_of(glyphs: object) -> list[object]:
    """The values of all its fields."""
    return [getattr(glyphs, name) for name in type(glyphs).__dataclass_fields__]  # type: ignore[attr-defined]


def frame(shown: Row, wanted: Row) -> str:
    """What is written for one row."""
    writer = FrameWriter(erases_with_background=True)
    writer.row(0, shown, wanted)
    return writer.finish(None)


def test_plain_rows_cost_what_they_did() -> None:
    """A change in a row without them costs its characters and one position; a doubtful row is written once."""
    plain, doubtful = row_of(("name    state", PLAIN)), row_of(("नम      state", PLAIN))
    assert frame(plain, row_of(("name    stale", PLAIN))) == "\x1b[1;12Hl"
    assert frame(doubtful, list(doubtful)) == ""
    changed = frame(doubtful, row_of(("नम      stale", PLAIN)))
    assert len(changed.encode()) <= COLUMNS + 2 * 24
    assert changed.count("stale") == 1


def test_when_a_doubtful_character_goes_its_row_is_written_anew() -> None:
    """Nobody knows what a terminal keeps of it: of the row that was shown with it no cell is taken for granted."""
    wanted = row_of(("name    state", PLAIN))
    assert "name    state" in frame(row_of(("नa e    state", PLAIN)), wanted)
    assert "name    state" not in frame(row_of(("la e    state", PLAIN)), wanted)
