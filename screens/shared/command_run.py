"""The one command that is on its way from a screen: what is said of it, its key, and what it will have changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from client.errors import HeadcountError
from contract.base import Body
from contract.events import EventKind
from screens.shared.host import Host
from screens.shared.idempotency_keys import Intentions
from tui.presentation.errors import told

__all__ = ["CommandRun"]


class CommandRun:
    """What a screen does with commands, one at a time.

        idle ── begin(words) ──> underway ── ended(kinds) ──> idle

    `underway` is the state: the words of the command, empty while there is none. A screen asks `why_wait` before it
    takes another one. Whoever sends one does it inside `commanding`.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.intentions = Intentions()
        self.underway = ""

    @property
    def why_wait(self) -> str:
        """Why no other command can be given now; empty when it can."""
        return f"Wait: {self.underway}." if self.underway else ""

    @property
    def unfinished(self) -> str:
        """What is on its way, as the end of "You have …"."""
        return f"a command in progress ({self.underway}); it continues without you" if self.underway else ""

    def begin(self, words: str) -> None:
        """A command is on its way: `words` as in `accepting 7 requests`."""
        self.underway = words
        self._host.show_result(f"{words[:1].upper()}{words[1:]}…", "dim")

    def ended(self, *kinds: EventKind) -> None:
        """The command was answered or has failed; the screens get fresh data."""
        self.underway = ""
        self._host.session.touch(*kinds)

    @contextmanager
    def commanding(self, words: str, body: Body, *kinds: EventKind, about: str = "", after: str = "") -> Iterator[str]:
        """Around a command and what is said of its answer: gives the key to send, says what went wrong.

        `words` say what is being done, `body` and `about` which intention it is, `kinds` what it will have changed,
        `after` what was done with the same yes before it, which a failure does not undo.
        """
        self.begin(words)
        try:
            yield self.intentions.key(body, about)
        except HeadcountError as error:
            self.intentions.failed(error, body, about)
            self._host.show_error(f"{after} But then this failed: {told(error)}" if after else told(error))
        else:
            self.intentions.answered(body, about)
        finally:
            self.ended(*kinds)
