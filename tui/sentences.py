"""What happened, in a sentence: the event stream as people say it."""

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from contract.events import Event, EventKind
from tui.text import clean

_Attributes = Mapping[str, Any]


def sentence(event: Event, *, me: str = "") -> str:
    """One line for one event: who did what to whom. `me` is the account id that is called "you"."""
    who = "you" if me and event.actor.account_id == me else clean(event.actor.label, 60)
    says = _SENTENCES.get(event.type)
    what = clean(event.object.label, 80)
    if says is None:
        return f"{who}: {event.type.value} {what}"
    return says(who, what, event.object.attributes)


def _plainly(verb: str, tail: str = "") -> Callable[[str, str, _Attributes], str]:
    def says(who: str, what: str, _: _Attributes) -> str:
        return f"{who} {verb} {what}{tail}"

    return says


def _about(text: str) -> Callable[[str, str, _Attributes], str]:
    """A sentence whose subject is the object, for what happens by itself."""

    def says(_: str, what: str, __: _Attributes) -> str:
        return text.format(what=what)

    return says


def _requested(who: str, what: str, attributes: _Attributes) -> str:
    return f"{what} asks to join" if attributes.get("direction") == "incoming" else f"{who} asked {what} to join"


def _seats(text: str) -> Callable[[str, str, _Attributes], str]:
    def says(who: str, _: str, attributes: _Attributes) -> str:
        return text.format(who=who, before=attributes.get("from", "?"), after=attributes.get("to", "?"))

    return says


def _paid(text: str) -> Callable[[str, str, _Attributes], str]:
    def says(_: str, what: str, attributes: _Attributes) -> str:
        return text.format(amount=clean(attributes.get("amount", what), 30))

    return says


def _clock(_: str, what: str, __: _Attributes) -> str:
    """To the minute, as people say it; a server may call its moments otherwise."""
    with contextlib.suppress(ValueError):
        what = f"{dt.datetime.fromisoformat(what).astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return f"the sandbox clock was moved to {what}"


_SENTENCES: dict[EventKind, Callable[[str, str, _Attributes], str]] = {
    EventKind.ORGANISATION_CREATED: _plainly("created"),
    EventKind.SUBSCRIPTION_STARTED: _about("the subscription began: {what}"),
    EventKind.SUBSCRIPTION_RENEWED: _about("the subscription was renewed: {what}"),
    EventKind.SUBSCRIPTION_PAST_DUE: _about("the renewal was not paid: {what}"),
    EventKind.SUBSCRIPTION_SUSPENDED: _about("the subscription was suspended: {what}"),
    EventKind.SUBSCRIPTION_ENDED: _about("the subscription ended: {what}"),
    EventKind.SEATS_ADDED: _seats("{who} raised the seats from {before} to {after}"),
    EventKind.SEATS_REDUCTION_SCHEDULED: _seats("{who} lowered the seats from {before} to {after} at the renewal"),
    EventKind.SEATS_REDUCTION_CANCELLED: _seats("{who} kept the seats at {after}"),
    EventKind.PAYMENT_SUCCEEDED: _paid("{amount} was paid"),
    EventKind.PAYMENT_FAILED: _paid("a payment of {amount} was refused"),
    EventKind.USER_ADDED: _plainly("added"),
    EventKind.USER_CHANGED: _plainly("edited"),
    EventKind.USER_ACTIVATED: _about("{what} became active"),
    EventKind.USER_REMOVED: _plainly("removed"),
    EventKind.USER_RESTORED: _plainly("brought back"),
    EventKind.CODE_CREATED: _plainly("made the code"),
    EventKind.CODE_USED: _plainly("used the code"),
    EventKind.TRANSFER_REQUESTED: _requested,
    EventKind.TRANSFER_RESENT: _plainly("mailed the request again to"),
    EventKind.TRANSFER_ACCEPTED: _plainly("accepted the request of"),
    EventKind.TRANSFER_DECLINED: _plainly("declined the request of"),
    EventKind.TRANSFER_CANCELLED: _plainly("cancelled the request to"),
    EventKind.TRANSFER_EXPIRED: _about("the request of {what} expired"),
    EventKind.TRANSFER_REOPENED: _plainly("took back the decision about"),
    EventKind.TOKEN_CREATED: _plainly("made the token"),
    EventKind.CLOCK_MOVED: _clock,
}
