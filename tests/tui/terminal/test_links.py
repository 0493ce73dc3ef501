"""Slow lines, terminals with newer protocols, and the frame that is there before Textual."""

import re
import time
from pathlib import Path

import pytest
from ptyterm import PtyProgram

DEMO = "tests/tui/terminal/demo_app.py"
PAGE_DOWN, TOP = "\x1b[6~", "\x1b[1;5H"


def demo(tmp_path: Path, *arguments: str, **env: str) -> PtyProgram:
    """The demo, ready to be used."""
    program = PtyProgram([DEMO, *arguments], env={"HEADCOUNT_TEST_STATE": str(tmp_path), **env})
    program.wait_for_text("user3@")
    program.settle(0.1)
    return program


@pytest.mark.parametrize("plain", ["0", "1"])
def test_a_slow_line_shows_the_latest_state_soon(tmp_path: Path, plain: str) -> None:
    """With 20 KB/s and a held key, what is shown at the end is right, and most frames in between are left out."""
    with demo(tmp_path, HEADCOUNT_PLAIN_OUTPUT=plain) as program:
        before = len(program.raw)
        for _ in range(60):
            program.send(PAGE_DOWN if plain == "0" else "\x1b[B" * 5)
            time.sleep(0.01)
        program.send(TOP)
        time.sleep(0.2)
        program.wait_for(lambda: _slowly(program) and "0000 Ana" in program.text(), 20)
        assert len(program.raw) - before < 200_000
        program.send("x")
        program.wait_for_text("counted 1")


def _slowly(program: PtyProgram) -> bool:
    """One read as from a line of some 20 KB/s."""
    time.sleep(0.05)
    program.read()
    return True


def test_synchronised_updates(tmp_path: Path) -> None:
    """Where the terminal knows mode 2026, every frame begins and ends in it."""
    with demo(tmp_path) as program:
        program.send("\x1b[?2026;2$y")
        program.type("x")
        start = len(program.raw)
        program.type("x")
        frame = bytes(program.raw[start:])
    assert frame.startswith(b"\x1b[?2026h")
    assert frame.endswith(b"\x1b[?2026l")


def test_a_size_told_in_the_input_is_nothing(tmp_path: Path) -> None:
    """Nobody asks the terminal for its size in the input (mode 2048): what it says there is swallowed."""
    with demo(tmp_path) as program:
        program.send("\x1b[?2048;2$y\x1b[48;10;20;600;1000t")
        program.settle(0.3)
        assert 2048 not in program.modes()
        assert program.screen.display[23].startswith(" q Quit")
        program.resize(100, 30)
        program.wait_for(lambda: program.screen.display[29].startswith(" q Quit"))
        program.send("q")
        assert program.wait() == 0
        assert program.is_restored()


def test_the_terminal_is_asked_one_thing_once(tmp_path: Path) -> None:
    """No question but for whole frames (mode 2026), and no reports of the focus: what is not asked can't come late."""
    with demo(tmp_path) as program:
        program.type("x")
        written = bytes(program.raw)
    questions = re.findall(rb"\x1b\[[?>=]?[0-9;]*(?:\$p|n|c|t|q)|\x1b\][0-9;]*\?|\x1bP[^\x1b]*\x1b", written)
    assert questions == [b"\x1b[?2026$p"]
    assert b"\x1b[?1004h" not in written
    assert re.findall(rb"\x1b\[>([0-9]*)u", written) == [b"0"]


def test_the_first_frame_stays_until_it_changes(tmp_path: Path) -> None:
    """The app takes the painted frame over: one alternate screen, nothing cleared, the bars not written again."""
    with PtyProgram([DEMO, "frame"], env={"HEADCOUNT_TEST_STATE": str(tmp_path)}) as program:
        program.wait_for(lambda: b"loading" in program.raw)
        first = time.perf_counter() - program.started
        program.wait_for_text("user3@")
        program.settle(0.1)
        ready = time.perf_counter() - program.started
    print(f"first frame {first * 1000:.0f} ms, table {ready * 1000:.0f} ms")  # noqa: T201 - the figure is what one wants
    assert program.raw.count(b"\x1b[?1049h") == 1
    assert b"\x1b[2J" not in program.raw
    assert program.raw.count(b"1 Overview") == 1
    assert first < ready


def test_ascii_on_the_terminal(tmp_path: Path) -> None:
    """With ASCII asked for, every byte after the sequences is ASCII."""
    with demo(tmp_path, "frame", "ascii") as program:
        program.type("d")
        program.wait_for_text("+--")
        assert bytes(program.raw).isascii()
