"""The rows on top: where one is, whose subscription it is, as whom one works, and how the connection stands."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rich.color import ColorParseError
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.input.areas import FIRST_AREAS, PROFILE, TITLES
from tui.input.commands import key_names, keys_of
from tui.presentation.glyphs import UNICODE, Glyphs
from tui.presentation.lines import width_of
from tui.presentation.text import cells, clean, fit
from tui.presentation.tones import Line, Piece
from tui.presentation.tones import parts as parts_of
from tui.presentation.wording import clock
from tui.runtime.session import Connection, Link
from tui.widgets.canvas import Canvas
from tui.widgets.host import user_keys_of

__all__ = ["AppBar", "Frame", "connection_line", "link_line"]

_DOT = " · "
_SHORT = 10_000
"""From here on a count is told in thousands where there is no room."""
_SHORTEST = 16
"""Cells that the organisation and the account keep between them, however narrow it gets."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is told on every screen, all but the news in the rows on top.

    `organisation`, `account` and `role` say whose subscription this is and as whom one works; they are empty until the
    server has said so. `colour` paints the product's mark (`#d70000`, `red`; else ours). `areas` are those there are on
    this plan, by id; `fresh` are those that show what is news, which is marked on their tabs.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    link: Line = ("○ connecting", "dim")
    profile: str = ""
    organisation: str = ""
    account: str = ""
    role: str = ""
    read_only: bool = False
    colour: str = ""
    areas: tuple[str, ...] = FIRST_AREAS
    news: str = ""
    fresh: frozenset[str] = frozenset()


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
    """The areas with their counts; below them the mark, organisation, account, role, READ-ONLY, connection and profile.

    It has two rows where the screen gives it two, from 80 columns on. There every area keeps its name: first the blanks
    between them go, then the counts get short. In the row below these go in order: the product's name, the profile,
    the ends of long names; never the role. In a single row these go in order: who one is, the product's name, the
    names of the other areas from the right, the profile.
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

    def draw(self, y: int) -> Strip:
        """The only row, the row of areas, or the row of who and where."""
        if self.size.height == 1:
            return self._row(self._single_rows())
        return self._row(self._who_rows()) if y else self._row(("", areas, []) for areas in self._area_rows())

    def _row(self, versions: Iterable[tuple[str, list[Piece], list[Piece]]]) -> Strip:
        """Mark, left and right in a row: the first version that fits, else the last."""
        width, brand, left, right = self.size.width, "", list[Piece](), list[Piece]()
        for brand, left, right in versions:
            if len(brand) + width_of(left) + width_of(right) < width:
                break
        gap = max(1, width - len(brand) - width_of(left) - width_of(right))
        rest = self.strip_of([*left, " " * gap, *right], max(0, width - len(brand)))
        return Strip([Segment(brand, self._brand_style()), *rest]).adjust_cell_length(width, self.look())

    @property
    def _marks(self) -> tuple[str, str]:
        """The mark with the product's name, and alone."""
        return f" {self.glyphs.brand}headcount ", f" {self.glyphs.brand} "

    # Two rows.

    def _area_rows(self) -> Iterator[list[Piece]]:
        """The areas, from wide to narrow; all of them with their names as long as there is any way."""
        areas = self.frame.areas
        yield self._areas(len(areas))
        for said in (_in_full, _in_short, _not_at_all):
            yield self._areas(len(areas), close=True, said=said)
        for named in range(len(areas), -1, -1):
            yield self._areas(named, close=True, said=_not_at_all)

    def _who_rows(self) -> Iterator[tuple[str, list[Piece], list[Piece]]]:
        """Mark, who, and where; what is too long for all of it is cut last."""
        product, mark = self._marks
        who = self._who()
        yield product, who, self._where()
        yield mark, who, self._where()
        where = self._where(profile=False)
        yield mark, who, where
        yield mark, self._who(self.size.width - len(mark) - width_of(where) - 1), where

    def _who(self, room: int = 0) -> list[Piece]:
        """Organisation, account and role; in so many cells the longer of the names are cut."""
        frame = self.frame
        names = [clean(name) for name in (frame.organisation, frame.account) if name]
        if room and names:
            most = max(_SHORTEST, room - cells(frame.role) - len(_DOT) * len(names))
            for name in sorted(names, key=cells):
                place = names.index(name)
                share = most // sum(cells(each) >= cells(name) for each in names)
                names[place] = fit(name, min(cells(name), share), ascii_only=self.glyphs.ascii)
                most -= cells(names[place])
        parts: list[Piece] = []
        for text, tone in zip(
            [*names, frame.role], [*(["strong"] if frame.organisation else []), "", ""], strict=False
        ):
            parts += [_DOT if parts and text else "", (text, tone)]
        return parts

    # One row.

    def _single_rows(self) -> Iterator[tuple[str, list[Piece], list[Piece]]]:
        """The parts of a single row, from everything to the least there is."""
        product, mark = self._marks
        others = len(self.frame.areas) - (self.area in self.frame.areas)
        yield product, self._areas(others), self._where()
        for named in range(others, -1, -1):
            yield mark, self._areas(named), self._where()
        yield mark, self._areas(0), self._where(profile=False)

    # What both have.

    def _brand_style(self) -> Style:
        try:
            own = Style(color=self.frame.colour, bold=True) if self.frame.colour else self.look("accent")
        except ColorParseError:
            own = self.look("accent")
        return self.look() + own

    def _areas(self, named: int, *, close: bool = False, said: Callable[[int], str] | None = None) -> list[Piece]:
        """The areas; besides the one in front only the first `named` with names, `close` with one blank between."""
        parts: list[Piece] = []
        user_keys = user_keys_of(self)
        for area in self.frame.areas:
            key = key_names(keys_of(f"app.{area}", user_keys)[:1])
            here = area == self.area
            number = (said or _in_full)(self.frame.counts.get(area, 0)) + ("*" if area in self.frame.fresh else "")
            words = [key, TITLES[area] if here or named > 0 else "", number]
            named -= not here
            tone = "reverse" if here else "accent" if area in self.frame.fresh else "dim"
            parts += _area(" ".join(filter(None, words)), tone, close=close)
        if self.area == PROFILE and PROFILE not in self.frame.areas:
            parts += _area(TITLES[PROFILE], "reverse", close=close)
        return parts

    def _where(self, *, profile: bool = True) -> list[Piece]:
        frame = self.frame
        parts: list[Piece] = [("READ-ONLY", "warn"), "  "] if frame.read_only else []
        parts += parts_of(frame.link)
        return [*parts, f"  {clean(frame.profile)} " if profile and frame.profile else " "]


def _area(words: str, tone: str, *, close: bool) -> list[Piece]:
    return [" ", (words, tone)] if close else [(f" {words} ", tone)]


def _in_full(number: int) -> str:
    """`12,345`; nothing for none."""
    return f"{number:,}" if number else ""


def _in_short(number: int) -> str:
    """`12k`, in at most four cells."""
    if number >= _SHORT:
        return f"{number // 1_000}k" if number < 1_000 * 1_000 else f"{number // (1_000 * 1_000)}M"
    return f"{number}" if number else ""


def _not_at_all(_: int) -> str:
    return ""
