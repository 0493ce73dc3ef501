"""The outbox of the e-mail: what waits, what was sent, what was given up."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, literal_column, select, update

from contract.mailbox import email_key
from server.store.bulk import execute_many
from server.store.database import CHANGED
from server.store.tables import accounts, letters, organisations, subscriptions, transfers
from server.store.types import EPOCH, AnyRow

MAIL = "mail"
"""What is rung, beside the organisations, when letters were written."""

WAITING, SENT, DROPPED, FAILED = "waiting", "sent", "dropped", "failed"

ASKING = ("transfer.requested", "transfer.resent")
"""The kinds of letters that ask somebody to join: an address gets one an hour from an organisation."""

WITH_LINK = (*ASKING, "sign_in", "owner_invited")
"""The kinds of letters that carry a link, which is forgotten."""

FIRST = EPOCH - dt.timedelta(seconds=1)
"""When letters that somebody is waiting for are to be sent: before all the others."""

_ON = "letters_are_sent"
L = letters.c
_WAITS = L.state == literal_column("'waiting'")
"""Written out, so that the index over these alone is taken."""


def switch_on(connection: Connection) -> None:
    """From now on, as long as the database is open, letters are written."""
    connection.info[_ON] = True


def are_sent(connection: Connection) -> bool:
    """Whether this server sends mail; otherwise no letter is written."""
    return bool(connection.info.get(_ON))


def add(connection: Connection, rows: Sequence[Mapping[str, Any]], *, first: bool = False) -> None:
    """Write letters, to be sent at once, in the transaction that they tell about; `first` before others that wait."""
    next_at = FIRST if first else EPOCH
    execute_many(connection, insert(letters), [{"next_at": next_at, **row} for row in rows])
    connection.info.setdefault(CHANGED, set()).add(MAIL)


def due(connection: Connection, now: dt.datetime, limit: int) -> Sequence[AnyRow]:
    """The letters whose turn it is, those that waited longest first."""
    query = select(letters).where(_WAITS, L.next_at <= now).order_by(L.next_at, L.number)
    return connection.execute(query.limit(limit)).all()


def next_moment(connection: Connection) -> dt.datetime | None:
    """When the next letter is to be sent."""
    found: dt.datetime | None = connection.execute(select(func.min(L.next_at)).where(_WAITS)).scalar()
    return found


def about(connection: Connection, transfer_id: str) -> AnyRow | None:
    """The request that a letter tells about, with what the organisation is called and whom to write to.

    `asker` is the address of who opened it: whoever asked to join, or who sent it for the organisation (its owner
    where that is not known any more).
    """
    opener, owner = accounts.alias("opener"), accounts.alias("owner")
    who_wants_in = case((transfers.c.direction == "incoming", transfers.c.account_id))
    query = (
        select(
            transfers,
            organisations.c.name.label("organisation_name"),
            func.coalesce(opener.c.email, owner.c.email).label("asker"),
        )
        .join(organisations, organisations.c.id == transfers.c.organisation_id)
        .join(subscriptions, subscriptions.c.id == transfers.c.subscription_id)
        .join(owner, owner.c.id == subscriptions.c.owner_account_id)
        .outerjoin(opener, opener.c.id == func.coalesce(transfers.c.opened_by_account, who_wants_in))
        .where(transfers.c.id == transfer_id)
    )
    return connection.execute(query).first()


def language_of(connection: Connection, address: str) -> str:
    """The language that the account of an address has chosen; empty where there is none."""
    query = select(accounts.c.language).where(accounts.c.email_key == email_key(address))
    return connection.execute(query).scalar() or ""


def language_of_owner(connection: Connection, organisation_id: str | None) -> str:
    """The language that an organisation's owner has chosen; empty where there is none."""
    query = (
        select(accounts.c.language)
        .join(subscriptions, subscriptions.c.owner_account_id == accounts.c.id)
        .where(subscriptions.c.organisation_id == organisation_id)
    )
    return connection.execute(query.limit(1)).scalar() or ""


def by_link(connection: Connection, link_hash: bytes) -> AnyRow | None:
    """The pending request that a link was sent for last, with the organisation's name."""
    query = (
        select(transfers, organisations.c.name.label("organisation_name"))
        .join(organisations, organisations.c.id == transfers.c.organisation_id)
        .where(transfers.c.link_hash == link_hash, transfers.c.state == "pending")
    )
    return connection.execute(query).first()


