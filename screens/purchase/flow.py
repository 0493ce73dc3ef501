"""A purchase from the draft to the result, for every area: ask, show, confirm once, and say what became of it (D5).

What is charged is what was on the screen. A price that has expired, or whose subscription has changed, is asked again
and shown with what moved, and never confirmed by a key that was typed before it could be seen. A command whose answer
got lost keeps its idempotency key: asking again charges nothing twice (D30).

    Idle ──ask──▶ Pricing ──▶ Offered ──yes──▶ Confirming ──▶ Idle
                     ▲           ▲              │ │ │
                     │           └refused, stale┘ │ └lost──▶ Unknown ──▶ Idle
                     └────────────expired─────────┘
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias, TypeVar

from textual.screen import ModalScreen

from client.api import Client
from client.errors import HeadcountError, NotPossible, PaymentRefused, QuoteExpired, QuoteStale, Refused
from contract.events import EventKind
from contract.people import Permission, Role
from contract.quotes import Change, Confirmation, Quote, QuoteStatus
from contract.subscription import Overview, PlanKind
from screens.purchase import quote_dialog
from screens.purchase.quote_dialog import Draft, QuoteDialog
from screens.shared.idempotency_keys import Intentions
from tui.presentation.confirmation import Summary
from tui.presentation.errors import CONNECTING, refused, set_by_contract, told
from tui.presentation.quote_summary import done, moved_words, promises_the_same
from tui.presentation.text import clean
from tui.runtime.session import Session

__all__ = ["Confirming", "Idle", "Offered", "Pricing", "PurchaseFlow", "PurchaseHost", "State", "Unknown"]

_MOVED = (
    EventKind.SEATS_ADDED,
    EventKind.USER_ACTIVATED,
    EventKind.PLAN_CHANGED,
    EventKind.INVOICE_ISSUED,
    EventKind.PAYMENT_SUCCEEDED,
)
"""What areas that show any of it ask for again at once."""

_CHANGED = "The subscription has changed meanwhile."
_EXPIRED = "The price had expired."
_ONCE_MORE = "This is the price now."

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is under way."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer to a confirmation got lost: it may have been done, and its outcome is told when it is known."""

    draft: Draft
    quote: Quote


@dataclass(frozen=True, slots=True)
class Pricing:
    """The server is asked what a draft costs; nothing is on the screen yet."""

    draft: Draft
    earlier: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """The dialog about a draft and its price is open."""

    draft: Draft
    quote: Quote
    dialog: QuoteDialog
    earlier: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Confirming:
    """It was confirmed, and the answer is on its way."""

    draft: Draft
    quote: Quote


State: TypeAlias = Idle | Pricing | Offered | Confirming | Unknown
"""`earlier` is another confirmation whose outcome was not known when this draft was asked about."""


class PurchaseHost(Protocol):
    """The screen that has the flow."""

    @property
    def client(self) -> Client:
        """The calls."""

    @property
    def session(self) -> Session:
        """The connection and the last overview."""

    @property
    def in_front(self) -> bool:
        """Whether no dialog and no other area is open over it."""

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """Say what has happened, or what is on its way."""

    def show_error(self, error: BaseException | str) -> None:
        """Say what failed."""

    def clear_result(self) -> None:
        """Say nothing."""

    def run(self, work: Callable[[], Coroutine[object, object, None]], *, group: str, exclusive: bool = False) -> None:
        """Do work beside the keys; if `exclusive`, whatever else of its group is under way is given up."""

    def open_dialog(self, dialog: ModalScreen[Answer], then: Callable[[Answer | None], object]) -> None:
        """Open it if nothing else is open; `then` gets its answer."""

    def close_dialog(self, dialog: ModalScreen[bool]) -> None:
        """Close a dialog that is in front, as if it were left without a yes."""


def _nobody(*_: object) -> None:
    """For who need not be told."""


