"""A quote from the question to the result, for every area: ask, show, confirm once, and say what became of it (D5).

What is charged is what was on the screen. A price that has expired, or whose subscription has changed, is asked again
and shown with what moved, and never confirmed by a key that was typed before it could be seen. A command whose answer
got lost keeps its idempotency key: asking again charges nothing twice (D30).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual import work

from client.errors import HeadcountError, NotPossible, PaymentRefused, QuoteExpired, QuoteStale, Refused
from contract.events import EventKind
from contract.people import Permission, Role
from contract.quotes import Change, Confirmation, Quote, QuoteStatus
from contract.subscription import Overview, PlanKind
from screens.purchase import quote_dialog as offers
from screens.purchase.quote_dialog import Deal, Offer
from screens.shared.idempotency_keys import Intentions
from screens.shared.live_area import LiveArea
from tui.presentation.confirmation import Also
from tui.presentation.errors import CONNECTING, refused, set_by_contract, told
from tui.presentation.quote_summary import done, moved_words, promises_the_same
from tui.presentation.text import clean
from tui.presentation.tones import Line

__all__ = ["Also", "Confirming", "Deal", "Offer"]

_MOVED = (
    EventKind.SEATS_ADDED,
    EventKind.USER_ACTIVATED,
    EventKind.PLAN_CHANGED,
    EventKind.INVOICE_ISSUED,
    EventKind.PAYMENT_SUCCEEDED,
)
"""What areas that show any of it ask for again at once."""

_CHANGED = "The subscription has changed meanwhile."
_ONCE_MORE = "This is the price now."


class Confirming(LiveArea):
    """A mixin for areas that change the subscription.

    In a list of bases it stands after an area with looks and keys of its own: Textual takes those from the first alone.
    `ask_change` prices any change and opens the dialog; `open_quote` opens it about a price that is there. After its
    yes `confirmed` is called with what was done, and `repriced` with every fresh price on the way.
    """

    def __init__(self) -> None:
        super().__init__()
        self._deal_keys = Intentions()
        self._offer: Offer | None = None
        self._deal: Deal | None = None
        self._paying: Deal | None = None
        self._lost: Deal | None = None
        self._since: dict[str, float] = {}

    def on_mount(self) -> None:
        """Hear of changes that a price does not know of."""
        self.hub.overview_signal.subscribe(self, self._hear_of_changes)

    # For areas.

    def confirmed(self, change: Change, confirmation: Confirmation | None) -> None:
        """It was done; no confirmation when only that is known. For subclasses."""

    def repriced(self, quote: Quote) -> None:
        """There is a fresh price for a change that was asked about. For subclasses."""

    @property
    def paying(self) -> bool:
        """Whether a confirmation is on its way."""
        return self._paying is not None

    @property
    def offering(self) -> bool:
        """Whether the dialog about a price is open."""
        return self._offer is not None

    @property
    def unfinished(self) -> str:
        """A payment on its way."""
        return "a payment on its way; it goes on without you" if self._paying else super().unfinished

    @property
    def deal(self) -> Deal | None:
        """What was offered last."""
        return self._deal

    def leave_offer(self) -> None:
        """Close the dialog about a price, as if it were left without a yes."""
        offer, self._offer = self._offer, None
        if offer is not None:
            offer.dismiss(False)  # noqa: FBT003 - the screen's result

    def why_not_confirm(self, change: Change) -> str:
        """Why nobody here may confirm this, and who may; empty when it can be tried."""
        overview = self.session.overview
        if overview is None:
            return CONNECTING
        if overview.plan.kind is PlanKind.CONTRACT:
            return set_by_contract(overview)
        if self.session.read_only:
            return "This profile is read-only: it may not change the subscription."
        role = overview.me.role
        if (change.cancel or change.resume) and role is not Role.OWNER:
            what = "cancel the subscription" if change.cancel else "resume it"
            return f"Your role ({role.value}) may not {what}: only the owner may."
        if Permission.CONFIRM_QUOTES not in overview.me.may:
            return f"Your role ({role.value}) may ask for prices, not confirm them."
        return "Wait: a payment is on its way." if self._paying else ""

    async def price(self, change: Change) -> Quote:
        """What a change costs; remembers from when on it holds.

        Raises:
            HeadcountError: what the client raises.
        """
        asked = offers.monotonic()
        quote = await self.client.quote(change)
        self._since[quote.id] = asked
        return quote

    def ask_change(self, change: Change, *, title: str, opener: str) -> None:
        """Ask what a change costs, and open the dialog about it. `opener` is the id of the command that was given."""
        if reason := self.why_not_confirm(change):
            self.show_result(reason, "warn")
        elif self._lost and self._lost.quote.change == change:
            again = "It is not known what became of this. Asking again charges nothing twice."
            self._show_offer(replace(self._lost, remark=again), seen=False)
        else:
            self.show_result("asking what this costs…", "dim")
            self._ask_price(change, title, opener)

    def open_quote(
        self,
        quote: Quote,
        *,
        title: str,
        opener: str,
        items: Sequence[Line] | None = None,
        seen: bool = True,
        back: Callable[[], None] | None = None,
        also: Also | None = None,
    ) -> None:
        """Open the dialog about a price that is here; `items` replace the lines for each user.

        `seen` says that the price is on the screen already, so that the confirming key may follow at once. `back` is
        called when it is left without a yes; `also` is what `confirmed` will do after it.
        """
        self._since.setdefault(quote.id, offers.monotonic())
        if reason := self.why_not_confirm(quote.change):
            self.show_result(reason, "warn")
        else:
            self._show_offer(Deal(quote, title, opener, items, back=back, also=also), seen=seen)

    @work(group="question", exclusive=True, exit_on_error=False)
    async def _ask_price(self, change: Change, title: str, opener: str) -> None:
        try:
            quote = await self.price(change)
        except HeadcountError as error:
            self.show_result(refused(error, self.session.overview), "warn")
            return
        self.clear_result()
        self._show_offer(Deal(quote, title, opener), seen=False)

    # The dialog.

    def _show_offer(self, deal: Deal, *, seen: bool) -> None:
        """Open the dialog, or show the fresh price in the one that is open."""
        self._deal = deal
        until = self._offer_holds(deal.quote)
        if self._offer is not None:
            self._offer.show_offer(deal.summary, until)
        elif self.app.screen is self:
            self._offer = Offer(deal.summary, self, until, seen=seen)
            self.app.push_screen(self._offer, self._offer_decided)

    def _offer_holds(self, quote: Quote) -> float:
        """By this machine's clock: from when it was asked for, as long as the server said."""
        since = self._since.setdefault(quote.id, offers.monotonic())
        return since + (quote.expires_at - quote.created_at).total_seconds()

    def _offer_decided(self, yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        self._offer = None
        self.workers.cancel_group(self, "reprice")
        deal = self._deal
        if yes and deal:
            self._confirm_deal(deal)
        elif deal and deal.back:
            deal.back()

    def price_expired(self, offer: Offer) -> None:
        """The countdown of a dialog is at its end."""
        if offer is self._offer:
            self._price_again("The price had expired.")

    def _hear_of_changes(self, overview: Overview) -> None:
        if self._lost and not self._paying:
            self._find_out(self._lost)
        deal = self._deal
        if self._offer and deal and overview.subscription.version > deal.quote.subscription_version:
            self._price_again(_CHANGED)

    def _price_again(self, why: str) -> None:
        if self._offer and self._deal:
            self._offer.hold_back("Wait: the price is being asked again.")
            self._reprice(self._deal, why)

    @work(group="reprice", exclusive=True, exit_on_error=False)
    async def _reprice(self, deal: Deal, why: str) -> None:
        try:
            fresh = await self.price(deal.quote.change)
        except HeadcountError as error:
            if self._offer:
                self._deal = None
                self._offer.dismiss(False)  # noqa: FBT003 - the screen's result
            self.show_result(f"{why} {deal.nothing_done} {refused(error, self.session.overview)}", "warn")
            return
        self.repriced(fresh)
        if self._offer and why == _CHANGED and promises_the_same(deal.quote, fresh):
            self._deal = replace(deal, quote=fresh)
            self._offer.go_on(self._offer_holds(fresh))
            return
        said = " ".join(filter(None, (why, moved_words(deal.quote, fresh), deal.nothing_done, _ONCE_MORE)))
        self.show_result(said, "warn")
        self._show_offer(deal.repriced(fresh, said), seen=False)

    # Confirming.

    @work(group="command", exit_on_error=False)
    async def _confirm_deal(self, deal: Deal) -> None:
        quote = deal.quote
        self._paying = deal
        self.show_result(f"Confirming {quote.due_now}…" if quote.due_now.amount else "Confirming…", "dim")
        key = self._deal_keys.key(quote.change, quote.id)
        try:
            confirmation = await self.client.confirm(quote.id, key=key)
        except HeadcountError as error:
            self._deal_keys.failed(error, quote.change, quote.id)
            self._confirm_failed(deal, error)
        else:
            self._deal_keys.answered(quote.change, quote.id)
            self._paying = self._lost = None
            self.confirmed(quote.change, confirmation)
            self.show_result(done(confirmation, quote))
            self.session.touch(*_MOVED)
        finally:
            self._paying = None

    def _confirm_failed(self, deal: Deal, error: HeadcountError) -> None:
        self._lost = deal if error.uncertain else None
        if error.uncertain:
            self.show_error(told(error))
            self.session.touch()
        elif isinstance(error, QuoteStale):
            self._confirmed_too_late(deal, error)
        elif isinstance(error, QuoteExpired):
            self._reprice(deal, "The price had expired.")
        elif isinstance(error, PaymentRefused):
            said = f"{told(error)} {deal.nothing_done}"
            self.show_error(said)
            self._show_offer(replace(deal, remark=said), seen=False)
        elif isinstance(error, NotPossible):
            undone = f" {deal.also.undone}" if deal.also else ""
            self.show_error(f"{refused(error, self.session.overview)}{undone}")
        else:
            self.show_error(f"{told(error)} {deal.nothing_done}" if isinstance(error, Refused) else told(error))

    def _confirmed_too_late(self, deal: Deal, error: QuoteStale) -> None:
        moved = clean(", ".join(error.changed), 200)
        why = f"Changed meanwhile: {moved}." if moved else _CHANGED
        fresh = error.fresh
        if fresh is None:
            self._reprice(deal, why)
        else:
            self.repriced(fresh)
            said = f"{why} {deal.nothing_done} {_ONCE_MORE}"
            self.show_result(said, "warn")
            self._show_offer(deal.repriced(fresh, said), seen=False)

    @work(group="offer", exclusive=True, exit_on_error=False)
    async def _find_out(self, deal: Deal) -> None:
        """What became of a confirmation whose answer got lost."""
        try:
            quote = await self.client.get_quote(deal.quote.id)
        except HeadcountError:
            return
        if self._lost is not deal:
            return
        self._lost = deal if quote.status is QuoteStatus.CONFIRMING else None
        if self._lost:
            self.show_result(f"The payment of {quote.due_now} is still on its way; its outcome is told here.", "warn")
        elif quote.status is QuoteStatus.CONFIRMED:
            self._deal_keys.answered(quote.change, quote.id)
            self.confirmed(quote.change, None)
            paid = f"{quote.due_now} was charged, once." if quote.due_now.amount else "Nothing was charged."
            undone = f" {deal.also.undone}" if deal.also else ""
            self.show_result(f"The answer had got lost, but it was done: {paid}{undone}", "warn" if undone else "ok")
            self.session.touch(*_MOVED)
        else:
            # its key is kept for this quote; a fresh one is stale by itself should the lost command arrive after all
            undone = f" {deal.also.undone}" if deal.also else ""
            self.show_result(f"The answer had got lost, and it was not done: nothing was charged.{undone}", "warn")
