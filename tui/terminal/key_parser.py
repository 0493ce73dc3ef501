"""Bytes of a terminal become what somebody did; what the terminal says by itself becomes nothing (see `KeyGate`).

Textual's own parser types what it does not know: an answer nobody asked for would run commands.
"""

import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from math import inf
from typing import Any, Final

from textual import constants, events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from tui.terminal.key_gate import FRESH, RAW, KeyGate, Kind, Piece

__all__ = ["Key", "KeyParser", "key_sequences"]

_TYPED: Final = frozenset({Keys.Enter, Keys.Space})
"""No sequence is one of these: only the bytes themselves are."""

_OF_TWO: Final = frozenset({"\x1bf", "\x1bb", "\x1b\x7f"})
"""Alt and an arrow, alt and Backspace, as some terminals send them."""

_ALSO_ANSWERS: Final = "Rpqrstuvwxy"
"""Last characters of answers, which some terminals send for keys that nothing needs."""


class Key(events.Key):
    """A key; `behind_escape` when it came together with an ESC before it, so that it may be alt and a key, or none."""

    def __init__(self, key: str, character: str | None, *, behind_escape: bool = False) -> None:
        super().__init__(key, character)
        self.behind_escape = behind_escape


@cache
def key_sequences() -> Mapping[str, str]:
    """What keys send that begins with ESC, and their names: what moves or edits, function keys; none is printable."""
    return {each: _name(each, meant) for each, meant in ANSI_SEQUENCES_KEYS.items() if _is_of_a_key(each, meant)}


def _is_of_a_key(sequence: str, meant: object) -> bool:
    if sequence in _OF_TWO:
        return True
    if not sequence.startswith(("\x1b[", "\x1bO")) or not isinstance(meant, tuple) or _TYPED & set(meant):
        return False
    return sequence.startswith("\x1bO") or sequence[-1] not in _ALSO_ANSWERS


def _name(sequence: str, meant: Any) -> str:
    """Textual's name; where modifiers are told by number, the one made of them."""
    if ";" in sequence and (extended := XTermParser()._parse_extended_key(sequence)):  # noqa: SLF001 - as above
        return str(extended[0].key)
    return str(meant[-1].value)


class KeyParser:
    """Bytes in, messages out.

    Args:
        mouse: whether the mouse reports what it does.
        clock: seconds.
    """

    def __init__(self, *, mouse: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._gate = KeyGate(key_sequences(), mouse=mouse, delay=constants.ESCAPE_DELAY)
        self._textual = XTermParser()
        self._decode = getincrementaldecoder("utf-8")(errors="surrogateescape").decode

    def begin(self) -> None:
        """Keys are read from now on, at first or again: the end of what another program was told may come."""
        self._gate.fresh_until = self._clock() + FRESH

    @property
    def wait(self) -> float | None:
        """Seconds until `tick` has something to do; None when it has not."""
        due = self._gate.deadline
        return None if due is None else max(0.0, due - self._clock())

    def feed(self, data: bytes) -> list[Message]:
        """What was done, as far as these bytes tell."""
        return self._messages(self._gate.feed(self._decode(data).translate(RAW), self._clock()))

    def tick(self) -> list[Message]:
        """What is a key after all, since nothing came after it."""
        return self._messages(self._gate.expire(self._clock()))

    def end(self) -> list[Message]:
        """The same if nothing ever comes any more."""
        return self._messages(self._gate.expire(inf))

    def _messages(self, pieces: Iterable[Piece]) -> list[Message]:
        return [message for piece in pieces for message in self._message(piece)]

    def _message(self, piece: Piece) -> Iterable[Message]:
        match piece.kind:
            case Kind.PASTE:
                return [events.Paste(piece.text.replace("\x00", ""))]
            case Kind.SYNCHRONISED:
                return [messages.TerminalSupportsSynchronizedOutput()]
            case Kind.MOUSE:
                reported = self._textual.parse_mouse_code(piece.text)
                return [] if reported is None else [reported]
            case Kind.KEY:
                return [Key(key_sequences()[piece.text], None)]
            case _:
                behind = piece.kind is Kind.BEHIND
                keys = self._textual._sequence_to_key_events(piece.text)  # noqa: SLF001 - Textual's names of keys
                return [Key(key.key, key.character, behind_escape=behind) for key in keys if key.key != Keys.Ignore]
