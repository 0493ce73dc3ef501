"""Invitation codes are words that let people in: shown to whoever manages users, masked for everybody else.

Every answer that has a code's text goes through here: lists, single codes, events, their stream, the first screen.
"""

from collections.abc import Iterable

from contract.codes import InvitationCode
from contract.events import Event
from contract.people import PERMISSIONS, Permission, Role

MASKED = "••••••"
"""What stands in the place of a code."""

CODE_EVENTS = "code."
"""How the kinds of the events begin that name a code."""


def sees_codes(role: Role) -> bool:
    """Whether a role is shown codes: who makes and changes them."""
    return Permission.MANAGE_USERS in PERMISSIONS[role]


def shown_code(code: InvitationCode, role: Role) -> InvitationCode:
    """A code as this role may see it."""
    return code if sees_codes(role) else code.model_copy(update={"code": MASKED, "join_url": ""})


def shown_events(events: Iterable[Event], role: Role) -> tuple[Event, ...]:
    """Events as this role may see them."""
    return tuple(events) if sees_codes(role) else tuple(_masked(each) for each in events)


def shown_body(kind: str, body: str, *, sees: bool) -> str:
    """The text of an event as it goes into the stream."""
    if sees or not kind.startswith(CODE_EVENTS):
        return body
    return _masked(Event.model_validate_json(body)).model_dump_json()


def _masked(event: Event) -> Event:
    if not event.type.value.startswith(CODE_EVENTS):
        return event
    return event.model_copy(update={"object": event.object.model_copy(update={"label": MASKED})})
