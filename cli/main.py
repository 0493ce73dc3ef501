"""The `headcount` command: which words start what, and the exit codes.

Exit codes: 0 done, 1 failed, 2 usage or settings, 3 not allowed, 4 conflict or stale, 5 payment refused, 6 unreachable,
130 cancelled.
"""

import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run one command. Returns the exit code; never raises for what a user did."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["server"]:
        from server.__main__ import main as server

        return server(words[1:])
    try:
        code = _plain(words) if words in ([], ["demo"]) else _parsed(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _hush(0)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        print(f"The output could not be written: {error.strerror}.", file=sys.stderr)
        return _hush(1)
    return code


def _hush(code: int) -> int:
    """Write nothing more: who reads has enough (`| head -1`), or the disk has not."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


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

    from cli.reach import guarded

    module, _, function = options.run.partition(":")
    return guarded(lambda: int(getattr(import_module(module), function)(options, flags)))


def run() -> None:
    """The console script: gone at once, since an app that has closed its files need not tear down its modules."""
    from tui.terminal.restore import leave

    leave(main())
