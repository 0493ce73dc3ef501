"""Every way a call can fail, as one tree to catch by meaning.

    HeadcountError
    ├── Unreachable               no answer
    │   ├── CannotConnect         nothing was sent
    │   │   ├── ProxyRefused      the proxy on the way does not let us through
    │   │   └── Untrusted         the certificate is not one we trust
    │   ├── TimedOut              the answer did not come in time
    │   └── Broken                the connection broke off
    ├── ServerFault               5xx
    │   └── ServerBusy            503, with `retry_after`
    ├── Refused                   4xx, by what it means
    │   ├── NotAuthenticated
    │   ├── NotAllowed            with `needed_role`
    │   │   └── SpendingLimitReached
    │   ├── NotFound
    │   ├── Conflict              the state of things is against it
    │   │   ├── InProgress        the same or another command still runs
    │   │   ├── QuoteExpired
    │   │   ├── QuoteStale        with the `fresh` quote and what `changed`
    │   │   └── VersionConflict   with the `current` state
    │   ├── PaymentRefused
    │   ├── Invalid               with `fields`: what is wrong where
    │   ├── NotPossible           a rule of the subscription is against it
    │   └── TooManyRequests       with `retry_after`
    ├── BadAnswer                 not JSON, wrong shape, wrong type, too large
    │   └── NotThisApi            something else answers at this address
    ├── ReadOnly                  this profile may not change anything
    ├── UnsafeAddress             nothing is sent there
    ├── UnreadableUpload          the file to be sent can't be read
    ├── NotSaved                  the file that came can't be written
    │   └── AlreadyThere          there is one of that name, and nobody said to replace it
    ├── NoDeviceSignIn            the server does not sign anybody in by browser
    ├── SignInEnded               a sign-in by browser came to nothing
    │   ├── SignInRefused         somebody said no
    │   ├── SignInExpired         nobody confirmed the code in time
    │   └── SignInLost            the answer with the token did not arrive
    ├── NoToken                   the token could not be read
    └── NotNoted                  the command could not be written down before it was to be sent

Texts may quote the server: clean them before a terminal sees them.
"""
# ruff: noqa: N818 - they are caught by meaning, and the meaning is the name

from typing import Any, ClassVar

from pydantic import ValidationError

from contract.problems import FieldError, Problem, ProblemCode
from contract.quotes import Quote
from contract.spending import SpendingCheck

LONGEST_MESSAGE = 500
_LONG = 3 * 60 * 60
"""Seconds up to which a wait is told in minutes."""


class HeadcountError(Exception):
    """Something did not work: `message` says what in one sentence, `advice` what to do about it.

    What helps against what the server refuses is said by `tui.presentation.remedies`, for a screen or a command line;
    only what goes wrong here or on the way brings its own advice. `problem` is what the server said, if it said so
    properly. `request_id` finds the call in the server's log. `retry_after` is in seconds. For a command, `key` is its
    idempotency key, and `uncertain` tells that it may have been done although no answer says so. `about_oneself`: it
    was an account's own affair, so that whoever reads it may have nothing to say about seats and plans.
    """

    _advice: ClassVar[str] = "Try again; if it stays like this, report it with the request id."

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        problem: Problem | None = None,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message[:LONGEST_MESSAGE])
        self.message = message[:LONGEST_MESSAGE]
        self._own_advice = advice
        self.problem = problem
        self.request_id = request_id or (problem.request_id if problem else "")
        self.retry_after = retry_after
        self.key = ""
        self.uncertain = False
        self.about_oneself = False

    @property
    def code(self) -> ProblemCode | None:
        """The server's name for it, if there is one."""
        return self.problem.code if self.problem else None

    @property
    def waits(self) -> bool:
        """Whether all there is to do is to wait, for a time that is known."""
        return False

    @property
    def advice(self) -> str:
        """What to do next, in one sentence."""
        return self._own_advice or self._advice

    @property
    def data(self) -> dict[str, Any]:
        """What the server added for a program to go on with."""
        return self.problem.data if self.problem else {}


