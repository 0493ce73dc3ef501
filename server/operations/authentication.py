"""Giving an account a token from the server's own machine: also to one that belongs to no organisation."""

import datetime as dt
from typing import NamedTuple, NoReturn

from server.http.tokens import NewToken
from server.operations.provisioning import address_of, give_token
from server.platform.text import fold, is_unsafe
from server.settings import RefusedValueError, SettingsError
from server.store import organisations
from server.store.types import Connection


class Wanted(NamedTuple):
    """Whose token, of which organisation where there are several, what it is for; `new` makes a missing account."""

    email: str
    organisation: str = ""
    label: str = ""
    new: bool = False


class SignedIn(NamedTuple):
    """The token, and the name and id of the organisation it is for; empty for none."""

    token: str
    organisation: str
    organisation_id: str


def sign_in(connection: Connection, wanted: Wanted, now: dt.datetime, made: NewToken | None = None) -> SignedIn:
    """A token for the account; of the one organisation it is a member of, or of none.

    `made` is the token where whoever asks has made it already.

    Raises:
        SettingsError: there is no such account, or it is not clear which organisation is meant.
    """
    email, key, _ = address_of(wanted.email)
    if is_unsafe(wanted.label):
        _refuse_value("a label has no control characters")
    account = organisations.account_by_email(connection, key)
    if account is None and not wanted.new:
        _refuse(f"nobody has the address {wanted.email!r}; --sign-up makes an account")
    identity = account.id if account else organisations.add_account(connection, email=email, email_key=key, now=now)
    homes = organisations.homes_of(connection, identity)
    if wanted.organisation:
        homes = [home for home in homes if home.name_key == fold(wanted.organisation)]
        if not homes:
            _refuse(f"{wanted.email!r} is not a member of {wanted.organisation!r}")
    if len(homes) > 1:
        names = ", ".join(repr(home.name) for home in homes)
        _refuse_value(f"{wanted.email!r} is a member of {names}: say which with --organisation")
    home = homes[0] if homes else None
    token = give_token(connection, home.id if home else None, identity, now, label=wanted.label, made=made)
    return SignedIn(token, home.name if home else "", home.id if home else "")


def _refuse_value(message: str) -> NoReturn:
    raise RefusedValueError(message)


def _refuse(message: str) -> NoReturn:
    raise SettingsError(message)
