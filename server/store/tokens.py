"""Tokens in the database, and the one query that tells who asks."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from contract.people import Role
from server.store.tables import accounts, members, organisations, subscriptions, tokens
from server.store.types import AnyRow

TOKEN, SESSION = "token", "session"
"""The kinds there are: what is pasted into a terminal, and what a browser's cookie holds."""

_makers = members.alias("makers")
_MAKER = (_makers.c.organisation_id == tokens.c.organisation_id) & (_makers.c.account_id == tokens.c.made_by)
_HANDED_OUT = tokens.c.made_by.is_not(None)
_VOID = (
    _HANDED_OUT
    & or_(
        func.coalesce(_makers.c.role, "") != Role.OWNER.value,
        func.coalesce(accounts.c.created_by_organisation, "") != tokens.c.organisation_id,
        accounts.c.signed_in_at.is_not(None),
    )
).label("void")
"""Handed out, and by now against the rule: its maker is no owner there, or the account is not the organisation's."""

HOLDER = (
    select(
        tokens.c.id,
        tokens.c.secret_hash,
        tokens.c.expires_at,
        tokens.c.revoked_at,
        tokens.c.last_used_at,
        tokens.c.account_id,
        tokens.c.organisation_id,
        tokens.c.made_by,
        tokens.c.kind,
        _VOID,
        organisations.c.name.label("organisation_name"),
        subscriptions.c.id.label("subscription_id"),
        subscriptions.c.currency,
        members.c.role,
        members.c.spending_limit,
        tokens.c.spending_limit.label("token_limit"),
        tokens.c.read_only,
        accounts.c.email,
        accounts.c.first_name,
        accounts.c.last_name,
        accounts.c.position,
        accounts.c.language,
    )
    .join(accounts, accounts.c.id == tokens.c.account_id)
    .outerjoin(organisations, organisations.c.id == tokens.c.organisation_id)
    .outerjoin(
        members,
        (members.c.organisation_id == tokens.c.organisation_id) & (members.c.account_id == tokens.c.account_id),
    )
    .outerjoin(subscriptions, subscriptions.c.organisation_id == tokens.c.organisation_id)
    .outerjoin(_makers, _MAKER)
    .where(tokens.c.id == bindparam("token_id"))
)
"""The token with its account, membership, organisation and subscription, as far as there are any."""


def holder(connection: Connection, token_id: str) -> AnyRow | None:
    """The token with its account, membership, organisation and subscription, as far as there are any."""
    return connection.execute(HOLDER, {"token_id": token_id}).first()


def touch(connection: Connection, uses: Mapping[str, dt.datetime]) -> None:
    """Note when these tokens were used."""
    named = update(tokens).where(tokens.c.id == bindparam("token_id")).values(last_used_at=bindparam("used_at"))
    connection.execute(named, [{"token_id": token_id, "used_at": at} for token_id, at in uses.items()])


def add(
    connection: Connection,
    *,
    token_id: str,
    secret_hash: bytes,
    organisation_id: str | None,
    account_id: str,
    label: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    made_by: str | None = None,
    spending_limit: int | None = None,
    read_only: bool = False,
    kind: str = TOKEN,
) -> None:
    """Store a new token's hash."""
    values = {
        "id": token_id,
        "secret_hash": secret_hash,
        "organisation_id": organisation_id,
        "account_id": account_id,
        "label": label,
        "created_at": now,
        "expires_at": expires_at,
        "made_by": made_by,
        "spending_limit": spending_limit,
        "read_only": read_only,
        "kind": kind,
    }
    connection.execute(insert(tokens).values(**values))


def adopt(connection: Connection, token_id: str, organisation_id: str) -> bool:
    """Make a token of an account alone one of an organisation that the account has just started; whether it was one."""
    alone = (tokens.c.organisation_id.is_(None), tokens.c.kind == TOKEN, tokens.c.revoked_at.is_(None), ~_HANDED_OUT)
    mine = (tokens.c.id == token_id, *alone)
    return connection.execute(update(tokens).where(*mine).values(organisation_id=organisation_id)).rowcount == 1


_who_made = accounts.alias("who_made")
_LISTED = (
    select(
        tokens.c.id,
        tokens.c.account_id,
        tokens.c.label,
        tokens.c.created_at,
        tokens.c.expires_at,
        tokens.c.last_used_at,
        tokens.c.revoked_at,
        tokens.c.spending_limit,
        tokens.c.read_only,
        accounts.c.email,
        accounts.c.first_name,
        accounts.c.last_name,
        func.coalesce(members.c.role, "member").label("role"),
        func.coalesce(_who_made.c.email, "").label("made_by"),
        _VOID,
    )
    .join(accounts, accounts.c.id == tokens.c.account_id)
    .outerjoin(
        members,
        (members.c.organisation_id == tokens.c.organisation_id) & (members.c.account_id == tokens.c.account_id),
    )
    .outerjoin(_makers, _MAKER)
    .outerjoin(_who_made, _who_made.c.id == tokens.c.made_by)
)


def handed_out(connection: Connection, account_id: str) -> Sequence[AnyRow]:
    """The tokens that others made for an account and that nobody has taken back, each with its `organisation_id`."""
    mine = _LISTED.add_columns(tokens.c.organisation_id)
    wanted = mine.where(tokens.c.account_id == account_id, _HANDED_OUT, tokens.c.revoked_at.is_(None))
    return connection.execute(wanted.order_by(tokens.c.created_at, tokens.c.id)).all()


