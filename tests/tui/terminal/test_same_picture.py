"""Writing only differences shows exactly what Textual's own output shows."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ptyterm import PtyProgram

from tui.terminal.cells import Row, cells_of, is_wide
from tui.terminal.frame_writer import FrameWriter
from tui.terminal.pen import PLAIN, Pen, switch
from tui.terminal.scrolling import find_move, moved

DEMO = "tests/tui/terminal/demo_app.py"
DOWN, UP, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~"
TOP, BOTTOM, TAB = "\x1b[1;5H", "\x1b[1;5F", "\t"
KEYS = [DOWN, DOWN, DOWN * 18, DOWN, DOWN, DOWN * 5, PAGE_DOWN, PAGE_DOWN, "d", DOWN, "d", UP, UP * 25, UP, PAGE_UP]
KEYS += [BOTTOM, UP, "x", "x", TOP, DOWN * 3, "d", "d", "\x0c", TAB, "\x1b[<65;10;10M", "\x1b[<35;12;6M"]


@contextlib.contextmanager
def both(tmp_path: Path, columns: int, lines: int) -> Iterator[tuple[PtyProgram, PtyProgram]]:
    """The demo with and without our output, ready."""
    state = {"HEADCOUNT_TEST_STATE": str(tmp_path)}
    plain = state | {"HEADCOUNT_PLAIN_OUTPUT": "1"}
    with (
        PtyProgram([DEMO, "frame"], columns, lines, state) as ours,
        PtyProgram([DEMO], columns, lines, plain) as textual,
    ):
        for program in (ours, textual):
            program.wait_for_text("user3@")
            program.settle(0.2)
        yield ours, textual


def compare(ours: PtyProgram, textual: PtyProgram, after: str) -> None:
    """Wait until both show the same, or fail with what differs."""

    def same() -> bool:
        textual.settle(0.04)
        return ours.cells() == textual.cells()

    with contextlib.suppress(AssertionError):
        ours.wait_for(same, 2)
    for y, (one, other) in enumerate(zip(ours.cells(), textual.cells(), strict=True)):
        assert one == other, f"row {y} after {after!r}"


@pytest.mark.clock
@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_every_state_looks_the_same(tmp_path: Path, columns: int, lines: int) -> None:
    """After each key the two screens agree in every character, colour and attribute."""
    with both(tmp_path, columns, lines) as (ours, textual):
        compare(ours, textual, "start")
        for keys in KEYS:
            for program in (ours, textual):
                program.send(keys)
                program.settle(0.05)
            compare(ours, textual, keys)
        assert len(ours.raw) * 4 < len(textual.raw)


def test_resizing_looks_the_same(tmp_path: Path) -> None:
    """Smaller, larger and back at once: nothing stale stays on the screen."""
    with both(tmp_path, 80, 24) as (ours, textual):
        for columns, lines in ((60, 15), (100, 30), (40, 10), (80, 24)):
            for program in (ours, textual):
                program.resize(columns, lines)
                program.settle(0.3)
                program.send(DOWN)
                program.settle(0.1)
            compare(ours, textual, f"{columns}×{lines}")


PENS = [
    PLAIN,
    Pen("1"),
    Pen("", "38;5;252", "48;5;233"),
    Pen("1", "38;5;179", "48;5;24"),
    Pen("4", "", "48;5;233"),
    Pen("7"),
]
TEXTS = st.lists(st.sampled_from(["a", "bc", " ", "      ", "日", "e\u0301", "한국", "x"]), max_size=12).map("".join)
SPANS = st.lists(st.tuples(TEXTS, st.sampled_from(PENS)), min_size=1, max_size=4)
WIDTH, HEIGHT = 16, 8


def row_of(spans: list[tuple[str, Pen]]) -> Row:
    """A row of `WIDTH` cells, no wide character cut at the edge."""
    row = [cell for text, pen in spans for cell in cells_of(text, pen)][:WIDTH]
    if row and is_wide(row[-1]):
        row[-1] = (" ", PLAIN)
    return [*row, *cells_of(" ", spans[-1][1]) * WIDTH][:WIDTH]


SCREENS = st.lists(SPANS.map(row_of), min_size=HEIGHT, max_size=HEIGHT)


def emulated(frames: list[str]) -> list[list[tuple[object, ...]]]:
    """What a terminal shows after these frames."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[?7l")  # as Textual does
    for frame in frames:
        stream.feed(frame)
    cells = [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]
    return [
        [(c.data, c.bg, c.underscore, c.reverse, *((c.fg, c.bold) if c.data != " " else ())) for c in row]
        for row in cells
    ]


