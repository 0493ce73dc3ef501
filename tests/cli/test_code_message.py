"""The message that shares an invitation code: on the app and on the command line the same."""

import datetime as dt

import pytest

from client.profile import web_address
from contract.codes import CodeState, InvitationCode
from tui.presentation.code_message import join_page, message_for

MADE = dt.datetime(2026, 11, 20, 14, 2, tzinfo=dt.UTC)


def code(**more: object) -> InvitationCode:
    """A code."""
    given = {"id": "inc_1", "code": "TEAM LYON", "state": CodeState.ACTIVE, "enabled": True, "uses": 1, "version": 1}
    return InvitationCode.model_validate({**given, "created_at": MADE, **more})


def test_it_carries_the_page_and_the_steps() -> None:
    """The address with the code in it, what to do there, and how long it holds."""
    said = message_for(code(join_url="https://seats.example.org/join?code=TEAM%20LYON", max_uses=3), "Tidewheel Works")
    assert "join the subscription of Tidewheel Works." in said
    assert "\n    https://seats.example.org/join?code=TEAM%20LYON\n" in said
    assert [said.index(step) for step in ("1. Open", "2. Sign in", "3. Press", "TEAM LYON\n", "2 times")] == sorted(
        said.index(step) for step in ("1. Open", "2. Sign in", "3. Press", "TEAM LYON\n", "2 times")
    )


def test_where_the_server_names_no_address() -> None:
    """The client's own stands in for it, if others reach the server by it; else the message names none."""
    assert join_page(code(), "https://own.example") == "https://own.example/join?code=TEAM%20LYON"
    assert "https://" not in message_for(code(), "")
    assert "open your profile and use this code" in message_for(code(), "")
    assert join_page(code(code="••••••"), "https://own.example") == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://seats.example.org", "https://seats.example.org"),
        ("https://seats.example.org:8443/api/", "https://seats.example.org:8443/api"),
        ("http://localhost:8000", ""),
        ("https://127.0.0.1:8443", ""),
        ("https://[::1]", ""),
        ("unix:///run/headcount.sock", ""),
    ],
)
def test_an_address_that_others_can_use(url: str, expected: str) -> None:
    """This machine's own and a socket's lead nobody else anywhere."""
    assert web_address(url) == expected
