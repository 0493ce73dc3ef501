"""Signing in with a link that was mailed: whoever reads the mailbox is the account of its address (D18).

An address without an account gets one when its link is used: that is how somebody signs up, and requests that were sent
to the address before wait for them there (D25). Asking says the same, and does the same, for every address.
"""

import datetime as dt
from typing import NamedTuple

from contract.mailbox import Mailbox, mailbox
from server.domain.waiting import seconds_to_wait
from server.notifications.enqueue import post
from server.notifications.kinds import LetterKind
from server.people.own_sign_in import note_own_sign_in
from server.platform.kept_secrets import hash_of, new_link
from server.store import organisations, sign_in_links
from server.store.types import AnyRow, Connection

PATH = "/sign-in/confirm"
"""The page that uses a link: `PATH?link=SECRET`."""

LASTS = dt.timedelta(minutes=15)
"""How long a link signs somebody in."""

PER_ADDRESS = 5
"""Letters to one address in `WINDOW` that one network asks for: whoever asks for more gets none, and is told the same.

Only what was mailed counts, so that nobody keeps somebody out by asking on and on.
"""

FROM_STRANGERS = 15
"""Letters to one address in `WINDOW`, whichever networks ask. One that the address was signed in from gets its own."""

PER_NETWORK = 30
"""Links from one network in `WINDOW`."""

WINDOW = dt.timedelta(hours=1)

KEPT = dt.timedelta(days=1)
"""How long a link is remembered."""

KNOWN_FOR = dt.timedelta(days=30)
"""How long one that was used is, so that the network of who signs in again is no stranger."""


class SignedIn(NamedTuple):
    """Whose link was used, where they wanted to go, and whether the account is new."""

    account_id: str
    next: str
    new: bool


class UsedError(Exception):
    """This link signs nobody in: it was used, has expired, or never was."""


def wait_of(connection: Connection, network: str, now: dt.datetime) -> int | None:
    """How many seconds a network has to wait before its next link; None when it has not."""
    asked = sign_in_links.asked_by_network(connection, network, now - WINDOW) if network else []
    return seconds_to_wait(asked, PER_NETWORK, WINDOW, now)


def make(
    connection: Connection,
    who: Mailbox,
    now: dt.datetime,
    *,
    next_path: str = "",
    network: str = "",
    mailed: bool = True,
) -> str:
    """A new link for an address; answers its secret, which is nowhere else. One that is not mailed opens nothing."""
    link = new_link()
    sign_in_links.add(
        connection,
        link.hash,
        email=who.email,
        email_key=who.key,
        next_path=next_path,
        now=now,
        expires_at=now + LASTS if mailed else now,
        network=network,
    )
    return link.secret


def too_many(connection: Connection, who: Mailbox, network: str, now: dt.datetime) -> bool:
    """Whether an address gets no more letters that a network asks for, for a while.

    No stranger uses up what is left for the network that the address was signed in from.
    """
    mailed = sign_in_links.mailed_for(connection, who.key, now - WINDOW)
    known = sign_in_links.was_used_from(connection, who.key, network, now - KNOWN_FOR) and bool(network)
    return mailed.count(network) >= PER_ADDRESS or (len(mailed) >= FROM_STRANGERS and not known)


def send(connection: Connection, who: Mailbox, secret: str, now: dt.datetime, language: str) -> None:
    """Have a link mailed to its address, in the language in which it was asked for."""
    link = f"{PATH}?link={secret}"
    post(connection, LetterKind.SIGN_IN, who.email, now, link=link, language=language)


def opened(connection: Connection, secret: str, now: dt.datetime) -> AnyRow | None:
    """The link behind a secret while it would still sign somebody in: `email`, `next`. Looking uses nothing up."""
    row = sign_in_links.by_hash(connection, hash_of(secret))
    return row if row is not None and row.used_at is None and row.expires_at > now else None


def use(connection: Connection, secret: str, now: dt.datetime, language: str = "") -> SignedIn:
    """Use a link up: its account, made if there was none, signs in by itself. Its older links end with it.

    A new account is welcomed by mail, in the language of the page.

    Raises:
        UsedError: it was used before, has expired, or there is no such link.
    """
    row = opened(connection, secret, now)
    if row is None or not sign_in_links.use(connection, row.secret_hash, now):
        raise UsedError
    sign_in_links.end_all(connection, row.email_key, now)
    found = organisations.account_by_email(connection, row.email_key)
    account_id = found.id if found is not None else sign_up(connection, mailbox(row.email), now)
    note_own_sign_in(connection, account_id, now)
    if found is None:
        post(connection, LetterKind.WELCOME, row.email, now, language=language)
    return SignedIn(account_id, row.next, found is None)


def sign_up(connection: Connection, who: Mailbox, now: dt.datetime) -> str:
    """The account of somebody whose address was proved and who had none; answers its id."""
    return organisations.add_account(connection, email=who.email, email_key=who.key, now=now)
