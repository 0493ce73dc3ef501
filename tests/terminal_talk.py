"""What terminals send by themselves: answers to questions, reports, and whatever else begins with ESC.

`REPLIES` are real ones. `Talk` makes random ones, whole or cut, as (seconds to wait before, bytes) with a seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["REPLIES", "Talk"]

ST, BEL = b"\x1b\\", b"\x07"

REPLIES: dict[str, bytes] = {
    "DA1": b"\x1b[?1;2c",
    "DA1 with many": b"\x1b[?62;1;2;4;6;9;15;18;21;22c",
    "DA2": b"\x1b[>41;354;0c",
    "DA3": b"\x1bP!|7E565445" + ST,
    "kitty flags": b"\x1b[?0u",
    "kitty key": b"\x1b[121;1:1;121u",
    "kitty Enter": b"\x1b[13u",
    "modifyOtherKeys": b"\x1b[27;5;121~",
    "colour scheme": b"\x1b[?997;2n",
    "status": b"\x1b[0n",
    "size in characters": b"\x1b[8;24;80t",
    "size in pixels": b"\x1b[4;600;800t",
    "size in the input": b"\x1b[48;24;80;600;800t",
    "cursor": b"\x1b[24;80R",
    "cursor at 1,2": b"\x1b[1;2R",
    "extended cursor": b"\x1b[?24;80;1R",
    "mode 2026": b"\x1b[?2026;2$y",
    "mode 2048": b"\x1b[?2048;1$y",
    "ANSI mode": b"\x1b[4;2$y",
    "foreground": b"\x1b]10;rgb:d0d0/d0d0/d0d0" + BEL,
    "background": b"\x1b]11;rgb:1c1c/1c1c/1c1c" + ST,
    "palette": b"\x1b]4;1;rgb:cccc/0000/0000" + BEL,
    "clipboard": b"\x1b]52;c;eWVzIGNvbmZpcm0geXl5" + ST,
    "window title": b"\x1b]lc y d y" + ST,
    "icon title": b"\x1b]Lyes" + BEL,
    "XTVERSION": b"\x1bP>|tmux 3.3a" + ST,
    "XTGETTCAP": b"\x1bP1+r544e=787465726d2d323536636f6c6f72" + ST,
    "XTGETTCAP unknown": b"\x1bP0+r" + ST,
    "DECRQSS": b"\x1bP1$r0;1;31m" + ST,
    "sixel geometry": b"\x1b[?2;0;800;600S",
    "focus in": b"\x1b[I",
    "focus out": b"\x1b[O",
    "mouse SGR": b"\x1b[<0;12;7M",
    "mouse SGR up": b"\x1b[<0;12;7m",
    "mouse SGR pixels": b"\x1b[<35;640;480M",
    "mouse urxvt": b"\x1b[32;12;7M",
    "mouse X10": b"\x1b[M ,'",
    "mouse X10 far": b"\x1b[M \x9d0",
    "mouse X10 is y": b"\x1b[Myyy",
    "locator": b"\x1b[1;2;3;4;5&w",
    "kitty graphics": b"\x1b_Gi=31;OK" + ST,
    "kitty graphics error": b"\x1b_Gi=31;EBADF:yes cannot read d" + ST,
    "privacy message": b"\x1b^y" + ST,
    "start of string": b"\x1bXy" + ST,
    "keypad y": b"\x1bOy",
    "keypad Enter": b"\x1bOM",
    "keypad plus": b"\x1bOk",
    "character set": b"\x1b(B",
    "stray ST": ST,
    "C1 DA1": "\x9b?1;2c".encode(),
    "C1 OSC": "\x9d11;rgb:1c1c/1c1c/1c1c\x9c".encode(),
    "C1 DCS": "\x90>|xterm(390)\x9c".encode(),
    "8-bit DA1": b"\x9b?1;2c",
    "8-bit OSC": b"\x9d11;rgb:1c1c/1c1c/1c1c\x9c",
    "8-bit APC": b"\x9fGi=1;OK\x9c",
    "end of a paste": b"\x1b[201~",
}
"""What each is, and its bytes. None of them was asked for, or the answer came after nobody waited any more."""

_FINAL = "cnRtuyxwvSrqpJKLPXaefghlm`{|}"
_INSIDE = [*range(0x20, 0x7F), 0x01, 0x03, 0x04, 0x09, 0x0A, 0x0D, 0x7F, 0xC3, 0xA9, 0xFF]
_WAITS = (0.0, 0.0, 0.0, 0.02, 0.15, 0.3)


@dataclass
class Talk:
    """A terminal that talks, seeded."""

    seed: int
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - no secret

    def reply(self) -> bytes:
        """A real one, or one that nobody has seen yet, ended by its own rules."""
        kind = self.chance.randrange(5)
        if kind <= 1:
            return self.chance.choice(list(REPLIES.values()))
        if kind == 2:
            return self._sequence()
        return self._string() if kind == 3 else self._mouse()

    def pieces(self, whole: bytes, *, waits: tuple[float, ...] = _WAITS) -> Iterator[tuple[float, bytes]]:
        """The same cut anywhere; the rest comes late, with waits that let the delay of Esc pass."""
        places = sorted({self.chance.randrange(1, len(whole) + 1) for _ in range(self.chance.randrange(4))} | {0})
        for start, end in zip(places, [*places[1:], len(whole)], strict=True):
            if whole[start:end]:
                yield (self.chance.choice(waits) if start else 0.0), whole[start:end]

    def _sequence(self) -> bytes:
        marks = self.chance.choice(["", "", "?", ">", "=", "<"])
        numbers = ";".join(str(self.chance.randrange(10_000)) for _ in range(self.chance.randrange(1, 6)))
        middle = self.chance.choice(["", "", "$", " ", "!", '"', "'"])
        return f"\x1b[{marks}{numbers}{middle}{self.chance.choice(_FINAL)}".encode()

    def _string(self) -> bytes:
        begin = b"\x1b" + self.chance.choice([b"]", b"P", b"_", b"^", b"X"])
        inside = bytes(self.chance.choices(_INSIDE, k=self.chance.choice([1, 5, 40, 400])))
        return begin + inside + self.chance.choice([BEL, ST, ST])

    def _mouse(self) -> bytes:
        where = ";".join(str(self.chance.randrange(300)) for _ in range(3))
        x10 = bytes(self.chance.randrange(0x20, 0x80) for _ in range(3))
        return self.chance.choice([f"\x1b[{where}M".encode(), b"\x1b[M" + x10])
