"""What the pages say about what happened, in the reader's language: `_` is the language's gettext.

The sentences of the API are for programs and terminals; a page says what somebody with a browser can do next.
"""

from collections.abc import Callable

from contract.entitlements import EntitlementReason
from contract.problems import ProblemCode
from contract.transfers import TransferState
from server.devices.confirming import No
from server.http.problems import ServerProblem

Gettext = Callable[[str], str]


def done(_: Gettext) -> dict[str, str]:
    """What was just done, by the name that a form leaves behind."""
    return {
        "accepted": _("You joined the organisation."),
        "declined": _("You declined the request."),
        "undone": _("Undone: the request is pending again."),
        "withdrawn": _("You withdrew your request."),
        "joined": _("You joined with the code."),
        "asked": _("Your request was sent. You find the answer here."),
        "names_saved": _("Your names were saved."),
        "owner_now": _("You are the main account of the subscription now."),
        "left": _("You left the subscription."),
        "signed_out_there": _("You are signed out there."),
        "signed_out": _("You are signed out."),
        "signed_up": _("Your account was made."),
        "started": _("The organisation is there, and you are its owner."),
        "price_changed": _("The price has changed. This is the price now."),
        "other_address": _(
            "You are signed in. Your organisation names another address for you by now; your account keeps this one."
        ),
        "device_confirmed": _("Your terminal is signed in. You can close this page and continue there."),
        "device_refused": _("The terminal was refused."),
    }


def device(_: Gettext) -> dict[str, str]:
    """Why a terminal's code can't be confirmed."""
    return {
        No.UNKNOWN.value: _("No terminal waits with this code. Check it letter by letter, or ask for a new one there."),
        No.EXPIRED.value: _("This code has expired. Ask for a new one in the terminal."),
        No.CONFIRMED.value: _("You have confirmed this code already. There is nothing more to do."),
        No.REFUSED.value: _("You have refused this code already."),
        No.CANCELLED.value: _("The terminal has given up waiting. Ask for a new code there."),
        No.TOO_MANY.value: _("Too many wrong codes. Try again in an hour."),
        No.NOT_A_MEMBER.value: _("You are not a member of that organisation any more. Start again."),
    }


def reasons(_: Gettext) -> dict[str, str]:
    """Whether an account may use the service now, and why."""
    return {
        EntitlementReason.ACTIVE.value: _("You may use the service."),
        EntitlementReason.SUBSCRIPTION_PAST_DUE.value: _("You may use the service; a payment is overdue."),
        EntitlementReason.NOT_PAID.value: _("Your seat is NOT PAID yet: you may not use the service."),
        EntitlementReason.NOT_LISTED.value: _("You use no subscription yet."),
        EntitlementReason.REMOVED.value: _("You were removed from the subscription."),
        EntitlementReason.SUBSCRIPTION_SUSPENDED.value: _("The subscription is suspended until it is paid."),
        EntitlementReason.SUBSCRIPTION_ENDED.value: _("The subscription has ended."),
    }


def states(_: Gettext) -> dict[str, str]:
    """What became of a request."""
    return {
        TransferState.PENDING.value: _("Pending."),
        TransferState.ACCEPTED.value: _("Accepted."),
        TransferState.DECLINED.value: _("Declined."),
        TransferState.CANCELLED.value: _("Withdrawn."),
        TransferState.EXPIRED.value: _("Expired without an answer."),
    }


