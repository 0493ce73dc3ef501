"""Commands with broken standard streams: real descriptors, in children that a process forks which has loaded it all.

A fork costs a tenth of a start. Its streams are put together as the interpreter does it at its start; that this is the
same is shown by the stories which start real processes.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODES = ("ordinary", "closed", "full", "full output", "broken at once", "broken half-way", "ascii", "no input")
"""The ways in which a day can be bad, after the good one."""

_LONGEST = 60
_CLOSED = -1


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. What could be caught of its output; `crash` is the traceback of one that crashed."""

    code: int
    out: str = ""
    err: str = ""
    crash: str = ""


class Nursery:
    """Runs commands one after another, each in a child of its own."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process, self._folder = process, folder

    def run(self, words: Sequence[str], mode: str, environment: Mapping[str, str]) -> Ended:
        """Run `headcount` with these words on such a day."""
        assert self._process.stdin
        assert self._process.stdout
        caught = [str(self._folder / name) for name in ("out", "err", "crash")]
        request = {"words": list(words), "mode": mode, "environment": dict(environment), "caught": caught}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Ended(code, *(Path(each).read_text(errors="replace") for each in caught))


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """Such a process, everything loaded."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
    ) as process:
        yield Nursery(process, folder)
        process.stdin.close()  # type: ignore[union-attr] # it was asked for above


def plumbed(mode: str, out: int, err: int) -> tuple[tuple[int, int, int], Callable[[], object]]:
    """What becomes the standard streams in a mode (-1: closed), and what their other ends do meanwhile."""
    nothing, full = os.open(os.devnull, os.O_RDONLY), os.open("/dev/full", os.O_WRONLY)
    if mode in {"broken at once", "broken half-way"}:
        reading, writing = os.pipe()
        if mode == "broken at once":
            os.close(reading)
            return (nothing, writing, writing), lambda: os.close(writing)

        def read_a_little() -> None:
            os.close(writing)
            os.read(reading, 1)
            os.close(reading)

        return (nothing, writing, writing), read_a_little
    found = {
        "closed": (nothing, _CLOSED, _CLOSED),
        "full": (nothing, full, full),
        "full output": (nothing, full, err),
        "no input": (_CLOSED, out, err),
    }
    return found.get(mode, (nothing, out, err)), lambda: None


def _serve() -> None:
    """Read a request a line, fork, and answer the exit code a line."""
    _load()
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(f"{_one(request)}\n")
        sys.stdout.flush()


def _load() -> None:
    """Import what commands import when they run."""
    import importlib

    from cli.arguments import parser
    from server.__main__ import _parser as server_parser

    for each in leaves(parser()).values():
        if run := each.get_default("run"):
            importlib.import_module(run.partition(":")[0])
    server_parser()
    loaded = (
        "cli.info",
        "cli.login",
        "cli.open",
        "client.transport",
        "server.operations.commands",
        "server.operator.commands",
        "server.operations.provisioning",
    )
    more = (
        "server.seed.bulk_users",
        "server.operations.authentication",
        "server.store.schema",
        "server.operations.verify",
        "server.operations.check_prices",
    )
    import gc

    for name in (
        *loaded,
        *more,
        "server.store.outbound_mail",
        "tui.presentation.quote_summary",
        "httpcore",
        "alembic.command",
    ):
        importlib.import_module(name)
    gc.freeze()


def leaves(parser: Any, words: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every command of a parser, by its words, however deep."""
    import argparse

    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        return {" ".join(words): parser}
    found: dict[str, Any] = {}
    for each in below:
        for name, command in each.choices.items():
            found |= leaves(command, (*words, name))
    return found


def _one(request: dict[str, Any]) -> int:
    """The exit code of one command."""
    out, err, crash = (os.open(each, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600) for each in request["caught"])
    streams, meanwhile = plumbed(request["mode"], out, err)
    child = os.fork()
    if child == 0:
        _run(request, streams, crash)
    meanwhile()
    os.closerange(3, 64)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(request: dict[str, Any], streams: tuple[int, int, int], crash: int) -> None:
    """Be the command: never returns."""
    import traceback

    from cli.main import run

    code = 1
    try:
        signal.alarm(_LONGEST)
        os.environ.clear()
        os.environ.update(request["environment"])
        for number, given in enumerate(streams):
            if given == _CLOSED:
                os.close(number)
            else:
                os.dup2(given, number)
        kept = os.dup2(crash, 99, inheritable=False)
        os.closerange(3, 64)
        _streams_as_at_the_start(streams, request["mode"])
        sys.argv = ["headcount", *request["words"]]
        run()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - what would be printed as a traceback
        os.write(kept, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _streams_as_at_the_start(streams: tuple[int, int, int], mode: str) -> None:
    """`sys.stdin` and the others as a new interpreter makes them, with `PYTHONUNBUFFERED` where a pipe breaks later."""
    encoding = "ascii" if mode == "ascii" else "utf-8"
    unbuffered = mode == "broken half-way"
    sys.stdin = None if streams[0] == _CLOSED else open(0, encoding=encoding, closefd=False)  # noqa: SIM115 - for ever
    for number, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        made = None
        if streams[number] != _CLOSED:
            made = open(number, "w", encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115
            made.reconfigure(write_through=unbuffered, line_buffering=number == 2)
        setattr(sys, name, made)
        setattr(sys, f"__{name}__", made)
    sys.__stdin__ = sys.stdin  # type: ignore[misc]


if __name__ == "__main__":
    _serve()
