"""What an event says in full."""

from contract.events import Event
from screens.detail import labelled
from tui.sentences import sentence
from tui.text import clean
from tui.theme import Line

__all__ = ["event_lines"]


def event_lines(event: Event) -> list[Line]:
    """Who, when, what."""
    return [
        sentence(event),
        labelled("When", f"{event.created_at:%Y-%m-%d %H:%M:%S} UTC"),
        labelled("Who", clean(event.actor.label)),
        labelled("Object", clean(event.object.label)),
    ]
