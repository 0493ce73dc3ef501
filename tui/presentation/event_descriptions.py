"""What happened, in a sentence: the event stream as people say it."""

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from contract.events import Event, EventKind
from tui.presentation.text import clean
from tui.presentation.wording import count, near_day, some

_Attributes = Mapping[str, Any]
_AT = "event created at"
"""Under which the moment of an event is among its attributes here; no server's attribute has blanks."""


def sentence(event: Event, *, me: str = "") -> str:
    """One line for one event: who did what to whom. `me` is the account id that is called "you"."""
    who = "you" if me and event.actor.account_id == me else clean(event.actor.label, 60)
    says = _SENTENCES.get(event.type)
    what = clean(event.object.label, 80)
    if says is None:
        return f"{who}: {event.type.value} {what}"
    return says(who, what, {**event.object.attributes, _AT: event.created_at})


def _plainly(verb: str, tail: str = "") -> Callable[[str, str, _Attributes], str]:
    def says(who: str, what: str, _: _Attributes) -> str:
        return f"{who} {verb} {what}{tail}"

    return says


def _about(text: str) -> Callable[[str, str, _Attributes], str]:
    """A sentence of our own, for what happens by itself or has no object worth naming."""

    def says(who: str, what: str, _: _Attributes) -> str:
        return text.format(who=who, what=what)

    return says


def _requested(who: str, what: str, attributes: _Attributes) -> str:
    return f"{what} asks to join" if attributes.get("direction") == "incoming" else f"{who} asked {what} to join"


def _moved(incoming: str, *, outgoing: str) -> Callable[[str, str, _Attributes], str]:
    """Who decides depends on who asked."""

    def says(who: str, what: str, attributes: _Attributes) -> str:
        text = outgoing if attributes.get("direction") == "outgoing" else incoming
        return text.format(who=who, what=what)

    return says


def _removed(who: str, what: str, attributes: _Attributes) -> str:
    return f"{what} left" if attributes.get("email") == who else f"{who} removed {what}"


def _seats(text: str) -> Callable[[str, str, _Attributes], str]:
    def says(who: str, _: str, attributes: _Attributes) -> str:
        return text.format(who=who, before=_word(attributes, "from") or "?", after=_word(attributes, "to") or "?")

    return says


def _reduced(who: str, what: str, attributes: _Attributes) -> str:
    when = _day(attributes, "effective")
    after = f" on {when}" if when else " at the renewal"
    return _seats("{who} lowered the seats from {before} to {after}")(who, what, attributes) + after


def _paid(text: str) -> Callable[[str, str, _Attributes], str]:
    def says(_: str, what: str, attributes: _Attributes) -> str:
        return text.format(amount=_amount(attributes) or what)

    return says


def _renewed(_: str, what: str, attributes: _Attributes) -> str:
    """What it cost is said only where something was charged: a contract knows no amounts."""
    seats, until = _number(attributes, "to"), _day(attributes, "period_end", before=1)
    if seats is None or not until:
        return f"the subscription was renewed: {what}"
    invoice = _word(attributes, "invoice")
    paid = _amount(attributes)
    said = f"the subscription was renewed: {count(seats, 'seat')} until {until}"
    if paid:
        said += f", {paid} paid"
    return said + (f" ({invoice})" if paid and invoice else "")


def _past_due(_: str, what: str, attributes: _Attributes) -> str:
    again = _day(attributes, "retry_at")
    said = f"the renewal of {_amount(attributes) or what} was refused"
    return f"{said}; next try on {again}" if again else said


def _suspended(_: str, what: str, attributes: _Attributes) -> str:
    return f"suspended, nobody has access: {_amount(attributes) or what} is overdue"


def _recovered(_: str, __: str, attributes: _Attributes) -> str:
    amount = _amount(attributes)
    return "the subscription is paid and active again" + (f": {amount}" if amount else "")


def _cancelled(who: str, _: str, attributes: _Attributes) -> str:
    ends = _day(attributes, "effective")
    return f"{who} cancelled the subscription" + (f": it ends on {ends}" if ends else "")


def _changed(noun: str, *names: str) -> Callable[[str, str, _Attributes], str]:
    """What was chosen instead of what, and what it cost."""

    def says(who: str, what: str, attributes: _Attributes) -> str:
        before, after = _word(attributes, "from"), _word(attributes, "to", *names) or what
        said = f"{who} changed the {noun}" + (f" from {before}" if before else "") + f" to {after}"
        amount = _amount(attributes)
        return f"{said}, {amount}" if amount else said

    return says


