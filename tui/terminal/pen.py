"""How a cell is drawn, as the codes a terminal understands, and the shortest way from one manner to another.

Needed for the first frame, and therefore imports nothing: `typing` alone would take longer than painting.
"""

__all__ = ["PLAIN", "Pen", "marks_blanks", "paper", "switch"]

_SEEN_ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Underline, reverse, strike and the like: what shows where there is no character."""


class Pen(tuple[str, str, str]):
    """Codes of `CSI … m`, each part empty where the terminal's default holds."""

    __slots__ = ()

    def __new__(cls, attributes: str = "", foreground: str = "", background: str = "") -> "Pen":  # noqa: PYI034 - Self is in typing
        """A pen of these three parts."""
        return super().__new__(cls, (attributes, foreground, background))

    @property
    def attributes(self) -> str:
        """Bold, underlined and so on: `1;4`."""
        return self[0]

    @property
    def foreground(self) -> str:
        """The colour of characters: `38;5;252`."""
        return self[1]

    @property
    def background(self) -> str:
        """The colour behind them: `48;5;233`."""
        return self[2]


PLAIN = Pen()


def paper(pen: Pen) -> Pen:
    """What remains of a pen on a blank: mostly its background alone."""
    return pen if marks_blanks(pen) else Pen(background=pen.background)


def marks_blanks(pen: Pen) -> bool:
    """Whether a blank drawn by this pen shows more than the background."""
    return bool(pen.attributes) and not _SEEN_ON_BLANKS.isdisjoint(pen.attributes.split(";"))


def switch(old: Pen, new: Pen) -> str:
    """The sequence that takes the terminal from `old` to `new`, empty if they are the same."""
    if old == new:
        return ""
    if new == PLAIN or not _extends(old.attributes, new.attributes):
        codes = ["0" if new != PLAIN else "", *filter(None, new)]
    else:
        codes = [new.attributes[len(old.attributes) :].lstrip(";")]
        codes += [new.foreground or "39"] if new.foreground != old.foreground else []
        codes += [new.background or "49"] if new.background != old.background else []
    return f"\x1b[{';'.join(filter(None, codes))}m"


def _extends(old: str, new: str) -> bool:
    """Whether attributes only have to be added."""
    return not old or new == old or new.startswith(f"{old};")
