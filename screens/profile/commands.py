"""What a screen of one's own account does: asks in a dialog or a form, sends, and shows what has become of it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from textual import work

from client.errors import HeadcountError, Invalid
from contract.base import Body
from contract.events import EventKind
from contract.profile import OwnProfile
from screens.profile.forms import Asked, SmallForm
from screens.profile.text import outcome
from screens.shared.confirm import Confirm
from screens.shared.idempotency_keys import Intentions
from screens.shared.live_area import LiveArea
from tui.presentation.confirmation import Summary
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.tones import Line

__all__ = ["Again", "OwnCommands"]


class Again(NamedTuple):
    """The form that comes back, with what was typed, when it could not be done."""

    asked: Asked
    typed: dict[str, str]
    then: Callable[[dict[str, str]], None]


class OwnCommands(LiveArea):
    """Commands of the account itself, one at a time."""

    own: OwnProfile | None = None
    _underway = ""

    def __init__(self) -> None:
        super().__init__()
        self.intentions = Intentions()

    def show_own(self, own: OwnProfile) -> None:
        """Paint it. For subclasses."""
        self.own = own

    def refuses(self, doing: str) -> bool:
        """Say why something can't be done now."""
        reason = ""
        if self.session.read_only:
            reason = f"This profile is read-only: it may not {doing}."
        elif self.own is None:
            reason = "Still loading: wait until your profile is here."
        elif not self.own.me.own_sign_in:
            reason = f"This token was handed out to you: it takes your own sign-in to {doing}."
        elif self._underway:
            reason = f"Wait: {self._underway}."
        if reason:
            self.show_result(reason, "warn")
        return bool(reason)

    @property
    def unfinished(self) -> str:
        """A command on its way."""
        return f"a command on its way ({self._underway}); it goes on without you" if self._underway else ""

    def confirm(self, summary: Summary, then: Callable[[], object]) -> None:
        """Open the dialog; `then` runs only for its yes."""
        if self.app.screen is self:
            self.app.push_screen(Confirm(summary), lambda yes: _run(then) if yes else None)

    def ask(
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

    @work(group="command", exit_on_error=False)
    async def do(
        self,
        words: str,
        body: Body,
        call: Callable[[str], Awaitable[object]],
        *,
        about: str = "",
        said: str = "",
        again: Again | None = None,
    ) -> None:
        """Send one command: `words` as in `using the code`, `said` when it is done (else how one stands then)."""
        self._underway = words
        self.show_result(f"{words[:1].upper()}{words[1:]}…", "dim")
        try:
            await call(self.intentions.key(body, about))
            own = await self.client.own_profile()
        except HeadcountError as error:
            self.intentions.failed(error, body, about)
            self._failed(error, again)
        else:
            self.intentions.answered(body, about)
            self.show_own(own)
            self.show_result(said or outcome(own), "ok")
        finally:
            self._underway = ""
            self.session.touch(EventKind.USER_CHANGED)

    def _failed(self, error: HeadcountError, again: Again | None) -> None:
        """Say it; a form comes back with what was typed, and what is wrong at its field."""
        if again is None or self.app.screen is not self:
            self.show_error(told(error))
            return
        self.clear_result()
        errors = {next(iter(again.asked.fields)): clean(f"{error.message} {error.advice}", 300)}
        if isinstance(error, Invalid):
            places = {each.pointer.removeprefix("/"): clean(each.detail) for each in error.fields}
            errors = {name: why for name, why in places.items() if name in again.asked.fields} or errors
        self.ask(again.asked, again.then, again.typed, errors=errors)


def _run(then: Callable[[], object]) -> None:
    then()
