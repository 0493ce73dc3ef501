r"""What a terminal sends, told apart: what somebody typed goes on, what the terminal says by itself is swallowed whole.

A terminal answers questions, its own or another program's, and answers look like keys: `ESC [ ? 1 ; 2 c` would open
help, `ESC ] 11 ; rgb: … BEL` a payment. Over a slow line they come late and in pieces. This gate knows their grammar
(ECMA-48) and nothing else; it is pure, and is told the time.

What goes on is characters, pasted text, the keys that are listed in `keys` (arrows, function keys; none of them a
printable character), reports of a mouse that was asked for, and Esc. Everything else that begins with ESC or a control
of the C1 set is swallowed to its last byte: `ESC [ … final`, `ESC O x`, `ESC ( B`, and strings (`ESC ]`, `ESC P`,
`ESC _`, `ESC ^`, `ESC X`) up to BEL or ST.

When a sequence is cut:

* ESC and nothing for `delay` is the Esc key. If what comes next begins like the rest of a sequence (`[`, `]`, `P` …),
  it is held for `HELD` at most, to see whether it goes on like one; a `[` typed after Esc is a key as ever.
* Once a sequence has begun, nothing of it is ever a key, however late it comes. It is over when its end comes, when
  ESC begins another, at CAN or SUB (ctrl+x, ctrl+z), and when nothing has come for `SILENCE`: then it never will.
  So a keyboard is never dead for long: of what looks like an unfinished string, pressing Esc twice, or Esc and a
  `LULL`, leaves at once. Nothing of it is stored, however long it is; of a paste at most `MOST_PASTED` characters.
* A character that follows ESC at once, without beginning a sequence, is Esc and that key; it and what comes with it
  is marked `BEHIND`, since it may be alt and a key, or no key at all: commands that change something don't take it.
* In the first moments (`FRESH`) the end of an answer may come whose beginning another program has read.
"""

import re
from collections.abc import Container
from enum import Enum
from typing import Final, NamedTuple

__all__ = ["DELAY", "FRESH", "HELD", "LULL", "MOST_PASTED", "RAW", "SILENCE", "KeyGate", "Kind", "Piece", "typed_in"]

DELAY: Final = 0.1
"""Seconds after which an ESC without anything behind it is the Esc key."""

HELD: Final = 0.5
"""Seconds for which what may be the rest of a sequence cut behind its ESC is held back."""

_SOON: Final = 2.0
"""Seconds after Esc within which anything is held back for longer than the packet it came in."""

LULL: Final = 1.0
"""Seconds without a byte after which an ESC in an unfinished string was pressed by somebody."""

SILENCE: Final = 10.0
"""Seconds without a byte after which the rest of a sequence never comes."""

FRESH: Final = 1.0
"""Seconds from the start within which the end of somebody else's answer is recognised."""

MOST_PASTED: Final = 1_000_000
"""Characters of a paste that are kept; the rest of it is swallowed."""

RAW: Final = {0xDC80 + each: 0x80 + each if each < 0x20 else 0xFFFD for each in range(0x80)}  # noqa: PLR2004
"""For `str.translate` after decoding with `surrogateescape`: 8-bit controls as such, other broken bytes as `�`."""

_LONGEST: Final = 64
"""Characters of a sequence that are kept to know it again; no key is longer."""

_ESC, _BEL, _CAN, _SUB = "\x1b", "\x07", "\x18", "\x1a"
_STRINGS = "]PX^_"
_INTERMEDIATES = "!\"#$%&'(),."
"""What stands between ESC and the last character of a short sequence; not `space * + - /`, which are keys here."""

_LATE = {
    "[": re.compile(r"[?<>=0-9;A-IOPQRSZM~]"),
    "]": re.compile(r"[0-9lLI]"),
    "P": re.compile(r"[0-9!>$+{|]"),
    "O": re.compile(r"[A-DFHMP-Sa-dj-y]"),
    "_": re.compile(r"[^\x1b]"),
    "^": re.compile(r"[^\x1b]"),
    "X": re.compile(r"[^\x1b]"),
}
"""What may follow each beginning, where ESC came so early that it was taken for the key."""

_LATE_TOGETHER = {"]": re.compile(r"[^][]"), **dict.fromkeys("P_^X", re.compile(r"[^\x1b]"))}
"""The same where it comes in one packet with the beginning: the inside of a string may be anything."""

_C1 = {"\x90": "P", "\x98": "X", "\x9b": "[", "\x9d": "]", "\x9e": "^", "\x9f": "_", "\x8f": "O", "\x8e": "N"}
_ST = "\x9c"
_PASTE, _PASTE_END = "\x1b[200~", "\x1b[201~"
_MOUSE = re.compile(r"\x1b\[<\d{1,4};-?\d{1,5};-?\d{1,5}[Mm]")
_SYNCHRONISED = re.compile(r"\x1b\[\?2026;[1-4]\$y")
_TAIL = re.compile(r"[ -~]*(?:\x07|\x1b\\|\x9c)|[<=>?]?[0-9:]*(?:;[0-9:]*)+[ $]?[@-~]|[<=>?][0-9;:]+[ $]?[@-~]")


