"""How a table looks: which strip stands on which line. Strips are kept until what they show changes."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tui.presentation.glyphs import Glyphs
from tui.widgets.canvas import Canvas
from tui.widgets.table.columns import Column, Place, lay_out
from tui.widgets.table.data import Pages, Phase, Row
from tui.widgets.table.paint import (
    RowState,
    gone_strip,
    header_strip,
    message_strips,
    pending_strip,
    problem_strip,
    row_strip,
)

__all__ = ["TableView"]

_KEPT = 1_000
_TONES = ("ok", "warn", "bad", "dim", "accent", "strong", "reverse")


class TableView(Canvas, can_focus=True):
    """The drawing half of a table. Line 0 is the header, line `n` is the row at `top + n - 1`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--header", "table--sorted", "table--cursor"}
    DEFAULT_CSS = """
    TableView {
        height: 1fr; background: $surface; color: $foreground;
        & > .table--header { background: $panel; color: $foreground-muted; text-style: bold; }
        & > .table--sorted { background: $panel; color: $text-accent; text-style: bold; }
        & > .table--cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
        &:focus > .table--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: none;
        }
        &:ansi > .table--header { color: ansi_default; text-style: bold underline; }
        &:ansi > .table--sorted { color: ansi_yellow; text-style: bold underline; }
        &:ansi > .table--cursor { background: ansi_default; color: ansi_default; text-style: underline; }
        &:ansi:focus > .table--cursor { background: ansi_blue; color: ansi_bright_white; text-style: bold; }
        &:nocolor > .table--header, &:nocolor > .table--sorted { text-style: bold underline; }
        &:nocolor > .table--cursor { text-style: underline; }
        &:nocolor:focus > .table--cursor { text-style: reverse; }
    }
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.cursor = 0
        self.top = 0
        self._strips: dict[tuple[int, RowState], Strip] = {}
        self._head: Strip | None = None
        self._message: list[Strip] | None = None
        self._places: tuple[Place, ...] = ()
        self._styles: dict[str, Style] = {}

    @property
    @abstractmethod
    def pages(self) -> Pages:
        """The rows that are here."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What stands in the place of the rows when there are none."""

    @abstractmethod
    def row_state(self, index: int, row: Row | None) -> RowState:
        """What is special about a row."""

    @property
    def rows_high(self) -> int:
        """How many rows fit on the screen."""
        return max(1, self.size.height - 1)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the columns are at this width."""
        if not self._places:
            self._places = lay_out(self.columns, self.size.width - 1)
        return self._places

    def shown(self, row: Row) -> Row:
        """A row as it is drawn at this width."""
        return row

    def draw(self, y: int) -> Strip:
        """The header, a row, or a line of the sentence that stands for them."""
        if y == 0:
            if self._head is None:
                self._head = header_strip(
                    self.places, self.pages.query, self.size.width, self._all_styles(), self.glyphs
                )
            return self._head
        if self.pages.phase is not Phase.READY:
            return self._sentence_line(y - 1)
        index = self.top + y - 1
        if index >= self.pages.length:
            return Strip.blank(self.size.width, self.look())
        row = self.pages.row(index)
        state = self.row_state(index, row)
        strip = self._strips.get((index, state))
        if strip is None:
            strip = self._draw_row(index, row, state, glyphs=self.glyphs)
            if len(self._strips) > _KEPT:
                self._strips.clear()
            self._strips[index, state] = strip
        return strip

    def _draw_row(self, index: int, row: Row | None, state: RowState, *, glyphs: Glyphs) -> Strip:
        styles, width = self._all_styles(), self.size.width
        if row is not None and state.gone:
            return gone_strip(self.shown(row), self.places, width, state, styles=styles, glyphs=glyphs)
        if row is not None:
            return row_strip(self.shown(row), self.places, width, state, styles=styles, glyphs=glyphs)
        reason = self.pages.problem(index)
        if reason is not None:
            return problem_strip(reason, width, state, styles=styles, glyphs=glyphs)
        return pending_strip(width, state, styles=styles, glyphs=glyphs)

    def _sentence_line(self, y: int) -> Strip:
        if self._message is None:
            tone = "bad" if self.pages.phase is Phase.FAILED else "dim"
            self._message = message_strips(
                self.sentence, self.size.width, self.rows_high, self._all_styles(), tone=tone, glyphs=self.glyphs
            )
        return self._message[min(y, len(self._message) - 1)]

    def _all_styles(self) -> dict[str, Style]:
        if not self._styles:
            self._styles = {tone: self.look(tone) for tone in _TONES}
            self._styles["base"] = self.look()
            self._styles |= {name: self.look(f"table--{name}") for name in ("header", "sorted", "cursor")}
        return self._styles

    def notify_style_update(self) -> None:
        """The theme or the focus has changed: every strip looks different."""
        super().notify_style_update()
        self._forget()
        self._styles = {}

    def _forget(self) -> None:
        self._strips.clear()
        self._head, self._message = None, None

    def remeasure(self) -> None:
        """The width has changed."""
        self._places = ()
        self._forget()

    def redraw(self) -> None:
        """Rows, header or sentence have changed."""
        self._forget()
        self.refresh()

    def refresh_rows(self, *indexes: int) -> None:
        """Repaint single rows, as far as they are on the screen."""
        width = self.size.width
        lines = [index - self.top + 1 for index in indexes if self.top <= index < self.top + self.rows_high]
        if lines:
            self.refresh(*(Region(0, line, width, 1) for line in lines))