def refusals(_: Gettext) -> dict[ProblemCode, str]:
    """What was refused or failed, and what to do."""
    return {
        ProblemCode.NOT_FOUND: _("Not found, or you don't have access."),
        ProblemCode.METHOD_NOT_ALLOWED: _("This page does not take that."),
        ProblemCode.NOT_ALLOWED: _(
            "The form was not sent by this page in this browser, or somebody signed in or out meanwhile. "
            "Go back, reload the page and send it again. Allow cookies, and use the address that begins with https."
        ),
        ProblemCode.RATE_LIMITED: _("Too many in a short time. Try again later."),
        ProblemCode.TOO_MANY_GUESSES: _("Too many wrong codes. Try again in an hour."),
        ProblemCode.CODE_NOT_ACCEPTED: _(
            "This code is not accepted. Check it letter by letter, or ask the person who gave it to you."
        ),
        ProblemCode.CODE_USED_UP: _(
            "This code was used as often as it may be. Ask the person who gave it to you for another."
        ),
        ProblemCode.CODE_EXPIRED: _("This code has expired. Ask the person who gave it to you for another."),
        ProblemCode.CODE_OFF: _("This code was switched off. Ask the person who gave it to you."),
        ProblemCode.NO_SEAT_AVAILABLE: _(
            "All seats are taken. Ask the organisation for one more, then use the code again."
        ),
        ProblemCode.USER_LIMIT_REACHED: _("The organisation has as many users as its contract allows. Ask it."),
        ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS: _("The plan of this organisation is for one person only."),
        ProblemCode.SUBSCRIPTION_NOT_ACTIVE: _("The organisation's subscription is not active just now. Ask it."),
        ProblemCode.ALREADY_USER: _("You already use a subscription. Leave it first."),
        ProblemCode.ACCOUNT_NOT_AVAILABLE: _(
            "You use a subscription or pay for one of your own. Leave it first, or ask the organisation to add you."
        ),
        ProblemCode.OWN_SUBSCRIPTION_ENDS: _(
            "A subscription that you pay for yourself would end without refund. Agree to that below, or leave it."
        ),
        ProblemCode.TRANSFER_NOT_PENDING: _("This request was answered or has ended meanwhile."),
        ProblemCode.TRANSFER_PENDING: _("You have asked there already. Wait for the answer, or withdraw that request."),
        ProblemCode.TRANSFER_TO_ONESELF: _(
            "This is your own address or organisation. To join another one, type the address of its owner; "
            "a seat in your own is taken in the terminal, under Users."
        ),
        ProblemCode.TRANSFER_WRONG_SIDE: _("It is the organisation's turn to answer."),
        ProblemCode.TRANSFER_CHANGED: _("Something has changed since. Look at it again."),
        ProblemCode.OWNERSHIP_NOT_PENDING: _("This offer was answered or has ended meanwhile."),
        ProblemCode.UNDO_NOT_POSSIBLE: _("This can't be undone any more."),
        ProblemCode.NOT_A_USER: _("You use no subscription."),
        ProblemCode.NAME_NOT_AVAILABLE: _("This name is not available. Choose another one."),
        ProblemCode.ALREADY_SUBSCRIBED: _("You own an organisation already. Manage it in the terminal."),
        ProblemCode.QUOTE_EXPIRED: _("The price was valid for 15 minutes. Ask for it again."),
        ProblemCode.QUOTE_ALREADY_CONFIRMED: _("This was started already."),
        ProblemCode.PAYMENT_FAILED: _("The payment was refused. Nothing was charged, and nothing was started."),
        ProblemCode.PAYMENT_IN_PROGRESS: _("The payment is in progress. Look again in a moment."),
        ProblemCode.SEATS_FOLLOW_USERS: _("On this plan you pay for each user. Leave the seats empty."),
        ProblemCode.CYCLE_NOT_OFFERED: _("This plan is not available in this currency. Choose another one."),
        ProblemCode.UNSAFE_TEXT: _("A field holds characters that nobody can see. Type it again."),
        ProblemCode.INVALID_EMAIL: _("This is not an e-mail address."),
        ProblemCode.VALIDATION_FAILED: _("A field is empty or too long."),
        ProblemCode.BODY_TOO_LARGE: _("The form is too large."),
        ProblemCode.SERVER_BUSY: _("The server is busy. Try again in a moment."),
        ProblemCode.CANNOT_SAVE: _("The server can't save anything just now. Nothing was changed. Try again later."),
        ProblemCode.INTERNAL_ERROR: _("The server failed. What you asked for was not done."),
    }


def refusal(_: Gettext, problem: ServerProblem) -> str:
    """What a page says of a problem."""
    return refusals(_).get(problem.code) or _("This can't be done.")
