"""What an event says in full, and what a filter means: no screen, no server."""

import datetime as dt
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hostile import NAMES

from contract.events import Event
from screens.activity.source import asked_for, event_row
from screens.activity.text import event_lines, said, waiting_line
from screens.shared.filter_words import FilterError
from tui.presentation.tones import pieces

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = dt.date(2026, 11, 20)


def event(kind: str = "user.changed", **facts: Any) -> Event:
    """An event about Ana Silva."""
    about = {"type": "user", "id": "usr_1", "label": "Ana Silva", "attributes": facts.pop("attributes", {})}
    usual = {"id": "evt_7", "type": kind, "created_at": "2026-11-20T13:02:03Z", "object": about}
    return Event.model_validate({**usual, "actor": {"account_id": "acc_1", "label": "jane@acme.example"}, **facts})


def lines(shown: Event, **options: Any) -> list[str]:
    """All of it as plain lines."""
    return ["".join(text for text, _ in pieces(line)) for line in event_lines(shown, zone=BERLIN, **options)]


def test_what_changed_comes_first_old_and_new() -> None:
    """In plain words; what stayed comes after it."""
    found = lines(
        event(
            previous={"status": "not_paid", "position": ""},
            attributes={"status": "active", "position": "Surveyor", "email": "ana@acme.example", "version": 3},
            request={"id": "req_1", "idempotency_key": "key-1"},
        )
    )
    assert found == [
        "jane@acme.example edited Ana Silva",
        "",
        "What changed",
        "Status      NOT PAID → active",
        "Position    nothing → Surveyor",
        "",
        "When        2026-11-20 14:02:03 CET",
        "Who         jane@acme.example",
        "Kind        user.changed",
        "Object      Ana Silva  user",
        "E-mail      ana@acme.example",
        "Request     req_1",
        "Command     key-1",
    ]


def test_what_is_known_of_one_side_only() -> None:
    """A change from one number to another names both; where only the old value is known, that is said."""
    found = lines(event("seats.added", previous={"seats": 36, "plan": "team"}, attributes={"from": 36, "to": 42}))
    assert "Seats       36 → 42" in found
    assert "Plan        was team" in found
    assert found[-1] == "Command     not recorded"
    assert "A rather long name 3" in lines(event(attributes={"a_rather_long_name": 3}))
    assert lines(event(actor={"label": "the server"}))[-1] == "Command     none: it happened automatically"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "none"),
        (True, "yes"),
        (0, "0"),
        (1234567, "1,234,567"),
        ("", "nothing"),
        ("not_paid", "NOT PAID"),
        ("2026-11-20T13:02:00Z", "2026-11-20 14:02"),
        ("2026-11-20", "2026-11-20"),
        ("Tuesday", "Tuesday"),
        ({"amount": 1200, "currency": "EUR"}, "EUR 12.00"),
        ({"amount": "x", "currency": "EUR"}, "amount: x, currency: EUR"),
        ({"a": {"b": [1, None]}}, "a: b: 1, none"),
        (list(range(9)), "0, 1, 2, 3, 4, 5 and 3 more"),
        ({}, "nothing"),
    ],
)
def test_values(value: object, shown: str) -> None:
    """Whatever a server put there is one line that people can read."""
    assert said(value, BERLIN) == shown


def test_a_kind_of_a_newer_server_is_shown_by_its_name() -> None:
    """The list and the details know it by its name, and say who and what."""
    newer = event("robot.hired", previous={"wheels": 3}, attributes={"wheels": 4})
    assert event_row(newer, newer.created_at).cells[2] == "jane@acme.example: robot.hired Ana Silva"
    assert "Wheels      3 → 4" in lines(newer)


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
def test_nothing_of_an_event_is_control(name: str) -> None:
    """Names, values, labels, keys and kinds may hold anything."""
    shown = event(
        actor={"label": name},
        object={"type": name, "id": "usr_1", "label": name, "attributes": {name: name, "status": {name: [name]}}},
        previous={name: name, "status": name},
        request={"id": name, "idempotency_key": name},
    )
    assert all(each.isprintable() or unicodedata.category(each) == "Zs" for line in lines(shown) for each in line)


def test_you_are_called_you() -> None:
    """What one did oneself."""
    assert lines(event(), me="acc_1")[0] == "you edited Ana Silva"
    assert "Who         you" in lines(event(), me="acc_1")


def test_a_filter_in_words() -> None:
    """Fields narrow, the rest is searched for; an empty field is not finished and narrows nothing."""
    asked = asked_for("ana who:jane kind:transfer.acc who:doe since:yesterday until: command:Key-1 x:y", TODAY)
    assert (asked.search, asked.who, asked.kind) == ("ana x:y", "jane doe", "transfer.accepted")
    assert (asked.since, asked.until, asked.idempotency_key) == (dt.date(2026, 11, 19), None, "Key-1")
    assert asked_for("KIND:Tr", TODAY).kind == "transfer"
    assert asked_for("kind:users.paid", TODAY).kind == "users.paid"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("kind:s", "kind: takes organisation, "),
        ("kind:user.", "kind: user.added, user.changed, "),
        ("kind:user.x", "or one such as transfer.accepted"),
        ("since:monday", "since: takes a day such as 2026-11-20"),
    ],
)
def test_a_filter_that_can_not_be_understood(typed: str, message: str) -> None:
    """What there is instead is said."""
    with pytest.raises(FilterError, match=message.replace(".", r"\.")):
        asked_for(typed, TODAY)


def test_on_a_contract_nothing_is_said_of_payments() -> None:
    """D12: the kinds that there are do not name them."""
    with pytest.raises(FilterError) as refused:
        asked_for("kind:x", TODAY, contract=True)
    assert "invoice" not in str(refused.value)
    assert "payment" not in str(refused.value)


def test_what_the_action_row_says() -> None:
    """Whether one follows, and what is new."""
    assert waiting_line(0, following=False, at_top=True, back="g") == ""
    assert waiting_line(1, following=False, at_top=False, back="g") == "1 new event: g shows it"
    assert waiting_line(0, following=True, at_top=True, back="g").startswith("Following: ")
    assert waiting_line(0, following=True, at_top=False, back="g").endswith("g continues")
    assert waiting_line(12, following=True, at_top=False, back="g").endswith("12 new events: g shows them")
