"""The dialogs of a code: all about it, followed live, and the message that hands it out."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from screens.shared.detail import Detail
from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.lines import keys_line
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.terminal.clipboard import Copied, copy
from tui.widgets.canvas import framed
from tui.widgets.host import user_keys_of
from tui.widgets.pages import Scroller
from tui.widgets.table.data import Row

__all__ = ["CodeDetail", "HandOut"]

_COPY, _MESSAGE = "table.copy", "codes.message"


class CodeDetail(Detail):
    """All about one code, as it is now: `row` is what it was last shown as."""

    def __init__(self, row: Row, lines: Sequence[Line], offers: Sequence[tuple[str, str]]) -> None:
        super().__init__(clean(row.cells[0], 60), lines, offers)
        self.row = row

    def show(self, row: Row, lines: Sequence[Line], offers: Sequence[tuple[str, str]]) -> None:
        """What it is now."""
        self.row, self._lines, self._offers = row, tuple(lines), tuple(offers)
        if (body := self.query_one_optional(Scroller)) is None:
            return
        first = body.first
        body.show_all([], lines, ["", self._keys()])
        body.scroll_lines(first)

    def action_yes(self) -> None:
        """y: copy it, as in the list."""
        self.dismiss(_COPY)


_WIDTH = 74
"""Cells of a line of the message: as many as 80 columns leave."""


class HandOut(ModalScreen[None]):
    """A message with a code in it, to be copied whole or only the code; always shown, since no clipboard is certain."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("enter", "no", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    HandOut { align: center middle; background: transparent; }
    HandOut Scroller {
        width: 100%; max-width: 84; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold;
        &:ansi { border: round ansi_yellow; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, code: str, message: str, *, copy_now: bool) -> None:
        super().__init__()
        self._code, self._message, self._copy_now = code, message, copy_now
        self._remark: Line = ""

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(above=[""], lines=self._text(), below=self._below())

    def on_mount(self) -> None:
        """The frame carries the title; the message is copied if that was asked for."""
        body = self.query_one(Scroller)
        body.border_title = framed(f"Share {clean(self._code, 60)}", body.glyphs)
        body.set_class(body.glyphs.ascii, "-ascii")
        if self._copy_now:
            self._copy(self._message, "The message")

    def _text(self) -> list[Line]:
        mine = clean(self._code, 60)
        rows = [part for row in self._message.rstrip("\n").split("\n") for part in _fitting(row)]
        return [(row, "strong") if row.strip() == mine else row for row in rows]

    def _below(self) -> list[Line]:
        user_keys = user_keys_of(self.screen)
        keys = [
            (key_names(keys_of("dialog.yes", user_keys)[:1]), "copies the code"),
            (key_names(keys_of(_MESSAGE, user_keys)[:1]), "copies the message"),
            ("Esc", "closes"),
        ]
        return ["", *([self._remark] if self._remark else []), keys_line(keys)]

    def on_key(self, event: events.Key) -> None:
        """m: the message again."""
        if event.key in keys_of(_MESSAGE, user_keys_of(self.screen)):
            event.stop()
            self._copy(self._message, "The message")

    def action_yes(self) -> None:
        """y: the code alone."""
        self._copy(self._code, "The code")

    @work(group="copy", exclusive=True, exit_on_error=False)
    async def _copy(self, text: str, what: str) -> None:
        copied = await copy(self.app, text)
        self._remark = (f"{what}: {copied.value[:1].lower()}{copied.value[1:]}.", _tone(copied))
        if (body := self.query_one_optional(Scroller)) is not None:
            body.show_below(self._below())

    def action_no(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Other lines."""
        self.query_one(Scroller).scroll_lines(by)


def _fitting(row: str) -> list[str]:
    """A line of the message in as many as the dialog needs; a long address is broken anywhere."""
    indent = row[: len(row) - len(row.lstrip())]
    return wrap(row, _WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]


def _tone(copied: Copied) -> str:
    return "warn" if copied is Copied.NOWHERE else "ok"
