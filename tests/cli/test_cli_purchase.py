"""Changes with a price without a screen: shown, confirmed once, and an exit code for each way they end."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from answers import eur, make_overview, make_quote
from cli_desk import Desk, desk_in
from ptyterm import PtyProgram
from served import Served, served

from cli.connection import Target
from cli.purchase import _would
from client.journal import Intention, Journal
from client.profile import Profile
from contract.people import PERMISSIONS, Role
from contract.quotes import Change, Confirmation, Quote

HEADCOUNT = ["-c", "from cli.main import run; run()"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    """The sample organisation, ten days before its renewal."""
    folder = tmp_path / "served"
    folder.mkdir()
    with served(folder) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, server: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Signed in there as the owner."""
    home = tmp_path / "home"
    home.mkdir()
    found = desk_in(home, monkeypatch, capsys)
    found.sign_in(server.profile())
    return found


def paid(server: Served) -> list[tuple[str, int]]:
    """What became of every payment, and its amount."""
    with sqlite3.connect(server.database) as database:
        return list(database.execute("select status, amount from payments order by created_at, id"))


def unanswered(desk: Desk) -> int:
    """How many commands the next start would ask about."""
    return len(Journal(desk.home / ".local/state/headcount/unanswered/acme").unfinished())


def test_a_dry_run_shows_all_of_it_and_does_nothing(desk: Desk, server: Served) -> None:
    """D4: the price and its reason, who becomes active, and the exit code it would have."""
    before = paid(server)
    shown = desk.said("seats set 39 --dry-run")
    assert "The seats go from 37 to 39." in shown
    assert "EUR 4.00 now   2 seats × EUR 6.00 × 10/30 days, to 30 Nov" in shown
    assert desk.err == "Nothing was changed.\n"
    assert Quote.model_validate_json(desk.said("seats set 39 --dry-run --json")).due_now.amount == 400
    assert desk.said("seats show").startswith("37 seats paid")
    assert paid(server) == before


def test_what_was_shown_is_charged_once(desk: Desk, server: Served) -> None:
    """D5: exactly the price, one payment, an invoice that explains it, and no question left for the next start."""
    before = paid(server)
    assert desk.said("seats set 39 --yes").endswith("Done: 39 seats, EUR 4.00 charged, 2 users became active.\n")
    assert paid(server) == [*before, ("succeeded", 400)]
    assert "2 × EUR 6.00 × 10/30 days = EUR 4.00 exactly" in desk.said("invoices explain INV-00021")
    assert unanswered(desk) == 0
    done = Confirmation.model_validate_json(desk.said("seats set 41 --yes --json"))
    assert done.subscription.seats == 41


def test_named_users_are_paid_for_or_all_of_them(desk: Desk) -> None:
    """D16: an address in any case; then the rest; then there is nobody left."""
    email = "y.demir@tidewheel.example"
    with sqlite3.connect(next(desk.home.parent.glob("served/*.sqlite3"))) as database:
        found = database.execute("select email from accounts where first_name = 'Yusuf'").fetchone()
        email = str(found[0])
    assert "a seat for Yusuf Demir" in desk.said(f"pay {email.upper()} {email} --yes")
    assert desk.out.endswith("Done: 1 user became active, EUR 2.00 charged.\n")
    assert desk.said("pay --all --yes").endswith("Done: 2 users became active, EUR 4.00 charged.\n")
    desk.said("pay --all --yes", 1)
    desk.said(f"pay {email} --yes", 4)


@pytest.mark.parametrize("seats", ["-3", "3.5", "many", "", "99999999999", "²"])
def test_a_number_of_seats_that_is_none(desk: Desk, seats: str) -> None:
    """Wrong usage in our own words, before anything is asked."""
    desk.said(f"seats set --dry-run -- '{seats}'", 2)
    assert "Give the seats as a whole number from 0 to 1,000,000" in desk.err


def test_a_refused_payment_is_exit_code_5_and_changes_nothing(desk: Desk, server: Served) -> None:
    """D6: nothing has changed, and trying again is another payment."""
    assert desk.said("sandbox payments decline") == "The next payment will be refused.\n"
    desk.said("seats set 39 --yes", 5)
    assert "Nothing was changed" in desk.err
    assert desk.said("seats show").startswith("37 seats paid")
    assert desk.said("seats set 39 --yes")
    assert [status for status, _ in paid(server)[-2:]] == ["declined", "succeeded"]


