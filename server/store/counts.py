"""Small counts for the first screen: pending requests and codes that run out."""

import datetime as dt

from sqlalchemy import Connection, and_, case, func, or_, select

from contract.transfers import Direction, TransferState
from server.store.tables import invitation_codes, transfers
from server.store.types import AnyRow

MAX_CODES = 5
FEW_USES = 2


def pending_transfers(
    connection: Connection, subscription_id: str, now: dt.datetime, soon: dt.datetime
) -> tuple[int, int, int]:
    """Incoming, outgoing, and incoming ones that expire before `soon`; what is over already does not count."""
    incoming = transfers.c.direction == Direction.INCOMING.value
    rows = connection.execute(
        select(
            transfers.c.direction,
            func.count(),
            func.coalesce(func.sum(case((and_(incoming, transfers.c.expires_at <= soon), 1), else_=0)), 0),
        )
        .where(
            transfers.c.subscription_id == subscription_id,
            transfers.c.state == TransferState.PENDING.value,
            transfers.c.expires_at > now,
        )
        .group_by(transfers.c.direction)
    )
    found = {direction: (count, expiring) for direction, count, expiring in rows}
    coming, expiring = found.get(Direction.INCOMING.value, (0, 0))
    return coming, found.get(Direction.OUTGOING.value, (0, 0))[0], expiring


def ending_codes(connection: Connection, subscription_id: str, now: dt.datetime, soon: dt.datetime) -> list[AnyRow]:
    """Codes in force that have few uses left or end before `soon`, the most urgent first."""
    left = invitation_codes.c.max_uses - invitation_codes.c.uses
    ends = invitation_codes.c.expires_at
    rows = connection.execute(
        select(invitation_codes.c.code, left.label("uses_left"), ends)
        .where(
            invitation_codes.c.subscription_id == subscription_id,
            invitation_codes.c.enabled,
            left > 0,
            or_(ends.is_(None), ends > now),
            or_(left <= FEW_USES, ends <= soon),
        )
        .order_by(ends.is_(None), ends, left)
        .limit(MAX_CODES)
    )
    return list(rows)
