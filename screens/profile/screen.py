"""One's own account: what one uses, requests that wait, a code, asking to join, leaving."""

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, Protocol, cast

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.signal import Signal
from textual.widget import Widget

from client.errors import HeadcountError, Invalid
from contract.codes import RedeemCode
from contract.events import EventKind
from contract.ownership import OwnershipOffer
from contract.people import Permission
from contract.profile import AcceptOffer, AskToJoin, OwnProfile, OwnTransfer, ProfileChanges, Way
from contract.starting import Started
from contract.subscription import Overview
from contract.transfers import Reason
from screens.profile.commands import Again, OwnCommand, OwnCommands
from screens.profile.forms import ASK, CODE, DECLINE, EDIT, Asked, SmallForm
from screens.profile.starting import StartFlow
from screens.profile.text import (
    LABEL,
    accepting,
    chosen_request,
    ending_lines,
    last_decision,
    leaving,
    nothing_waits,
    request_lines,
    state,
    taking_back,
    undo_lines,
    use_lines,
    waiting_of,
    you_lines,
)
from screens.shared.confirm import Confirm
from screens.shared.live_area import LiveArea
from tui.input.commands import bindings
from tui.presentation.confirmation import Summary
from tui.presentation.errors import told
from tui.presentation.lines import wrapped
from tui.presentation.remedies import advice
from tui.presentation.roles import accepting_ownership
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.runtime.session import POLL
from tui.widgets.host import glyphs_of
from tui.widgets.panel import Panel

__all__ = ["ProfileScreen"]

NARROW, LEAST = 36, 4
"""Cells across a panel before there is a layout, and the fewest lines that the upper two have."""

OWN_AFFAIRS = frozenset({"profile.code", "profile.join", "profile.edit", "profile.leave", "profile.start"})
"""What a token that was handed out may not do, whatever there is."""

NOTHING = Reason()
"""Stands for the body of a command that has none."""


class Declining(Protocol):
    """The call that says no to something, with a reason or an empty one."""

    def __call__(self, identity: str, reason: Reason, /, *, key: str | None = None) -> Awaitable[object]:
        """Send it."""


class _Hub(Protocol):
    """What this screen needs of the app around it, besides what all live screens do."""

    own_signal: Signal[OwnProfile]


