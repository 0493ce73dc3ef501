"""The dialog before people join: what is chosen is what `y` does, and what changes meanwhile shows at once."""

from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType

from screens.purchase.joining_question import JoiningQuestion
from screens.shared.confirm import Confirm
from tui.presentation.seat_choice import Choice
from tui.presentation.tones import Line, parts

__all__ = ["JoiningDialog"]

Q = TypeVar("Q", bound=JoiningQuestion)


class JoiningDialog(Confirm, Generic[Q]):
    """Answers like `Confirm`; `choice` is what was chosen then, and `question` what was asked.

    `f` turns to those that fit, and back; `b` leaves at once for the price of the seats that are missing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "choose('fitting')", show=False),
        Binding("b", "choose('buying')", show=False),
    ]

    def __init__(self, question: Q, choice: Choice = Choice.ALL) -> None:
        chosen = choice if choice in question.choices else Choice.ALL
        super().__init__(question.summary(chosen))
        self.question, self.choice = question, chosen

    def action_choose(self, name: str) -> None:
        """Another choice, or back to all of them."""
        choice = Choice(name)
        if choice not in self.question.choices:
            return
        if choice is Choice.BUYING:
            self.choice = choice
            self.dismiss(True)  # noqa: FBT003 - the screen's result
            return
        self.choice = Choice.ALL if self.choice is choice else choice
        self.show_summary(self.question.summary(self.choice), seen=True)

    def ask_instead(self, question: Q) -> None:
        """Things are different now: say so, and take no key that was typed before it could be read."""
        chosen = self.choice if self.choice in question.choices else Choice.ALL
        before, after = self.question.summary(self.choice), question.summary(chosen)
        self.question, self.choice = question, chosen
        if before != after:
            self.show_summary(after)

    def _keys(self) -> Line:
        more = {Choice.FITTING: ("f", " first ones    "), Choice.BUYING: ("b", " buy…    ")}
        keys = parts(super()._keys())
        for choice in self.question.choices[1:]:
            key, does = more[choice]
            keys = [*keys[:-2], (key, "key"), " all    " if choice is self.choice else does, *keys[-2:]]
        return keys
