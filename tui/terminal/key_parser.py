"""Esc and a key that arrive in one packet are Esc and that key.

Textual 8.2.8 takes them for one key with alt held, which no command uses: over a slow line, where packets carry more
than one key, both were lost, or only Esc. Then a dialog that was meant to be closed stays open.
"""

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser

__all__ = ["KeyParser"]

_ESC = "\x1b"
_NOT_AFTER_ESC = "[Ofb"
"""What follows Esc in what a terminal sends by itself, or for alt and an arrow."""
_CONTROLS = "\t\r"
"""Keys that are no printable character."""


class KeyParser(XTermParser):
    """Bytes in, keys out. See the module."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:  # noqa: FBT001, FBT002 - Textual's
        """The key, and Esc before it when that came along."""
        key = sequence.removeprefix(_ESC)
        together = alt or sequence != key
        if together and len(key) == 1 and _is_a_key(key):
            yield events.Key("escape", _ESC)
            yield from super()._sequence_to_key_events(key)
        else:
            yield from super()._sequence_to_key_events(sequence, alt=alt)


def _is_a_key(char: str) -> bool:
    return char in _CONTROLS or (char.isprintable() and char not in _NOT_AFTER_ESC)
