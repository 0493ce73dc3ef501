"""How people join, whichever way they come in: one summary, and seats that are bought with the same yes.

Idle ──ask──▶ Asking ──yes──▶ `decided`
               │  ▲              ▲
               b  └─back─┐       │ paid
               └──▶ the purchase ┘
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from client.errors import HeadcountError
from contract.quotes import Change, Confirmation, Quote
from screens.purchase.flow import Offered, PurchaseFlow, PurchaseHost
from screens.purchase.joining_dialog import JoiningDialog
from screens.purchase.joining_question import JoiningQuestion
from screens.purchase.quote_dialog import Draft
from tui.presentation.errors import refused
from tui.presentation.quote_summary import done
from tui.presentation.seat_choice import Choice
from tui.presentation.wording import count

__all__ = ["Asking", "Idle", "JoiningFlow"]

Q = TypeVar("Q", bound=JoiningQuestion)


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is asked."""


@dataclass(frozen=True, slots=True)
class Asking(Generic[Q]):
    """The dialog is open; it knows what is asked as of now."""

    dialog: JoiningDialog[Q]


def _nobody(*_: object) -> None:
    """For who need not be told."""


class JoiningFlow(Generic[Q]):
    """What a screen has on which people are let in; `state` is where it stands.

    While missing seats are bought it is the purchase that stands somewhere: its draft is `about` the question.

    After the yes `decided` is called with the question, the choice, and what was bought for it, in words. `as_now` says
    the question with what is known by now, None when nothing of it is left; `declined` is told of a no. `dialog` makes
    the dialog.
    """

    def __init__(
        self,
        host: PurchaseHost,
        purchase: PurchaseFlow,
        *,
        decided: Callable[[Q, Choice, str], None],
        as_now: Callable[[Q], Q | None],
        declined: Callable[[Q], None] = _nobody,
        dialog: Callable[[Q], JoiningDialog[Q]] = JoiningDialog,
    ) -> None:
        self._host, self._purchase = host, purchase
        self._decided, self._declined = decided, declined
        self._as_now, self._dialog = as_now, dialog
        self.state: Idle | Asking[Q] = Idle()
        self._buying: Q | None = None

    @property
    def may_buy(self) -> bool:
        """Whether seats may be bought here, and by whom it is that asks."""
        return not self._purchase.why_not(Change(seats=1))

    def ask(self, question: Q) -> None:
        """Ask the server what it comes to, then open the dialog; at once when nobody joins."""
        if not question.joining:
            self._open(question)
            return
        self._host.show_result("working out the seats…", "dim")
        self._host.run(partial(self._preview, question), group="question", exclusive=True)

    async def _preview(self, question: Q) -> None:
        try:
            preview = await self._host.client.preview_joining(question.joining)
        except HeadcountError as error:
            self._host.show_result(refused(error, self._host.session.overview), "warn")
            return
        self._host.clear_result()
        self._open(question.previewed(preview))

    def _open(self, question: Q) -> None:
        self.state = Idle()
        if self._host.in_front:
            dialog = self._dialog(question)
            self.state = Asking(dialog)
            self._host.open_dialog(dialog, partial(self._answered, dialog))

    def _answered(self, dialog: JoiningDialog[Q], yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        if not isinstance(self.state, Asking) or self.state.dialog is not dialog:
            return
        self.state = Idle()
        question = dialog.question
        if yes and dialog.choice is Choice.BUYING:
            self._host.run(partial(self._ask_seats, question), group="question", exclusive=True)
        elif yes:
            self._decided(question, dialog.choice, "")
        else:
            self._declined(question)

    # What others do meanwhile.

    def look_again(self) -> None:
        """Other seats are free, or somebody else deals with what is asked about here: the open dialog says so."""
        match self.state, self._purchase.state:
            case Asking(dialog), _:
                self._ask_as_now(dialog)
            case _, Offered(draft=Draft(about=about)) if about is self._buying and self._is_outdated():
                self._purchase.leave()

    def _is_outdated(self) -> bool:
        """Whether seats whose price is shown are bought for a question here, and are for others by now."""
        if self._buying is None:
            return False
        now = self._as_now(self._buying)
        return now is None or now.joining != self._buying.joining

    def _ask_as_now(self, dialog: JoiningDialog[Q]) -> None:
        before = dialog.question
        question = self._as_now(before)
        if question is None:
            self.state = Idle()
            self._host.close_dialog(dialog)
        elif question != before:
            dialog.ask_instead(question)
            self._refresh(dialog, question)

    def _refresh(self, dialog: JoiningDialog[Q], question: Q) -> None:
        if question.joining:
            self._host.run(partial(self._preview_again, dialog, question), group="preview", exclusive=True)

    async def _preview_again(self, dialog: JoiningDialog[Q], question: Q) -> None:
        """What it comes to now; the overview's own sums stay where the server does not say."""
        try:
            preview = await self._host.client.preview_joining(question.joining)
        except HeadcountError:
            return
        if isinstance(self.state, Asking) and self.state.dialog is dialog and dialog.question is question:
            dialog.ask_instead(question.previewed(preview))

    # Buying seats first.

    async def _ask_seats(self, question: Q) -> None:
        seats = count(question.room.buy, "seat")
        self._host.show_result(f"getting the price of {seats}…", "dim")
        try:
            quote = await self._purchase.price(Change(seats=question.overview.seats.paid + question.room.buy))
        except HeadcountError as error:
            self._back_to(question)
            self._host.show_result(refused(error, self._host.session.overview), "warn")
            return
        self._host.clear_result()
        self._buying = question
        draft = Draft(
            quote.change,
            question.buying_title,
            question.opener,
            items=question.listed(),
            back=lambda: self._back_to(question),
            also=question.also(),
            then=partial(self._bought, question),
            about=question,
        )
        self._purchase.open(draft, quote, seen=False)

    def _back_to(self, question: Q) -> None:
        now = self._as_now(question)
        if now is None:
            return
        self._open(now)
        if now != question and isinstance(self.state, Asking):
            self._refresh(self.state.dialog, now)

    def _bought(self, question: Q, quote: Quote, confirmation: Confirmation) -> None:
        """The seats are bought: now the rest. When the answer was late nothing goes on by itself."""
        self._decided(question, Choice.BUYING, done(confirmation, quote))
