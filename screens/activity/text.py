"""What an event says in full: who, when, what it changed field by field, and the command behind it. Pure: lines."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from contract.events import Event
from contract.money import Money
from tui.presentation.event_descriptions import sentence
from tui.presentation.lines import LABEL, labelled
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count

__all__ = ["event_lines", "said", "waiting_line"]

_NAMES = {
    "amount": "Amount",
    "billing_cycle": "Billed",
    "count": "How many",
    "direction": "Direction",
    "effective": "From",
    "email": "E-mail",
    "enabled": "Switched on",
    "expires_at": "Ends",
    "first_name": "First name",
    "last_name": "Last name",
    "max_uses": "At most",
    "not_paid": "NOT PAID",
    "period_end": "Period to",
    "period_start": "Period from",
    "source": "Way in",
}
_NOWHERE = ("version",)
"""What is no news to anybody."""

_VALUES = {"not_paid": "NOT PAID", True: "yes", False: "no", None: "none"}
_LONG = 200
_FEW = 6


def event_lines(event: Event, me: str = "", zone: dt.tzinfo | None = None) -> list[Line]:
    """The sentence, then what changed (before and after), then what else is known of it. Times are local, or `zone`'s.

    `me` is the account that is called "you".
    """
    when = event.created_at.astimezone(zone)
    who = "you" if me and event.actor.account_id == me else clean(event.actor.label, _LONG)
    changed = list(_changes(event))
    told: list[Line] = [
        (sentence(event, me=me), "strong"),
        "",
        *([("What changed", "accent"), *changed, ""] if changed else []),
        labelled("When", f"{when:%Y-%m-%d %H:%M:%S} {when.tzname()}"),
        labelled("Who", who),
        labelled("Kind", clean(event.type.value, 60)),
        labelled(
            "Object", [clean(event.object.label, _LONG), (f"  {clean(event.object.type.replace('_', ' '), 40)}", "dim")]
        ),
        *_rest(event, zone),
    ]
    if event.request.id:
        told.append(labelled("Request", (clean(event.request.id, _LONG), "dim")))
    key = event.request.idempotency_key
    without = "not recorded" if event.actor.account_id else "none: it happened automatically"
    told.append(labelled("Command", (clean(key, _LONG) if key else without, "dim")))
    return told


def _changes(event: Event) -> Iterator[Line]:
    """`old → new` for each field that is different now."""
    after = event.object.attributes
    for name, old in (event.previous or {}).items():
        if name in after:
            new = said(after[name])
        else:
            new = said(after["to"]) if "to" in after and after.get("from") == old else ""
        before = said(old)
        yield labelled(_name(name), [(before, "dim"), " → ", (new, "strong")] if new else [(f"was {before}", "dim")])


def _rest(event: Event, zone: dt.tzinfo | None) -> Iterator[Line]:
    """What else is said about the object, as it was then."""
    known = {*(event.previous or {}), *_NOWHERE}
    for name, value in event.object.attributes.items():
        if name not in known and value not in (None, "", event.object.label):
            yield labelled(_name(name), said(value, zone))


def _name(name: str) -> str:
    shown = _NAMES.get(name) or clean(name.replace("_", " ").capitalize(), 40)
    return shown if len(shown) < LABEL else f"{shown} "


def said(value: Any, zone: dt.tzinfo | None = None) -> str:
    """A value as people read it, whatever a server put there: one harmless line."""
    if isinstance(value, str | bool) or value is None:
        if value in _VALUES:
            return _VALUES[value]
        return clean(_moment(value, zone) if isinstance(value, str) else str(value), _LONG) or "nothing"
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return _mapping(value, zone)
    if isinstance(value, list | tuple):
        shown = ", ".join(said(each, zone) for each in value[:_FEW])
        return shown + (f" and {len(value) - _FEW:,} more" if len(value) > _FEW else "") if value else "nothing"
    return clean(str(value), _LONG)


def _mapping(value: Mapping[Any, Any], zone: dt.tzinfo | None) -> str:
    """An amount of money as such; anything else field by field."""
    if value.keys() == {"amount", "currency"}:
        try:
            return clean(str(Money.model_validate(dict(value))), _LONG)
        except ValidationError:
            pass
    parts = [f"{clean(str(name), 40)}: {said(each, zone)}" for name, each in list(value.items())[:_FEW]]
    return clean(", ".join(parts), _LONG) or "nothing"


def _moment(text: str, zone: dt.tzinfo | None) -> str:
    """A moment in local time; any other text as it is."""
    if "T" not in text:
        return text
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment.tzinfo else text


def waiting_line(new: int, *, following: bool, at_top: bool, back: str) -> str:
    """What the action row says: whether one follows, and how much has happened that is not shown. `back` is a key."""
    news = f"{count(new, 'new event')}: {back} shows {'it' if new == 1 else 'them'}" if new else ""
    if not following:
        return news
    if at_top:
        return "Following: new events appear at the top"
    return (
        f"Following, paused while you read · {news}" if news else f"Following, paused while you read: {back} continues"
    )
