"""A framed part of a screen: a noun in its title, a state or a key in its subtitle."""

from collections.abc import Sequence
from typing import ClassVar

from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.widgets.canvas import Canvas, framed

__all__ = ["Panel", "TooSmall"]


class Panel(Canvas):
    """A round frame around lines of text, or around widgets. Titles and lines are text, never markup."""

    BARE = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set()
    DEFAULT_CSS = """
    Panel {
        height: auto; layout: vertical; padding: 0 1;
        border: round $panel-lighten-2;
        border-title-color: $foreground-muted; border-subtitle-color: $foreground-muted;
        &:focus, &:focus-within { border: round $accent; border-title-color: $foreground; border-title-style: bold; }
        &.-alert { border: round $error; }
        &:ansi { border: round ansi_bright_black; border-title-color: ansi_default; }
        &:ansi { border-subtitle-color: ansi_default; }
        &:ansi:focus, &:ansi:focus-within { border: round ansi_yellow; }
        &:ansi.-alert { border: round ansi_red; }
        &.-ascii { border: ascii $panel-lighten-2; }
        &.-ascii:focus, &.-ascii:focus-within { border: ascii $accent; }
        &.-ascii.-alert { border: ascii $error; }
    }
    """

    class Resized(Message):
        """The panel got another size, for which its lines have to be chosen and broken anew."""

    def __init__(
        self,
        *children: Widget,
        title: Line = "",
        subtitle: Line = "",
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._titles = (title, subtitle)
        self._lines: tuple[Line, ...] = ()
        self._known_size = Size(0, 0)

    def on_resize(self) -> None:
        """Tell of another size, once it is known: a screen hears of its own size before its panels have theirs."""
        if self.size != self._known_size:
            self._known_size = self.size
            self.post_message(self.Resized())

    def on_mount(self) -> None:
        """Titles and frame depend on the app's glyphs, so they are set here."""
        self.set_class(self.glyphs.ascii, "-ascii")
        self.show_titles(*self._titles)

    def show_titles(self, title: Line, subtitle: Line = "") -> None:
        """Another title and subtitle."""
        self._titles = (title, subtitle)
        self.border_title, self.border_subtitle = framed(title, self.glyphs), framed(subtitle, self.glyphs)

    def show(self, lines: Sequence[Line]) -> None:
        """Other lines; the layout changes only when their number does."""
        again = len(lines) != len(self._lines)
        self._lines = tuple(lines)
        self.refresh(layout=again)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as lines, unless there are widgets inside."""
        return super().get_content_height(container, viewport, width) if self._nodes else len(self._lines)

    def draw(self, y: int) -> Strip:
        """One of the lines."""
        return self.strip_of(self._lines[y] if y < len(self._lines) else "", self.size.width)


class TooSmall(Canvas):
    """What stands instead of a screen that would not fit."""

    DEFAULT_CSS = """
    TooSmall { display: none; height: 1fr; background: $background; color: $foreground; }
    """

    def draw(self, y: int) -> Strip:
        """The sentence in the middle, and the size there is."""
        size = self.app.size
        lines = {
            max(0, size.height // 2 - 1): "Terminal too small",
            max(1, size.height // 2): f"{size.width}×{size.height}, needed 60×15",
            max(2, size.height // 2 + 1): "q quits",
        }
        return self.strip_of(clean(lines.get(y, "")).center(self.size.width), self.size.width)