class Unreachable(HeadcountError):
    """There is no answer."""

    _advice = "Check the network and the server's address, then try again."


class CannotConnect(Unreachable):
    """No connection came about, so nothing was sent."""


class ProxyRefused(CannotConnect):
    """The proxy on the way does not let us through, so nothing was sent."""


class Untrusted(CannotConnect):
    """The server's certificate is not one we trust, so nothing was sent."""

    _advice = "Check the address; a private certificate authority goes into the profile as ca_bundle."


class TimedOut(Unreachable):
    """The answer did not come in time."""

    _advice = "The server is slow or the network loses packets: try again in a moment."


class Broken(Unreachable):
    """The connection broke off before the answer was complete."""


class ServerFault(HeadcountError):
    """The server failed (5xx)."""


class ServerBusy(ServerFault):
    """The server can't answer right now (503)."""


class Refused(HeadcountError):
    """The server understood and said no (4xx)."""


class NotAuthenticated(Refused):
    """The token is missing, wrong, expired or revoked."""


class NotAllowed(Refused):
    """The role may not do this (D28)."""

    @property
    def needed_role(self) -> str:
        """The role that may, or nothing when the server does not say."""
        return str(self.data.get("needed_role", ""))


class SpendingLimitReached(NotAllowed):
    """It costs more than this account may still spend this month."""

    @property
    def check(self) -> SpendingCheck | None:
        """What it was found from; nothing when the server does not say."""
        try:
            return SpendingCheck.model_validate(self.data)
        except ValidationError:
            return None


class NotFound(Refused):
    """There is no such thing, or it belongs to somebody else."""


class Conflict(Refused):
    """The state of things is against it."""


class InProgress(Conflict):
    """The same command, or another payment, still runs."""


class QuoteExpired(Conflict):
    """The quote is older than its fifteen minutes (D5)."""


class QuoteStale(Conflict):
    """The subscription has changed since the quote (D5)."""

    @property
    def fresh(self) -> Quote | None:
        """The quote as it would be now, if the server sent one that can be read."""
        try:
            return Quote.model_validate(self.data.get("quote"))
        except ValidationError:
            return None

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of what has changed since."""
        found = self.data.get("changed")
        return tuple(map(str, found)) if isinstance(found, list | tuple | dict) else ()


class VersionConflict(Conflict):
    """Somebody changed it since it was read."""

    @property
    def current(self) -> dict[str, Any]:
        """The resource as it is now, if the server sent it."""
        found = self.data.get("current")
        return found if isinstance(found, dict) else {}


class PaymentRefused(Refused):
    """The payment was refused; nothing has changed."""


class Invalid(Refused):
    """Something in the request is not right."""

    @property
    def fields(self) -> tuple[FieldError, ...]:
        """What is wrong where; the pointers go into the body that was sent."""
        return self.problem.errors if self.problem else ()


class NotPossible(Refused):
    """A rule of the plan or the subscription is against it."""


class TooManyRequests(Refused):
    """Too much in too short a time; `retry_after` says how long to wait."""

    @property
    def waits(self) -> bool:
        """Whether the server said how long."""
        return self.retry_after is not None and not self.uncertain

    @property
    def advice(self) -> str:
        """When to try again."""
        return super().advice if self.retry_after is None else f"Try again in {_duration(self.retry_after)}."


class BadAnswer(HeadcountError):
    """What came back is not an answer of this API."""

    _advice = "Check the address of this profile: something else may answer there."


class NotThisApi(BadAnswer):
    """Something else than this API answers at this address."""

    _advice = "Check the profile's url: it is what comes before /v1."


class ReadOnly(HeadcountError):
    """This profile may only look; nothing was sent."""

    _advice = "Use a profile that may change things."


class UnsafeAddress(HeadcountError):
    """Nothing is sent to this address, as it could lead elsewhere or be read on the way."""

    _advice = "Use https://, or http:// to this machine, or unix:///path of a socket."


class UnreadableUpload(HeadcountError):
    """The file that was to be sent can't be read, so nothing was sent."""

    _advice = "Check that the file is there and that you may read it."