def _users_paid(who: str, what: str, attributes: _Attributes) -> str:
    names = attributes.get("names")
    named = [str(name) for name in names] if isinstance(names, list | tuple) else []
    many = _number(attributes, "count") or len(named)
    whom = count(many, "user") if many else what
    amount = _amount(attributes)
    paid = f"{who} paid {amount} for {whom}" if amount else f"{who} paid for {whom}"
    return f"{paid}: {some(named, many)}" if named else paid


def _planned(who: str, what: str, attributes: _Attributes) -> str:
    rows = _number(attributes, "rows")
    return f"{who} planned an import of {what}" + (f": {count(rows, 'row')}" if rows is not None else "")


def _imported(who: str, what: str, attributes: _Attributes) -> str:
    added = _number(attributes, "added")
    return f"{who} imported {what}" + (f": {count(added, 'user')} added" if added is not None else "")


def _invoice(_: str, what: str, attributes: _Attributes) -> str:
    amount = _amount(attributes)
    kind = "credit note" if _word(attributes, "kind") == "credit_note" else "invoice"
    return f"{kind} {_word(attributes, 'invoice', 'number') or what} was issued" + (f": {amount}" if amount else "")


def _code_changed(who: str, what: str, attributes: _Attributes) -> str:
    if "enabled" in attributes:
        return f"{who} switched the code {what} {'on' if attributes['enabled'] else 'off'}"
    return f"{who} changed the code {what}"


def _role(who: str, what: str, attributes: _Attributes) -> str:
    role = _word(attributes, "role") or "?"
    limit = _word(attributes, "spending_limit")
    within = "" if not limit else " without a limit" if limit == "none" else f" with {limit}"
    return f"{who} made {what} {role}{within}"


def _limit(who: str, what: str, attributes: _Attributes) -> str:
    limit = _word(attributes, "spending_limit")
    if limit == "none":
        return f"{who} took the monthly limit of {what} away"
    return f"{who} set the limit of {what} to {limit or '?'}"


# What an attribute says, whatever a server put there.


def _word(attributes: _Attributes, *names: str) -> str:
    found = next((attributes[name] for name in names if attributes.get(name)), "")
    return clean(str(found), 60)


def _number(attributes: _Attributes, name: str) -> int | None:
    found = attributes.get(name)
    return found if isinstance(found, int) else None


def _amount(attributes: _Attributes) -> str:
    """An amount as it was written; nothing when nothing was charged."""
    said = _word(attributes, "amount")
    return said if any(digit in said for digit in "123456789") else ""


def _day(attributes: _Attributes, name: str, *, before: int = 0) -> str:
    """A day, or the day of a moment, as people said it then; so many days before it. Nothing for what is neither."""
    try:
        day = dt.datetime.fromisoformat(str(attributes.get(name))).date()
    except ValueError:
        return ""
    return near_day(day - dt.timedelta(days=before), attributes[_AT])


def _clock(_: str, what: str, __: _Attributes) -> str:
    """To the minute, as people say it; a server may call its moments otherwise."""
    with contextlib.suppress(ValueError):
        what = f"{dt.datetime.fromisoformat(what).astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return f"the sandbox clock was moved to {what}"


