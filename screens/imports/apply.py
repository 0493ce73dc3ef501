"""The dialog before an import: what it comes to, and how it is done; another key does it."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from contract.users import BatchMode
from screens.imports.question import ImportQuestion
from screens.purchase.joining_dialog import JoiningDialog
from tui.input.commands import key_names
from tui.presentation.seat_choice import Choice
from tui.presentation.tones import Line, parts

__all__ = ["ApplyDialog"]

_FITTING = {True: Choice.FITTING, False: Choice.ALL}


class ApplyDialog(JoiningDialog[ImportQuestion]):
    """Answers like every dialog of people who join; `question` says how the rows are done. Enter does nothing here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "ask", show=False)]
    SCROLLS = "PgDn PgUp"

    def __init__(self, question: ImportQuestion) -> None:
        super().__init__(question, _FITTING[question.mode is BatchMode.UNTIL_FULL])

    def _keys(self) -> Line:
        keys = parts(super()._keys())
        return [*keys[:-2], ("j k", "key"), " other way    ", ("t", "key"), " ask    ", *keys[-2:]]

    def _become(self, question: ImportQuestion, choice: Choice) -> None:
        self.question, self.choice = question, choice
        self.show_summary(question.summary(choice), seen=True)

    def action_choose(self, name: str) -> None:
        """Those that fit are done until the seats are full."""
        if Choice(name) is Choice.BUYING:
            super().action_choose(name)
        elif Choice.FITTING in self.question.choices:
            full = self.question.mode is BatchMode.UNTIL_FULL
            mode = BatchMode.BEST_EFFORT if full else BatchMode.UNTIL_FULL
            self._become(replace(self.question, mode=mode), _FITTING[not full])

    def action_scroll(self, by: int) -> None:
        """J and k: another way to do it, of those that can be had."""
        modes = self.question.modes
        at = modes.index(self.question.mode) if self.question.mode in modes else 0
        mode = modes[max(0, min(at + by, len(modes) - 1))]
        full = mode is BatchMode.UNTIL_FULL and Choice.FITTING in self.question.choices
        self._become(replace(self.question, mode=mode), _FITTING[full])

    def action_ask(self) -> None:
        """Send transfer requests in the same step, or don't."""
        self._become(replace(self.question, ask=not self.question.ask), self.choice)

    def action_press(self) -> None:
        """Enter is no yes; on the button it is."""
        if self.on_yes:
            super().action_press()
        else:
            said = f"  Enter does nothing here: {key_names(self._yes_keys[:1])} imports them."
            self._redraw((said, "warn"))
