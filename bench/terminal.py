"""A program on a pseudo-terminal, watched with as little work as possible: bytes and the time each came."""

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

ROOT = Path(__file__).parents[1]
QUIET = 0.1
"""Seconds without a byte after which an answer is complete."""

_REMOVED = ("COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "PYTHONDONTWRITEBYTECODE", "STY", "TERM_PROGRAM", "TMUX")
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])")


class Answer(NamedTuple):
    """What a key brought: how many bytes, and milliseconds to the first and to the last of them."""

    bytes: int
    first: float
    last: float


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """256 colours, UTF-8, compiled bytecode allowed, and nothing of the terminal the benchmark runs in."""
    kept = {name: value for name, value in os.environ.items() if name not in _REMOVED}
    return kept | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)} | dict(changes)


class Watched:
    """Runs `argv` on a terminal of 80×24. `at` holds a pair (seconds since exec, bytes so far) for each read."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None, *, typed: str = "") -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.raw = bytearray()
        self.at: list[tuple[float, int]] = []
        if typed:
            os.write(self.master, typed.encode())
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(env or {}),
            start_new_session=True,
            cwd=ROOT,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def read(self, timeout: float) -> bool:
        """Take what was written, waiting so many seconds for it; whether there was anything."""
        if not select.select([self.master], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.at.append((time.perf_counter() - self.began, len(self.raw)))
        return bool(data)

    def first(self, timeout: float = 20.0) -> float:
        """Milliseconds from exec to the first byte."""
        if not self.raw and not self.read(timeout):
            self._give_up("anything")
        return self.at[0][0] * 1000

    def until(self, text: str, *, after: int = 0, timeout: float = 20.0) -> float:
        """Read until `text` was written behind byte `after`; milliseconds from exec until then.

        Text is looked for without escape sequences, so it has to be written in one piece on one line.
        """
        wanted, end = text.encode(), time.perf_counter() + timeout
        while wanted not in _SEQUENCE.sub(b"", bytes(self.raw[after:])):
            left = end - time.perf_counter()
            if left <= 0 or (self.process.poll() is not None and not self.read(0.05)):
                self._give_up(text)
            self.read(min(left, 0.5))
        return self.at[-1][0] * 1000

    def settle(self, quiet: float = QUIET, timeout: float = 20.0) -> None:
        """Read until nothing has come for `quiet` seconds."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end and self.read(quiet):
            pass

    def key(self, keys: str, *, quiet: float = QUIET) -> Answer:
        """Type, and read until it is quiet."""
        before, began = len(self.raw), self.send(keys)
        if not self.read(2.0):
            return Answer(0, 0.0, 0.0)
        first = self.at[-1][0] - began
        self.settle(quiet)
        return Answer(len(self.raw) - before, first * 1000, (self.at[-1][0] - began) * 1000)

    def key_until(self, keys: str, text: str, timeout: float = 20.0) -> float:
        """Type, and read until `text` is written; milliseconds from the key to it."""
        before, began = len(self.raw), self.send(keys)
        return self.until(text, after=before, timeout=timeout) - began * 1000

    def send(self, keys: str) -> float:
        """Type; the time it happened, in seconds since exec."""
        os.write(self.master, keys.encode())
        return time.perf_counter() - self.began

    def leave(self, keys: str, timeout: float = 10.0) -> float:
        """Type the key that leaves; milliseconds until the process is gone."""
        descriptor = os.pidfd_open(self.process.pid)
        try:
            began, end = self.send(keys), time.perf_counter() + timeout
            while not select.select([descriptor], [], [], 0)[0]:
                if time.perf_counter() > end:
                    self._give_up("its end")
                ready, _, _ = select.select([descriptor, self.master], [], [], 1.0)
                if self.master in ready:
                    self.read(0)
            return (time.perf_counter() - self.began - began) * 1000
        finally:
            os.close(descriptor)

    def resident(self) -> float:
        """Resident memory in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def _give_up(self, text: str) -> None:
        seen = _SEQUENCE.sub(b" ", bytes(self.raw[-4000:])).decode(errors="replace")
        message = f"waited in vain for {text!r}; last seen: {' '.join(seen.split())[-1500:]}"
        raise TimeoutError(message)
