"""Commands that only look: invoices, the payments to come, seats; over the real server."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from cli_desk import Desk, desk_in
from served import Served, served

from contract.billing import Forecast, Invoice
from contract.events import Event
from contract.subscription import SeatCounts


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample organisation; nothing here changes it."""
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there."""
    found = desk_in(tmp_path, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def test_invoices_are_listed_newest_first(desk: Desk) -> None:
    """A line each, with amounts that end at the same place."""
    head, *lines = desk.said("invoices list --limit 2").splitlines()
    assert head.split() == ["number", "issued", "status", "total", "credit", "paid", "due", "what"]
    assert [line.split()[0] for line in lines] == ["INV-00020", "INV-00019"]
    assert lines[0].endswith("EUR 11.60  EUR 0.00   EUR 11.60  EUR 0.00  Business: 2 seats added")


def test_the_books_are_saved_with_numbers_that_a_spreadsheet_adds_up(desk: Desk, tmp_path: Path) -> None:
    """A row for each, oldest first: total is credit, paid and due, and nothing is due of what was paid."""
    file = tmp_path / "books.csv"
    assert desk.run(f"invoices export -o {file}") == 0
    assert desk.err == f"Saved 20 invoices in {file}.\n"
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [row["number"] for row in rows] == [f"INV-{number:05d}" for number in range(1, 21)]
    for row in rows:
        total, credit, paid, due = (
            Decimal(row[name]) for name in ("total", "credit_applied", "amount_paid", "amount_due")
        )
        assert (total, due) == (credit + paid + due, Decimal(0))
        assert (row["kind"], row["status"]) == ("invoice", "paid")
    assert desk.run(f"invoices export -o {file}") == 1
    assert desk.said("invoices export -o -").splitlines()[1].startswith("INV-00001,invoice,paid,2025-")


def test_every_invoice_of_a_year_can_be_explained_far_from_the_server(desk: Desk, tmp_path: Path) -> None:
    """What `invoices list --json` prints is all that `explain` needs, and every seal fits."""
    printed = desk.said("invoices list --json")
    invoices = [Invoice.model_validate(each) for each in json.loads(printed)["items"]]
    assert len(invoices) == 20
    file = tmp_path / "invoices"
    file.write_text(printed)
    desk.home = tmp_path / "nowhere"
    for each in invoices:
        said = desk.said(f"invoices explain {each.number} --json {file}")
        assert said.endswith(f"{each.number} adds up, and its seal is valid.\n")


def test_an_invoice_is_shown_by_number_or_id(desk: Desk) -> None:
    """With its lines and its payments; JSON is the API's own."""
    one = Invoice.model_validate_json(desk.said("invoices show inv-00003 --json"))
    shown = desk.said(f"invoices show {one.id}")
    assert "Business: 4 seats added  2025-12-04 to 2025-12-31  EUR 21.68" in shown
    assert f"{one.payments[0].id}  {one.payments[0].created_at:%Y-%m-%d %H:%M}  succeeded" in shown
    assert desk.said("invoices explain INV-00003").splitlines()[2] == (
        "   4 × EUR 6.00 × 28/31 days = EUR 21.6774…, rounded half-up to EUR 21.68"
    )


@pytest.mark.parametrize("wanted", ["INV-99999", "inv_nothere", "inv_../me", "\x1b[2J"])
def test_an_invoice_that_is_not_there_is_said(desk: Desk, wanted: str) -> None:
    """Exit code 1, and where to look."""
    assert desk.run(f"invoices show {wanted}") == 1
    assert desk.err.startswith("Unknown invoice ")
    assert "\x1b" not in desk.err


def test_the_payments_to_come_are_listed(desk: Desk) -> None:
    """D13: date, seats, what for, and what will be due; JSON is the API's own."""
    assert desk.said("forecast --count 2").splitlines() == [
        "date        seats  what                                due",
        "2026-12-01     40  Business: renewal, 40 seats  EUR 240.00",
        "2027-01-01     40  Business: renewal, 40 seats  EUR 240.00",
    ]
    assert len(Forecast.model_validate_json(desk.said("forecast --json")).payments) == 12


def test_seats_are_counted(desk: Desk) -> None:
    """Paid, used, free, who is NOT PAID, and the number of the renewal."""
    assert desk.said("seats show").splitlines() == [
        "37 seats paid, 37 used, 0 free",
        "3 users NOT PAID",
        "40 seats from the renewal on 2026-12-01",
    ]
    assert SeatCounts.model_validate_json(desk.said("seats show --json")).not_paid == 3


