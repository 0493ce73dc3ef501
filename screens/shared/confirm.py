"""The dialog before anything that costs money or removes somebody: what exactly happens, and another key to do it."""

from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.input.commands import bindings, key_names, keys_of
from tui.presentation.confirmation import Summary
from tui.presentation.tones import Line, Piece, parts
from tui.widgets.canvas import framed
from tui.widgets.editor import Editor
from tui.widgets.host import glyphs_of, user_keys_of
from tui.widgets.pages import Scroller

__all__ = ["Confirm"]

GLANCE = 0.5
"""Seconds for which what has just come by itself can't be confirmed: keys typed ahead are about something else."""

_READ_FIRST = "This dialog has just opened: read it first."


class Confirm(ModalScreen[bool]):
    """Asks; True only for the confirming key, or Enter on the button after the focus was moved there on purpose.

    The focus is on Cancel, so Enter alone never confirms. A confirming key that also opens the dialog is not accepted:
    then only the button is left. What nobody can have seen yet (`seen` is false, or `show_summary` has replaced it) is
    not confirmed by a key that was typed ahead. What it says may change at any time, also before it is drawn
    and once it is closed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog"),
        Binding("left,right,tab,shift+tab,h,l", "other", show=False),
        Binding("enter", "press", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]
    AUTO_FOCUS = ""
    SCROLLS: ClassVar[str] = Scroller.KEYS
    """The keys that scroll, as they are shown."""
    DEFAULT_CSS = """
    Confirm { align: center middle; background: transparent; }
    Confirm Scroller {
        width: 100%; max-width: 84; max-height: 100%; padding: 0 2;
        border: round $accent; background: $background; color: $foreground;
        border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $foreground-muted;
        &.-danger { border: round $error; }
        &:ansi { border: round ansi_yellow; }
        &:ansi.-danger { border: round ansi_red; }
        &.-ascii { border: ascii $accent; }
    }
    """

    def __init__(self, summary: Summary, *, seen: bool = True) -> None:
        super().__init__()
        self.summary = summary
        self.on_yes = False
        self.reason_to_wait = "" if seen else _READ_FIRST
        self._showings = 0
        self._typed = Editor(digits=True, limit=12)
        self._remark: Line = ""

    @property
    def _yes_keys(self) -> tuple[str, ...]:
        user_keys = user_keys_of(self.screen)
        opener = keys_of(self.summary.opener, user_keys) if self.summary.opener else ()
        return tuple(key for key in keys_of("dialog.yes", user_keys) if key not in opener)

    def compose(self) -> ComposeResult:
        """One widget that draws all of it."""
        yield Scroller(
            above=self._above(),
            lines=self._items(),
            hang=4,
            below=self._below(),
            keep=self._kept_below(),
            keys=self.SCROLLS,
        )

    def _kept_below(self) -> int:
        """The last lines that are always seen: buttons and keys, and the number to type."""
        return 2 if self.summary.type_number is None else 4

    def on_mount(self) -> None:
        """The frame carries the title."""
        self._frame()
        if self.reason_to_wait:
            self.let_it_be_read()

    def _frame(self) -> None:
        if (body := self.query_one_optional(Scroller)) is None:
            return
        body.border_title = framed(self.summary.title, body.glyphs)
        body.set_class(self.summary.danger, "-danger")
        body.set_class(body.glyphs.ascii, "-ascii")

    @property
    def is_ready(self) -> bool:
        """Whether yes would be taken as one."""
        return not self.reason_to_wait

    def show_summary(self, summary: Summary, *, seen: bool = False) -> None:
        """Say something else from now on; it can be confirmed when there was time to see it, or at once if `seen`."""
        self.summary, self.on_yes, self._remark = summary, False, ""
        if (body := self.query_one_optional(Scroller)) is not None:
            body.keep = self._kept_below()
            body.show_all(self._above(), self._items(), self._below())
        self._frame()
        if not seen:
            self.let_it_be_read()

    def hold_back(self, reason: str) -> None:
        """Take no yes for this reason, until something else is shown."""
        self.reason_to_wait = reason

    def let_it_be_read(self) -> None:
        """Take no yes until what is shown now could be seen."""
        self.reason_to_wait = _READ_FIRST
        self._showings += 1
        self.call_after_refresh(self.set_timer, GLANCE, partial(self._seen, self._showings))

    def _seen(self, showing: int) -> None:
        if showing == self._showings and self.reason_to_wait == _READ_FIRST:
            self.reason_to_wait = ""
            self._redraw()

    def _above(self) -> list[Line]:
        said: list[Line] = ["", *self.summary.lines]
        if self.summary.items:
            said.append("")
        return said

    def _items(self) -> list[Line]:
        return [_indented(item) for item in self.summary.items]

    def _below(self) -> list[Line]:
        bad = glyphs_of(self.screen).bad
        said: list[Line] = [""]
        if self.summary.hidden:
            said.append((f"{bad} {self.summary.hidden}", "warn"))
        said += self.summary.money
        if self.summary.final:
            said.append((f"{bad} {self.summary.final}", "bad" if self.summary.danger else "warn"))
        if self.summary.back:
            said.append((self.summary.back, "dim"))
        if len(said) > 1:
            said.append("")
        if self.summary.type_number is not None:
            prompt = f"Type {self.summary.type_number} to continue: "
            said += [[prompt, "[", *self._typed.pieces(8), " ]"], ""]
        return [*said, self._buttons(), self._remark or self._keys()]

    def _buttons(self) -> Line:
        cancel, verb = f"[ {self.summary.stay} ]", f"[ {self.summary.verb} ]"
        buttons: list[Piece] = [
            ("> " + cancel, "reverse") if not self.on_yes else ("  " + cancel, ""),
            "    ",
            ("> " + verb, "reverse") if self.on_yes else ("  " + verb, ""),
        ]
        return buttons

    def _keys(self) -> Line:
        keys: list[Piece] = ["  "]
        if self._yes_keys:
            keys += [(key_names(self._yes_keys[:1]), "key"), f" {self.summary.verb}    "]
        keys += [
            (key_names(keys_of("dialog.cancel", user_keys_of(self.screen))), "key"),
            (f" {self.summary.stay.lower()}", "dim"),
        ]
        return keys

    def _redraw(self, remark: Line = "") -> None:
        self._remark = remark
        if (body := self.query_one_optional(Scroller)) is not None:
            body.show_below(self._below())

    def on_key(self, event: events.Key) -> None:
        """Digits and backspace type the number, if one is asked for."""
        if self.summary.type_number is not None and (event.key.isdigit() or event.key in {"backspace", "ctrl+u"}):
            self._typed.press(event.key, event.character)
            event.stop()
            self._redraw((f"  {self._typed.refused}", "warn") if self._typed.refused else "")

    def action_other(self) -> None:
        """The other button."""
        self.on_yes = not self.on_yes
        self._redraw()

    def action_press(self) -> None:
        """Enter: the button that has the focus."""
        if self.on_yes:
            self._do_it()
        else:
            self.dismiss(False)  # noqa: FBT003 - the screen's result

    def action_page(self, pages: int) -> None:
        """The next ones, or the previous."""
        self.query_one(Scroller).scroll_page(pages)

    def action_scroll(self, by: int) -> None:
        """Other items."""
        self.query_one(Scroller).scroll_lines(by)

    def action_no(self) -> None:
        """Close, nothing happens."""
        self.dismiss(False)  # noqa: FBT003 - the screen's result

    def action_yes(self) -> None:
        """The confirming key, if it is not the one that opened this."""
        if self._yes_keys:
            self._do_it()
        else:
            self._redraw((f"  The same key opened this dialog: press {key_names(('tab', 'enter'))} does it.", "warn"))

    def _do_it(self) -> None:
        wanted = self.summary.type_number
        if self.reason_to_wait:
            self._redraw((f"  {self.reason_to_wait}", "warn"))
        elif wanted is not None and self._typed.text != str(wanted):
            self._redraw((f"  Type the number first: {wanted}", "warn"))
        else:
            self.dismiss(True)  # noqa: FBT003 - the screen's result


def _indented(item: Line) -> Line:
    return ["  ", *parts(item)]
