"""A list that stops before its end says so, as words and in the JSON; the server counts only then."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from broken_streams import leaves
from cli_desk import Desk, desk_in
from served import Served, served

from cli.arguments import parser


@pytest.fixture(scope="module")
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


LONG = {"users list", "members list", "invoices list", "events"}
"""Those that the sample organisation has more of than two."""

MONEY = {"members role", "tokens create"}
"""Those whose limit is one of money."""


def test_every_list_with_a_limit_has_a_way_to_its_end() -> None:
    """Where `--limit` is, `--all` is, and a list with neither is printed whole."""
    limited = {leaf for leaf, command in leaves(parser()).items() if "--limit" in command.format_help()}
    assert limited == {*LONG, "webhooks deliveries", *MONEY}
    assert all("--all" in leaves(parser())[leaf].format_help() for leaf in limited - MONEY)


@pytest.mark.parametrize("words", sorted(LONG))
def test_a_list_that_stops_says_so(desk: Desk, words: str) -> None:
    """`2 of 40 shown` beside the table and the JSON, which has it in it too; of a whole list nothing is."""
    whole = desk.listed(f"{words} --all")
    said = f"2 of {len(whole):,} shown; --all for the rest.\n"
    table = desk.said(f"{words} --limit 2")
    assert desk.err == said
    assert len(table.splitlines()) == 2 + (words != "events")
    found = json.loads(desk.said(f"{words} --limit 2 --json"))
    assert desk.err == said
    assert (found["has_more"], found["total"], len(found["items"])) == (True, len(whole), 2)
    assert all(each in whole for each in found["items"])
    desk.said(f"{words} --limit {len(whole)}")
    assert desk.err == ""


def test_what_a_list_asks_of_the_server(desk: Desk, server: Served) -> None:
    """One page for a whole list; for one that stops, one more of a single row, which counts: never the rest."""
    for words, pages in (("--all", 1), ("--limit 3", 2), ("--limit 40", 1), ("--limit 39 --json", 2)):
        before = server.requests("GET /v1/users 200")
        desk.said(f"users list {words}")
        assert server.requests("GET /v1/users 200") - before == pages, words


def test_a_decision_about_more_than_one_call_takes_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--all` is as many as the contract lets one decide at once; that others wait is said."""
    monkeypatch.setattr("cli.transfers.MAX_DECISIONS", 5)
    assert desk.said("transfers accept --all --dry-run").startswith("Accept 5 transfer requests")
    assert desk.err.startswith("7 requests wait; these are the first 5. Run it again for the rest.\n")