def test_events_are_a_line_each(desk: Desk) -> None:
    """D29: oldest first, as sentences or as JSON."""
    lines = desk.said("events --limit 3").splitlines()
    found = json.loads(desk.said("events --limit 3 --json"))
    assert len([Event.model_validate(each) for each in found["items"]]) == 3
    assert lines == sorted(lines)
    assert all(line[19:25] == " UTC  " for line in lines)


def test_json_is_safe_on_a_terminal(desk: Desk) -> None:
    """Whatever names hold, JSON escapes it."""
    printed = desk.said("events --limit 200 --json")
    assert printed.isascii()
    found = json.loads(printed)
    assert len(found["items"]) > 100
    assert not found["has_more"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("invoices", "This is missing: COMMAND."),
        ("forecast --count 37", "--count: Give this as a whole number from 1 to 36, not '37'."),
        ("forecast --count 0", "--count: Give this as a whole number from 1 to 36, not '0'."),
        ("sandbox advance soon", "Give a duration such as P1M"),
        ("sandbox payments lose", "Use accept, decline, late, twice or unreachable."),
        ("sandbox payments decline --times 0", "--times: Give this as a whole number from 1 to 100, not '0'."),
        ("seats set -1 --yes", "a whole number from 0 to 1,000,000"),
        ("seats set many", "a whole number from 0 to 1,000,000"),
        ("seats set 5 --yes --dry-run", "Use either --dry-run or --yes, not both."),
        ("seats set 40", "this is not a terminal. Use --yes"),
        ("billing set weekly", "Use monthly or annual."),
        ("plan set Platinum --yes", "Unknown plan Platinum. There are: non-commercial, professional, business,"),
        ("pay --yes", "Name the users to pay for"),
        ("pay --all --overdue --yes", "Name the users to pay for"),
        ("events --kind transfr", "kind: There are organisation, "),
        ("events --kind transfr", "Did you mean transfer?"),
        ("events --limt 3", "There is no option --limt here. Did you mean --limit?"),
        ("codes create --days 0", "--days: Give the days as a whole number from 1 to 36,500, not '0'."),
        ("codes create --uses 0", "--uses: Give this as a whole number from 1 to 1,000,000, not '0'."),
        ("--profile other forecast", "There is no profile 'other'"),
        ("forecast --demo", "No demo is running. Start it in another terminal with: headcount demo"),
    ],
)
def test_a_mistake_is_exit_code_2_with_its_reason(desk: Desk, words: str, says: str) -> None:
    """One sentence on standard error, nothing on standard output, nothing done."""
    desk.said(words, 2)
    assert says in desk.err
    assert desk.out == ""


@pytest.mark.parametrize(
    "words",
    [
        "pay nobody@there.example --yes",
        "members show nobody@there.example",
        "members add nobody@there.example --yes",
        "users remove --all --yes --except nobody@there.example",
        "invoices show INV-99999",
        "codes show nothing-of-the-kind",
        "tokens revoke tok_nothing",
        "webhooks show whk_nothing",
    ],
)
def test_who_or_what_is_not_there_is_exit_code_1_in_every_command(desk: Desk, words: str) -> None:
    """Whoever finds it out, the command or the server; one sentence that names no key and no screen."""
    desk.said(words, 1)
    assert desk.out == ""
    assert desk.err.strip()
    assert "refresh" not in desk.err
    assert "press" not in desk.err


def test_without_a_profile_reading_says_how_to_make_one(desk: Desk, tmp_path: Path) -> None:
    """The sandbox commands name the demo as well."""
    (tmp_path / ".config/headcount/config.toml").unlink()
    for words in ("invoices list", "forecast", "seats show", "events"):
        desk.said(words, 2)
        assert desk.err == "No profile is configured yet. Make one with: headcount login --url https://…\n"
    desk.said("sandbox now", 2)
    assert desk.err.endswith("No demo is running. Start it in another terminal with: headcount demo\n")


def test_nobody_there_is_exit_code_6(desk: Desk, tmp_path: Path, server: Served) -> None:
    """A script can tell that the server was not there."""
    gone = server.profile().model_copy(update={"url": f"unix://{tmp_path}/none"})
    desk.sign_in(gone, timeouts={"total": 0.5})
    desk.said("forecast", 6)
    desk.said("seats set 40 --yes", 6)