class ProfileScreen(LiveArea):
    """The screen of one's own account; of somebody who administers nothing it is the only one."""

    AREA = "profile"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("profile")]
    DEFAULT_CSS = """
    ProfileScreen {
        #top { height: 7; max-height: 60%; }
        #you, #uses { width: 1fr; height: 100%; }
        #waiting { height: 1fr; }
    }
    """

    own: OwnProfile | None = None
    commands: OwnCommands
    starting: StartFlow
    chosen = 0
    _arriving = False

    def body(self) -> Iterable[Widget]:
        """Who one is and what one uses, side by side; what waits below."""
        yield Horizontal(Panel(title="You", id="you"), Panel(title="What you use", id="uses"), id="top")
        yield Panel(title="Pending requests", id="waiting")

    def on_mount(self) -> None:
        """Listen, and ask."""
        self.commands = OwnCommands(self.client, self, read_only=self.session.read_only)
        self.starting = StartFlow(self)
        cast("_Hub", self.app).own_signal.subscribe(self, self.show_own)
        for name in ("you", "uses", "waiting"):
            self.query_one(f"#{name}", Panel).show([("loading…", "dim")])
        if self.session.own is not None:
            self.show_own(self.session.own)
        else:
            self._load()
        self._show_keys()
        self.set_interval(POLL, self._look_again)
        self.call_after_refresh(self._paint)

    def _look_again(self) -> None:
        """What other organisations decide comes with no event: look every so often, while somebody looks too."""
        if self.session.own is None and self.in_front:
            self._load()

    def resume(self) -> None:
        """In front again: much may have changed."""
        super().resume()
        self.refresh_view()

    def on_panel_resized(self) -> None:
        """Another size breaks lines elsewhere, also when it came while another area was in front."""
        self._paint()

    def refresh_view(self) -> None:
        """`r`: ask again."""
        if self.session.own is not None:
            self.session.retry()
        else:
            self._load()

    def things_changed(self, kinds: frozenset[EventKind]) -> None:
        """Anything that happens to the subscription may be about oneself."""
        if kinds:
            self._load()

    @work(group="profile", exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        try:
            self.show_own(await self.client.own_profile())
        except HeadcountError as error:
            if self.own is None:
                for name in ("you", "uses", "waiting"):
                    self.query_one(f"#{name}", Panel).show([(told(error), "bad"), ("r asks again", "dim")])
            else:
                self.show_error(told(error))

    def show_own(self, own: OwnProfile) -> None:
        """Paint it; the cursor stays on its request."""
        before = self.request
        self.own = own
        ids = [each.id for each in waiting_of(own)]
        kept = ids.index(before.id) if before and before.id in ids else min(self.chosen, len(ids) - 1)
        self.chosen = max(0, kept)
        self._paint()

    def _paint(self) -> None:
        own = self.own
        if own is None or not self.is_mounted:
            return
        self.query_one("#uses", Panel).show_titles("What you use", [state(own, glyphs_of(self))])
        tallest = LEAST
        for name, lines in (("you", you_lines(own)), ("uses", use_lines(own))):
            panel = self.query_one(f"#{name}", Panel)
            width = panel.content_size.width or NARROW
            shown = [part for each in lines for part in wrapped(each, width, LABEL)]
            panel.show(shown)
            tallest = max(tallest, len(shown))
        self.query_one("#top").styles.height = tallest + 2
        self._paint_waiting(own)
        self._show_keys()

    def _paint_waiting(self, own: OwnProfile) -> None:
        panel = self.query_one("#waiting", Panel)
        nothing: list[Line] = [(nothing_waits(own), "dim")]
        lines = [*undo_lines(own), *(request_lines(own, self.chosen, glyphs_of(self)) or nothing)]
        room = max(1, panel.content_size.height)
        at = next((place for place, each in enumerate(lines) if self._is_chosen(each)), 0)
        start = max(0, min(at - room // 2, len(lines) - room))
        panel.show(lines[start : start + room])
        many = len(waiting_of(own))
        panel.show_titles("Pending requests", f"{many}" if many else "")

    def _is_chosen(self, shown: Line) -> bool:
        first = shown[0] if isinstance(shown, list) else shown
        return isinstance(first, tuple) and first[0].startswith(glyphs_of(self).point)

    # Asking, doing, telling.

    @property
    def unfinished(self) -> str:
        """A command on its way."""
        underway = (self.commands.underway or self.starting.underway) if self.is_mounted else ""
        return f"a command in progress ({underway}); it continues without you" if underway else ""

    def _refuses(self, doing: str) -> bool:
        """Say why something can't be done now."""
        if reason := self.commands.why_not(self.own, doing):
            self.show_result(reason, "warn")
        return bool(reason)

    def _confirm(self, summary: Summary, command: OwnCommand) -> None:
        """Open the dialog; only its yes gives the command."""
        if self.app.screen is self:
            self.app.push_screen(Confirm(summary), lambda yes: self._do(command) if yes else None)

    def _ask(
        self,
        asked: Asked,
        then: Callable[[dict[str, str]], None],
        typed: dict[str, str] | None = None,
        *,
        errors: dict[str, str] | None = None,
        warning: Line = "",
    ) -> None:
        """Open a form; `then` gets what was typed."""
        if self.app.screen is self:
            form = SmallForm(asked, typed, errors, warning)
            self.app.push_screen(form, lambda found: then(found) if found is not None else None)

    def ask_again(self, again: Again, error: HeadcountError) -> bool:
        """The form with what was typed, and what is wrong at its field; False when something else is in front."""
        if self.app.screen is not self:
            return False
        self.clear_result()
        errors = {next(iter(again.asked.fields)): clean(f"{error.message} {advice(error, on_screen=True)}", 300)}
        if isinstance(error, Invalid):
            places = {each.pointer.removeprefix("/"): clean(each.detail) for each in error.fields}
            errors = {name: why for name, why in places.items() if name in again.asked.fields} or errors
        self._ask(again.asked, again.then, again.typed, errors=errors)
        return True

    def touch(self, *kinds: EventKind) -> None:
        """The screens get fresh data of these kinds."""
        self.session.touch(*kinds)

    def _do(self, command: OwnCommand) -> None:
        self.run_worker(self.commands.do(command), group="command", exit_on_error=False)

    # What a key is about.

    @property
    def request(self) -> OwnTransfer | OwnershipOffer | None:
        """The request the cursor is on."""
        return chosen_request(waiting_of(self.own), self.chosen) if self.own else None

    @property
    def last_decision(self) -> OwnTransfer | OwnershipOffer | None:
        """What `z` takes back."""
        return last_decision(self.own) if self.own else None

    def absent_commands(self) -> frozenset[str]:
        """What there is nothing for just now."""
        request = self.request
        offered = isinstance(request, OwnershipOffer) or (request is not None and request.way is Way.OFFER)
        absent = set() if offered else {"profile.accept", "profile.decline"}
        absent |= set() if request and not offered else {"profile.take_back"}
        absent |= set() if self.own and self.own.uses else {"profile.leave"}
        absent |= set() if self.last_decision else {"profile.undo"}
        absent |= set() if self.own and Permission.READ not in self.own.me.may else {"profile.start"}
        absent |= set() if self.own is None or self.own.me.own_sign_in else OWN_AFFAIRS
        return frozenset(absent)

    def _show_keys(self) -> None:
        self.key_bar.hide(sorted(self.absent_commands()))

    def action_move(self, step: int) -> None:
        """Another request."""
        if self.own and (waiting := waiting_of(self.own)):
            self.chosen = max(0, min(self.chosen + step, len(waiting) - 1))
            self._paint()

    def _needs(self, way: Way, doing: str) -> OwnTransfer | None:
        if self._refuses(doing):
            return None
        request = self.request
        if not isinstance(request, OwnTransfer) or request.way is not way:
            which = "no offer" if way is Way.OFFER else "no request of your own"
            self.show_result(f"There is {which} under the cursor.", "dim")
            return None
        return request

    # Requests.

    def action_accept(self) -> None:
        """a: join, or take over, after reading what that does."""
        handed = self.request
        if isinstance(handed, OwnershipOffer):
            self._take_over(handed)
            return
        request, own = self._needs(Way.OFFER, "accept anything"), self.own
        if request is None or own is None:
            return
        ends = tuple(each.id for each in own.owns)

        agreed = AcceptOffer(ends=ends)
        join = OwnCommand(
            "joining", agreed, lambda key: self.client.accept_offer(request.id, agreed, key=key), about=request.id
        )
        self._confirm(accepting(request, own), join)

    def _take_over(self, offer: OwnershipOffer) -> None:
        if self._refuses("accept anything"):
            return
        said = f"You are the main account of {clean(offer.organisation, 60)} now."
        accept = OwnCommand(
            "taking over",
            NOTHING,
            lambda key: self.client.accept_ownership(offer.id, key=key),
            about=f"own {offer.id} {offer.version}",
            said=said,
        )
        self._confirm(accepting_ownership(offer), accept)

    def action_decline(self) -> None:
        """x: say no, with a reason or without; the form's Enter does it."""
        handed = self.request
        if isinstance(handed, OwnershipOffer):
            if not self._refuses("decline anything"):
                self._decline("Decline to take over", handed.id, self.client.decline_ownership)
            return
        request = self._needs(Way.OFFER, "decline anything")
        if request is not None:
            self._decline(f"Decline {clean(request.organisation, 40)}", request.id, self.client.decline_offer)

    def _decline(self, title: str, identity: str, send: Declining) -> None:
        def decline(typed: dict[str, str]) -> None:
            reason = Reason(reason=typed["reason"])
            self._do(
                OwnCommand(
                    "declining",
                    reason,
                    lambda key: send(identity, reason, key=key),
                    about=identity,
                    said="Declined.",
                )
            )

        self._ask(Asked(title, DECLINE.fields, DECLINE.why, DECLINE.does), decline)

    def action_undo(self) -> None:
        """z: the last decision one made here, also one from before a restart."""
        if self._refuses("undo anything"):
            return
        last = self.last_decision
        if last is None:
            self.show_result("Nothing to undo: you decided nothing in the last 10 minutes.", "dim")
            return
        if isinstance(last, OwnershipOffer):
            back = f"Undone: {clean(last.sender.name, 60)} is the main account again."
            self._do(
                OwnCommand(
                    "undoing",
                    NOTHING,
                    lambda key: self.client.undo_ownership(last.id, key=key),
                    about=f"undo {last.id} {last.version}",
                    said=back,
                )
            )
            return
        again = "is waiting for your answer again"
        self._do(
            OwnCommand(
                "undoing",
                NOTHING,
                lambda key: self.client.undo_offer(last.id, key=key),
                about=f"undo {last.id} {last.version}",
                said=f"Undone: the request from {clean(last.organisation, 60)} {again}.",
            )
        )

    def action_take_back(self) -> None:
        """d: one's own request."""
        request = self._needs(Way.ASK, "withdraw anything")
        if request is not None:
            self._confirm(
                taking_back(request),
                OwnCommand(
                    "withdrawing it",
                    NOTHING,
                    lambda key: self.client.cancel_ask(request.id, key=key),
                    about=request.id,
                    said="Withdrawn.",
                ),
            )

    # Joining, leaving, editing.

    def action_use_code(self) -> None:
        """u: a code."""
        if not self._refuses("use a code"):
            self._ask(CODE, self._redeem)

    def _redeem(self, typed: dict[str, str]) -> None:
        code = RedeemCode(code=typed["code"])
        self._do(
            OwnCommand(
                "using the code",
                code,
                lambda key: self.client.redeem_code(code, key=key),
                again=Again(CODE, typed, self._redeem),
            )
        )

    def action_join(self) -> None:
        """t: ask an organisation."""
        if not self._refuses("ask anybody"):
            self._ask(ASK, self._join, warning=self._warning())

    def _warning(self) -> Line:
        lines = ending_lines(self.own.owns if self.own else (), "without refund when they accept")
        return lines[0] if lines else ""

    def _join(self, typed: dict[str, str]) -> None:
        ends = tuple(each.id for each in self.own.owns) if self.own else ()
        ask = AskToJoin(organisation=typed["organisation"], message=typed["message"], ends=ends)
        said = f"Request sent. If {clean(ask.organisation, 60)} exists, its owner decides. You are not told either way."
        self._do(
            OwnCommand(
                "asking",
                ask,
                lambda key: self.client.ask_to_join(ask, key=key),
                said=said,
                again=Again(ASK, typed, self._join),
            )
        )

    def action_edit(self) -> None:
        """e: names and position."""
        if self._refuses("edit anything") or self.own is None:
            return
        account = self.own.me.account
        self._ask(EDIT, self._edit, {name: getattr(account, name) for name in EDIT.fields})

    def _edit(self, typed: dict[str, str]) -> None:
        changes = ProfileChanges.model_validate(typed)
        self._do(
            OwnCommand(
                "saving",
                changes,
                lambda key: self.client.change_profile(changes, key=key),
                said="Saved.",
                again=Again(EDIT, typed, self._edit),
            )
        )

    # A first subscription.

    def action_start(self) -> None:
        """s: an organisation of one's own."""
        if not self._refuses("start anything"):
            self.starting.begin()

    def started(self, done: Started) -> None:
        """The organisation is there: with the same token as its owner, if that was this account's alone."""
        self._arriving = done.signed_in
        if self.session.own is not None:
            self.session.retry()
        else:
            self._load()

    def overview_changed(self, overview: Overview) -> None:
        """Somebody who administered nothing does now: what they have started is in front."""
        if self._arriving:
            self._arriving = False
            self.app.call_later(self.app.run_action, f"area({'overview'!r})")
        super().overview_changed(overview)

    def action_leave(self) -> None:
        """L: off the subscription one uses."""
        if self._refuses("leave") or self.own is None:
            return
        if self.own.uses is None:
            self.show_result("You use no subscription.", "dim")
            return
        self._confirm(
            leaving(self.own),
            OwnCommand(
                "leaving", NOTHING, lambda key: self.client.leave(key=key), about="leave", said="You have left."
            ),
        )
