"""The two rows at the bottom: what is marked and what may be done about it, and the keys."""

from collections.abc import Sequence
from textwrap import wrap

from textual.strip import Strip

from tui.input.command_table import COMMANDS, Command
from tui.input.commands import for_area, key_names, keys_of
from tui.presentation.lines import width_of
from tui.presentation.text import cells, clean, fit
from tui.presentation.tones import Line, Piece, parts
from tui.widgets.canvas import Canvas
from tui.widgets.host import user_keys_of

__all__ = ["ActionBar", "KeyBar"]

_MOST_ROWS = 3
_GAP = 2


class ActionBar(Canvas):
    """What is marked and what may be done about it; a prompt or a result takes its place until it is cleared.

    One row, and up to three while a result needs them. News stand beside what is marked, or alone.
    """

    DEFAULT_CSS = """
    ActionBar { background: $surface; color: $foreground; max-height: 3; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._standing: Line = ""
        self._actions: tuple[tuple[str, str], ...] = ()
        self._result: tuple[str, str] | None = None
        self.news = ""

    def show_news(self, news: str) -> None:
        """What needs attention; it waits behind a result. Nothing is repainted when it is the same."""
        if news != self.news:
            self.news = news
            self._fit_height()

    def show(self, line: Line, actions: Sequence[tuple[str, str]] = ()) -> None:
        """The standing line, and on its right the actions as (command id, label)."""
        if (line, tuple(actions)) != (self._standing, self._actions):
            self._standing, self._actions = line, tuple(actions)
            self._fit_height()

    def show_result(self, text: str, tone: str = "ok") -> None:
        """What has just happened, or a question; stays until `clear_result`."""
        self._result = (text, tone)
        self._fit_height()

    def clear_result(self) -> None:
        """Back to the standing line."""
        if self._result is not None:
            self._result = None
            self._fit_height()

    @property
    def result(self) -> str:
        """The result that is shown; empty when it is the standing line."""
        return self._result[0] if self._result else ""

    def on_resize(self) -> None:
        """Another width wraps elsewhere."""
        self._fit_height()

    def _rows(self) -> list[Line]:
        alone = not (self._standing or self._actions)
        if self._result is None and not (self.news and alone):
            return [self._standing_row()]
        text, tone = self._result or (self.news, "accent")
        lines = wrap(clean(text, limit=600), max(20, self.size.width - 2))[:_MOST_ROWS]
        return [(f" {line}", tone) for line in lines] or [""]

    def _standing_row(self) -> Line:
        user_keys = user_keys_of(self)
        news: list[Piece] = [(f"{'   ' if self._standing else ''}{clean(self.news, limit=600)}", "accent")]
        left: list[Piece] = [" ", *parts(self._standing), *(news if self.news else [])]
        right: list[Piece] = []
        for command_id, label in self._actions:
            if keys := keys_of(command_id, user_keys):
                right += [(key_names(keys[:1]), "key"), f" {label}   "]
        gap = self.size.width - width_of(left) - width_of(right)
        if self.news and gap < _GAP:
            left[-1] = (fit(left[-1][0], max(0, cells(left[-1][0]) + gap - _GAP)), "accent")
        return [*left, " " * max(_GAP, gap), *right]

    def _fit_height(self) -> None:
        rows = len(self._rows())
        height = self.styles.height
        if height is None or height.value != rows:
            self.styles.height = rows
        self.refresh()

    def draw(self, y: int) -> Strip:
        """One of the rows."""
        rows = self._rows()
        return self.strip_of(rows[y] if y < len(rows) else "", self.size.width)


class KeyBar(Canvas):
    """The keys of an area in one row, as many as fit; help is always there. `hide` takes ids out."""

    DEFAULT_CSS = """
    KeyBar { background: $panel; color: $foreground-muted; }
    KeyBar:ansi { color: ansi_default; }
    """

    def __init__(self, area: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.area = area
        self._hidden: frozenset[str] = frozenset()

    def hide(self, command_ids: Sequence[str]) -> None:
        """Leave out what can't be done just now."""
        if frozenset(command_ids) != self._hidden:
            self._hidden = frozenset(command_ids)
            self.refresh()

    def _entries(self) -> list[list[Piece]]:
        """One entry per label; neighbours with the same label share it (`+ - seats`)."""
        user_keys = user_keys_of(self)
        grouped: list[tuple[str, list[str]]] = []
        for command in self._shown():
            keys = keys_of(command.id, user_keys)[:1]
            if grouped and grouped[-1][0] == command.label:
                grouped[-1][1].extend(keys)
            elif keys:
                grouped.append((command.label, list(keys)))
        return [[(key_names(keys), "key"), f" {label}"] for label, keys in grouped]

    def _shown(self) -> list[Command]:
        commands = for_area(self.area) or COMMANDS
        return [command for command in commands if command.show and command.id not in self._hidden]

    def draw(self, y: int) -> Strip:  # noqa: ARG002 - it has one line
        """The row: from the left what fits, and the last entry (help) in any case."""
        *entries, last = self._entries()
        line: list[Piece] = [" "]
        for entry in entries:
            if width_of(line) + width_of(entry) + width_of(last) + 4 > self.size.width:
                break
            line += [*entry, "  "]
        return self.strip_of([*line, *last], self.size.width)
