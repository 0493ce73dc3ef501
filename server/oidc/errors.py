"""Why somebody was not signed in by a provider.

SignOnError
├── GoneError      the provider doesn't answer, is too slow, or says it is busy: later may help
├── LieError       what it says proves nothing: only its operator or the server's can help
├── RefusedError   the provider, or the person there, said no
├── StaleError     there is no such way begun in this browser: used, older than ten minutes, or somebody else's
├── TooManyError   too many have begun and not come back
└── NotYoursError  it is proven who they are, and the address they give is not theirs to sign in with

The message is for the server's log: one line, without secrets and without what the provider wrote.
"""

from enum import Enum, auto


class Why(Enum):
    """Which rule an address breaks."""

    NO_ADDRESS = auto()
    NOT_VERIFIED = auto()
    OTHER_DOMAIN = auto()
    OTHER_PERSON = auto()


class SignOnError(Exception):
    """Nobody was signed in, and nothing was written."""


class GoneError(SignOnError):
    """The provider doesn't answer."""


class LieError(SignOnError):
    """The provider's answer proves nothing."""


class RefusedError(SignOnError):
    """The provider said no, or somebody stopped there."""


class StaleError(SignOnError):
    """This browser has not begun it, or it was used, or it took too long."""


class TooManyError(SignOnError):
    """Too many are on the way."""


class NotYoursError(SignOnError):
    """The provider's person can't sign in with this address."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name.lower().replace("_", " "))
        self.why = why
