"""What may be said on the command line."""

import argparse
import importlib.metadata
from typing import Any

_DESCRIPTION = "Manage the paid seats of a subscription from a terminal."
_EPILOG = "Without a command the app opens on your profile; without a profile it offers the demo."


def app_flags(options: argparse.Namespace) -> dict[str, Any]:
    """What was said on the command line, in the shape of the settings file."""
    screen = {name: getattr(options, name) for name in ("ascii", "mouse", "slow") if getattr(options, name) is not None}
    flags: dict[str, Any] = {"screen": screen} if screen else {}
    if options.profile:
        flags["profile"] = options.profile
    return flags


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser("headcount", description=_DESCRIPTION, epilog=_EPILOG)
    top.add_argument("--version", action="version", version=f"headcount {importlib.metadata.version('headcount')}")
    _add_app_options(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    demo = commands.add_parser("demo", help="the app on a sample organisation; no money moves, no port opens")
    demo.add_argument("--fresh", action="store_true", help="start over with new sample data")
    login = commands.add_parser("login", help="make a profile for a server you have a token for")
    login.add_argument("--url", required=True, help="https://… of the server, or unix:///path of its socket")
    login.add_argument("--name", default="default", help="what to call the profile")
    source = login.add_mutually_exclusive_group()
    source.add_argument("--token-env", metavar="VARIABLE", help="read the token from this environment variable")
    source.add_argument("--token-command", metavar="COMMAND", help='read it from a command, such as "pass show seats"')
    source.add_argument("--token-file", metavar="PATH", help="read it from a file that only you can read")
    commands.add_parser("info", help="which files are used, and where each setting comes from")
    events = commands.add_parser("events", help="what happened, oldest first")
    events.add_argument("--limit", type=int, default=50, help="how many (default 50)")
    events.add_argument("--json", action="store_true", help="one JSON object a line")
    commands.add_parser("server", help="the subscription API: init, run, migrate, verify (see headcount server --help)")
    for each in (demo, events):
        _add_app_options(each, suppress=True)
    return top


def _add_app_options(parser: argparse.ArgumentParser, *, suppress: bool = False) -> None:
    default: Any = argparse.SUPPRESS if suppress else None
    group = parser.add_argument_group("options of the app")
    group.add_argument("--profile", metavar="NAME", default=default, help="which profile to open")
    group.add_argument("--ascii", action="store_true", default=default, help="only ASCII characters")
    group.add_argument("--no-mouse", dest="mouse", action="store_false", default=default, help="leave the mouse alone")
    group.add_argument("--slow", action="store_true", default=default, help="for a link of a few KB/s")
