"""The parts of the documents that are made from the code; `python -m bench.documents` (`make docs`) writes them anew.

A part stands between `<!-- made: NAME -->` and `<!-- /made -->`; a test compares it with what would be written.
"""

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from bench import architecture, reference

__all__ = ["PARTS", "ROOT", "filled"]

ROOT: Final = Path(__file__).parent.parent

PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "keys": reference.key_table,
    "commands": reference.command_list,
    "problems": reference.problem_table,
    "folders": architecture.folders,
    "contracts": architecture.contracts,
    "screens": architecture.screens,
    "server": architecture.server,
    "rooms of the app": partial(architecture.rooms_of, "contract", "client", "tui", "screens", "cli"),
    "rooms of the server": partial(architecture.rooms_of, "server"),
}
"""What is made, by the name that its mark has."""

_PART: Final = re.compile(r"(<!-- made: ([^>]+) -->\n).*?(<!-- /made -->)", re.DOTALL)


def filled(text: str) -> str:
    """A document with every part as the code has it now.

    Raises:
        KeyError: a mark names nothing that is made.
    """
    return _PART.sub(lambda found: f"{found[1]}{PARTS[found[2]]()}{found[3]}", text)


def main() -> int:
    """Write every document that has such parts."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        before = path.read_text()
        after = filled(before)
        if after != before:
            path.write_text(after)
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
