"""What has just become of things that may still stand on a screen, by their id: the last event about each."""

from collections import OrderedDict

from contract.events import Event

__all__ = ["Fates"]

_KEPT = 10_000
"""So many things at least are remembered: as many as one command decides."""


class Fates:
    """The last event about each thing."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, Event] = OrderedDict()

    def hear(self, event: Event) -> None:
        """Something has happened to a thing."""
        self._last[event.object.id] = event
        self._last.move_to_end(event.object.id)
        if len(self._last) > _KEPT:
            self._last.popitem(last=False)

    def of(self, thing: str) -> Event | None:
        """The last that happened to it since the app was started."""
        return self._last.get(thing)
