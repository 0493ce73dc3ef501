"""Webhooks without a screen, over the real server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from contract.webhooks import Delivery, Webhook


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation; each story makes webhooks of its own."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def added(desk: Desk, words: str) -> Webhook:
    """The webhook that was added last."""
    desk.said(f"webhooks add {words}")
    found = [Webhook.model_validate(each) for each in desk.listed("webhooks list")]
    return max(found, key=lambda each: each.created_at)


def test_a_secret_is_printed_once(desk: Desk) -> None:
    """`add` and `rotate` print the secret and nothing else; no other command does."""
    assert desk.said("webhooks list") == "No webhooks yet.\n"
    secret = desk.said(
        "webhooks add http://127.0.0.1:1/hook --kinds user.*,transfer.accepted --description Sync"
    ).strip()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    head, line = desk.said("webhooks list").splitlines()
    assert head.split()[:3] == ["id", "state", "address"]
    identity = line.split()[0]
    assert "user.* transfer.accepted" in line
    again = desk.said(f"webhooks rotate {identity}").strip()
    assert again != secret
    shown = desk.said(f"webhooks show {identity}") + desk.said(f"webhooks show {identity} --json")
    assert secret not in shown
    assert again not in shown
    assert "both secrets valid until" in shown
    assert desk.said(f"webhooks remove {identity}").startswith(f"Removed {identity}, http://127.0.0.1:1/hook")
    assert desk.run(f"webhooks show {identity}") == 1


def test_changed_and_replayed(desk: Desk) -> None:
    """Off, on, other kinds; what could not be delivered is listed, and sent again on demand."""
    made = added(desk, "http://127.0.0.1:1/other --json")
    desk.said(f"webhooks change {made.id} --off")
    assert desk.said(f"webhooks show {made.id}").split()[1:3] == ["off", "(owner)"]
    changed = json.loads(desk.said(f"webhooks change {made.id} --on --kinds all --description Two --json"))
    assert (changed["enabled"], changed["kinds"], changed["description"]) == (True, [], "Two")
    while not (sent := desk.listed(f"webhooks deliveries {made.id}")):
        pass
    (first, *_) = [Delivery.model_validate(each) for each in sent]
    assert first.error == "it can't be connected to"
    table = desk.said(f"webhooks deliveries {made.id} --state waiting --limit 1").splitlines()
    assert table[0].split()[:4] == ["event", "kind", "state", "attempts"]
    assert desk.said(f"webhooks deliveries {made.id} --state delivered") == "No such deliveries.\n"
    assert desk.said(f"webhooks replay {made.id} --failed") == "Nothing to send again.\n"
    assert desk.said(f"webhooks replay {made.id} --event {first.event_id}") == "1 event will be sent again.\n"
    assert json.loads(desk.said(f"webhooks replay {made.id} --since 2026-11-01 --json"))["events"] >= 1
    desk.said(f"webhooks remove {made.id} --json")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("webhooks add http://hooks.example/", 2, "https://"),
        ("webhooks add https://10.0.0.1/", 2, "inside a network"),
        (
            "webhooks add https://hooks.example/ --kinds user.aded",
            2,
            "Unknown kind of event. Did you mean user.added?",
        ),
        ("webhooks add https://hooks.example/ --kinds USER", 2, "kinds"),
        ("webhooks change whk_nothing", 2, "Choose what to change"),
        ("webhooks change whk_nothing --on", 1, "Not found"),
        ("webhooks replay whk_nothing", 2, "Use one of --event, --since, --failed"),
        ("webhooks replay whk_nothing --since yesterday", 2, "Write a time such as"),
    ],
)
def test_what_can_not_be_is_said(desk: Desk, words: str, code: int, said: str) -> None:
    """A sentence on standard error and the exit code for it."""
    assert desk.run(words) == code, desk.err
    assert said in desk.err
