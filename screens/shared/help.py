"""The keys of one screen, from the table of commands, with the user's own choice of keys."""

from collections.abc import Collection, Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.input.areas import TITLES
from tui.input.command_table import OFF, Command
from tui.input.commands import bindings, for_area, key_names, keys_of
from tui.presentation.tones import Line, Piece
from tui.widgets.canvas import framed
from tui.widgets.host import user_keys_of
from tui.widgets.pages import Scroller

__all__ = ["Help"]

_KEYS = 14
_TITLES = {"table": "In the list", "list": "In the list", "app": "Everywhere"}


class Help(ModalScreen[None]):
    """Every command of an area but those `without`, grouped by where it works; `why` says why they are left out.

    Esc, q, ? and F1 close it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("question_mark,f1,enter", "no", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "scroll(-10000)", show=False),
        Binding("end,G", "scroll(10000)", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Help { align: center middle; background: transparent; }
    Help Scroller {
        width: 100%; max-width: 84; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, area: str, without: Collection[str] = (), why: str = "") -> None:
        super().__init__()
        self.area = area
        self._without, self._why = frozenset(without), why

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        above = ["", (self._why, "warn"), ""] if self._why else []
        yield Scroller(
            above=above, lines=list(self._lines()), hang=_KEYS, below=["", [("Esc", "key"), (" closes", "dim")]]
        )

    def on_mount(self) -> None:
        """The frame carries the title."""
        body = self.query_one(Scroller)
        body.border_title = framed(f"Keys: {TITLES.get(self.area, self.area)}", body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")

    def _lines(self) -> Iterable[Line]:
        title = ""
        for command in for_area(self.area):
            if command.id in self._without:
                continue
            heading = _TITLES.get(command.scope, TITLES.get(self.area, ""))
            if heading != title:
                if title:
                    yield ""
                yield (heading, "strong")
                title = heading
            yield self._line(command)

    def _line(self, command: Command) -> Line:
        without = "(by name)" if command.keys == OFF else "(off)"
        keys = key_names(keys_of(command.id, user_keys_of(self.screen))) or without
        pieces: list[Piece] = [(keys.ljust(_KEYS), "key"), command.help]
        return pieces

    def action_no(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_yes(self) -> None:
        """Nothing to confirm here."""

    def action_page(self, pages: int) -> None:
        """The next ones, or the previous."""
        self.query_one(Scroller).scroll_page(pages)

    def action_scroll(self, by: int) -> None:
        """Other lines."""
        self.query_one(Scroller).scroll_lines(by)