_SENTENCES: dict[EventKind, Callable[[str, str, _Attributes], str]] = {
    EventKind.ORGANISATION_CREATED: _plainly("created"),
    EventKind.HISTORY_LOST: _about("the operator accepted the loss of events: {what}"),
    EventKind.SUBSCRIPTION_STARTED: _about("the subscription started: {what}"),
    EventKind.SUBSCRIPTION_RENEWED: _renewed,
    EventKind.SUBSCRIPTION_PAST_DUE: _past_due,
    EventKind.SUBSCRIPTION_SUSPENDED: _suspended,
    EventKind.SUBSCRIPTION_ENDED: _about("the subscription ended: nobody has access"),
    EventKind.SUBSCRIPTION_CANCELLED: _cancelled,
    EventKind.SUBSCRIPTION_RESUMED: _about("{who} resumed the subscription: it continues"),
    EventKind.SUBSCRIPTION_RECOVERED: _recovered,
    EventKind.PLAN_CHANGED: _changed("plan", "plan_name", "plan"),
    EventKind.CYCLE_CHANGED: _changed("billing cycle", "billing_cycle"),
    EventKind.INVOICE_ISSUED: _invoice,
    EventKind.SEATS_ADDED: _seats("{who} raised the seats from {before} to {after}"),
    EventKind.SEATS_REDUCTION_SCHEDULED: _reduced,
    EventKind.SEATS_REDUCTION_CANCELLED: _seats("{who} kept the seats at {after}"),
    EventKind.PAYMENT_SUCCEEDED: _paid("{amount} was paid"),
    EventKind.PAYMENT_FAILED: _paid("a payment of {amount} was refused"),
    EventKind.USERS_PAID: _users_paid,
    EventKind.USER_ADDED: _plainly("added"),
    EventKind.USER_CHANGED: _plainly("edited"),
    EventKind.USER_ACTIVATED: _about("{what} became active"),
    EventKind.USER_UNSEATED: _about("{what} is NOT PAID now"),
    EventKind.USER_REMOVED: _removed,
    EventKind.USER_RESTORED: _plainly("restored"),
    EventKind.USERS_REMOVED: _plainly("removed", " in all"),
    EventKind.USERS_RESTORED: _plainly("restored", " in all"),
    EventKind.CODE_CREATED: _plainly("created the code"),
    EventKind.CODE_USED: _plainly("used the code"),
    EventKind.CODE_CHANGED: _code_changed,
    EventKind.CODE_DELETED: _plainly("deleted the code"),
    EventKind.TRANSFER_REQUESTED: _requested,
    EventKind.TRANSFER_RESENT: _plainly("sent the request again to"),
    EventKind.TRANSFER_ACCEPTED: _moved("{who} accepted the request of {what}", outgoing="{what} accepted and joins"),
    EventKind.TRANSFER_DECLINED: _moved("{who} declined the request of {what}", outgoing="{what} declined"),
    EventKind.TRANSFER_CANCELLED: _moved(
        "{what} withdrew the request", outgoing="{who} cancelled the request to {what}"
    ),
    EventKind.TRANSFER_EXPIRED: _moved("the request of {what} expired", outgoing="the request to {what} expired"),
    EventKind.TRANSFER_REOPENED: _plainly("undid the decision about"),
    EventKind.MEMBER_ROLE_CHANGED: _role,
    EventKind.MEMBER_CHANGED: _limit,
    EventKind.MEMBER_REMOVED: _plainly("removed", " from the organisation"),
    EventKind.MEMBER_RESTORED: _plainly("brought", " back into the organisation"),
    EventKind.MEMBER_SIGN_ON_RELEASED: _about("{who} let the next person with the address of {what} sign in as them"),
    EventKind.OWNERSHIP_OFFERED: _about("{who} offered {what} to become the main account, which pays"),
    EventKind.OWNERSHIP_ACCEPTED: _about("{what} is the main account now, which pays"),
    EventKind.OWNERSHIP_DECLINED: _about("{what} declined to become the main account"),
    EventKind.OWNERSHIP_CANCELLED: _about("{who} withdrew the offer to {what} to become the main account"),
    EventKind.OWNERSHIP_EXPIRED: _about("the offer to {what} to become the main account expired"),
    EventKind.OWNERSHIP_UNDONE: _about("{what} is no longer the main account: the handover was undone"),
    EventKind.ADDRESS_OUTSIDE: _about("{who} learned that {what} belongs to an account outside"),
    EventKind.IMPORT_PLANNED: _planned,
    EventKind.IMPORT_APPLIED: _imported,
    EventKind.TOKEN_CREATED: _about("{who} created a token: {what}"),
    EventKind.TOKEN_REVOKED: _about("{who} revoked a token: {what}"),
    EventKind.ACCESS_LINK_CREATED: _about("{who} created a link that signs {what} in once"),
    EventKind.ACCESS_RESET: _about("{who} signed {what} out everywhere and created a link to sign in with"),
    EventKind.WEBHOOK_CREATED: _plainly("created the webhook"),
    EventKind.WEBHOOK_CHANGED: _plainly("changed the webhook"),
    EventKind.WEBHOOK_DELETED: _plainly("deleted the webhook"),
    EventKind.WEBHOOK_ROTATED: _plainly("changed the secret of the webhook"),
    EventKind.WEBHOOK_REPLAYED: _plainly("resent events to the webhook"),
    EventKind.WEBHOOK_DISABLED: _about("the webhook {what} was switched off: it could not be reached"),
    EventKind.CLOCK_MOVED: _clock,
}
