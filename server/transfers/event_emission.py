"""Saying what happened to a request: the one way into the organisation's events, and out to whom it concerns."""

from typing import Any

from contract.events import EventKind, EventObject
from contract.transfers import Transfer
from server.notifications.enqueue import note
from server.platform.transaction import Unit


def subject(transfer: Transfer, **attributes: Any) -> EventObject:
    """What events about a request name: the person, and what the request is now."""
    known = {"direction": transfer.direction.value, "state": transfer.state.value, "version": transfer.version}
    return EventObject(type="transfer", id=transfer.id, label=transfer.name, attributes={**known, **attributes})


def tell(
    unit: Unit,
    kind: EventKind,
    transfer: Transfer,
    previous: dict[str, Any] | None = None,
    *,
    link: str = "",
    **attributes: Any,
) -> None:
    """Note what became of a request, in the transaction that did it.

    `link` is the secret of the link that goes to the person asked, at the only moment it is known: it is no part of
    the event, and leaves the outbox of the e-mail with its letter.
    """
    unit.emit(kind, subject(transfer, **attributes), previous)
    note(unit, kind, transfer, link)