def frame_between(shown: list[Row], wanted: list[Row], *, erases: bool = True) -> str:
    """As `DiffDisplay` makes a frame."""
    writer = FrameWriter(erases_with_background=erases)
    move = find_move(shown, dict(enumerate(wanted)))
    if move:
        writer.scroll(*move)
        shown = moved(shown, move)
    for y, row in enumerate(wanted):
        writer.row(y, shown[y], row)
    return writer.finish((0, 0))


def naive(rows: list[Row]) -> str:
    """Every cell written with its own codes."""
    parts = []
    for y, row in enumerate(rows):
        parts.append(f"\x1b[{y + 1}H")
        parts += ["\x1b[m" + switch(PLAIN, cell[1]) + cell[0] for cell in row if cell]
    return "".join([*parts, "\x1b[m"])


@settings(max_examples=60, deadline=None)
@given(SCREENS, SCREENS, st.booleans())
def test_any_screen_becomes_any_other(first: list[Row], second: list[Row], erases: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    """Whatever was shown, after the frame the wanted cells are shown."""
    blank: list[Row] = [[None] * WIDTH for _ in range(HEIGHT)]
    frames = [frame_between(blank, first, erases=erases), frame_between(first, second, erases=erases)]
    assert emulated(frames) == emulated([naive(second)])


@settings(max_examples=60, deadline=None)
@given(SCREENS, SCREENS, st.integers(-5, 5), st.integers(0, 3), st.integers(5, 8))
def test_a_moved_block_arrives(first: list[Row], second: list[Row], distance: int, top: int, bottom: int) -> None:
    """A block of rows that moves by some lines, with others around it staying, looks as if written anew."""
    wanted = list(first)
    for y in range(top, bottom):
        wanted[y] = first[y + distance] if top <= y + distance < bottom else second[y]
    frames = [naive(first), frame_between(first, wanted)]
    assert emulated(frames) == emulated([naive(wanted)])


def test_a_row_that_did_not_change_costs_nothing() -> None:
    """No difference, no bytes."""
    rows = [row_of([("a 日", PENS[2])])] * HEIGHT
    writer = FrameWriter(erases_with_background=True)
    for y, row in enumerate(rows):
        writer.row(y, row, list(row))
    assert writer.is_empty
    assert writer.finish(None) == ""


def test_the_terminal_moves_what_moved() -> None:
    """Scrolling by one line writes that line only."""
    rows = [row_of([(chr(97 + y) * WIDTH, PENS[2])]) for y in range(HEIGHT + 1)]
    frame = frame_between(rows[:-1], rows[1:])
    assert "\x1b[1;8r" in frame
    assert "b" not in frame
    assert "i" * WIDTH in frame


@pytest.mark.parametrize(
    ("old", "new", "sequence"),
    [
        (PLAIN, PLAIN, ""),
        (PLAIN, Pen("1"), "\x1b[1m"),
        (Pen("1"), PLAIN, "\x1b[m"),
        (Pen("1"), Pen("1;4"), "\x1b[4m"),
        (Pen("1", "31"), Pen("4", "31"), "\x1b[0;4;31m"),
        (Pen("", "31", "42"), Pen("", "", "42"), "\x1b[39m"),
        (Pen("", "31", "42"), Pen("", "31", "43"), "\x1b[43m"),
    ],
)
def test_pens_change_shortly(old: Pen, new: Pen, sequence: str) -> None:
    """Only what differs is sent, and a reset only when an attribute must go."""
    assert switch(old, new) == sequence


@pytest.mark.parametrize("keys", ["\x0c", "d\x0c"], ids=["in the list", "in a dialog"])
def test_ctrl_l_mends_what_others_wrote(tmp_path: Path, keys: str) -> None:
    """The terminal is cleared and every cell written again, in front of a dialog as well."""
    with PtyProgram([DEMO], 80, 24, {"HEADCOUNT_TEST_STATE": str(tmp_path)}) as program:
        program.wait_for_text("user3@")
        if keys[:-1]:
            program.send(keys[:-1])
            program.wait_for_text("Really?")
        program.settle(0.2)
        before = program.cells()
        os.write(program.slave, b"\x1b[7mwall: the machine goes down\x1b[m\x1b[12;1H\x1b[J")
        program.settle(0.2)
        assert program.cells() != before
        start = len(program.raw)
        program.send(keys[-1])
        program.wait_for(lambda: b"\x1b[2J" in program.raw[start:])
        program.wait_for(lambda: program.cells() == before)
