"""`python -m server` (and `headcount server`).

init, run, token, demo, organisations, invite-owner, make-owner, sign-in-link, reset-access, sessions, revoke, migrate,
verify, backup, restore, mails, release-sign-on, check-prices, check-oidc, seed
"""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from server.platform.arguments import Parser

DEFAULT_PORT = 8642
DEFAULT_DATABASE = "sqlite:///headcount.db"

_OPERATIONS = "server.operations.commands"
_OPERATOR = "server.operator.commands"
_PEOPLE = "server.operator.people"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers its exit code: 0 done, 1 findings or refused, 2 wrong usage or settings."""
    options = _parser().parse_args(arguments)
    from importlib import import_module

    from server.settings import SettingsError
    from server.store.errors import DatabaseError

    try:
        return int(getattr(import_module(options.module), options.command.replace("-", "_"))(options))
    except SettingsError as error:
        sys.stderr.write(f"headcount server: {error}\n")
        return error.exit_code
    except DatabaseError as error:
        sys.stderr.write(f"headcount server: the database can't be used: {error.orig}; nothing was changed\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(prog="headcount server", description="The reference subscription API.")
    parser.set_defaults(module=_OPERATIONS)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _init(_command(commands, "init", "create an organisation; prints its owner's token once", _OPERATOR))
    _run(_command(commands, "run", "answer requests"))
    _demo(_command(commands, "demo", "answer requests about a sample organisation, for a parent process"))
    _token(_command(commands, "token", "print a new token for an account, of an organisation or of none", _OPERATOR))
    from server.operator.options import add_commands

    add_commands(lambda name, what: _command(commands, name, what, _PEOPLE))
    _command(commands, "migrate", "bring the database to this version's tables")
    what = "check invariants, money, the event chain and its anchor; exit code 1 with findings"
    _verify(_command(commands, "verify", what))
    _backup(_command(commands, "backup", "copy the database to a file, also while the server runs, and verify it"))
    what = "verify a copy and put it in the place of the database; the server must not be running"
    _restore(commands.add_parser("restore", help=what, description=what[0].upper() + what[1:] + "."))
    what = "list the letters that wait or were given up, and have those sent again"
    _mails(_command(commands, "mails", what, _OPERATOR))
    what = "let the next person that a provider signs in with an address have its account"
    _command(commands, "release-sign-on", what, _OPERATOR).add_argument(
        "--email", required=True, metavar="EMAIL", help="whose account"
    )
    what = "compute the worked prices of a file; exit code 1 with findings"
    prices = commands.add_parser("check-prices", help=what, description=what[0].upper() + what[1:] + ".")
    prices.add_argument("file", type=Path, metavar="FILE", help="JSON as docs/prices.md describes it")
    what = "read a file of providers and ask each what a sign-in asks first; exit code 1 with findings"
    providers = commands.add_parser("check-oidc", help=what, description=what[0].upper() + what[1:] + ".")
    providers.add_argument("file", type=Path, metavar="FILE", help="TOML as docs/single-sign-on.md describes it")
    what = "how the server is reached from outside: prints what to register at the provider"
    providers.add_argument("--public-url", metavar="URL", help=what)
    providers.add_argument("--sandbox", action="store_true", help="also take a provider on this machine without https")
    _seed(_command(commands, "seed", "add many users quickly, for measurements"))
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str, module: str = _OPERATIONS
) -> argparse.ArgumentParser:
    """A command of a database; `module` has its function."""
    command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
    command.set_defaults(module=module)
    command.add_argument("--db", default=DEFAULT_DATABASE, metavar="URL", help="sqlite:///path (default: %(default)s)")
    return command


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("--organisation", required=True, metavar="NAME")
    command.add_argument("--owner", required=True, metavar="EMAIL")
    command.add_argument("--plan", default="business")
    command.add_argument("--cycle", default="monthly", choices=["monthly", "annual"])
    command.add_argument("--seats", type=int, default=10, help="on a contract: the most users (default: 10)")
    command.add_argument("--currency", default="EUR")
    command.add_argument("--time-zone", default="UTC", metavar="NAME")
    _catalogue(command)
    from server.operator.options import add_invite

    add_invite(command)
    command.add_argument("--now", type=_instant, metavar="ISO8601", help="create it at another time (for a sandbox)")


def _catalogue(command: argparse.ArgumentParser) -> None:
    what = "plans, prices and tax as docs/catalogue.md describes them (default: those that come with the server)"
    command.add_argument("--catalogue", type=Path, metavar="FILE", help=what)


def _token(command: argparse.ArgumentParser) -> None:
    command.add_argument("--email", required=True, metavar="EMAIL", help="whose")
    command.add_argument("--sign-up", action="store_true", help="make the account if there is none")
    command.add_argument("--organisation", metavar="NAME", help="required for a member of more than one organisation")
    command.add_argument("--label", default="", help="what it is for")


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free one (default: %(default)s)")
    command.add_argument("--uds", type=Path, metavar="PATH", help="a Unix socket instead, in a folder of mode 0700")
    command.add_argument("--fd", type=int, metavar="N", help="a listening socket that the parent process opened")
    what = "where this machine's operator is answered, or none (default: DATABASE.operator/socket)"
    command.add_argument("--operator-socket", metavar="PATH", help=what)
    _catalogue(command)
    command.add_argument("--sandbox", action="store_true", help="a clock that can be moved, payments that can decline")
    command.add_argument("--now", type=_instant, metavar="ISO8601", help="what time a sandbox starts at")
    command.add_argument("--exit-with-parent", action="store_true", help="stop when the standard input ends")
    what = "on: accounts start organisations on their own; off: sold by hand (default: on in a sandbox, else off)"
    command.add_argument("--self-service", choices=["on", "off"], help=what)
    from server.notifications import options as notifications
    from server.oidc import options as single_sign_on
    from server.serving.network_options import add_options

    add_options(command)
    notifications.add_options(command)
    single_sign_on.add_options(command)


def _verify(command: argparse.ArgumentParser) -> None:
    how = command.add_mutually_exclusive_group()
    what = "hold it against another copy of the anchor, or the server's log (default: the anchor beside the database)"
    how.add_argument("--anchor", type=Path, metavar="FILE", help=what)
    what = "accept the loss of missing events before a server starts, and note it in the history"
    how.add_argument("--accept-loss", action="store_true", help=what)
    command.add_argument("--json", action="store_true", help="print one JSON document")


def _backup(command: argparse.ArgumentParser) -> None:
    command.add_argument("--to", type=Path, required=True, metavar="FILE", help="where the copy goes")
    _copy(command)


def _restore(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--from", dest="copy", type=Path, required=True, metavar="FILE", help="the file that backup wrote"
    )
    command.add_argument("--to", required=True, metavar="URL", help="sqlite:///path of the database")
    _copy(command)


def _copy(command: argparse.ArgumentParser) -> None:
    command.add_argument("--overwrite", action="store_true", help="take the place of a file that is there")
    command.add_argument("--with-findings", action="store_true", help="keep the copy whatever verifying it finds")
    command.add_argument("--json", action="store_true", help="print one JSON document")


def _mails(command: argparse.ArgumentParser) -> None:
    what = "try those that were given up once more"
    command.add_argument("--retry", action="store_true", help=what)


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--token-file", type=Path, required=True, metavar="PATH", help="the token to accept")
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("--fd", type=int, metavar="N", help="a listening socket of the parent's")
    where.add_argument("--uds", type=Path, metavar="PATH", help="a Unix socket, in a folder of mode 0700")
    command.add_argument("--now", type=_instant, metavar="ISO8601", help="what time the sandbox starts at")


def _seed(command: argparse.ArgumentParser) -> None:
    command.add_argument("--users", type=int, required=True, metavar="N")
    command.add_argument("--organisation", default="Seeded", metavar="NAME")


def _instant(value: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        message = "Write a moment such as 2026-12-31T09:00Z"
        raise argparse.ArgumentTypeError(message) from error


if __name__ == "__main__":
    from server.platform.streams import ended, install

    install()
    sys.exit(ended(main()))
