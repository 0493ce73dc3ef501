"""The base of our widgets: draws its own lines from text in tones, instead of being a tree of smaller widgets."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.dom import DOMNode
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.presentation.glyphs import Glyphs
from tui.presentation.text import cells, fit, to_ascii
from tui.presentation.tones import Line, pieces
from tui.widgets.host import glyphs_of

__all__ = ["Canvas", "framed"]

_FRAME_TONES = {"ok": "$text-success", "warn": "$text-warning", "bad": "$text-error", "dim": "$foreground-muted"}


def framed(line: Line, glyphs: Glyphs) -> Content | None:
    """A line as the title of a frame; None when there is nothing to say."""
    parts = [(to_ascii(text) if glyphs.ascii else text, _FRAME_TONES.get(tone, "")) for text, tone in pieces(line)]
    found = Content.assemble(*parts)
    return found if found.plain else None


class Canvas(Widget):
    """A widget that paints whole lines.

    Subclasses implement `draw(y)`. With `BARE` (no border, no padding) lines go to the terminal without Textual's
    style cache in between, which is what keeps a cursor step cheap; the app's line filters are still applied.
    """

    ALLOW_SELECT = False
    BARE: ClassVar[bool] = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tone--ok",
        "tone--warn",
        "tone--bad",
        "tone--dim",
        "tone--accent",
        "tone--strong",
        "tone--reverse",
        "tone--key",
    }
    DEFAULT_CSS = """
    Canvas {
        height: 1;
        & > .tone--ok { color: $text-success; }
        & > .tone--warn { color: $text-warning; }
        & > .tone--bad { color: $text-error; text-style: bold; }
        & > .tone--dim { color: $foreground-muted; }
        & > .tone--accent, & > .tone--key { color: $text-accent; text-style: bold; }
        & > .tone--strong { text-style: bold; }
        & > .tone--reverse { text-style: bold reverse; }
        &:ansi > .tone--ok { color: ansi_green; }
        &:ansi > .tone--warn { color: ansi_yellow; }
        &:ansi > .tone--bad { color: ansi_bright_red; }
        &:ansi > .tone--dim { color: ansi_default; }
        &:ansi > .tone--accent, &:ansi > .tone--key { color: ansi_yellow; text-style: bold; }
    }
    """

    def __init__(
        self,
        *children: Widget,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._looks: dict[str, Style] = {}
        self._components: dict[str, Style] = {}

    def draw(self, y: int) -> Strip:
        """Line `y` of the widget, exactly as wide as its content."""
        raise NotImplementedError

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return glyphs_of(self)

    def look(self, name: str = "") -> Style:
        """The whole style of a tone or another component class of this widget; the widget's own for an empty name."""
        if not self._looks:
            self._looks[""] = self.rich_style
        found = self._looks.get(name)
        if found is None:
            component = name if "--" in name else f"tone--{name}"
            if component not in self._components:
                self._components[component] = self._component_style(component)
            found = self._looks[""] + self._components[component]
            self._looks[name] = found
        return found

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override] # Textual remembers its own
        """None for Textual to style ahead: a screen has hundreds of them, and shows a dozen."""
        return frozenset()

    def _component_style(self, component: str) -> Style:
        """What the stylesheet says of a component class, which Textual would have asked at every change of a class."""
        node = DOMNode(classes=component)
        node._attach(self)  # noqa: SLF001 - as Textual does it
        self.app.stylesheet.apply(node, animate=False)
        return node.styles.partial_rich_style

    def strip_of(self, line: Line, width: int, *, base: str = "") -> Strip:
        """A line of text in tones, cut or filled to `width` cells."""
        ground = self.look(base)
        segments: list[Segment] = []
        left = width
        for text, tone in pieces(line):
            shown = to_ascii(text) if self.glyphs.ascii else text
            if cells(shown) > left:
                shown = fit(shown, left, ascii_only=self.glyphs.ascii)
            left -= cells(shown)
            segments.append(Segment(shown, self.look(tone) if tone else ground))
        return Strip(segments).adjust_cell_length(width, ground)

    def notify_style_update(self) -> None:
        """Forget the styles: the theme, the focus or a class has changed."""
        super().notify_style_update()
        self._looks.clear()
        styled = {component: self._component_style(component) for component in self._components}
        if styled != self._components:
            self._components = styled
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, for Textual's style cache."""
        return self.draw(y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, with the app's filters applied."""
        if not self.BARE:
            return super().render_lines(crop)
        width = self.size.width
        filters = self.get_line_filters()
        background = self.background_colors[1] if filters else None
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self.draw(y)
            if background is not None:
                for each in filters:
                    strip = strip.apply_filter(each, background)
            strips.append(strip)
        left, right = crop.column_span
        return strips if left == 0 and right >= width else [strip.crop(left, right) for strip in strips]