class PurchaseFlow:
    """What a screen has that changes the subscription; `state` is all there is to know of where it stands.

    `ask` prices any draft and opens the dialog; `open` opens it about a price that is there. After its yes `confirmed`
    is called with what was done (no confirmation when only that is known), and `repriced` with every fresh price of a
    draft on the way. The host subscribes `overview_changed` to the app's signal: it is told also while other areas are
    in front.
    """

    def __init__(
        self,
        host: PurchaseHost,
        *,
        confirmed: Callable[[Change, Confirmation | None], None] = _nobody,
        repriced: Callable[[Quote], None] = _nobody,
    ) -> None:
        self.host = host
        self.state: State = Idle()
        self._confirmed, self._repriced = confirmed, repriced
        self._keys = Intentions()
        self._asked: dict[str, float] = {}

    # Where it stands.

    @property
    def paying(self) -> bool:
        """Whether a confirmation is on its way."""
        return isinstance(self.state, Confirming)

    @property
    def offering(self) -> bool:
        """Whether the dialog about a price is open."""
        return isinstance(self.state, Offered)

    @property
    def unfinished(self) -> str:
        """What would be lost by quitting now, as the end of "You have …"; empty when nothing would."""
        return "a payment in progress; it continues without you" if self.paying else ""

    @property
    def _unknown(self) -> Unknown | None:
        match self.state:
            case Unknown() as unknown:
                return unknown
            case Pricing(earlier=earlier) | Offered(earlier=earlier):
                return earlier
        return None

    def _is_about(self, draft: Draft) -> bool:
        """Whether this very draft still waits for its price."""
        return isinstance(self.state, Pricing | Offered) and self.state.draft is draft

    def _rest(self) -> None:
        """Nothing is under way, but for what an earlier confirmation came to."""
        self.state = self._unknown or Idle()

    def why_not(self, change: Change) -> str:
        """Why nobody here may confirm this, and who may; empty when it can be tried."""
        overview, read_only = self.host.session.overview, self.host.session.read_only
        if overview is None:
            return CONNECTING
        if overview.plan.kind is PlanKind.CONTRACT:
            return set_by_contract(overview)
        if read_only:
            return "This profile is read-only: it can't change the subscription."
        role = overview.me.role
        if (change.cancel or change.resume) and role is not Role.OWNER:
            what = "cancel the subscription" if change.cancel else "resume it"
            return f"Your role ({role.value}) can't {what}: only the owner may."
        if Permission.CONFIRM_QUOTES not in overview.me.may:
            return f"Your role ({role.value}) may see prices but not confirm them."
        return "Wait: a payment is in progress." if self.paying else ""

    # From the draft to its price.

    async def price(self, change: Change) -> Quote:
        """What a change costs; remembers from when on it holds.

        Raises:
            HeadcountError: what the client raises.
        """
        asked = quote_dialog.monotonic()
        quote = await self.host.client.quote(change)
        self._asked[quote.id] = asked
        return quote

    def ask(self, draft: Draft) -> None:
        """Ask what a draft costs, and open the dialog about it."""
        unknown = self._unknown
        if self.offering:
            return  # one at a time: its dialog is answered first
        if reason := self.why_not(draft.change):
            self.host.show_result(reason, "warn")
        elif unknown and unknown.draft.change == draft.change:
            again = "The outcome is not known. Trying again never charges twice."
            self._offer(unknown.draft, unknown.quote, again, seen=False)
        else:
            self.host.show_result("getting the price…", "dim")
            self.host.run(partial(self._price, draft), group="question", exclusive=True)

    def open(self, draft: Draft, quote: Quote, *, seen: bool = True) -> None:
        """Open the dialog about a price that is here.

        `seen` says that the price is on the screen already, so that the confirming key may follow at once.
        """
        if reason := self.why_not(draft.change):
            self.host.show_result(reason, "warn")
        else:
            self._offer(draft, quote, seen=seen)

    def leave(self) -> None:
        """Close the dialog about a price, as if it were left without a yes."""
        if isinstance(self.state, Offered):
            self.host.close_dialog(self.state.dialog)

    async def _price(self, draft: Draft) -> None:
        self.state = Pricing(draft, self._unknown)
        try:
            quote = await self.price(draft.change)
        except HeadcountError as error:
            self.host.show_result(refused(error, self.host.session.overview), "warn")
        else:
            self.host.clear_result()
            if self._is_about(draft):
                self._offer(draft, quote, seen=False)
        finally:
            if isinstance(self.state, Pricing) and self.state.draft is draft:
                self._rest()

    # The dialog.

    def _offer(self, draft: Draft, quote: Quote, remark: str = "", *, seen: bool) -> None:
        """Open the dialog, or show the fresh price in the one that is open."""
        summary, until = self._summary(draft, quote, remark), self._holds_until(quote)
        if isinstance(self.state, Offered):
            self.state = replace(self.state, draft=draft, quote=quote)
            self.state.dialog.show_quote(summary, until)
        elif self.host.in_front:
            dialog = QuoteDialog(summary, until, self.price_expired, seen=seen)
            self.state = Offered(draft, quote, dialog, self._unknown)
            self.host.open_dialog(dialog, partial(self._answered, dialog))
        else:
            self._rest()

    def _summary(self, draft: Draft, quote: Quote, remark: str) -> Summary:
        return draft.summary(quote, remark, self.host.session.spending_limit)

    def _holds_until(self, quote: Quote) -> float:
        """By this machine's clock: from when it was asked for, as long as the server said."""
        since = self._asked.setdefault(quote.id, quote_dialog.monotonic())
        return since + (quote.expires_at - quote.created_at).total_seconds()

    def _answered(self, dialog: QuoteDialog, yes: bool | None) -> None:  # noqa: FBT001 - Textual's callback
        offered = self.state
        if not isinstance(offered, Offered) or offered.dialog is not dialog:
            return
        self._rest()
        if yes:
            self.state = confirming = Confirming(offered.draft, offered.quote)
            self.host.run(partial(self._confirm, confirming), group="command")
        elif offered.draft.back:
            offered.draft.back()

    def price_expired(self, dialog: QuoteDialog) -> None:
        """The countdown of a dialog is at its end."""
        if isinstance(self.state, Offered) and self.state.dialog is dialog:
            self._price_again(self.state, _EXPIRED)

    def overview_changed(self, overview: Overview) -> None:
        """There is a new overview: what got lost may be known now, and a price that is shown may be another."""
        if unknown := self._unknown:
            self.host.run(partial(self._find_out, unknown), group="outcome", exclusive=True)
        offered = self.state
        if isinstance(offered, Offered) and overview.subscription.version > offered.quote.subscription_version:
            self._price_again(offered, _CHANGED)

    def _price_again(self, offered: Offered, why: str) -> None:
        offered.dialog.hold_back("Wait: the price is being updated.")
        self._reprice(offered.draft, offered.quote, why)

    def _reprice(self, draft: Draft, old: Quote, why: str) -> None:
        self.host.run(partial(self._fresh_price, draft, old, why), group="reprice", exclusive=True)

    async def _fresh_price(self, draft: Draft, old: Quote, why: str) -> None:
        """Ask again for a price that is on the screen, or that was confirmed too late."""
        try:
            fresh = await self.price(draft.change)
        except HeadcountError as error:
            if self._is_about(draft):
                self._give_up()
                self.host.show_result(
                    f"{why} {draft.nothing_done} {refused(error, self.host.session.overview)}", "warn"
                )
            return
        if self._is_about(draft):
            self._repriced(fresh)
            if isinstance(self.state, Offered) and why == _CHANGED and promises_the_same(old, fresh):
                self.state = replace(self.state, quote=fresh)
                self.state.dialog.go_on(self._holds_until(fresh))
            else:
                self._offer_fresh(draft, fresh, why, moved_words(old, fresh))

    def _offer_fresh(self, draft: Draft, fresh: Quote, why: str, moved: str = "") -> None:
        said = " ".join(filter(None, (why, moved, draft.nothing_done, _ONCE_MORE)))
        self.host.show_result(said, "warn")
        self._offer(draft.at_another_price(), fresh, said, seen=False)

    def _give_up(self) -> None:
        """There is no price any more; a dialog that is open closes without going back."""
        gone = self.state
        self._rest()
        if isinstance(gone, Offered):
            self.host.close_dialog(gone.dialog)

    # Confirming.

    async def _confirm(self, confirming: Confirming) -> None:
        draft, quote = confirming.draft, confirming.quote
        self.host.show_result(f"Confirming {quote.due_now}…" if quote.due_now.amount else "Confirming…", "dim")
        key = self._keys.key(quote.change, quote.id)
        try:
            confirmation = await self.host.client.confirm(quote.id, key=key)
        except HeadcountError as error:
            self._keys.failed(error, quote.change, quote.id)
            self.state = Idle()
            self._failed(draft, quote, error)
        else:
            self._keys.answered(quote.change, quote.id)
            self.state = Idle()
            self._confirmed(quote.change, confirmation)
            if draft.then:
                draft.then(quote, confirmation)
            self.host.show_result(done(confirmation, quote))
            self.host.session.touch(*_MOVED)
        finally:
            if self.state is confirming:
                self.state = Idle()

    def _failed(self, draft: Draft, quote: Quote, error: HeadcountError) -> None:
        if error.uncertain:
            self.state = Unknown(draft, quote)
            self.host.show_error(told(error))
            self.host.session.touch()
        elif isinstance(error, QuoteStale):
            self._too_late(draft, quote, error)
        elif isinstance(error, QuoteExpired):
            self.state = Pricing(draft)
            self._reprice(draft, quote, _EXPIRED)
        elif isinstance(error, PaymentRefused):
            said = f"{told(error)} {draft.nothing_done}"
            self.host.show_error(said)
            self._offer(draft, quote, said, seen=False)
        elif isinstance(error, NotPossible):
            self.host.show_error(f"{refused(error, self.host.session.overview)}{draft.undone}")
        else:
            self.host.show_error(f"{told(error)} {draft.nothing_done}" if isinstance(error, Refused) else told(error))

    def _too_late(self, draft: Draft, quote: Quote, error: QuoteStale) -> None:
        moved = clean(", ".join(error.changed), 200)
        why = f"Changed meanwhile: {moved}." if moved else _CHANGED
        if error.fresh is None:
            self.state = Pricing(draft)
            self._reprice(draft, quote, why)
        else:
            self._repriced(error.fresh)
            self._offer_fresh(draft, error.fresh, why)

    # What became of it.

    async def _find_out(self, unknown: Unknown) -> None:
        """What became of a confirmation whose answer got lost."""
        try:
            quote = await self.host.client.get_quote(unknown.quote.id)
        except HeadcountError:
            return
        if self._unknown is not unknown:
            return
        if quote.status is QuoteStatus.CONFIRMING:
            said = f"The payment of {quote.due_now} is still in progress; the outcome will be shown here."
            self.host.show_result(said, "warn")
            return
        self._outcome_is_known()
        undone = unknown.draft.undone
        if quote.status is QuoteStatus.CONFIRMED:
            self._keys.answered(quote.change, quote.id)
            self._confirmed(quote.change, None)
            paid = f"{quote.due_now} was charged once." if quote.due_now.amount else "Nothing was charged."
            said = f"The answer was lost, but it was done: {paid}{undone}"
            self.host.show_result(said, "warn" if undone else "ok")
            self.host.session.touch(*_MOVED)
        else:
            # its key is kept for this quote; a fresh one is stale by itself should the lost command arrive after all
            self.host.show_result(f"The answer was lost, and it was not done: nothing was charged.{undone}", "warn")

    def _outcome_is_known(self) -> None:
        match self.state:
            case Pricing() | Offered() as later:
                self.state = replace(later, earlier=None)
            case _:
                self.state = Idle()
