"""The row on top: where one is, how the connection stands, and as whom one works."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rich.color import ColorParseError
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.input.areas import FIRST_AREAS, PROFILE, TITLES
from tui.input.commands import key_names, keys_of
from tui.presentation.glyphs import UNICODE, Glyphs
from tui.presentation.lines import width_of
from tui.presentation.tones import Line, Piece
from tui.presentation.tones import parts as parts_of
from tui.presentation.wording import clock
from tui.runtime.session import Connection, Link
from tui.widgets.canvas import Canvas
from tui.widgets.host import user_keys_of

__all__ = ["AppBar", "Frame", "connection_line", "link_line"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is told on every screen, all but the news in the top row.

    `colour` paints the product's mark (`#d70000`, `red`; else ours). `areas` are those there are on this plan, by id.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    link: Line = ("○ connecting", "dim")
    profile: str = ""
    account: str = ""
    read_only: bool = False
    colour: str = ""
    areas: tuple[str, ...] = FIRST_AREAS
    news: str = ""


def link_line(
    *, live: bool = False, refused: bool = False, retry: str = "", as_of: str = "", glyphs: Glyphs = UNICODE
) -> Line:
    """How the connection stands: `● live`, `○ reconnecting in 4 s  as of 14:02`, `○ connecting`, `! no access`.

    `retry` says when the next attempt is ("in 4 s"), `as_of` how old the data is ("14:02").
    """
    if live:
        return (f"{glyphs.live} live", "ok")
    words = [f"{glyphs.waiting} " + (f"reconnecting {retry}" if retry else "connecting")]
    if refused:
        words = [f"{glyphs.bad} no access"]
    if as_of:
        words.append(f"as of {as_of}")
    if refused:
        return ("  ".join(words), "bad")
    return ("  ".join(words), "warn" if as_of or retry else "dim")


def connection_line(connection: Connection, now: dt.datetime, glyphs: Glyphs = UNICODE) -> Line:
    """The same of a session's connection, with the seconds from `now` to the next attempt."""
    link, retry = connection.link, ""
    if link is not Link.LIVE and connection.retry_at:
        retry = f"in {max(0, round((connection.retry_at - now).total_seconds()))} s"
    as_of = clock(connection.data_from, now) if connection.data_from else ""
    return link_line(live=link is Link.LIVE, refused=link is Link.REFUSED, retry=retry, as_of=as_of, glyphs=glyphs)


class AppBar(Canvas):
    """Product, areas with their counts, READ-ONLY as a word, connection, profile and account.

    When it gets narrow these go in order: the account, the product's name, the names of the other areas
    from the right, the profile.
    """

    DEFAULT_CSS = """
    AppBar { background: $panel; color: $foreground; }
    AppBar:ansi { text-style: none; }
    """

    def __init__(self, area: str, frame: Frame | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.area = area
        self.frame = frame or Frame()

    def show(self, frame: Frame) -> None:
        """Show other facts; nothing is repainted when they are the same."""
        if frame != self.frame:
            self.frame = frame
            self.refresh()

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """The row, with as much as fits."""
        width = self.size.width
        for brand, left, right in self._versions():
            if len(brand) + width_of(left) + width_of(right) < width:
                break
        gap = max(1, width - len(brand) - width_of(left) - width_of(right))
        rest = self.strip_of([*left, " " * gap, *right], max(0, width - len(brand)))
        return Strip([Segment(brand, self._brand_style()), *rest]).adjust_cell_length(width, self.look())

    def _versions(self) -> Iterator[tuple[str, list[Piece], list[Piece]]]:
        """The three parts of the row, from everything to the least there is."""
        product, mark = f" {self.glyphs.brand}headcount ", f" {self.glyphs.brand} "
        others = len(self.frame.areas) - (self.area in self.frame.areas)
        yield product, self._areas(others), self._who()
        yield product, self._areas(others), self._who(account=False)
        for named in range(others, -1, -1):
            yield mark, self._areas(named), self._who(account=False)
        yield mark, self._areas(0), self._who(account=False, profile=False)

    def _brand_style(self) -> Style:
        try:
            own = Style(color=self.frame.colour, bold=True) if self.frame.colour else self.look("accent")
        except ColorParseError:
            own = self.look("accent")
        return self.look() + own

    def _areas(self, named: int) -> list[Piece]:
        """The areas; besides the one in front only the first `named` with their names."""
        parts: list[Piece] = []
        user_keys = user_keys_of(self)
        for area in self.frame.areas:
            count = self.frame.counts.get(area)
            key = key_names(keys_of(f"app.{area}", user_keys)[:1])
            here = area == self.area
            words = [key, TITLES[area] if here or named > 0 else "", f"{count:,}" if count else ""]
            named -= not here
            parts.append((f" {' '.join(filter(None, words))} ", "reverse" if here else "dim"))
        if self.area == PROFILE and PROFILE not in self.frame.areas:
            parts.append((f" {TITLES[PROFILE]} ", "reverse"))
        return parts

    def _who(self, *, account: bool = True, profile: bool = True) -> list[Piece]:
        frame = self.frame
        parts: list[Piece] = [("READ-ONLY", "warn"), "  "] if frame.read_only else []
        parts += parts_of(frame.link)
        names = [frame.profile if profile else "", frame.account if account else ""]
        if shown := " · ".join(filter(None, names)):
            parts.append(f"  {shown}")
        return [*parts, " "]