class NotSaved(HeadcountError):
    """The file that came can't be kept on this machine."""

    _advice = "Choose another place: check the folder, its rights and the free space."


class AlreadyThere(NotSaved):
    """A file of that name is there, and nobody said that it may be replaced."""

    _advice = "Choose another name, or say that it is to be replaced."


class NoDeviceSignIn(HeadcountError):
    """The server does not sign anybody in by browser."""

    _advice = "Sign in with a token: ask the person who runs the server for one."


class SignInEnded(HeadcountError):
    """A sign-in by browser came to nothing."""

    _advice = "Sign in again for a new code."


class SignInRefused(SignInEnded):
    """Somebody said no."""


class SignInExpired(SignInEnded):
    """Nobody confirmed the code in time."""


class SignInLost(SignInEnded):
    """It was confirmed, and the answer with the token did not arrive: the server has revoked it."""


class NoToken(HeadcountError):
    """The token could not be read from where the profile says it is."""

    _advice = "Check token_env, token_command or token_file of this profile."


class NotNoted(HeadcountError):
    """The command could not be written down on this machine, so it was not sent."""

    _advice = "Check the folder where this program keeps its state: owner, rights, free space."


def _duration(seconds: float) -> str:
    """In the largest unit of which there are two; never less than it takes."""
    whole = max(1, round(seconds))
    for unit, size in (("days", 24 * 60 * 60), ("h", 60 * 60), ("min", 60)):
        if whole >= 2 * size and (unit != "h" or whole > _LONG):
            return f"{-(-whole // size)} {unit}"
    return f"{whole} s"


