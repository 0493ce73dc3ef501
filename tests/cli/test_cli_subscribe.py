"""A first subscription without a screen: `headcount subscribe`, over the real server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from client.profile import Profile


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation, and whoever signs up beside it."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A home without profiles."""
    return desk_in(tmp_path, monkeypatch, capsys)


def sign_up(desk: Desk, server: Served, email: str) -> None:
    """Somebody new, with a profile of their account alone."""
    path = desk.home / "token"
    path.touch(mode=0o600)
    path.write_text(server.sign_in(email, new=True))
    desk.sign_in(Profile(url=f"unix://{server.socket}", token_file=path), "mine")


def test_priced_and_started(desk: Desk, server: Served) -> None:
    """A preview starts nothing; `--yes` does, and the same profile is the owner's from then on."""
    sign_up(desk, server, "cleo@new.example")
    words = "subscribe --name Cleo --plan business --seats 3"
    shown = desk.said(f"{words} --dry-run")
    for line in ("Organisation  Cleo", "Seats         3", "EUR 18.00 now", "You take none of its seats"):
        assert line in shown
    assert desk.err == "Nothing was started.\n"
    assert "Done: Cleo is started, 3 seats, EUR 18.00 charged. You are its owner." in desk.said(f"{words} --yes")
    assert desk.said("seats show").startswith("3 seats paid")
    assert "Owner of Cleo" in desk.said("profile show")
    desk.said(f"{words} --yes", 4)
    assert "You own Cleo" in desk.err


def test_as_json_for_programs(desk: Desk, server: Served) -> None:
    """One document, and nothing else on the standard output."""
    sign_up(desk, server, "json@new.example")
    words = "subscribe --name J --plan business --cycle annual --currency JPY --json"
    asked = json.loads(desk.said(f"{words} --dry-run"))
    assert asked["quote"]["due_now"] == {"amount": 6000, "currency": "JPY"}
    done = json.loads(desk.said(f"{words} --yes"))
    assert (done["organisation"]["name"], done["signed_in"]) == ("J", True)


def test_many_seats_are_named_twice(desk: Desk, server: Served) -> None:
    """`--yes` alone may be a slip of the keyboard."""
    sign_up(desk, server, "many@new.example")
    words = "subscribe --name Many --plan business --seats 200 --yes"
    desk.said(words, 2)
    assert "add --seats-to 200" in desk.err
    desk.said(f"{words} --seats-to 20", 2)
    assert "It comes to 200 seats, not 20" in desk.err
    assert "200 seats" in desk.said(f"{words} --seats-to 200")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("--plan business --yes", 2, "--name"),
        ("--name N --yes", 2, "Available: non-commercial, professional, business, enterprise"),
        ("--name N --plan business", 2, "not a terminal"),
        ("--name N --plan contract --yes", 1, "write to sales@vendor.example"),
        ("--name N --plan professional --seats 3 --yes", 1, "every user takes a seat"),
        ("--name N --plan nope --yes", 1, "Unknown plan"),
        ("--name tidewheel=works --plan business --yes --time-zone Mars", 2, "time zone"),
    ],
)
def test_what_is_refused(desk: Desk, server: Served, words: str, code: int, said: str) -> None:
    """With the reason, and what to do."""
    sign_up(desk, server, "odd@new.example")
    assert desk.run(f"subscribe {words}") == code
    assert said.lower() in desk.err.lower()


def test_a_question_for_each_thing_that_was_not_said(
    desk: Desk, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, plan by its number, seats; then the price and a yes."""
    sign_up(desk, server, "asks@new.example")
    answers = iter(["Asked & Co", "3", "4"])
    monkeypatch.setattr("cli.subscribing.can_ask", lambda: True)
    monkeypatch.setattr("cli.subscribing.answered", lambda _: next(answers))
    monkeypatch.setattr("cli.subscribing.agreed", lambda question: question == "Pay EUR 24.00?")
    assert "Asked & Co is started, 4 seats, EUR 24.00 charged" in desk.said("subscribe")
    assert "Business, monthly: EUR 6.00 per seat and month" in desk.err
