"""Reading and writing what became of devices that ask to be signed in."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from server.store.tables import accounts, device_sign_ins
from server.store.types import AnyRow

D = device_sign_ins.c


def add(connection: Connection, **values: Any) -> None:
    """A device asks."""
    connection.execute(insert(device_sign_ins).values(**values))


def by_device(connection: Connection, device_hash: bytes) -> AnyRow | None:
    """What became of the wish of the device that holds this code."""
    return connection.execute(select(device_sign_ins).where(D.device_hash == device_hash)).first()


def by_user_code(connection: Connection, user_hash: bytes) -> AnyRow | None:
    """The newest wish with this code to be typed, whatever became of it; `email` is of who decided, if anybody did."""
    who = select(device_sign_ins, accounts.c.email).outerjoin(accounts, accounts.c.id == D.account_id)
    return connection.execute(who.where(D.user_hash == user_hash).order_by(D.created_at.desc(), D.id)).first()


def change(connection: Connection, identity: str, **values: Any) -> None:
    """Change columns of one."""
    connection.execute(update(device_sign_ins).where(D.id == identity).values(**values))


def decide(connection: Connection, identity: str, before: str, **values: Any) -> bool:
    """The same, unless its state is no longer `before`; whether it was done."""
    found = update(device_sign_ins).where(D.id == identity, D.state == before).values(**values)
    return connection.execute(found).rowcount == 1


def end_of(connection: Connection, account_id: str, before: str, after: str) -> None:
    """Everything that this account confirmed and that no device has fetched gets another state."""
    mine = update(device_sign_ins).where(D.account_id == account_id, D.state == before)
    connection.execute(mine.values(state=after))


def waiting(connection: Connection, now: dt.datetime, network: str | None = None) -> int:
    """How many codes have not expired, of one network or of all."""
    query = select(func.count()).select_from(device_sign_ins).where(D.expires_at > now)
    found: int = connection.execute(query if network is None else query.where(D.network == network)).scalar_one()
    return found


def any_old(connection: Connection, before: dt.datetime) -> bool:
    """Whether some expired before a moment."""
    return connection.execute(select(D.id).where(D.expires_at < before).limit(1)).first() is not None


def forget(connection: Connection, before: dt.datetime) -> int:
    """Delete those that expired before a moment; how many."""
    return connection.execute(delete(device_sign_ins).where(D.expires_at < before)).rowcount
