"""A draft with its price: what the dialog about it says, for how long it holds, and what the same yes does after it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from contract.money import Money
from contract.quotes import Change, Confirmation, Quote
from screens.shared.confirm import Confirm
from tui.presentation.confirmation import Also, Summary
from tui.presentation.quote_summary import confirmation_summary
from tui.presentation.tones import Line
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["Draft", "QuoteDialog", "monotonic"]


def monotonic() -> float:
    """Seconds, for countdowns."""
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Draft:
    """What is wanted, and how the dialog about its price speaks of it.

    `opener` is the id of the command that was given. `items` replace the usual ones; `back` is where who does not
    confirm comes from, and returns to. `also` is done after the payment, and only then: by `then`. `about` is for
    whoever asked, to know it again by.
    """

    change: Change
    title: str
    opener: str
    items: Sequence[Line] | None = None
    back: Callable[[], None] | None = None
    also: Also | None = None
    then: Callable[[Quote, Confirmation], None] | None = None
    about: object = None

    def summary(self, quote: Quote, remark: str = "", limit: Money | None = None) -> Summary:
        """What the dialog says at a price; `limit` is the profile's."""
        said = confirmation_summary(quote, self.title, self.opener, items=self.items, remark=remark, limit=limit)
        if self.back:
            said = replace(said, stay="Back")
        if self.also is None:
            return said
        final = " ".join(filter(None, (said.final, self.also.final)))
        return replace(
            said,
            verb=f"{said.verb}, {self.also.verb}",
            lines=[*said.lines, *self.also.lines],
            final=final,
            back=self.also.back,
        )

    @property
    def undone(self) -> str:
        """What is said of the rest of it when it comes to nothing, with a blank before it."""
        return f" {self.also.undone}" if self.also else ""

    @property
    def nothing_done(self) -> str:
        """What is said when it comes to nothing."""
        return f"Nothing was charged.{self.undone}"

    def at_another_price(self) -> "Draft":
        """The same when the price has moved: who is paid for may be others now, what is done afterwards is the same."""
        return self if self.also else replace(self, items=None)


class QuoteDialog(Confirm):
    """The dialog about one quote: it says for how long the price holds, and tells `expired` when it does no longer."""

    def __init__(self, summary: Summary, until: float, expired: Callable[["QuoteDialog"], None], *, seen: bool) -> None:
        super().__init__(summary, seen=seen)
        self._until, self._expired = until, expired
        self._over = False

    def on_mount(self) -> None:
        """Count down, once a second and only while this is open."""
        self._tick()
        self.set_interval(1, self._tick)

    def show_quote(self, summary: Summary, until: float) -> None:
        """Another price, which holds until then."""
        self._until, self._over = until, False
        self.show_summary(summary)
        self._tick()

    def go_on(self, until: float) -> None:
        """The same price, asked again."""
        self._until, self._over = until, False
        self.let_it_be_read()

    def _tick(self) -> None:
        left = self._until - monotonic()
        if left <= 0 and not self._over:
            self._over = True
            self._expired(self)
        if (body := self.query_one_optional(Scroller)) is None:
            return
        minutes, seconds = divmod(max(0, round(left)), 60)
        body.border_subtitle = framed(f"holds {minutes}:{seconds:02}" if left > 0 else "expired", body.glyphs)
