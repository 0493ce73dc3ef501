"""One row in full: every field on a line of its own, wrapped instead of cut."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.lines import LABEL, keys_line
from tui.presentation.tones import Line
from tui.widgets.canvas import framed
from tui.widgets.host import user_keys_of
from tui.widgets.pages import Scroller

__all__ = ["Detail"]


class Detail(ModalScreen[str]):
    """Shows one row; answers the id of the command that was asked for on it, or nothing.

    `offers` are command ids with what they do, shown as keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("enter", "no", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Detail { align: center middle; background: transparent; }
    Detail Scroller {
        width: 100%; max-width: 84; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, title: str, lines: Sequence[Line], offers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._title, self._lines, self._offers = title, tuple(lines), tuple(offers)

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(lines=self._lines, hang=LABEL, below=["", self._keys()])

    def on_mount(self) -> None:
        """The frame carries the title."""
        body = self.query_one(Scroller)
        body.border_title = framed(self._title, body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")

    def _keys(self) -> Line:
        user_keys = user_keys_of(self.screen)
        offers = [(key_names(keys_of(command_id, user_keys)[:1]), label) for command_id, label in self._offers]
        return keys_line([*offers, ("Esc", "closes")])

    def on_key(self, event: events.Key) -> None:
        """The keys of what is offered."""
        for command_id, _ in self._offers:
            if event.key in keys_of(command_id, user_keys_of(self.screen)):
                event.stop()
                self.dismiss(command_id)
                return

    def action_no(self) -> None:
        """Close."""
        self.dismiss("")

    def action_yes(self) -> None:
        """Nothing to confirm here."""

    def action_scroll(self, by: int) -> None:
        """Other lines."""
        self.query_one(Scroller).scroll_lines(by)
