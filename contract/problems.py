"""Problem codes: every way a request can fail, with its status and title (RFC 9457)."""

from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import Field

from contract.base import Answer


class ProblemCode(StrEnum):
    """Stable names that a program can act on."""

    BAD_REQUEST = "bad_request"
    VALIDATION_FAILED = "validation_failed"
    BODY_TOO_LARGE = "body_too_large"
    ADDRESS_TOO_LONG = "address_too_long"
    HEADERS_TOO_LARGE = "headers_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_ALLOWED = "not_allowed"
    OWN_SIGN_IN_NEEDED = "own_sign_in_needed"
    SPENDING_LIMIT_REACHED = "spending_limit_reached"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    IDEMPOTENCY_KEY_REQUIRED = "idempotency_key_required"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IDEMPOTENCY_KEY_IN_PROGRESS = "idempotency_key_in_progress"
    VERSION_CONFLICT = "version_conflict"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_IN_PROGRESS = "payment_in_progress"
    QUOTE_EXPIRED = "quote_expired"
    QUOTE_STALE = "quote_stale"
    QUOTE_ALREADY_CONFIRMED = "quote_already_confirmed"
    NOTHING_TO_CHANGE = "nothing_to_change"
    SEATS_BELOW_USERS = "seats_below_users"
    SEATS_FOLLOW_USERS = "seats_follow_users"
    SUBSCRIPTION_NOT_ACTIVE = "subscription_not_active"
    REDUCTION_NEEDS_CONTACT = "reduction_needs_contact"
    SET_BY_CONTRACT = "set_by_contract"
    CYCLE_NOT_OFFERED = "cycle_not_offered"
    ALREADY_SUBSCRIBED = "already_subscribed"
    SOLD_BY_HAND = "sold_by_hand"
    NAME_NOT_AVAILABLE = "name_not_available"
    USER_NOT_UNPAID = "user_not_unpaid"
    PLAN_HAS_NO_SUB_ACCOUNTS = "plan_has_no_sub_accounts"
    USER_LIMIT_REACHED = "user_limit_reached"
    UNSAFE_TEXT = "unsafe_text"
    INVALID_EMAIL = "invalid_email"
    ALREADY_USER = "already_user"
    NEEDS_TRANSFER = "needs_transfer"
    ALREADY_MEMBER = "already_member"
    MAIN_ACCOUNT_DECIDES = "main_account_decides"
    MAIN_ACCOUNT_STAYS = "main_account_stays"
    LAST_OWNER = "last_owner"
    OWNERSHIP_PENDING = "ownership_pending"
    OWNERSHIP_NOT_PENDING = "ownership_not_pending"
    NO_SEAT_AVAILABLE = "no_seat_available"
    USER_REMOVED = "user_removed"
    NOT_RESTORABLE = "not_restorable"
    SELECTION_EXPIRED = "selection_expired"
    CODE_NOT_ACCEPTED = "code_not_accepted"
    CODE_USED_UP = "code_used_up"
    CODE_EXPIRED = "code_expired"
    CODE_OFF = "code_off"
    CODE_TAKEN = "code_taken"
    TOO_MANY_GUESSES = "too_many_guesses"
    TRANSFER_PENDING = "transfer_pending"
    TRANSFER_NOT_PENDING = "transfer_not_pending"
    TRANSFER_CHANGED = "transfer_changed"
    TRANSFER_WRONG_SIDE = "transfer_wrong_side"
    TRANSFER_TO_ONESELF = "transfer_to_oneself"
    ACCOUNT_NOT_AVAILABLE = "account_not_available"
    OWN_SUBSCRIPTION_ENDS = "own_subscription_ends"
    NOT_A_USER = "not_a_user"
    RESEND_TOO_SOON = "resend_too_soon"
    UNDO_NOT_POSSIBLE = "undo_not_possible"
    NOT_DONE = "not_done"
    UNREADABLE_FILE = "unreadable_file"
    IMPORT_NOT_READY = "import_not_ready"
    TOO_MANY_FOR_ATOMIC = "too_many_for_atomic"
    RATE_LIMITED = "rate_limited"
    TOO_SLOW = "too_slow"
    CANNOT_SAVE = "cannot_save"
    SERVER_BUSY = "server_busy"
    INTERNAL_ERROR = "internal_error"


class ProblemKind(NamedTuple):
    """What is always the same about one code."""

    status: int
    title: str


