"""The commands of one's own account, one at a time: which may be given, the one on its way, and what became of it."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from client.api import Client
from client.errors import HeadcountError
from contract.base import Body
from contract.events import EventKind
from contract.profile import OwnProfile
from screens.profile.forms import Asked
from screens.profile.text import outcome
from screens.shared.idempotency_keys import Intentions
from tui.presentation.errors import told

__all__ = ["Again", "OwnCommand", "OwnCommands", "OwnHost"]


class Again(NamedTuple):
    """The form that comes back, with what was typed, when it could not be done."""

    asked: Asked
    typed: dict[str, str]
    then: Callable[[dict[str, str]], None]


class OwnCommand(NamedTuple):
    """One command: `words` as in `using the code`, `said` when it is done (else how one stands then)."""

    words: str
    body: Body
    call: Callable[[str], Awaitable[object]]
    about: str = ""
    said: str = ""
    again: Again | None = None


class OwnHost(Protocol):
    """What the commands need of the screen around them."""

    def show_own(self, own: OwnProfile) -> None:
        """How one stands now."""

    def show_result(self, text: str, tone: str = "ok") -> None:
        """Say what has happened."""

    def show_error(self, error: str) -> None:
        """Say what failed."""

    def ask_again(self, again: Again, error: HeadcountError) -> bool:
        """Open the form again with what is wrong in it; False when something else is in front."""

    def touch(self, *kinds: EventKind) -> None:
        """Things of these kinds have changed."""


class OwnCommands:
    """`underway` are the words of the command on its way, if there is one."""

    def __init__(self, client: Client, host: OwnHost, *, read_only: bool) -> None:
        self.underway = ""
        self._client, self._host, self._read_only = client, host, read_only
        self._intentions = Intentions()

    def why_not(self, own: OwnProfile | None, doing: str) -> str:
        """Why something can't be done now; empty when it can."""
        if self._read_only:
            return f"This profile is read-only: it can't {doing}."
        if own is None:
            return "Still loading your profile: please wait."
        if not own.me.own_sign_in:
            return f"This token was issued to you by your organisation: use your own sign-in to {doing}."
        return f"Wait: {self.underway}." if self.underway else ""

    async def do(self, command: OwnCommand) -> None:
        """Send it, and show what has become of it."""
        words, body, about = command.words, command.body, command.about
        self.underway = words
        self._host.show_result(f"{words[:1].upper()}{words[1:]}…", "dim")
        try:
            await command.call(self._intentions.key(body, about))
            own = await self._client.own_profile()
        except HeadcountError as error:
            self._intentions.failed(error, body, about)
            if command.again is None or not self._host.ask_again(command.again, error):
                self._host.show_error(told(error))
        else:
            self._intentions.answered(body, about)
            self._host.show_own(own)
            self._host.show_result(command.said or outcome(own), "ok")
        finally:
            self.underway = ""
            self._host.touch(EventKind.USER_CHANGED)