class Kind(Enum):
    """What a piece is."""

    CHARACTER = "character"
    """One that was typed, control characters included."""
    BEHIND = "behind"
    """One that came together with an ESC before it."""
    ESCAPE = "escape"
    """The Esc key."""
    KEY = "key"
    """A whole sequence that a key sends."""
    MOUSE = "mouse"
    """A report of the mouse (SGR)."""
    PASTE = "paste"
    """What was pasted, without what marks it as such."""
    SYNCHRONISED = "synchronised"
    """The terminal shows frames as a whole (mode 2026)."""


class Piece(NamedTuple):
    """What goes on."""

    kind: Kind
    text: str


class _State(Enum):
    GROUND = 0
    ESC = 1
    ESCAPED = 2
    """Esc has gone on as a key; it was the last that came."""
    HELD = 3
    CSI = 4
    LINUX = 5
    """`ESC [ [`: one more."""
    SHORT = 6
    """`ESC O` or `ESC N`."""
    MOUSE = 7
    """`ESC [ M`: three more."""
    INTERMEDIATE = 8
    STRING = 9
    STRING_ESC = 10
    PASTE = 11


_IDLE = (_State.GROUND, _State.ESCAPED)


class KeyGate:
    """Takes text as it comes, gives pieces. See the module.

    Args:
        keys: the sequences that keys send, ESC included.
        mouse: whether reports of the mouse were asked for.
        delay: seconds after which ESC is a key.
        fresh_until: until when the end of an answer may come that another program has begun to read.
    """

    def __init__(
        self, keys: Container[str] = (), *, mouse: bool = False, delay: float = DELAY, fresh_until: float = 0.0
    ) -> None:
        self.fresh_until = fresh_until
        self._keys, self._mouse, self._delay = keys, mouse, delay
        self._state = _State.GROUND
        self._begun = ""
        """What is known of the sequence under way."""
        self._left = self._reads = 0
        self._last = self._escaped = 0.0
        self._behind = False
        self._pasted: list[str] = []
        self._pieces: list[Piece] = []

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do if nothing comes; None: never."""
        if self._state is _State.ESC or self._may_end_here:
            return self._last + self._delay
        if self._state is _State.HELD:
            return self._held_until
        return None if self._state in _IDLE else self._last + SILENCE

    @property
    def swallowing(self) -> bool:
        """Whether a sequence is under way."""
        return self._state not in (*_IDLE, _State.ESC, _State.HELD)

    def feed(self, text: str, now: float) -> list[Piece]:
        """What somebody did, as far as this text tells."""
        pieces = self.expire(now)
        self._reads += 1
        if now < self.fresh_until and self._state is _State.GROUND and (tail := _TAIL.match(text)):
            text = text[tail.end() :]
        if self._state is _State.STRING_ESC and now - self._last >= LULL and text[:1] != "\\":
            self._state, self._escaped = _State.ESCAPED, self._last
        for character in text:
            self._take(character, now)
            self._last = now
        # bytes have come, though they may be no character yet
        self._last = now
        self._behind = False
        return pieces + self.expire(now)

    def expire(self, now: float) -> list[Piece]:
        """What has turned out to be a key since nothing came after it."""
        due = self.deadline
        if due is not None and now >= due:
            if self._state is _State.ESC:
                self._give(Kind.ESCAPE, _ESC)
                self._state, self._escaped = _State.ESCAPED, self._last
            elif self._state is _State.HELD:
                self._state = _State.GROUND
                self._give(Kind.CHARACTER, self._begun)
            else:
                if self._may_end_here:
                    self._give(Kind.KEY, self._begun)
                self._end()
        pieces, self._pieces = self._pieces, []
        return pieces

    @property
    def _held_until(self) -> float:
        """An early ESC is no reason to wait for more than came with it."""
        return self._last + HELD if self._last - self._escaped <= _SOON else self._last

    @property
    def _may_end_here(self) -> bool:
        """Whether this is a key of rxvt, whose last character begins the end of other sequences."""
        return self._state is _State.CSI and self._begun.endswith("$") and self._begun in self._keys

    def _give(self, kind: Kind, text: str) -> None:
        self._pieces.append(Piece(kind, text))

    def _end(self) -> None:
        self._state, self._begun = _State.GROUND, ""
        self._pasted.clear()

    def _take(self, character: str, now: float) -> None:
        match self._state:
            case _State.GROUND:
                self._ground(character)
            case _State.ESCAPED:
                self._escaped_before(character)
            case _State.HELD:
                self._held(character)
            case _State.ESC:
                self._after_esc(character)
            case _State.STRING | _State.STRING_ESC:
                self._string(character)
            case _State.PASTE:
                self._paste(character, now)
            case _:
                self._sequence(character)

    def _ground(self, character: str) -> None:
        if character == _ESC:
            self._state = _State.ESC
        elif "\x80" <= character <= "\x9f":
            self._control(character)
        else:
            self._give(Kind.BEHIND if self._behind else Kind.CHARACTER, character)

    def _control(self, character: str) -> None:
        """A control of the C1 set is ESC and a letter; those that begin nothing are nothing."""
        self._end()
        if character in _C1:
            self._begin(_C1[character])

    def _begin(self, introducer: str) -> None:
        self._begun = _ESC + introducer
        if introducer in _STRINGS:
            self._state = _State.STRING
        else:
            self._state = _State.CSI if introducer == "[" else _State.SHORT

    def _after_esc(self, character: str) -> None:
        self._end()
        if character == _ESC:
            self._give(Kind.ESCAPE, _ESC)
            self._state = _State.ESC
        elif character in _STRINGS or character in "[ON":
            self._begin(character)
        elif character in _INTERMEDIATES:
            self._state = _State.INTERMEDIATE
        elif "\x80" <= character <= "\x9f":
            self._control(character)
        elif _ESC + character in self._keys:
            self._give(Kind.KEY, _ESC + character)
        elif character not in "\\\x00":
            self._give(Kind.ESCAPE, _ESC)
            self._give(Kind.BEHIND, character)
            self._behind = True

    def _escaped_before(self, character: str) -> None:
        """The first after Esc: perhaps the rest of a sequence that was cut just there."""
        self._state = _State.GROUND
        if character in _LATE:
            self._state, self._begun, self._left = _State.HELD, character, self._reads
        else:
            self._ground(character)

    def _held(self, character: str) -> None:
        introducer = self._begun
        together = _LATE_TOGETHER.get(introducer) if self._left == self._reads else None
        if _LATE[introducer].match(character) or (together and together.match(character)):
            self._begin(introducer)
            self._take(character, self._last)
        else:
            self._end()
            self._give(Kind.CHARACTER, introducer)
            self._ground(character)

    def _string(self, character: str) -> None:
        """Anything, up to ST or BEL; ESC and something else is part of it, unless it begins another sequence."""
        escaped, self._state = self._state is _State.STRING_ESC, _State.STRING
        if character in (_BEL, _CAN, _SUB, _ST) or (escaped and character == "\\"):
            self._end()
        elif escaped and (character == _ESC or character in _STRINGS or character in "[ON"):
            self._state = _State.ESC
            if character != _ESC:
                self._after_esc(character)
        elif character == _ESC:
            self._state = _State.STRING_ESC

    def _sequence(self, character: str) -> None:
        """One more of a sequence that ends by itself."""
        if character == _ESC:
            self._end()
            self._state = _State.ESC
        elif self._state is _State.MOUSE:
            # coordinates are any bytes, controls of the C1 set among them
            self._left -= 1
            if not self._left:
                self._end()
        elif character in (_CAN, _SUB, _ST):
            self._end()
        elif "\x80" <= character <= "\x9f":
            self._control(character)
        elif self._state is _State.INTERMEDIATE:
            if "0" <= character <= "~":
                self._end()
        elif " " <= character <= "~":
            self._body(character)
        else:
            # nothing that keys send; what follows is still part of it
            self._begun += "\x00"

    def _body(self, character: str) -> None:
        short = self._state is _State.SHORT
        if self._state is _State.CSI and self._begun == _ESC + "[" and character in "[M":
            self._state, self._left = (_State.LINUX if character == "[" else _State.MOUSE), 3
            self._begun += character
        elif self._state is not _State.LINUX and character < (":" if short else "@"):
            self._begun = (self._begun + character)[:_LONGEST]
        else:
            self._complete((self._begun + character)[: _LONGEST + 1])

    def _complete(self, sequence: str) -> None:
        self._end()
        if sequence == _PASTE:
            self._state, self._left = _State.PASTE, MOST_PASTED
        elif sequence in self._keys:
            self._give(Kind.KEY, sequence)
        elif self._mouse and _MOUSE.fullmatch(sequence):
            self._give(Kind.MOUSE, sequence)
        elif _SYNCHRONISED.fullmatch(sequence):
            self._give(Kind.SYNCHRONISED, sequence)

    def _paste(self, character: str, now: float) -> None:
        """Text up to its end; an ESC in it is nothing, unless it was pressed by somebody who waits for the end."""
        if self._begun == _ESC and character != "[" and now - self._last >= LULL:
            self._end()
            self._ground(character)
            return
        character = _ESC + "[" if character == "\x9b" else character
        if _PASTE_END.startswith(self._begun + character):
            self._begun += character
        elif character[0] == _ESC:
            self._keep(self._begun[1:])
            self._begun = character
        else:
            self._keep(self._begun[1:] + character)
            self._begun = ""
        if self._begun == _PASTE_END:
            text = "".join(self._pasted)
            self._end()
            self._give(Kind.PASTE, text)

    def _keep(self, text: str) -> None:
        kept = text[: self._left]
        self._left -= len(kept)
        if kept:
            self._pasted.append(kept)


def typed_in(line: str) -> str:
    """A line as it was typed, without what the terminal has put between; of an unfinished sequence nothing is left."""
    gate = KeyGate()
    pieces = [*gate.feed(line, 0.0), *gate.expire(SILENCE)]
    return "".join(piece.text for piece in pieces if piece.kind in (Kind.CHARACTER, Kind.PASTE))
