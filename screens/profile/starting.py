"""Taking a first subscription: a form, the plans with their prices, what it comes to, and another key to do it.

    Idle ──s──▶ Asking ──form, plan──▶ Offered ──yes──▶ Confirming ──▶ Idle
                                          ▲               │
                                          └─stale, expired┘

What is charged is what was on the screen. The key of a confirmation whose answer was lost is kept: confirming the same
price again charges nothing twice (D30).
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Protocol, TypeVar

from pydantic import ValidationError
from textual.screen import ModalScreen

from client.api import Client
from client.errors import Conflict, HeadcountError, Invalid, QuoteExpired, QuoteStale
from contract.problems import ProblemCode
from contract.quotes import Change, Quote, Start
from contract.starting import Started, StartOffer, StartOrganisation, StartQuery, StartQuote
from contract.subscription import Plan, PlanChoice
from screens.profile.forms import Asked, SmallForm
from screens.purchase.plan_picker import Option, TermsDialog
from screens.shared.confirm import Confirm
from screens.shared.idempotency_keys import Intentions
from tui.presentation.errors import told, told_beside_field
from tui.presentation.starting import may_be_chosen, start_summary, started_words, takes_seats, why_not
from tui.presentation.text import clean
from tui.runtime.session import Session

__all__ = ["StartFlow", "StartHost"]

Answer = TypeVar("Answer")

OPENER = "profile.start"
FORM = Asked(
    "Start an organisation",
    {"name": ("Name", 200), "seats": ("Seats", 9), "currency": ("Currency", 3), "time_zone": ("Time zone", 60)},
    "An organisation of your own, with its first subscription. You choose the plan next; nothing is charged yet.",
    "shows the plans",
    ("name",),
)


class StartHost(Protocol):
    """The screen that has the flow."""

    @property
    def client(self) -> Client:
        """The calls."""

    @property
    def session(self) -> Session:
        """The connection."""

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """Say what has happened, or is in progress."""

    def show_error(self, error: BaseException | str) -> None:
        """Say what failed."""

    def clear_result(self) -> None:
        """Say nothing."""

    def run(self, work: Callable[[], Coroutine[object, object, None]], *, group: str, exclusive: bool = False) -> None:
        """Do work beside the keys."""

    def open_dialog(self, dialog: ModalScreen[Answer], then: Callable[[Answer | None], object]) -> None:
        """Open it if nothing else is open; `then` gets its answer."""

    def started(self, done: Started) -> None:
        """The organisation is there."""


class StartFlow:
    """`underway` says what is in progress, if something is that must not be interrupted."""

    def __init__(self, host: StartHost) -> None:
        self.underway = ""
        self._host = host
        self._intentions = Intentions()
        self._typed = {"name": "", "seats": "1", "currency": "", "time_zone": "UTC"}

    def begin(self) -> None:
        """Ask what may be started, then for what is to be."""
        self._host.show_result("Loading the plans…", "dim")
        self._host.run(self._ask, group="start", exclusive=True)

    async def _ask(self) -> None:
        try:
            offer = await self._host.client.start_offer()
        except HeadcountError as error:
            self._host.show_error(told(error))
            return
        self._host.clear_result()
        if why := why_not(offer):
            self._host.show_result(why, "warn")
            return
        self._typed = {**self._typed, "currency": self._typed["currency"] or offer.currency}
        self._open_form({})

    def _open_form(self, errors: dict[str, str]) -> None:
        self._host.open_dialog(SmallForm(FORM, self._typed, errors), self._submitted)

    def _submitted(self, typed: dict[str, str] | None) -> None:
        if typed is not None:
            self._typed = typed
            self._host.show_result("Getting the prices…", "dim")
            self._host.run(partial(self._look, typed), group="start", exclusive=True)

    async def _look(self, typed: dict[str, str]) -> None:
        """The plans, once what was typed can be used: with an error at its field the form comes back."""
        try:
            offer = await self._host.client.start_offer(StartQuery(currency=typed["currency"].upper() or None))
            wanted = _wanted(typed, offer)
            await self._host.client.price_start(wanted)
        except (ValidationError, HeadcountError) as error:
            errors = _errors(error)
            if errors:
                self._host.clear_result()
                self._open_form(errors)
            else:
                self._host.show_error(told(error))
            return
        self._host.clear_result()
        dialog = TermsDialog("Choose a plan", _options(offer, wanted), partial(self._price, wanted), None)
        self._host.open_dialog(dialog, partial(self._chosen, wanted))

    async def _price(self, wanted: StartOrganisation, change: Change) -> Quote:
        return (await self._host.client.price_start(_with(wanted, change))).quote

    def _chosen(self, wanted: StartOrganisation, quote: Quote | None) -> None:
        if quote is not None:
            self._offer(wanted, StartQuote(name=wanted.name, time_zone=wanted.time_zone, quote=quote))

    def _offer(self, wanted: StartOrganisation, asked: StartQuote, remark: str = "") -> None:
        """Show what it comes to; only the dialog's yes confirms."""
        summary = start_summary(asked, OPENER, remark=remark, limit=self._host.session.spending_limit)
        dialog = Confirm(summary, seen=not remark)
        self._host.open_dialog(dialog, lambda yes: self._agreed(wanted, asked) if yes else None)

    def _agreed(self, wanted: StartOrganisation, asked: StartQuote) -> None:
        self.underway = f"starting {clean(asked.name, 60)}"
        self._host.show_result("Starting it…", "dim")
        self._host.run(partial(self._confirm, wanted, asked), group="command")

    async def _confirm(self, wanted: StartOrganisation, asked: StartQuote) -> None:
        about = asked.quote.id
        try:
            done = await self._host.client.confirm_start(about, key=self._intentions.key(wanted, about))
        except HeadcountError as error:
            self._intentions.failed(error, wanted, about)
            await self._not_done(wanted, asked, error)
        else:
            self._intentions.answered(wanted, about)
            self._host.show_result(started_words(done))
            self._host.started(done)
        finally:
            self.underway = ""

    async def _not_done(self, wanted: StartOrganisation, asked: StartQuote, error: HeadcountError) -> None:
        if isinstance(error, QuoteStale) and error.fresh is not None:
            fresh = asked.model_copy(update={"quote": error.fresh})
            self._host.clear_result()
            self._offer(wanted, fresh, "The price has changed meanwhile. This is the price now.")
        elif isinstance(error, QuoteExpired):
            try:
                again = await self._host.client.price_start(_with(wanted, asked.quote.change))
            except HeadcountError as other:
                self._host.show_error(told(other))
                return
            self._host.clear_result()
            self._offer(wanted, again, "The price had expired. This is the price now.")
        else:
            self._host.show_error(told(error, once=True))