def test_plan_and_cycle_are_changed_and_every_invoice_explains_itself(desk: Desk) -> None:
    """D10, D11: credits for what is left, whole new periods, credit that is kept: all of it adds up, line by line."""
    assert "Done: Business, annual, 40 seats, EUR 2,326.00 charged, 3 users became active." in desk.said(
        "billing set annual --yes"
    )
    assert "Done: Enterprise, annual, 40 seats, EUR 2,400.00 charged." in desk.said("plan set ENTERPRISE --yes")
    desk.said("billing set annual --yes", 1)
    desk.said("plan set business --yes", 1)
    for number in (21, 22):
        said = desk.said(f"invoices explain INV-000{number}")
        assert said.endswith("adds up, and its seal is valid.\n")
        assert "1. " in said
        assert "2. " in said


def test_it_ends_is_resumed_and_starts_again(desk: Desk) -> None:
    """D12: cancelled with the period, resumed until then; after the end there is a new start."""
    assert "Done: it ends on 1 Dec" in desk.said("cancel --yes")
    assert desk.said("forecast") == "The subscription ends on 2026-12-01: nothing is due after that.\n"
    assert "The subscription ends on 2026-12-01." in desk.said("seats show")
    assert "Done: the subscription continues" in desk.said("resume --yes")
    desk.said("start business --yes", 4)
    desk.said("cancel --yes")
    assert "the subscription" in desk.said("sandbox advance P10D")
    desk.said("seats set 50 --yes", 4)
    assert "Done: Business, monthly, 40 seats, EUR 240.00 charged, " in desk.said("start business --seats 40 --yes")


def test_a_refused_renewal_is_paid_by_hand(desk: Desk) -> None:
    """D13: the renewal is refused, tried again later, and can be paid at once."""
    assert desk.said("sandbox payments decline --times 1") == "The next payment will be refused.\n"
    happened = desk.said("sandbox advance P10D")
    assert "was refused" in happened
    assert happened.endswith("It is 2026-12-01 14:02 UTC now.\n")
    assert desk.said("sandbox now") == "2026-12-01 14:02 UTC\n"
    desk.said("sandbox payments decline")
    desk.said("pay --overdue --yes", 5)
    assert "Done: the subscription is active again, EUR 240.00 charged" in desk.said("pay --overdue --yes")
    desk.said("pay --overdue --yes", 1)
    assert desk.said("invoices explain INV-00021").endswith("adds up, and its seal is valid.\n")


def test_a_suspended_subscription_says_what_ends_that(desk: Desk) -> None:
    """D13: after the last refusal nothing is foretold but what is overdue, and every refusal says what to do first."""
    desk.said("sandbox payments decline --times 12")
    desk.said("sandbox advance P20D")
    said = "Suspended: nothing is charged until EUR 290.13 is paid: headcount pay --overdue\n"
    assert desk.said("forecast") == said
    desk.said("seats set 41 --dry-run", 4)
    assert (
        desk.err
        == "The subscription is suspended: the overdue amount has to be paid first. Then run the command again.\n"
    )


def test_what_became_of_an_earlier_command_is_said_first(desk: Desk) -> None:
    """D30: a command that had no answer, by the app or by a script, is asked about once before another is sent."""
    earlier = Intention(key="key-1", method="POST", path="/v1/quotes/quo_1/confirm", summary="Make the change")
    Journal(desk.home / ".local/state/headcount/unanswered/acme").begin(earlier)
    desk.said("seats set 39 --dry-run")
    assert desk.err.startswith("Not done yet: the change you confirmed")
    assert unanswered(desk) == 0
    desk.said("seats set 39 --dry-run")
    assert desk.err == "Nothing was changed.\n"


def test_a_profile_that_may_only_look_refuses(desk: Desk, server: Served) -> None:
    """Nothing leaves: exit code 3, with --dry-run too."""
    desk.sign_in(server.profile(), read_only=True)
    for words in ("seats set 39 --yes", "seats set 39 --dry-run", "cancel --yes", "sandbox advance P1D"):
        desk.said(words, 3)
        assert "read-only" in desk.err
    assert desk.said("seats show").startswith("37 seats paid")


