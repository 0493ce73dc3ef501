"""Which lane a test belongs to, by what its module and the helpers it imports can do; and a guard that it is so.

`process`: starts another process, on a terminal, to be killed, or both. `app`: shows the whole app over a server.
`browser`: looks at pages with a real browser (`make test-browser`), and is in no other lane's run.
`counted`: repeats what it does as often as a variable of the environment says (`make soak`). What is in none of
them is the fast lane (`make test-fast`). A test that measures time marks itself `clock`: `make test` runs
those alone, after all others.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
SOAK = (
    *("HEADCOUNT_AHEAD", "HEADCOUNT_BURST", "HEADCOUNT_CODE_ROUNDS", "HEADCOUNT_DEATHS", "HEADCOUNT_EVENTS"),
    *("HEADCOUNT_FUZZ", "HEADCOUNT_HISTORIES", "HEADCOUNT_IDLE", "HEADCOUNT_KILLS", "HEADCOUNT_MONEY_HISTORIES"),
    *("HEADCOUNT_SEEDS", "HEADCOUNT_STREAMS", "HEADCOUNT_WIDTHS"),
)
"""The variables that say how often something is repeated."""

_SIGNS = {
    "process": re.compile(r"\bimport (?:subprocess|multiprocessing)\b|\bos\.fork\b|\bopenpty\b"),
    "app": re.compile(r"\bHeadcountApp\("),
    "browser": re.compile(r"\b(?:from|import) playwright\b"),
    "counted": re.compile(r"environ\.get\(\"(?:" + "|".join(SOAK) + r")\""),
}
_IMPORT = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
_STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "pty.spawn"})

_elsewhere: list[str] = []
_watching = [False]


def lanes_of(module: Path) -> frozenset[str]:
    """The lanes of the tests in a module."""
    texts = [_text(path) for path in _with_helpers(module)]
    return frozenset(lane for lane, sign in _SIGNS.items() if any(sign.search(text) for text in texts))


@cache
def _text(path: Path) -> str:
    return path.read_text()


@cache
def _with_helpers(module: Path) -> frozenset[Path]:
    """A module and every helper of the tests that it imports, directly or not."""
    found, left = {module}, [module]
    while left:
        for path in _imported(left.pop()):
            if path not in found:
                found.add(path)
                left.append(path)
    return frozenset(found)


def _imported(path: Path) -> Iterator[Path]:
    folders = (path.parent, TESTS, TESTS / "screens", TESTS / "tui", TESTS / "tui/terminal")
    for name in _IMPORT.findall(_text(path)):
        yield from [found for folder in folders if (found := folder / f"{name}.py").exists()][:1]


def starts_noticed() -> list[str]:
    """Forget what was noticed so far, and from here on note every start of a process in this one."""
    if not _watching[0]:
        sys.addaudithook(_notice)
        _watching[0] = True
    _elsewhere.clear()
    return _elsewhere


def _notice(event: str, arguments: tuple[object, ...]) -> None:
    if event in _STARTS:
        _elsewhere.append(f"{event} {arguments[:2]}")
