"""What may be said of users on the command line."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from cli.how_many import add_how_many

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

Making: TypeAlias = Callable[["Commands", str, str, str], argparse.ArgumentParser]
"""Makes a command: where, its name, what runs it, what it does."""


def add_users(verbs: "Commands", make: Making, make_change: Making) -> None:
    """All verbs of `headcount users`; `make_change` makes one that shows first what it does, and asks."""
    listed = make(verbs, "list", "cli.users:list_all", "the users, by name")
    _add_filters(listed)
    add_how_many(listed)
    _add_json(listed, "as JSON")
    _add_import(verbs, make_change)
    _add_removal(verbs, make_change)
    _add_file(make(verbs, "template", "cli.users:template", "save the empty file to fill in for an import"))
    exported = make(verbs, "export", "cli.users:export", "save the users as a file that an import takes again")
    _add_filters(exported)
    _add_file(exported)


def _add_filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--search", metavar="WORDS", help="only whose name, e-mail or position holds them")
    command.add_argument("--status", choices=("active", "not_paid"), help="only with this status")
    command.add_argument(
        "--source", choices=("hand", "import", "code", "member", "transfer"), help="only who came in this way"
    )
    days = "2026-10-01, 2026-10, '>2026-10-01' or 2026-10-01..2026-10-15"
    command.add_argument("--added", metavar="DAYS", help=f"only who was added then, such as {days}")


def _add_import(verbs: "Commands", make_change: Making) -> None:
    imported = make_change(verbs, "import", "cli.importing:import_users", "import the people of a CSV or XLSX file")
    imported.add_argument("file", nargs="?", metavar="FILE", help="the file")
    imported.add_argument("--resume", metavar="ID", help="go on with an import that stopped")
    imported.add_argument("--map", metavar="COLUMNS", help="which column is what, such as email=2,last_name=1")
    modes = ("best_effort", "until_full", "atomic")
    imported.add_argument("--mode", choices=modes, default=modes[0], help="default best_effort")
    imported.add_argument("--ask", action="store_true", help="send a transfer request to those with an account outside")
    imported.add_argument("--rejected", metavar="FILE", help="save the rows that failed, with their reasons")


def _add_removal(verbs: "Commands", make_change: Making) -> None:
    removed = make_change(verbs, "remove", "cli.removing:remove", "remove everybody who matches, as one command")
    _add_filters(removed)
    removed.add_argument("--all", action="store_true", help="everybody; needed when nothing else says who")
    removed.add_argument(
        "--except", dest="exceptions", nargs="+", default=[], metavar="WHO", help="but these, by id or e-mail"
    )
    restored = make_change(verbs, "restore", "cli.removing:restore", "take such a removal back within the period")
    restored.add_argument("id", metavar="ID", help="of the removal, as it was printed")


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("-o", "--output", metavar="FILE", help="where to save it; - is the output")
    command.add_argument("--format", choices=("csv", "xlsx"), help="as FILE ends, or csv")
    command.add_argument("--language", choices=("en", "fr", "de", "es"), help="of the header (default: yours)")
    command.add_argument("--force", action="store_true", help="replace a file that is there")
    _add_json(command, "say where it is as JSON")


def _add_json(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--json", action="store_true", help=what)