PROBLEMS: dict[ProblemCode, ProblemKind] = {
    ProblemCode.BAD_REQUEST: ProblemKind(400, "The request can't be read"),
    ProblemCode.VALIDATION_FAILED: ProblemKind(422, "The request is invalid"),
    ProblemCode.BODY_TOO_LARGE: ProblemKind(413, "The request is too large"),
    ProblemCode.ADDRESS_TOO_LONG: ProblemKind(414, "The address is too long"),
    ProblemCode.HEADERS_TOO_LARGE: ProblemKind(431, "The headers are too large"),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: ProblemKind(415, "The body must be JSON in UTF-8"),
    ProblemCode.NOT_AUTHENTICATED: ProblemKind(401, "The token is missing, invalid, expired or revoked"),
    ProblemCode.NOT_ALLOWED: ProblemKind(403, "Your role does not allow this"),
    ProblemCode.OWN_SIGN_IN_NEEDED: ProblemKind(403, "This needs the person's own sign-in"),
    ProblemCode.SPENDING_LIMIT_REACHED: ProblemKind(403, "This exceeds your monthly spending limit"),
    ProblemCode.NOT_FOUND: ProblemKind(404, "Not found"),
    ProblemCode.METHOD_NOT_ALLOWED: ProblemKind(405, "Method not allowed for this address"),
    ProblemCode.IDEMPOTENCY_KEY_REQUIRED: ProblemKind(400, "An Idempotency-Key is required"),
    ProblemCode.IDEMPOTENCY_KEY_REUSED: ProblemKind(422, "This Idempotency-Key was used for a different request"),
    ProblemCode.IDEMPOTENCY_KEY_IN_PROGRESS: ProblemKind(
        409, "The first request with this Idempotency-Key is still running"
    ),
    ProblemCode.VERSION_CONFLICT: ProblemKind(412, "It has changed since you read it"),
    ProblemCode.PAYMENT_FAILED: ProblemKind(402, "The payment was refused"),
    ProblemCode.PAYMENT_IN_PROGRESS: ProblemKind(409, "Another payment is in progress"),
    ProblemCode.QUOTE_EXPIRED: ProblemKind(410, "The quote has expired"),
    ProblemCode.QUOTE_STALE: ProblemKind(409, "The subscription has changed since the quote"),
    ProblemCode.QUOTE_ALREADY_CONFIRMED: ProblemKind(409, "The quote has already been confirmed"),
    ProblemCode.NOTHING_TO_CHANGE: ProblemKind(422, "That would change nothing"),
    ProblemCode.SEATS_BELOW_USERS: ProblemKind(422, "More users are listed than that many seats"),
    ProblemCode.SEATS_FOLLOW_USERS: ProblemKind(422, "On this plan the number of seats follows the users"),
    ProblemCode.SUBSCRIPTION_NOT_ACTIVE: ProblemKind(409, "The subscription is not active"),
    ProblemCode.REDUCTION_NEEDS_CONTACT: ProblemKind(422, "Only the vendor can make this reduction"),
    ProblemCode.SET_BY_CONTRACT: ProblemKind(422, "This is set by your contract"),
    ProblemCode.CYCLE_NOT_OFFERED: ProblemKind(422, "This plan is not available with that billing cycle"),
    ProblemCode.ALREADY_SUBSCRIBED: ProblemKind(409, "There is already a subscription"),
    ProblemCode.SOLD_BY_HAND: ProblemKind(422, "The vendor starts this subscription by hand"),
    ProblemCode.NAME_NOT_AVAILABLE: ProblemKind(409, "This name is not available"),
    ProblemCode.USER_NOT_UNPAID: ProblemKind(409, "No payment is needed for this user"),
    ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: ProblemKind(422, "This plan has no sub-accounts"),
    ProblemCode.USER_LIMIT_REACHED: ProblemKind(409, "The contract's user limit has been reached"),
    ProblemCode.UNSAFE_TEXT: ProblemKind(422, "Control or direction-changing characters are not accepted"),
    ProblemCode.INVALID_EMAIL: ProblemKind(422, "This is not an e-mail address"),
    ProblemCode.ALREADY_USER: ProblemKind(409, "This address is already on the list of users"),
    ProblemCode.NEEDS_TRANSFER: ProblemKind(
        409, "This address belongs to an account outside your organisation: send a transfer request"
    ),
    ProblemCode.ALREADY_MEMBER: ProblemKind(409, "This is a member of your organisation: add them directly"),
    ProblemCode.MAIN_ACCOUNT_DECIDES: ProblemKind(409, "Only the main account itself decides this"),
    ProblemCode.MAIN_ACCOUNT_STAYS: ProblemKind(409, "The main account pays, so it always is an owner"),
    ProblemCode.LAST_OWNER: ProblemKind(409, "This is the organisation's last owner"),
    ProblemCode.OWNERSHIP_PENDING: ProblemKind(409, "An offer to hand the subscription over is already pending"),
    ProblemCode.OWNERSHIP_NOT_PENDING: ProblemKind(409, "This offer has already been decided or has ended"),
    ProblemCode.NO_SEAT_AVAILABLE: ProblemKind(409, "No paid seat is free"),
    ProblemCode.USER_REMOVED: ProblemKind(409, "This user has already been removed"),
    ProblemCode.NOT_RESTORABLE: ProblemKind(409, "This removal can no longer be undone"),
    ProblemCode.SELECTION_EXPIRED: ProblemKind(410, "This count has expired"),
    ProblemCode.CODE_NOT_ACCEPTED: ProblemKind(404, "This code is not valid"),
    ProblemCode.CODE_USED_UP: ProblemKind(409, "This code has no uses left"),
    ProblemCode.CODE_EXPIRED: ProblemKind(409, "This code has expired"),
    ProblemCode.CODE_OFF: ProblemKind(409, "This code is switched off"),
    ProblemCode.CODE_TAKEN: ProblemKind(409, "This code already exists"),
    ProblemCode.TOO_MANY_GUESSES: ProblemKind(429, "Too many invalid codes"),
    ProblemCode.TRANSFER_PENDING: ProblemKind(409, "A request to this address is already pending"),
    ProblemCode.TRANSFER_NOT_PENDING: ProblemKind(409, "This request has already been decided or has ended"),
    ProblemCode.TRANSFER_CHANGED: ProblemKind(409, "This request has changed since you saw it"),
    ProblemCode.TRANSFER_WRONG_SIDE: ProblemKind(409, "Only the other side can decide this request"),
    ProblemCode.TRANSFER_TO_ONESELF: ProblemKind(409, "Both sides of this request are the same account"),
    ProblemCode.ACCOUNT_NOT_AVAILABLE: ProblemKind(409, "This account can't join now"),
    ProblemCode.OWN_SUBSCRIPTION_ENDS: ProblemKind(409, "A subscription of your own would end without refund"),
    ProblemCode.NOT_A_USER: ProblemKind(409, "You are not a user of any subscription"),
    ProblemCode.RESEND_TOO_SOON: ProblemKind(429, "A request can be sent again once an hour"),
    ProblemCode.UNDO_NOT_POSSIBLE: ProblemKind(409, "This can no longer be undone"),
    ProblemCode.NOT_DONE: ProblemKind(409, "Not done, because another item of the batch failed"),
    ProblemCode.UNREADABLE_FILE: ProblemKind(422, "The file can't be read as a list of people"),
    ProblemCode.IMPORT_NOT_READY: ProblemKind(409, "The import is not ready for this"),
    ProblemCode.TOO_MANY_FOR_ATOMIC: ProblemKind(422, "Too many rows for all or none"),
    ProblemCode.RATE_LIMITED: ProblemKind(429, "Too many requests"),
    ProblemCode.TOO_SLOW: ProblemKind(408, "The request took too long to arrive"),
    ProblemCode.CANNOT_SAVE: ProblemKind(503, "The server can't save anything right now"),
    ProblemCode.SERVER_BUSY: ProblemKind(503, "The server can't answer right now"),
    ProblemCode.INTERNAL_ERROR: ProblemKind(500, "Internal server error"),
}


class FieldError(Answer):
    """What is wrong with one field; `pointer` is a JSON Pointer (RFC 6901) into the request."""

    pointer: str
    code: str
    detail: str


class ItemProblem(Answer):
    """Why one item of a batch was not done."""

    code: ProblemCode
    detail: str
    pointer: str = ""


class Problem(Answer):
    """An error as it travels: `application/problem+json` with our extensions.

    `data` carries what a program needs to go on: `available_seats`, `must_remove`, `contact`, `needed_role`,
    a fresh `quote` with what `changed`, or the `current` state of a resource.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    code: ProblemCode
    request_id: str = ""
    errors: tuple[FieldError, ...] = ()
    retry_after: int | None = None
    data: dict[str, Any] = Field(default_factory=dict)
