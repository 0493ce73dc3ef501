"""The `headcount` command: which words start what, and the exit codes.

Exit codes: 0 done, 1 failed, 2 usage or settings, 3 not allowed, 4 conflict or stale, 5 payment refused, 6 unreachable,
130 cancelled. A command that changed something ends with the code of that, whatever becomes of its output. One that
only reads ends with 1 when its output can't be written, and with 0 when its reader has gone or its output was closed.
"""

import errno
import sys

from cli.output import open_streams
from server.platform.streams import ended

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run one command. Returns the exit code; never raises for what a user did."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _started(words)
    except KeyboardInterrupt:
        code = 130
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        print(f"No space left to write to: {error.strerror}.", file=sys.stderr)
        code = 1
    return ended(code)


def _started(words: list[str]) -> int:
    if words[:1] == ["server"]:
        from server.__main__ import main as server

        return server(words[1:])
    return _plain(words) if words in ([], ["demo"]) else _parsed(words)


def _plain(words: list[str]) -> int:
    """The two commands typed most, without the time it takes to import a parser: the frame shows sooner."""
    from cli.open import open_demo, open_profile

    return open_demo({}, fresh=False) if words else open_profile({})


def _parsed(words: list[str]) -> int:
    from cli.arguments import app_flags, parser

    options = parser().parse_args(words)
    return _run(options, app_flags(options))


def _run(options: "argparse.Namespace", flags: "dict[str, Any]") -> int:
    if options.command == "demo":
        from cli.open import open_demo

        return open_demo(flags, fresh=options.fresh)
    if options.command == "login":
        from cli.login import login

        return login(options)
    if options.command == "info":
        from cli.info import info

        return info(flags)
    if options.command:
        return _run_without_a_screen(options, flags)
    from cli.open import open_profile

    return open_profile(flags)


def _run_without_a_screen(options: "argparse.Namespace", flags: "dict[str, Any]") -> int:
    from importlib import import_module

    from cli.connection import guarded

    module, _, function = options.run.partition(":")
    return guarded(lambda: int(getattr(import_module(module), function)(options, flags)))


def run() -> None:
    """The console script: gone at once, since an app that has closed its files need not tear down its modules."""
    from tui.terminal.restore import leave

    open_streams()
    leave(main())
