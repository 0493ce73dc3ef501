"""What is typed into the filter of Activity: `who:jane kind:transfer since:2026-11-01`, and words."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contract.events import KIND_GROUPS, EventKind, EventsQuery
from screens.shared.filter_words import FilterError

__all__ = ["BILLED", "FIELDS", "asked_for"]

FIELDS = ("who", "kind", "object", "since", "until", "command")
"""What a filter over events may narrow, in the order in which it is shown."""

_DAYS = {"today": 0, "yesterday": 1}


BILLED = ("invoice", "payment")
"""Kinds that a contract has no word for."""


def asked_for(typed: str, today: dt.date, *, contract: bool = False) -> EventsQuery:
    """What a filter means to the API; `today` is the organisation's. On a `contract` nothing is said of payments.

    A word with an unknown field before its colon is searched for as it stands.

    Raises:
        FilterError: for a value that its field does not take.
    """
    free: list[str] = []
    narrowed: dict[str, list[str]] = {}
    for word in typed.split():
        name, colon, value = word.partition(":")
        if colon and name.lower() in FIELDS:
            narrowed.setdefault(name.lower(), []).append(value)
        else:
            free.append(word)
    asked: dict[str, object] = {"search": " ".join(free)[:254]}
    for name, values in narrowed.items():
        if any(values):
            field, read = _READERS[name]
            asked[field] = read(name, " ".join(values), _Basis(today, contract=contract))
    return EventsQuery.model_validate(asked)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a value is read by."""

    today: dt.date
    contract: bool = False


def _text(_: str, value: str, __: _Basis) -> str:
    return value[:254]


def _kind(name: str, value: str, basis: _Basis) -> str:
    """A kind or a group of them; either may be shortened as long as it is clear."""
    typed = value.lower().replace("-", "_")
    groups = [group for group in KIND_GROUPS if group not in (BILLED if basis.contract else ())]
    known = [kind.value for kind in EventKind] if "." in typed else groups
    found = [each for each in known if each == typed] or [each for each in known if each.startswith(typed)]
    if len(found) == 1:
        return found[0]
    if len(found) > 1 and "." in typed:
        message = f"{name}: {', '.join(found[:8])}?"
    else:
        message = f"{name}: takes {', '.join(groups)}, or one such as transfer.accepted"
    raise FilterError(message)


def _day(name: str, value: str, basis: _Basis) -> dt.date:
    today = basis.today
    if value.lower() in _DAYS:
        return today - dt.timedelta(days=_DAYS[value.lower()])
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        message = f"{name}: takes a day such as {today}, today or yesterday"
        raise FilterError(message) from error


_Reader = Callable[[str, str, _Basis], object]
_READERS: Mapping[str, tuple[str, _Reader]] = {
    "who": ("who", _text),
    "kind": ("kind", _kind),
    "object": ("object", _text),
    "since": ("since", _day),
    "until": ("until", _day),
    "command": ("idempotency_key", _text),
}