def test_a_question_that_is_not_answered_yes_does_nothing(desk: Desk, server: Served) -> None:
    """On a terminal: the summary, [y/N], and only yes is yes; no and Ctrl-C end with 130."""
    before = paid(server)
    for answer in ("\n", "n\n", "\x03"):
        with PtyProgram(_typed("seats set 39"), env=_environment(desk)) as program:
            program.wait_for_text("Pay EUR 4.00? [y/N]")
            assert "The seats go from 37 to 39." in program.text()
            program.send(answer)
            assert program.wait() == 130
            assert "Traceback" not in program.text()
    assert paid(server) == before


def test_yes_on_a_terminal_pays(desk: Desk, server: Served) -> None:
    """Asked and answered: it is done."""
    with PtyProgram(_typed("seats set 39"), env=_environment(desk)) as program:
        program.wait_for_text("[y/N]")
        program.send("y\n")
        program.wait_for_text("Done: 39 seats, EUR 4.00 charged")
        assert program.wait() == 0
    assert paid(server)[-1] == ("succeeded", 400)


def test_a_price_that_moved_while_it_was_read_is_exit_code_4(desk: Desk, server: Served) -> None:
    """D5: somebody else buys seats meanwhile; nothing is charged, and what moved is said."""
    with PtyProgram(_typed("seats set 41"), env=_environment(desk), columns=120) as program:
        program.wait_for_text("[y/N]")
        desk.said("seats set 39 --yes")
        program.send("y\n")
        assert program.wait() == 4
        assert "Seats: 37, now 39" in program.text()
    assert paid(server)[-1] == ("succeeded", 400)


@pytest.mark.parametrize(
    ("role", "change", "limit", "code"),
    [
        (Role.OWNER, Change(seats=42), None, 0),
        (Role.ADMIN, Change(seats=42), None, 0),
        (Role.ADMIN, Change(seats=42), 1200, 0),
        (Role.ADMIN, Change(seats=42), 1199, 3),
        (Role.VIEWER, Change(seats=42), None, 3),
        (Role.BILLING, Change(cancel=True), None, 3),
        (Role.OWNER, Change(cancel=True), None, 0),
        (Role.ADMIN, Change(resume=True), None, 3),
    ],
)
def test_a_dry_run_ends_as_the_real_one_would(role: Role, change: Change, limit: int | None, code: int) -> None:
    """D28: who may not confirm, is above the limit, or is not the owner, learns it beforehand."""
    account = make_overview().me
    allowed = account.model_copy(
        update={"role": role, "may": PERMISSIONS[role], "spending_limit": None if limit is None else eur(limit)}
    )
    target = Target("acme", Profile(url="unix:///nowhere"))
    assert _would(make_quote(change=change), allowed, target) == code


def _typed(words: str) -> list[str]:
    return [*HEADCOUNT, *words.split()]


def _environment(desk: Desk) -> dict[str, str | None]:
    return {"HOME": str(desk.home), "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None, "XDG_DATA_HOME": None}


def test_a_slip_of_the_keyboard_is_not_confirmed_by_yes_alone(desk: Desk, server: Served) -> None:
    """37 became 370: --yes is refused, --seats-to with the number does it, with another it does not."""
    before = paid(server)
    desk.said("seats set 370 --yes", 2)
    assert "370 seats is more than twice the 37 there are" in desk.err
    assert "add --seats-to 370" in desk.err
    desk.said("seats set 370 --yes --seats-to 37", 2)
    desk.said("seats set 9999999 --yes", 2)
    assert "from 0 to 1,000,000" in desk.err
    assert paid(server) == before
    assert "Done: 370 seats" in desk.said("seats set 370 --yes --seats-to 370")


def test_the_limit_of_a_profile_vouches_for_a_number_or_asks_for_it(desk: Desk, server: Served) -> None:
    """Within the limit --yes is enough, also for many; above it, it is not, also for few."""
    for limit, seats, code in (("EUR 5000.00", 370, 0), ("EUR 1.00", 372, 2)):
        desk.sign_in(server.profile(), "limited", spending_limit=limit)
        desk.said(f"seats set {seats} --yes --profile limited", code)
    assert "above the EUR 1.00 of your profile" in desk.err