def of_member(connection: Connection, organisation_id: str, account_id: str) -> Sequence[AnyRow]:
    """The tokens of an account in an organisation, and those it made for others there, that nobody has revoked."""
    theirs = or_(tokens.c.account_id == account_id, tokens.c.made_by == account_id)
    wanted = _LISTED.where(tokens.c.organisation_id == organisation_id, theirs, tokens.c.revoked_at.is_(None))
    return connection.execute(wanted.order_by(tokens.c.created_at, tokens.c.id)).all()


def one(connection: Connection, organisation_id: str, token_id: str) -> AnyRow | None:
    """One token of an organisation, with whose it is."""
    wanted = _LISTED.where(tokens.c.id == token_id, tokens.c.organisation_id == organisation_id)
    return connection.execute(wanted).first()


def living(connection: Connection, account_id: str, now: dt.datetime) -> Sequence[AnyRow]:
    """Every token and session of an account that is in force, the newest first, with its organisation's `name`."""
    in_force = tokens.c.revoked_at.is_(None) & or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
    query = select(tokens, organisations.c.name.label("organisation_name")).outerjoin(
        organisations, organisations.c.id == tokens.c.organisation_id
    )
    wanted = query.where(tokens.c.account_id == account_id, in_force)
    return connection.execute(wanted.order_by(tokens.c.created_at.desc(), tokens.c.id)).all()


def by_id(connection: Connection, token_id: str) -> AnyRow | None:
    """A token, whoever it belongs to."""
    return connection.execute(select(tokens).where(tokens.c.id == token_id)).first()


def page(
    connection: Connection,
    organisation_id: str,
    limit: int,
    offset: int = 0,
    before: tuple[int, str] | None = None,
) -> Sequence[AnyRow]:
    """Tokens of an organisation, the newest first; `before` is the moment (microseconds) and the id of the last."""
    query = _LISTED.where(tokens.c.organisation_id == organisation_id).limit(limit).offset(offset)
    if before is not None:
        query = query.where(tuple_(type_coerce(tokens.c.created_at, BigInteger), tokens.c.id) < tuple_(*before))
    return connection.execute(query.order_by(tokens.c.created_at.desc(), tokens.c.id.desc())).all()


def total(connection: Connection, organisation_id: str) -> int:
    """How many tokens an organisation has handed out."""
    mine = select(func.count()).select_from(tokens).where(tokens.c.organisation_id == organisation_id)
    found: int = connection.execute(mine).scalar_one()
    return found


def revoke(connection: Connection, token_id: str, now: dt.datetime) -> None:
    """From now on the token is refused, on open streams too."""
    connection.execute(update(tokens).where(tokens.c.id == token_id).values(revoked_at=now))


_OWN = (
    select(
        tokens.c.id,
        tokens.c.kind,
        tokens.c.label,
        tokens.c.organisation_id,
        organisations.c.name.label("organisation"),
        tokens.c.read_only,
        tokens.c.created_at,
        tokens.c.expires_at,
        tokens.c.last_used_at,
    )
    .outerjoin(organisations, organisations.c.id == tokens.c.organisation_id)
    .where(tokens.c.made_by.is_(None), tokens.c.revoked_at.is_(None))
)
"""Tokens and sessions that a person's own sign-in made and nobody revoked."""


def own(
    connection: Connection,
    account_id: str,
    now: dt.datetime,
    *,
    limit: int,
    offset: int = 0,
    before: tuple[int, str] | None = None,
) -> Sequence[AnyRow]:
    """An account's own sign-ins that are in force, the newest first; `before` as for `page`."""
    query = _OWN.where(*_mine(account_id, now)).limit(limit).offset(offset)
    if before is not None:
        query = query.where(tuple_(type_coerce(tokens.c.created_at, BigInteger), tokens.c.id) < tuple_(*before))
    return connection.execute(query.order_by(tokens.c.created_at.desc(), tokens.c.id.desc())).all()


def own_one(connection: Connection, account_id: str, token_id: str, now: dt.datetime) -> AnyRow | None:
    """One of them."""
    return connection.execute(_OWN.where(*_mine(account_id, now), tokens.c.id == token_id)).first()


def count_own(connection: Connection, account_id: str, now: dt.datetime) -> int:
    """How many there are."""
    mine = _OWN.where(*_mine(account_id, now)).subquery()
    return int(connection.execute(select(func.count()).select_from(mine)).scalar_one())


def _mine(account_id: str, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    t = tokens.c
    return t.account_id == account_id, or_(t.expires_at.is_(None), t.expires_at > now)


def any_ended_sessions(connection: Connection, before: dt.datetime) -> bool:
    """Whether there are sessions that ended before a moment."""
    return connection.execute(select(tokens.c.id).where(_ended_sessions(before)).limit(1)).first() is not None


def forget_sessions(connection: Connection, before: dt.datetime) -> None:
    """Sessions that ended before a moment are nobody's business any more."""
    connection.execute(delete(tokens).where(_ended_sessions(before)))


def _ended_sessions(before: dt.datetime) -> ColumnElement[bool]:
    return (tokens.c.kind == SESSION) & (tokens.c.expires_at < before)


def forget_all(connection: Connection, organisation_id: str) -> None:
    """Take an organisation's tokens out, as if there had been none."""
    connection.execute(delete(tokens).where(tokens.c.organisation_id == organisation_id))
