"""The dialog about one price: for how long it holds, and what is done by the same yes once it is paid."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from contract.quotes import Quote
from screens.shared.confirm import Confirm
from tui.presentation.confirmation import Also, Summary
from tui.presentation.quote_summary import confirmation_summary
from tui.presentation.tones import Line
from tui.widgets.canvas import framed
from tui.widgets.pages import Scroller

__all__ = ["Deal", "Offer", "monotonic"]


def monotonic() -> float:
    """Seconds, for countdowns."""
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Deal:
    """One intention: a change with its price, and what the dialog about it says.

    `items` replace the usual ones; `back` is where who does not confirm comes from, and returns to. `also` is done
    after the payment, and only then.
    """

    quote: Quote
    title: str
    opener: str
    items: Sequence[Line] | None = None
    remark: str = ""
    back: Callable[[], None] | None = None
    also: Also | None = None

    @property
    def summary(self) -> Summary:
        """What the dialog says."""
        said = confirmation_summary(self.quote, self.title, self.opener, items=self.items, remark=self.remark)
        if self.back:
            said = replace(said, stay="Back")
        if self.also is None:
            return said
        final = " ".join(filter(None, (said.final, self.also.final)))
        return replace(said, verb=f"{said.verb}, {self.also.verb}", lines=[*said.lines, *self.also.lines], final=final)

    @property
    def nothing_done(self) -> str:
        """What is said when it comes to nothing."""
        return f"Nothing was charged. {self.also.undone}" if self.also else "Nothing was charged."

    def repriced(self, quote: Quote, remark: str) -> "Deal":
        """The same at another price: who is paid for may be others now, what is done afterwards is the same."""
        return replace(self, quote=quote, remark=remark, items=self.items if self.also else None)


class Owner(Protocol):
    """Who has opened an offer."""

    def price_expired(self, offer: "Offer") -> None:
        """The countdown of a dialog is at its end."""


class Offer(Confirm):
    """The dialog about one quote: it says for how long the price holds, and tells when it does no longer."""

    def __init__(self, summary: Summary, owner: Owner, until: float, *, seen: bool) -> None:
        super().__init__(summary, seen=seen)
        self._owner, self._until = owner, until
        self._over = False

    def on_mount(self) -> None:
        """Count down, once a second and only while this is open."""
        self._tick()
        self.set_interval(1, self._tick)

    def show_offer(self, summary: Summary, until: float) -> None:
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
            self._owner.price_expired(self)
        if (body := self.query_one_optional(Scroller)) is None:
            return
        minutes, seconds = divmod(max(0, round(left)), 60)
        body.border_subtitle = framed(f"holds {minutes}:{seconds:02}" if left > 0 else "expired", body.glyphs)