def was_told(connection: Connection, transfer_id: str, kinds: Sequence[str]) -> bool:
    """Whether a letter of one of these kinds has left."""
    query = select(L.number).where(L.transfer_id == transfer_id, L.kind.in_(kinds), L.state == SENT)
    return connection.execute(query.limit(1)).first() is not None


def last_to_address(connection: Connection, letter: AnyRow) -> dt.datetime | None:
    """When a letter that asks to join last left to this one's address from the same organisation, for any request."""
    this, other = transfers.alias("this"), transfers.alias("other")
    same = (other.c.email_key == this.c.email_key) & (other.c.organisation_id == this.c.organisation_id)
    query = (
        select(func.max(L.finished_at))
        .select_from(this)
        .join(other, same)
        .join(letters, L.transfer_id == other.c.id)
        .where(this.c.id == letter.transfer_id, L.kind.in_(ASKING), L.state == SENT)
    )
    found: dt.datetime | None = connection.execute(query).scalar()
    return found


def to_remind(connection: Connection, now: dt.datetime, until: dt.datetime, limit: int) -> Sequence[AnyRow]:
    """Requests that were sent to somebody, expire within that time, and of which nobody was reminded yet."""
    reminded = select(L.number).where(
        L.transfer_id == transfers.c.id, L.kind == "transfer.reminder", L.transfer_version == transfers.c.version
    )
    query = select(transfers.c.id, transfers.c.organisation_id, transfers.c.version).where(
        transfers.c.state == literal_column("'pending'"),
        transfers.c.direction == "outgoing",
        transfers.c.expires_at > now,
        transfers.c.expires_at <= until,
        ~reminded.exists(),
    )
    return connection.execute(query.limit(limit)).all()


def postpone(connection: Connection, letter_id: str, until: dt.datetime) -> None:
    """It is not its turn yet; no attempt was made."""
    connection.execute(update(letters).where(L.id == letter_id, L.state == WAITING).values(next_at=until))


def finish(connection: Connection, letter_id: str, state: str, now: dt.datetime, *, error: str = "") -> None:
    """Note how a letter ended; its link is forgotten. One that was finished already stays as it is."""
    query = update(letters).where(L.id == letter_id, L.state == WAITING)
    attempts = L.attempts + int(state != DROPPED)
    connection.execute(query.values(state=state, finished_at=now, link="", error=error, attempts=attempts))


def put_off(connection: Connection, letter_id: str, until: dt.datetime, error: str) -> None:
    """Note an attempt that failed, and when there is another."""
    query = update(letters).where(L.id == letter_id, L.state == WAITING)
    connection.execute(query.values(attempts=L.attempts + 1, next_at=until, error=error))


def has_older(connection: Connection, before: dt.datetime) -> bool:
    """Whether some were finished before a moment."""
    query = select(L.number).where(L.finished_at.is_not(None), L.finished_at < before)
    return connection.execute(query.limit(1)).first() is not None


def forget(connection: Connection, before: dt.datetime, limit: int) -> int:
    """Delete letters that were finished before a moment; answers how many."""
    old = select(L.number).where(L.finished_at.is_not(None), L.finished_at < before).limit(limit)
    return connection.execute(delete(letters).where(L.number.in_(old))).rowcount


def outbox(connection: Connection) -> Sequence[AnyRow]:
    """Everything that waits or was given up, the oldest first, with its organisation, if any, and an address.

    Of one about a request it is the address of who wants in or is asked.
    """
    query = (
        select(
            letters,
            func.coalesce(transfers.c.email, L.recipient).label("email"),
            func.coalesce(organisations.c.name, "").label("organisation_name"),
        )
        .outerjoin(transfers, transfers.c.id == L.transfer_id)
        .outerjoin(organisations, organisations.c.id == L.organisation_id)
        .where(L.state.in_((WAITING, FAILED)))
    )
    return connection.execute(query.order_by(L.number)).all()


def retry(connection: Connection) -> int:
    """Begin anew with everything that was given up, but for links: those are forgotten; answers how many.

    A request whose letter was given up is sent again by whoever opened it, with a new link.
    """
    query = update(letters).where(L.state == FAILED, L.kind.not_in(WITH_LINK))
    return connection.execute(query.values(state=WAITING, attempts=0, next_at=EPOCH, finished_at=None)).rowcount
