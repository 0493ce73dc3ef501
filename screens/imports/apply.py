"""The dialog before an import: what it comes to, and how it is done; another key does it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from contract.imports import ApplyImport, Import, ImportStatus
from contract.subscription import Overview
from contract.users import BatchMode
from screens.imports.text import MODES, blocked, encoding_lines, heading, left_out, seat_lines
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.tones import Line, Piece
from tui.presentation.wording import count
from tui.widgets.canvas import framed
from tui.widgets.host import user_keys_of
from tui.widgets.pages import Scroller

__all__ = ["ApplyDialog"]

_NAME = 14
_OPENER = "imports.apply"


class ApplyDialog(ModalScreen[ApplyImport]):
    """Answers what is to be sent, for the confirming key alone: Enter does nothing here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("t", "ask", show=False),
        Binding("enter", "enter", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    ApplyDialog { align: center middle; background: transparent; }
    ApplyDialog Scroller {
        width: 100%; max-width: 84; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, current: Import, overview: Overview | None) -> None:
        super().__init__()
        self.current, self._overview = current, overview
        self._modes = [mode for mode in MODES if not blocked(current, mode)]
        begun = current.mode if current.status is ImportStatus.STOPPED else None
        self.mode = begun if begun in self._modes else BatchMode.BEST_EFFORT
        self.ask = False
        self._remark = ""

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(above=self._above(), lines=self._lines(), hang=_NAME + 2, below=self._below(), keep=2)

    def on_mount(self) -> None:
        """The frame carries the title."""
        body = self.query_one(Scroller)
        body.border_title = framed(f"Import {heading(self.current)}", body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")

    def _above(self) -> list[Line]:
        current = self.current
        become = "becomes a user" if current.remaining == 1 else "become users"
        done = f" {current.applied:,} are done already." if current.applied else ""
        said: list[Line] = ["", [(f"{count(current.remaining, 'row')} {become}.", "strong"), done]]
        if others := left_out(current):
            said.append((f"Left as they are: {others}.", "dim"))
        guess = encoding_lines(current, "If they are wrong, cancel and choose another with o.")
        return [*said, *guess, *seat_lines(current, self._overview, self.mode), ""]

    def _lines(self) -> list[Line]:
        lines: list[Line] = []
        for mode, (name, does) in MODES.items():
            here, why = mode is self.mode, blocked(self.current, mode)
            tone = "dim" if why else "strong" if here else ""
            sign: Piece = ("> " if here else "  ", "accent")
            lines.append([sign, (name.ljust(_NAME), tone), (why or does, "dim" if why else "")])
        whom = "whoever has an account outside"
        asks = f"{whom} is sent a transfer request" if self.ask else f"{whom} stays in the file"
        return [*lines, "", ["  ", f"ask: {'yes' if self.ask else 'no'}".ljust(_NAME), asks]]

    @property
    def _yes_keys(self) -> tuple[str, ...]:
        user_keys = user_keys_of(self.screen)
        return tuple(key for key in keys_of("dialog.yes", user_keys) if key not in keys_of(_OPENER, user_keys))

    def _below(self) -> list[Line]:
        user_keys = user_keys_of(self.screen)
        verb = f"import {self.current.remaining:,}" if not self.current.applied else "go on"
        stop = key_names(keys_of("imports.stop", user_keys)[:1])
        keys: list[Piece] = [
            (key_names(self._yes_keys[:1]), "key"),
            f" {verb}    ",
            ("j k", "key"),
            " other way    ",
            ("t", "key"),
            " ask    ",
        ]
        keys += [(key_names(keys_of("dialog.cancel", user_keys)), "key"), (" cancel", "dim")]
        said: Line = (f"{stop} or ctrl+c stops it at any time; it can go on later.", "dim")
        return ["", said, "", (self._remark, "warn") if self._remark else keys]

    def _redraw(self) -> None:
        self.query_one(Scroller).show_all(self._above(), self._lines(), self._below())

    def action_move(self, by: int) -> None:
        """Another way to do it, of those that can be had."""
        at = self._modes.index(self.mode)
        self.mode = self._modes[max(0, min(at + by, len(self._modes) - 1))]
        self._remark = ""
        self._redraw()

    def action_ask(self) -> None:
        """Send transfer requests in the same step, or don't."""
        self.ask = not self.ask
        self._remark = ""
        self._redraw()

    def action_enter(self) -> None:
        """Enter is no yes."""
        self._remark = f"Enter does nothing here: {key_names(self._yes_keys[:1])} imports them."
        self._redraw()

    def action_yes(self) -> None:
        """The confirming key."""
        encoding = self.current.encoding if self.current.encoding_guessed else None
        self.dismiss(ApplyImport(mode=self.mode, version=self.current.version, ask=self.ask, encoding=encoding))

    def action_no(self) -> None:
        """Close; nothing happens."""
        self.dismiss(None)