def _wanted(typed: dict[str, str], offer: StartOffer) -> StartOrganisation:
    """What was typed, on the first plan with seats.

    Raises:
        ValidationError: it can't be.
    """
    found = may_be_chosen(offer)
    plan, choice = next((each for each in found if takes_seats(each[0])), found[0])
    seats = typed["seats"].replace(",", "").strip() or "1"
    return StartOrganisation.model_validate(
        {
            "name": typed["name"],
            "plan": plan.id,
            "billing_cycle": choice.billing_cycle,
            "seats": (int(seats) if seats.isascii() and seats.isdigit() else seats) if takes_seats(plan) else None,
            "currency": offer.currency,
            "time_zone": typed["time_zone"].strip() or "UTC",
        }
    )


def _options(offer: StartOffer, wanted: StartOrganisation) -> list[Option]:
    return [_option(plan, choice, wanted) for plan in offer.plans for choice in plan.choices]


def _option(plan: Plan, choice: PlanChoice, wanted: StartOrganisation) -> Option:
    name, cycle = clean(plan.name, 40), choice.billing_cycle
    seats = wanted.seats if takes_seats(plan) else None
    change = Change(start=Start(plan=plan.id, billing_cycle=cycle, seats=seats)) if choice.allowed else None
    said = f"{name} · {cycle.value}" if choice.price else name
    return Option(said, choice.price, cycle, change, reason=clean(choice.reason, 200))


def _with(wanted: StartOrganisation, change: Change) -> StartOrganisation:
    """The same organisation on the terms of another option."""
    assert change.start is not None
    terms = {name: getattr(change.start, name) for name in ("plan", "billing_cycle", "seats")}
    return wanted.model_copy(update=terms)


def _errors(error: ValidationError | HeadcountError) -> dict[str, str]:
    """What is wrong with the form, by its fields; empty when it is none of them."""
    if isinstance(error, ValidationError):
        found = {str(each["loc"][0]): each["msg"] for each in error.errors() if each["loc"]}
    elif isinstance(error, Conflict) and error.code is ProblemCode.NAME_NOT_AVAILABLE:
        found = {"name": told_beside_field(error)}
    elif isinstance(error, Invalid):
        found = {each.pointer.strip("/"): each.detail for each in error.fields}
    else:
        found = {}
    return {name: clean(why, 200) for name, why in found.items() if name in FORM.fields}
