"""`headcount login` on a terminal of its own, for stories in which somebody confirms its code in a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ptyterm import PtyProgram

HEADCOUNT = ["-c", "from cli.main import run; run()"]
PATIENCE = 45
_CODE = re.compile(r"^ {4}([B-Z]{4}-[B-Z]{4})$", re.MULTILINE)


@contextmanager
def login(home: Path, url: str, *words: str) -> Iterator[PtyProgram]:
    """The command on a terminal, in a home of its own."""
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "HEADCOUNT_PROFILE")
    environment: dict[str, str | None] = {"HOME": str(home), **dict.fromkeys(names)}
    with PtyProgram([*HEADCOUNT, "login", "--url", url, *words], 240, 40, env=environment) as program:
        yield program


def code_on(program: PtyProgram) -> str:
    """The code that stands on the screen."""
    program.wait_for(lambda: "Waiting" in program.text(), PATIENCE)
    return codes_on(program)[-1]


def codes_on(program: PtyProgram) -> list[str]:
    """All codes there."""
    found: list[str] = _CODE.findall(program.text())
    return found


def wait_end(program: PtyProgram) -> tuple[int, str]:
    """The exit code, and what stands on the screen, without line ends."""
    code = program.wait(PATIENCE)
    return code, " ".join(program.text().split())
