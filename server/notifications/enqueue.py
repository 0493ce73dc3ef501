"""Which changes of a request somebody outside is told about, noted in the transaction of the change."""

from typing import Any

from contract.events import EventKind
from contract.transfers import Direction, Transfer
from server.platform.ids import new_id
from server.platform.transaction import Unit
from server.store import outbound_mail

WITH_LINK = frozenset({EventKind.TRANSFER_REQUESTED, EventKind.TRANSFER_RESENT})
DECIDED = frozenset({EventKind.TRANSFER_ACCEPTED, EventKind.TRANSFER_DECLINED})
TO_WHO_WANTS_IN = DECIDED | {EventKind.TRANSFER_REOPENED}
TO_ASKER = {Direction.OUTGOING: TO_WHO_WANTS_IN | {EventKind.TRANSFER_EXPIRED}, Direction.INCOMING: TO_WHO_WANTS_IN}
"""Who wants in hears of no end that nobody decided: a request that found no organisation ends the same way (D25)."""


def note(unit: Unit, kind: EventKind, transfer: Transfer, link: str = "") -> None:
    """Have a letter written with the events of this unit: to the person asked with the link, to the asker of the end.

    Nothing when this server sends no mail. Who is asked for an organisation sees it there.
    """
    asked = kind in WITH_LINK and transfer.direction is Direction.OUTGOING
    if not (asked or kind in TO_ASKER[transfer.direction]) or not outbound_mail.are_sent(unit.connection):
        return
    unit.letters.append(_row(unit, kind, transfer, link if asked else ""))


def _row(unit: Unit, kind: EventKind, transfer: Transfer, link: str) -> dict[str, Any]:
    return {
        "id": new_id("let"),
        "organisation_id": unit.organisation_id,
        "transfer_id": transfer.id,
        "kind": kind.value,
        "transfer_version": transfer.version,
        "link": link,
        "created_at": unit.now,
    }
