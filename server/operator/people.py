"""The operator's commands about organisations, their owners, and who gets in."""

import argparse
import sys
from typing import Any

from server.operations.provisioning import address_of as mailbox_of
from server.operator import actions
from server.operator.asking import Asking, ask
from server.operator.commands import reading
from server.operator.links import address_of, print_link, say_link
from server.operator.saying import counted, print_json, print_row, say
from server.platform.clock import utc_now
from server.platform.kept_secrets import new_link
from server.platform.text import fold
from server.settings import SettingsError
from server.store import organisations as stored
from server.store import roles, tokens
from server.store.types import AnyRow, Connection

_NOT_AGREED = 130


def organisations(options: argparse.Namespace) -> int:
    """Print every organisation: its id, name, owners, plan and seats."""
    with reading(options.db) as connection:
        found = [
            (row, [each.email for each in roles.owners(connection, row.id)]) for row in stored.overview(connection)
        ]
    if options.json:
        print_json({"items": [_organisation(row, owners) for row, owners in found]})
    else:
        for row, owners in found:
            print_row(row.id, row.name, ", ".join(owners), row.plan, row.status, counted(row.seats or 0, "seat"))
    say(counted(len(found), "organisation"))
    return 0


def invite_owner(options: argparse.Namespace) -> int:
    """Make somebody an owner; the sign-in link is mailed, or the only thing on the standard output."""
    link = new_link()
    if not _agreed(options, new=True):
        return _NOT_AGREED
    told = actions.InviteOwner(
        organisation=options.organisation, email=options.email, agreed=True, link=link.hash.hex()
    )
    answer = _with_link(options, actions.INVITE_OWNER, told, link.secret)
    _say_owner(answer, answer.link.email)
    say_link(answer.link, address_of(options))
    return 0


def make_owner(options: argparse.Namespace) -> int:
    """Make a member an owner, whose own sign-in works."""
    if not _agreed(options, new=False):
        return _NOT_AGREED
    told = actions.InviteOwner(organisation=options.organisation, email=options.email, members_only=True, agreed=True)
    answer: Any = ask(Asking(database=options.db, action=actions.INVITE_OWNER, told=told)).answer
    _say_owner(answer, options.email)
    return 0


def sign_in_link(options: argparse.Namespace) -> int:
    """Print a link that signs an account in once. The link is the only thing on the standard output."""
    return _link(options, mail=False, sign_up=options.sign_up)


def reset_access(options: argparse.Namespace) -> int:
    """End everything that signs an account in, and make a link."""
    return _link(options, mail=not options.print, reset=True)


def sessions(options: argparse.Namespace) -> int:
    """Print what signs an account in now: the id, what it is, its label, its organisation, since and until when."""
    with reading(options.db) as connection:
        account = stored.account_by_email(connection, mailbox_of(options.email).key)
        if account is None:
            message = f"nobody has the address {options.email!r}"
            raise SettingsError(message)
        found = tokens.living(connection, account.id, utc_now())
    if options.json:
        print_json({"items": [_session(row) for row in found]})
    else:
        for row in found:
            until = f"until {row.expires_at:%Y-%m-%d %H:%M}" if row.expires_at else ""
            used = f"last used {row.last_used_at:%Y-%m-%d %H:%M}" if row.last_used_at else "not used"
            since = f"since {row.created_at:%Y-%m-%d %H:%M}"
            print_row(row.id, row.kind, row.label, row.organisation_name or "", since, used, until)
    say(f"{len(found)} in force; times are in UTC")
    return 0


def revoke(options: argparse.Namespace) -> int:
    """End one token or session, or all of an account."""
    told = actions.Revoke(which=options.which)
    answer: Any = ask(Asking(database=options.db, action=actions.REVOKE, told=told)).answer
    say(_ended(answer))
    return 0


def _link(options: argparse.Namespace, *, mail: bool, reset: bool = False, sign_up: bool = False) -> int:
    link = new_link()
    told = actions.MakeLink(email=options.email, mail=mail, reset=reset, sign_up=sign_up, link=link.hash.hex())
    answer = _with_link(options, actions.MAKE_LINK, told, link.secret)
    if reset:
        say(f"{answer.link.email}: {_ended(answer)}")
    say_link(answer.link, address_of(options), mail=mail)
    return 0


def _with_link(options: argparse.Namespace, action: actions.Action, told: actions.Told, secret: str) -> Any:
    """The answer to an action with a link, which is printed unless it was mailed.

    Without a server it is printed before anything is written for good, so that one that nobody can read leaves nothing.
    """
    where = address_of(options)

    def show(answer: Any, instead: str = "nothing was changed") -> None:
        print_link(answer.link, secret, where, instead)

    asked = ask(Asking(database=options.db, action=action, told=told, address=where, settled=show))
    if asked.served:
        show(asked.answer, "ask for another; everything else was done")
    return asked.answer


def _ended(answer: Any) -> str:
    return f"{counted(answer.tokens, 'token')} and {counted(answer.sessions, 'session')} ended"


def _say_owner(answer: actions.OwnerMade, email: str) -> None:
    if answer.before == "owner":
        say(f"{email} is an owner of {answer.organisation!r} already")
        return
    others = f"; so {'is' if len(answer.owners) == 1 else 'are'} {', '.join(answer.owners)}" if answer.owners else ""
    say(f"{email} is an owner of {answer.organisation!r} now{others}. Its history tells everybody who reads it")


def _agreed(options: argparse.Namespace, *, new: bool) -> bool:
    """Whether somebody may become an owner beside others: asked by having the organisation's name typed.

    Who owns it already, or owns what nobody else does, needs no question when they are invited.
    """
    with reading(options.db) as connection:
        house = _house(connection, options.organisation)
        owners = roles.owners(connection, house.id)
    key = mailbox_of(options.email).key
    others = [each.email for each in owners if each.email_key != key]
    if options.yes or (new and (not others or len(others) < len(owners))):
        return True
    say(f"{house.name!r} is owned by {', '.join(others) or options.email}; {options.email} may do everything there too")
    if not sys.stdin.isatty():
        say("nothing was changed: use --yes where there is no terminal to ask on")
        return False
    sys.stderr.write("Type the organisation's name to do it: ")
    sys.stderr.flush()
    if fold(sys.stdin.readline()) == fold(house.name):
        return True
    say("nothing was changed")
    return False


def _house(connection: Connection, name: str) -> AnyRow:
    house = stored.by_name(connection, fold(name))
    if house is None:
        message = f"no organisation is called {name!r}"
        raise SettingsError(message)
    return house


def _organisation(row: AnyRow, owners: list[str]) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("id", "name", "main_account", "plan", "status", "seats")}
    return {**told, "owners": owners}


def _session(row: AnyRow) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in ("created_at", "last_used_at", "expires_at")}
    said = {name: moment.isoformat() if moment else None for name, moment in times.items()}
    return {"id": row.id, "kind": row.kind, "label": row.label, "organisation": row.organisation_name, **said}
