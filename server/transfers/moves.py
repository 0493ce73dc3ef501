"""What the opener may still do to an outgoing request: cancel it, or send it again."""

from typing import Any

from contract.events import EventKind
from contract.transfers import Direction, Transfer, TransferState
from server.domain.transfers import PENDING_FOR, RESEND_PAUSE, Action, Party, refusal_of
from server.http.call import Call
from server.platform.kept_secrets import new_link
from server.platform.transaction import Unit
from server.store import transfers
from server.store.types import AnyRow
from server.transfers.create import check_ends
from server.transfers.event_emission import tell
from server.transfers.reading import required
from server.transfers.serializers import as_answer, as_problem, as_request


def cancel_transfer(call: Call) -> Transfer:
    """End an outgoing request before it is answered."""
    return take_back(call, Party.HOUSE)


def take_back(call: Call, party: Party) -> Transfer:
    """End a request before it is answered, by the side that opened it."""
    changes = {
        "state": TransferState.CANCELLED.value,
        "decided_at": call.now,
        "decided_by": call.actor.label,
        "decided_by_account": call.actor.account_id,
    }
    return _move(call, Action.CANCEL, EventKind.TRANSFER_CANCELLED, changes, party)


def withdraw(unit: Unit, row: AnyRow) -> None:
    """End a pending request that this organisation sent, because nobody is to be asked any more."""
    changes = {
        "state": TransferState.CANCELLED.value,
        "decided_at": unit.now,
        "decided_by": unit.actor.label,
        "decided_by_account": unit.actor.account_id,
    }
    transfers.change(unit.connection, [{"number": row.number, **changes}], *changes)
    tell(unit, EventKind.TRANSFER_CANCELLED, as_answer(row, **changes), {"state": row.state})


def resend_transfer(call: Call) -> Transfer:
    """Send an outgoing request again: the old link opens nothing any more, and the time starts again."""
    row = required(call)
    if row.state == TransferState.PENDING.value and row.direction == Direction.OUTGOING.value:
        check_ends(call, row.email_key)
    link = new_link()
    changes = {
        "sent_at": call.now,
        "expires_at": call.now + PENDING_FOR,
        "resend_after": call.now + RESEND_PAUSE,
        "link_hash": link.hash,
    }
    return _move(call, Action.RESEND, EventKind.TRANSFER_RESENT, changes, link=link.secret)


def _move(
    call: Call,
    action: Action,
    kind: EventKind,
    changes: dict[str, Any],
    party: Party = Party.HOUSE,
    *,
    link: str = "",
) -> Transfer:
    row = required(call)
    refusal = refusal_of(action, as_request(row), call.now, party)
    if refusal is not None:
        raise as_problem(refusal)
    transfers.change(call.connection, [{"number": row.number, **changes}], *changes)
    answer = as_answer(row, **changes)
    previous = {"state": row.state} if "state" in changes else {"expires_at": row.expires_at.isoformat()}
    tell(call, kind, answer, previous, link=link)
    return answer
