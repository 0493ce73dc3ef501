"""What happened while somebody was away, in one line: who came, answered or left on their own. Pure."""

from collections.abc import Sequence

from contract.events import Event, EventKind
from contract.transfers import Direction
from tui.presentation.event_descriptions import sentence

__all__ = ["away_words", "is_told"]

MOST_NAMED = 3
"""So many are told by name; of more their number."""

_ALWAYS = frozenset(
    {
        EventKind.CODE_USED,
        EventKind.OWNERSHIP_ACCEPTED,
        EventKind.OWNERSHIP_DECLINED,
    }
)
_OF_OURS = frozenset({EventKind.TRANSFER_ACCEPTED, EventKind.TRANSFER_DECLINED})


def is_told(event: Event, me: str) -> bool:
    """Whether it is news for somebody who was away: what people did on their own, never one's own doing."""
    if event.actor.account_id == me:
        return False
    attributes = event.object.attributes
    if event.type is EventKind.TRANSFER_REQUESTED:
        return attributes.get("direction") == Direction.INCOMING.value
    if event.type in _OF_OURS:
        return attributes.get("direction") == Direction.OUTGOING.value
    if event.type is EventKind.USER_REMOVED:
        return bool(event.actor.label) and attributes.get("email") == event.actor.label
    return event.type in _ALWAYS


def away_words(events: Sequence[Event], *, more: bool = False) -> str:
    """`While you were away: Ana used code X; Bo left; and 4 more. 7 shows all of it.`; empty when nothing happened.

    `more`: there are others that were not read.
    """
    if not events:
        return ""
    named = [sentence(event) for event in events[-MOST_NAMED:][::-1]]
    rest = len(events) - len(named)
    tail = [f"and {rest:,} or more others" if more else f"and {rest:,} more"] if rest or more else []
    return f"While you were away: {'; '.join([*named, *tail])}. 7 shows all of it"
