"""The transfer requests without a screen: listing, deciding, taking a decision back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from client.journal import Intention, Journal
from client.protocol import new_key
from contract.quotes import Change
from contract.transfers import DecisionReport, Transfer


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def waiting(desk: Desk) -> list[str]:
    """Who asks to join, as a program reads it."""
    return [Transfer.model_validate(each).email for each in desk.listed("transfers list")]


def make_room(server: Served, seats: int) -> None:
    """So many seats are paid for."""

    async def buy() -> None:
        async with server.client() as client:
            quote = await client.quote(Change(seats=seats))
            await client.confirm(quote.id, key=new_key())

    asyncio.run(buy())


def test_all_are_accepted_and_taken_back(desk: Desk) -> None:
    """The summary first, then a line each; `undo` takes all of it back; each is told with its numbers."""
    assert len(waiting(desk)) == 7
    said = desk.said("transfers accept --all --yes")
    assert said.splitlines()[0] == "Accept 7 transfer requests"
    assert "7 will be NOT PAID: EUR 14.00 now or with the payment of 1 Dec." in said
    assert said.count("! NOT PAID") == 7
    assert desk.err.startswith("7 accepted, NOT PAID. Undo until ")
    assert waiting(desk) == []
    assert "7 acceptances" in desk.said("undo --dry-run")
    assert desk.said("undo --yes").count("  pending again") == 7
    assert desk.err.endswith("7 decisions undone.\n")
    assert len(waiting(desk)) == 7
    desk.said("undo --yes", 4)
    assert desk.err == "Nothing to undo: no decision of the last 10 minutes, no removal that can be undone.\n"


def test_only_those_that_fit_are_accepted(desk: Desk, server: Served) -> None:
    """`--fitting`: the first that have a free seat; where none is free nothing is done."""
    desk.said("transfers accept --all --fitting --yes", 4)
    assert desk.err == "No free seat for any of them. Nothing was changed.\n"
    make_room(server, 42)
    everybody = waiting(desk)
    desk.said("transfers accept --all --fitting --yes")
    assert desk.err.startswith("2 accepted.")
    assert waiting(desk) == everybody[2:]


def test_one_is_declined_with_a_reason(desk: Desk) -> None:
    """By address, in any case; the others are left alone; the answer can be had as JSON."""
    report = DecisionReport.model_validate_json(
        desk.said("transfers decline WREN@achterberg.example --reason full --yes --json").splitlines()[-1]
    )
    assert (report.declined, report.failed) == (1, 0)
    assert "Reason (they will see it): full" in desk.err
    assert len(waiting(desk)) == 6
    assert "wren@achterberg.example" in desk.said("transfers list --state declined")


def test_nothing_is_decided_by_mistake(desk: Desk, server: Served) -> None:
    """Without a terminal a yes has to be said; whom, too; who does not ask is named; a profile may be too weak."""
    desk.said("transfers accept --all", 2)
    assert "--yes" in desk.err
    desk.said("transfers accept --yes", 2)
    assert desk.err == "Name the requests by e-mail address, or use --all.\n"
    desk.said("transfers accept nobody@else.example wren@achterberg.example --yes", 4)
    assert desk.err == "No pending request from nobody@else.example. Nothing was changed.\n"
    assert "Accept 7" in desk.said("transfers accept --all --dry-run")
    desk.sign_in(server.profile(), "looking", read_only=True)
    desk.said("transfers accept --all --dry-run --profile looking", 3)
    desk.said("transfers accept --all --yes --profile looking", 3)
    assert len(desk.listed("transfers list --profile acme")) == 7


def test_what_became_of_an_earlier_decision_is_told_first(desk: Desk) -> None:
    """A batch whose answer was never seen, in the app or here, is told with its numbers before the next one."""
    notes = Journal(desk.home / ".local/state/headcount/unanswered/acme")
    lost = Intention(key="k-lost", method="POST", path="/v1/transfers/decisions", summary="Decide", items=3)
    notes.begin(lost)
    desk.said("transfers accept --all --dry-run")
    assert desk.err.startswith("Not done yet: your decision about 3 requests (sent ")
    assert notes.unfinished() == []
