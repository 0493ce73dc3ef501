"""However the app ends, the terminal is as it was before."""

import signal
import time
from functools import partial
from pathlib import Path

import pytest
from ptyterm import PtyProgram

DEMO = "tests/tui/terminal/demo_app.py"


def demo(tmp_path: Path, *arguments: str, **env: str | None) -> PtyProgram:
    """The demo, ready to be used."""
    program = PtyProgram([DEMO, "frame", *arguments], env={"HEADCOUNT_TEST_STATE": str(tmp_path), **env})
    program.wait_for_text("user3@")
    program.settle(0.1)
    return program


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [("q", 0, ""), ("e", 1, "Internal error (ValueError)"), ("w", 1, "Internal error (KeyError)")],
)
def test_leaving_by_a_key(tmp_path: Path, key: str, code: int, said: str) -> None:
    """Quitting, an error and an error in a worker restore everything; an error is one line without secrets."""
    with demo(tmp_path) as program:
        before = len(program.raw)
        program.send(key)
        assert program.wait() == code
        assert program.is_restored()
        assert said.encode() in program.raw[before:]
        assert b"canary" not in program.raw


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_leaving_by_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """A signal closes the app properly, and the exit code tells which."""
    with demo(tmp_path) as program:
        program.signal(number)
        assert program.wait() == 128 + number
        assert program.is_restored()


def test_leaving_by_hang_up(tmp_path: Path) -> None:
    """When the connection drops the app ends; nothing spins on."""
    with demo(tmp_path) as program:
        program.hang_up()
        assert program.wait(5) == 128 + signal.SIGHUP


def test_hang_up_with_the_signal_ignored(tmp_path: Path) -> None:
    """Under nohup the dropped connection is noticed all the same."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        program = demo(tmp_path)
    finally:
        signal.signal(signal.SIGHUP, previous)
    with program:
        program.hang_up()
        assert program.wait(5) == 128 + signal.SIGHUP


def test_a_terminal_that_does_not_read(tmp_path: Path) -> None:
    """Although nobody takes the output, SIGTERM ends the app, by force after its grace."""
    with demo(tmp_path) as program:
        for _ in range(300):
            program.send("\x1b[6~")
        program.signal(signal.SIGTERM)
        assert program.process.wait(8) == 128 + signal.SIGTERM


@pytest.mark.parametrize(("argument", "code"), [("die", 1), ("hang", 128 + signal.SIGTERM)])
def test_dying_before_textual_is_there(tmp_path: Path, argument: str, code: int) -> None:
    """A failing import and a signal during it give the terminal back too."""
    with PtyProgram([DEMO, "frame", argument], env={"HEADCOUNT_TEST_STATE": str(tmp_path)}) as program:
        program.wait_for(lambda: b"loading" in program.raw)
        if argument == "hang":
            time.sleep(0.1)  # until it waits; nothing on the terminal tells
            program.signal(signal.SIGTERM)
        assert program.wait() == code
        assert program.is_restored()


def test_the_log_is_private_and_without_locals(tmp_path: Path) -> None:
    """The traceback goes to a file for its owner only, without the values of variables."""
    with demo(tmp_path) as program:
        program.send("e")
        program.wait()
    log = tmp_path / "crash.log"
    assert log.stat().st_mode & 0o777 == 0o600
    assert "ValueError" in log.read_text()
    assert "canary-4711" not in log.read_text()


def test_an_error_nobody_waited_for(tmp_path: Path) -> None:
    """Errors in a forgotten callback and in a thread are said and logged, and the app goes on."""
    with demo(tmp_path) as program:
        program.send("t")
        program.send("x")
        program.wait_for_text("Internal error")
        program.wait_for_text("counted 1")
        program.wait_for(lambda: (tmp_path / "crash.log").read_text().count("\nOSError") == 2)


def test_lending_the_terminal(tmp_path: Path) -> None:
    """A program run from the app writes on the ordinary screen, and afterwards the app is complete again."""
    with demo(tmp_path) as program:
        before = program.text()
        start = len(program.raw)
        program.send("s")
        program.wait_for(lambda: b"\x1b[?1049h" in program.raw[start:])
        assert b"lent" in program.raw[start:]
        back = program.raw.index(b"\x1b[?1049h", start)
        program.wait_for(lambda: program.text_drawn_since(back) == before)
        program.send("x")
        program.wait_for_text("counted 1")


def test_stopping_and_going_on(tmp_path: Path) -> None:
    """Ctrl+Z gives the terminal back to the shell; after `fg` the whole screen is drawn again."""
    with demo(tmp_path) as program:
        before = program.text()
        program.send("z")
        program.wait_for(lambda: "T" in _state(program.process.pid))
        program.settle(0.02)
        assert program.is_restored()
        stopped = len(program.raw)
        program.signal(signal.SIGCONT)
        program.wait_for(lambda: program.text_drawn_since(stopped) == before)
        program.send("q")
        assert program.wait() == 0
        assert program.is_restored()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_no_key_is_lost_at_the_start(tmp_path: Path) -> None:
    """Keys typed from 20 ms after the start on, long before Textual is there, all arrive, and none is echoed."""
    with PtyProgram([DEMO, "frame"], env={"HEADCOUNT_TEST_STATE": str(tmp_path)}) as program:
        program.wait_for(lambda: b"loading" in program.raw)
        for _ in range(10):
            program.send("x")
            time.sleep(0.03)
        program.wait_for_text("counted 10")
        assert "xx" not in program.text()


def test_keys_typed_before_the_first_frame(tmp_path: Path) -> None:
    """Even a key in the terminal's buffer before the program runs is not lost."""
    with PtyProgram([DEMO, "frame"], env={"HEADCOUNT_TEST_STATE": str(tmp_path)}) as program:
        program.send("xxx")
        program.wait_for_text("counted 3")


