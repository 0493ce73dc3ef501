"""What holds something for a while (a connection, a file) is had so often at once: by each who asks, and in all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contract.problems import ProblemCode
from server.http.problems import ServerProblem

AGAIN = 5
"""Seconds after which one may try again."""


@dataclass(frozen=True, kw_only=True)
class AtOnce:
    """How many at once: of an account, of an organisation, and of everybody. `what` is the plural of what it is."""

    what: str
    account: int
    organisation: int
    everybody: int


class Turnstile:
    """Counts who is inside. Lives on one event loop."""

    def __init__(self, most: AtOnce) -> None:
        self._most = most
        self.inside: Counter[str] = Counter()

    @contextmanager
    def passed(self, account_id: str, organisation_id: str) -> Iterator[None]:
        """Inside for as long as the context lasts. An account of no organisation counts for itself alone.

        Raises:
            ServerProblem: `rate_limited` when it is their own that are too many, `server_busy` when everybody's are.
        """
        most, what = self._most, self._most.what
        if self.inside[account_id] >= most.account:
            said = f"{most.account} {what} of yours are already open: close one first."
            raise ServerProblem(ProblemCode.RATE_LIMITED, said, retry_after=AGAIN)
        if organisation_id and self.inside[organisation_id] >= most.organisation:
            said = f"{most.organisation} {what} of your organisation are already open."
            raise ServerProblem(ProblemCode.RATE_LIMITED, said, retry_after=AGAIN)
        if self.inside[""] >= most.everybody:
            said = f"As many {what} are open as the server allows."
            raise ServerProblem(ProblemCode.SERVER_BUSY, said, retry_after=AGAIN)
        names = [account_id, "", *([organisation_id] if organisation_id else [])]
        self.inside.update(names)
        try:
            yield
        finally:
            self.inside.subtract(names)
            for name in names:
                if not self.inside[name]:
                    del self.inside[name]
