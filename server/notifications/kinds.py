"""The kinds of letters."""

from enum import StrEnum

from contract.events import EventKind


class LetterKind(StrEnum):
    """What a letter tells. Those about a transfer request are named like the event they tell of."""

    SIGN_IN = "sign_in"
    """A link to sign in with, once and soon. Whoever has no account yet gets the same letter."""
    WELCOME = "welcome"
    """An account was made by signing in for the first time."""
    JOINED = "joined"
    """The account is a user of a subscription now. `details`: `organisation`, `subscription_id`, `account_id`."""
    OWNER_INVITED = "owner_invited"
    """An organisation was made for this address to own. `details`: `organisation`; `link` signs in."""
    OWNERSHIP_OFFERED = "ownership_offered"
    """Somebody offers their subscription. `details`: `organisation`, `who`, `offer_id`."""
    CODE_USED = "code_used"
    """Somebody used an invitation code. `details`: `organisation`, `code`, `who`, `email`, `left` (or None)."""
    REMINDER = "transfer.reminder"
    """A request to whom it was sent expires in a day."""
    REQUESTED = EventKind.TRANSFER_REQUESTED.value
    RESENT = EventKind.TRANSFER_RESENT.value
    ACCEPTED = EventKind.TRANSFER_ACCEPTED.value
    DECLINED = EventKind.TRANSFER_DECLINED.value
    EXPIRED = EventKind.TRANSFER_EXPIRED.value
    REOPENED = EventKind.TRANSFER_REOPENED.value


ASKING = frozenset({LetterKind.REQUESTED, LetterKind.RESENT})
"""They carry the link of a request."""

DECIDED = frozenset({LetterKind.ACCEPTED, LetterKind.DECLINED})

OF_REQUESTS = ASKING | DECIDED | {LetterKind.EXPIRED, LetterKind.REOPENED, LetterKind.REMINDER}
"""They are about a transfer request, and dropped where it has changed since."""
