"""Whose account a provider's person is (docs/single-sign-on.md).

The first time the address decides: one that the provider vouches for and is there to vouch for. From then on the person
does, by what the provider calls them for good (`sub`): an address that somebody else has by now opens nothing.
"""

import datetime as dt
from typing import NamedTuple

from contract.mailbox import Mailbox, NotAnAddressError, mailbox
from server.oidc.domains import domain_of
from server.oidc.errors import NotYoursError, Why
from server.oidc.id_token import Claims
from server.people.own_sign_in import note_own_sign_in
from server.platform.text import is_unsafe, trimmed_name
from server.settings import Issuer, Trusted
from server.store import organisations, single_sign_on
from server.store.types import AnyRow, Connection

_LONGEST_NAME = 100


class SignedIn(NamedTuple):
    """Whose account it is, whether it is new, and the address the provider names, where that is another one."""

    account_id: str
    new: bool
    other_email: str = ""


def sign_in(connection: Connection, issuer: Issuer, claims: Claims, now: dt.datetime) -> SignedIn:
    """Whose account it is, in this transaction: it is the person's own sign-in.

    Raises:
        NotYoursError: this person may not sign in with this address; nothing is written.
    """
    known = single_sign_on.subject(connection, issuer.url, claims.subject)
    found = _known(connection, issuer, claims, known, now) if known else _first_time(connection, issuer, claims, now)
    note_own_sign_in(connection, found.account_id, now)
    return found


def _known(connection: Connection, issuer: Issuer, claims: Claims, row: AnyRow, now: dt.datetime) -> SignedIn:
    """The person was here before. Another address is noted and changes nothing."""
    account = organisations.account(connection, row.account_id)
    assert account is not None
    if account.email_key.rpartition("@")[2] not in issuer.domains:
        raise NotYoursError(Why.OTHER_DOMAIN)
    named = _address(claims.email)
    other = named.email if named is not None and named.key != account.email_key else ""
    single_sign_on.note_signing_in(connection, issuer.url, claims.subject, other, now)
    return SignedIn(account.id, new=False, other_email=other)


def _first_time(connection: Connection, issuer: Issuer, claims: Claims, now: dt.datetime) -> SignedIn:
    """The address decides, and the account is this person's from now on."""
    address = vouched(issuer, claims)
    account = organisations.account_by_email(connection, address.key)
    if account is None:
        account_id = _made(connection, address, claims, now)
    elif single_sign_on.subject_of(connection, issuer.url, account.id) is not None:
        raise NotYoursError(Why.OTHER_PERSON)
    else:
        account_id = account.id
    single_sign_on.add_subject(connection, issuer.url, claims.subject, account_id, now)
    return SignedIn(account_id, new=account is None)


def vouched(issuer: Issuer, claims: Claims) -> Mailbox:
    """The address that a provider vouches for, and may.

    Raises:
        NotYoursError: there is none, it is not verified, or its domain is not the provider's.
    """
    address = _address(claims.email)
    if address is None:
        raise NotYoursError(Why.NO_ADDRESS)
    if domain_of(address) not in issuer.domains:
        raise NotYoursError(Why.OTHER_DOMAIN)
    if issuer.addresses is Trusted.VERIFIED and not claims.email_verified:
        raise NotYoursError(Why.NOT_VERIFIED)
    return address


def _address(written: str) -> Mailbox | None:
    """An address exactly as it is: nothing around it is left out, as it would be of what a person types."""
    try:
        found = mailbox(written)
    except NotAnAddressError:
        return None
    return found if not found.left and len(found.email) == len(written) else None


def _made(connection: Connection, address: Mailbox, claims: Claims, now: dt.datetime) -> str:
    return organisations.add_account(
        connection,
        email=address.email,
        email_key=address.key,
        now=now,
        first_name=_name(claims.first_name),
        last_name=_name(claims.last_name),
    )


def _name(written: str) -> str:
    """A name that can be kept; none where it can't: the person can write it in their profile."""
    found, _ = trimmed_name(written, "name")
    return "" if is_unsafe(found) or len(found) > _LONGEST_NAME else found