def test_undecodable_keys_do_no_harm(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 (a Latin-1 paste) neither end the app nor stop the keys."""
    with demo(tmp_path) as program:
        program.send(b"\xe9\xff\x80x")
        program.wait_for_text("counted 1")


@pytest.mark.clock
def test_leaving_is_quick(tmp_path: Path) -> None:
    """The process is gone well before Textual's own two sleeps of 0.1 s would be over."""
    times = []
    for _ in range(3):
        with demo(tmp_path) as program:
            start = time.perf_counter()
            program.send("q")
            program.process.wait(5)
            times.append(time.perf_counter() - start)
    print(f"from q to the end: {min(times) * 1000:.1f} ms")  # noqa: T201 - the figure is what one wants to know
    assert min(times) < 0.1


def test_an_idle_app_is_silent_and_still(tmp_path: Path) -> None:
    """Without keys no byte is written and next to no time is used."""
    with demo(tmp_path) as program:
        program.settle(0.2)
        before, used = len(program.raw), _cpu(program.process.pid)
        assert not program.read(1.0)
        assert len(program.raw) == before
        assert _cpu(program.process.pid) - used <= 2


def _cpu(pid: int) -> int:
    """Clock ticks (10 ms) a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_copying_says_what_is_known(tmp_path: Path) -> None:
    """OSC 52 is sent where it may work; in GNU screen nothing is claimed."""
    with demo(tmp_path) as program:
        program.send("c")
        program.wait_for_text("SENT")
        assert b"\x1b]52;c;Y29kZQ==\x07" in program.raw
    with demo(tmp_path, TERM="screen-256color") as program:
        program.send("c")
        program.wait_for_text("NOWHERE")
        assert b"\x1b]52" not in program.raw


def test_bytes_on_the_line(tmp_path: Path) -> None:
    """A start, a step, a scrolled line and a page stay within their budgets at 80×24."""
    with demo(tmp_path) as program:
        program.settle(0.4)
        start = len(program.raw)
        typed = partial(program.type, quiet=0.4, patience=20.0)  # what comes late counts for its own key
        step = max(typed("\x1b[B") for _ in range(3))
        typed("\x1b[B" * 17)
        scroll = max(typed("\x1b[B") for _ in range(3))
        page = max(typed("\x1b[6~") for _ in range(3))
    print(f"start {start}, step {step}, scroll {scroll}, page {page} bytes")  # noqa: T201 - the figure is what one wants to know
    assert start <= 8000
    assert step <= 300
    assert scroll <= 300
    assert page <= 2000