CLASSES: dict[ProblemCode, type[HeadcountError]] = {
    ProblemCode.BAD_REQUEST: Invalid,
    ProblemCode.VALIDATION_FAILED: Invalid,
    ProblemCode.BODY_TOO_LARGE: Invalid,
    ProblemCode.ADDRESS_TOO_LONG: Invalid,
    ProblemCode.HEADERS_TOO_LARGE: Invalid,
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: Invalid,
    ProblemCode.NOT_AUTHENTICATED: NotAuthenticated,
    ProblemCode.NOT_ALLOWED: NotAllowed,
    ProblemCode.OWN_SIGN_IN_NEEDED: NotAllowed,
    ProblemCode.SPENDING_LIMIT_REACHED: SpendingLimitReached,
    ProblemCode.NOT_FOUND: NotFound,
    ProblemCode.METHOD_NOT_ALLOWED: Invalid,
    ProblemCode.IDEMPOTENCY_KEY_REQUIRED: Invalid,
    ProblemCode.IDEMPOTENCY_KEY_REUSED: Invalid,
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS: InProgress,
    ProblemCode.VERSION_CONFLICT: VersionConflict,
    ProblemCode.PAYMENT_FAILED: PaymentRefused,
    ProblemCode.PAYMENT_IN_PROGRESS: InProgress,
    ProblemCode.QUOTE_EXPIRED: QuoteExpired,
    ProblemCode.QUOTE_STALE: QuoteStale,
    ProblemCode.QUOTE_ALREADY_CONFIRMED: Conflict,
    ProblemCode.NOTHING_TO_CHANGE: NotPossible,
    ProblemCode.SEATS_BELOW_USERS: NotPossible,
    ProblemCode.SEATS_FOLLOW_USERS: NotPossible,
    ProblemCode.SUBSCRIPTION_NOT_ACTIVE: Conflict,
    ProblemCode.REDUCTION_NEEDS_CONTACT: NotPossible,
    ProblemCode.SET_BY_CONTRACT: NotPossible,
    ProblemCode.CYCLE_NOT_OFFERED: NotPossible,
    ProblemCode.ALREADY_SUBSCRIBED: Conflict,
    ProblemCode.SOLD_BY_HAND: NotPossible,
    ProblemCode.NAME_NOT_AVAILABLE: Conflict,
    ProblemCode.USER_NOT_UNPAID: Conflict,
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: NotPossible,
    ProblemCode.USER_LIMIT_REACHED: Conflict,
    ProblemCode.UNSAFE_TEXT: Invalid,
    ProblemCode.INVALID_EMAIL: Invalid,
    ProblemCode.ALREADY_USER: Conflict,
    ProblemCode.NEEDS_TRANSFER: Conflict,
    ProblemCode.ALREADY_MEMBER: Conflict,
    ProblemCode.MAIN_ACCOUNT_DECIDES: Conflict,
    ProblemCode.MAIN_ACCOUNT_STAYS: Conflict,
    ProblemCode.LAST_OWNER: Conflict,
    ProblemCode.OWNERSHIP_PENDING: Conflict,
    ProblemCode.OWNERSHIP_NOT_PENDING: Conflict,
    ProblemCode.NO_SEAT_AVAILABLE: Conflict,
    ProblemCode.USER_REMOVED: Conflict,
    ProblemCode.NOT_RESTORABLE: Conflict,
    ProblemCode.SELECTION_EXPIRED: Conflict,
    ProblemCode.CODE_NOT_ACCEPTED: NotFound,
    ProblemCode.CODE_USED_UP: Conflict,
    ProblemCode.CODE_EXPIRED: Conflict,
    ProblemCode.CODE_OFF: Conflict,
    ProblemCode.CODE_TAKEN: Conflict,
    ProblemCode.TOO_MANY_GUESSES: TooManyRequests,
    ProblemCode.TRANSFER_PENDING: Conflict,
    ProblemCode.TRANSFER_NOT_PENDING: Conflict,
    ProblemCode.TRANSFER_CHANGED: Conflict,
    ProblemCode.TRANSFER_WRONG_SIDE: Conflict,
    ProblemCode.TRANSFER_TO_ONESELF: Conflict,
    ProblemCode.ACCOUNT_NOT_AVAILABLE: Conflict,
    ProblemCode.OWN_SUBSCRIPTION_ENDS: Conflict,
    ProblemCode.NOT_A_USER: Conflict,
    ProblemCode.RESEND_TOO_SOON: TooManyRequests,
    ProblemCode.UNDO_NOT_POSSIBLE: Conflict,
    ProblemCode.NOT_DONE: Conflict,
    ProblemCode.UNREADABLE_FILE: Invalid,
    ProblemCode.IMPORT_NOT_READY: Conflict,
    ProblemCode.TOO_MANY_FOR_ATOMIC: NotPossible,
    ProblemCode.RATE_LIMITED: TooManyRequests,
    ProblemCode.TOO_SLOW: Refused,
    ProblemCode.CANNOT_SAVE: ServerBusy,
    ProblemCode.SERVER_BUSY: ServerBusy,
    ProblemCode.INTERNAL_ERROR: ServerFault,
}
"""Which error a problem becomes."""

_BY_STATUS: dict[int, type[HeadcountError]] = {
    401: NotAuthenticated,
    402: PaymentRefused,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: Conflict,
    412: VersionConflict,
    413: Invalid,
    414: Invalid,
    429: TooManyRequests,
    431: Invalid,
    503: ServerBusy,
}
"""Which error a status becomes when a newer server names a code that is not known here."""


def class_for_status(status: int) -> type[HeadcountError]:
    """The error a 4xx or 5xx status becomes when nothing more is known."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ServerFault if status >= 500 else Refused  # noqa: PLR2004 - the servers' own faults start there
