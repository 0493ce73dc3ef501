"""The dialog in which a role is chosen: j and k choose, digits type a limit, and another key does it."""

from typing import ClassVar, Protocol, Self

from textual import events
from textual.binding import Binding, BindingType

from screens.shared.confirm import Confirm
from tui.presentation.confirmation import Summary
from tui.presentation.tones import Line, parts

__all__ = ["RoleChoice", "RoleDialog"]


class RoleChoice(Protocol):
    """What is asked: a role, and perhaps a limit."""

    @property
    def refusal(self) -> str:
        """Why it can't be done as it is chosen; empty when it can."""

    def step(self, by: int) -> Self:
        """Another role."""

    def typed(self, character: str) -> Self:
        """A character more, or for an empty one the last one less."""

    def unlimited(self) -> Self:
        """No limit, or one again."""

    def summary(self) -> Summary:
        """What the dialog says."""


class RoleDialog(Confirm):
    """Answers like `Confirm`; `question` is what was chosen then. What can't be done is refused with its reason."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "unlimited", show=False)]
    SCROLLS = "PgDn PgUp"

    def __init__(self, question: RoleChoice) -> None:
        super().__init__(question.summary())
        self.question = question

    def _keys(self) -> Line:
        keys = parts(super()._keys())
        return [*keys[:-2], ("j k", "key"), " choose    ", *keys[-2:]]

    def _become(self, question: RoleChoice) -> None:
        if question != self.question:
            self.question = question
            self.show_summary(question.summary(), seen=True)

    def on_key(self, event: events.Key) -> None:
        """Digits, the point and backspace are the limit."""
        char = event.character or ""
        if event.key in {"backspace", "ctrl+u"} or (char and char in "0123456789."):
            event.stop()
            self._become(self.question.typed("" if event.key in {"backspace", "ctrl+u"} else char))

    def action_scroll(self, by: int) -> None:
        """J and k: another role."""
        self._become(self.question.step(by))

    def _do_it(self) -> None:
        """Not what can't be done."""
        if why := self.question.refusal:
            self._redraw((f"  {why}", "warn"))
        else:
            super()._do_it()

    def action_unlimited(self) -> None:
        """n: no limit."""
        self._become(self.question.unlimited())
