"""The command lines of the operator's commands about people."""

import argparse
from collections.abc import Callable

_Make = Callable[[str, str], argparse.ArgumentParser]


def add_commands(make: _Make) -> None:
    """Declare them; `make` makes a command of a database from its name and what it does."""
    listed = make("organisations", "list the organisations, one a line")
    _json(listed)
    invited = make("invite-owner", "make somebody an owner of an organisation, and mail or print their sign-in link")
    _owner(invited, "a new or a known address")
    _public_url(invited)
    _owner(make("make-owner", "make a member an owner, for instance when the only owner is gone"), "a member's address")
    link = make("sign-in-link", "print a link that signs an account in once, within 15 minutes")
    _email(link)
    link.add_argument("--sign-up", action="store_true", help="let the link make the account if there is none")
    _public_url(link)
    reset = make("reset-access", "end all tokens and sessions of an account, and mail or print a sign-in link")
    _email(reset)
    reset.add_argument("--print", action="store_true", help="print the link also where the server sends mail")
    _public_url(reset)
    sessions = make("sessions", "list the tokens and sessions of an account, one a line")
    _email(sessions)
    _json(sessions)
    revoke = make("revoke", "end one token or session at once, or all of an account")
    revoke.add_argument("which", metavar="EMAIL|ID", help="an address ends all of its account, an id one")


def add_invite(command: argparse.ArgumentParser) -> None:
    """`init`: the owner comes by a link instead of by a token."""
    what = "mail the owner a sign-in link, or print it where no mail is sent, instead of a token"
    command.add_argument("--invite", action="store_true", help=what)
    _public_url(command)


def _owner(command: argparse.ArgumentParser, who: str) -> None:
    command.add_argument("--organisation", required=True, metavar="NAME")
    command.add_argument("--email", required=True, metavar="EMAIL", help=who)
    command.add_argument("--yes", action="store_true", help="confirm without a question")


def _email(command: argparse.ArgumentParser) -> None:
    command.add_argument("email", metavar="EMAIL", help="whose")


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="as JSON")


def _public_url(command: argparse.ArgumentParser) -> None:
    what = "how people reach the server, for the link (default: what the running server was told)"
    command.add_argument("--public-url", metavar="URL", help=what)
