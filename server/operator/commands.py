"""The commands that an operator needs while the server runs; each answers its exit code.

They say the same with and without a running server. Those that only read look into the database themselves.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contract.subscription import BillingCycle
from server.catalogue import catalogue_of
from server.http.tokens import NewToken, make_token
from server.operator import actions
from server.operator.asking import Asked, Asking, ask
from server.operator.links import address_of, print_link, say_link
from server.operator.saying import counted, print_row, say, shown_once
from server.platform.kept_secrets import new_link
from server.platform.streams import code_stands, show_once
from server.settings import SettingsError
from server.store import outbound_mail
from server.store.database import opened
from server.store.schema import HEAD, current_revision
from server.store.types import Connection


def init(options: argparse.Namespace) -> int:
    """Found an organisation. The token is the only thing on the standard output."""
    catalogue = catalogue_of(options.catalogue)
    made, link = make_token(), new_link()
    told = actions.MakeOrganisation(
        organisation=options.organisation,
        owner=options.owner,
        plan=options.plan,
        cycle=BillingCycle(options.cycle),
        seats=options.seats,
        currency=options.currency,
        time_zone=options.time_zone,
        now=options.now,
        catalogue=catalogue.identity if options.catalogue else "",
        token=None if options.invite else _sent(made),
        link=link.hash.hex() if options.invite else None,
    )
    where = address_of(options) if options.invite else ""

    def show(answer: Any, instead: str = "nothing was created") -> None:
        if answer.link:
            print_link(answer.link, link.secret, where, instead)
        else:
            shown_once(made.token, instead)

    asked = ask(
        Asking(
            database=options.db,
            action=actions.MAKE_ORGANISATION,
            told=told,
            catalogue=catalogue,
            address=where,
            settled=show,
        )
    )
    answer: Any = asked.answer
    created = f"created {options.organisation!r} ({answer.organisation_id}) for {options.owner}"
    if answer.link:
        if asked.served:
            show(answer, "ask for another: headcount server sign-in-link; the organisation is there")
        say(created)
        say_link(answer.link, where)
    else:
        _show(options, asked, made, "revoked; the organisation is there, and headcount server token makes another")
        say(f"{created}; the token is shown only now")
    if answer.granted_seats:
        seats = counted(answer.granted_seats, "seat")
        say(f"{seats} granted until {answer.period_end}: nothing is charged or credited for them before the renewal")
    return 0


def token(options: argparse.Namespace) -> int:
    """Print a token for an account. The token is the only thing on the standard output."""
    made = make_token()
    told = actions.GiveToken(
        email=options.email,
        organisation=options.organisation or "",
        label=options.label,
        sign_up=options.sign_up,
        token=_sent(made),
    )
    asking = Asking(
        database=options.db,
        action=actions.GIVE_TOKEN,
        told=told,
        settled=lambda _: shown_once(made.token, "no token was created"),
    )
    asked = ask(asking)
    answer: Any = asked.answer
    _show(options, asked, made, "revoked")
    where = repr(answer.organisation) if answer.organisation else "no organisation"
    say(f"{options.email} of {where}; the token is shown only now")
    return 0


def release_sign_on(options: argparse.Namespace) -> int:
    """Let the next person that a provider signs in with an address have its account."""
    told = actions.ReleaseSignOn(email=options.email)
    answer: Any = ask(Asking(database=options.db, action=actions.RELEASE_SIGN_ON, told=told)).answer
    say(f"{answer.email}: the next person with this address at the provider gets its account")
    return 0


def mails(options: argparse.Namespace) -> int:
    """Print the letters that wait or were given up, one a line."""
    again: Any = None
    if options.retry:
        again = ask(Asking(database=options.db, action=actions.RETRY_LETTERS, told=actions.RetryLetters())).answer
        code_stands()
    with reading(options.db) as connection:
        letters = outbound_mail.outbox(connection)
    for row in letters:
        print_row(row.id, row.state, f"{row.attempts} attempts", row.kind, row.email, row.organisation_name, row.error)
    if again is None:
        say(f"{len(letters)} letters")
    else:
        say(f"{again.again} {'are tried again now' if again.sending else 'will be tried again when the server runs'}")
    return 0


def _sent(made: NewToken) -> actions.MadeToken:
    """What a server is told of a token."""
    return actions.MadeToken(id=made.id, secret_hash=made.secret_hash.hex())


def _show(options: argparse.Namespace, asked: Asked, made: NewToken, instead: str) -> None:
    """Print a token that a running server has stored already; without a server it was printed before it was stored.

    Raises:
        SettingsError: it can't be printed, so it was revoked.
    """
    if asked.served and not show_once(made.token):
        ask(Asking(database=options.db, action=actions.REVOKE, told=actions.Revoke(which=made.id)))
        message = f"the token could not be shown, so it was {instead}"
        raise SettingsError(message)


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """The database as it is, beside whoever has it open.

    Raises:
        SettingsError: there is none, or it has not this version's tables.
    """
    with opened(url, read_only=True) as database, database.read() as connection:
        at = current_revision(connection)
        if at != HEAD:
            message = (
                f"the database is at {at or 'nothing'}, and this command needs {HEAD}: start a server of this version "
                "on it, or run headcount server migrate"
            )
            raise SettingsError(message)
        yield connection
