"""Stories of the Overview: somebody changes the seats, and nothing ever costs more than was said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Desk, Office, overview_of, serving

from contract.people import Role
from contract.quotes import Change
from contract.sandbox import ClockBody, PaymentsBody
from contract.users import NewUser
from screens.purchase import quote_dialog
from screens.shared.area_screen import AreaScreen
from screens.shared.confirm import Confirm


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office for stories that change nothing."""
    with serving(tmp_path_factory.mktemp("overview")) as office:
        yield office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of the story's own."""
    with serving(tmp_path) as found:
        yield found


def result(desk: Desk) -> str:
    """What the row above the keys says."""
    screen = desk.app.screen_stack[0]
    assert isinstance(screen, AreaScreen)
    return screen.action_bar.result


async def draft(desk: Desk, keys: str) -> None:
    """Press + and - and wait for the price."""
    await desk.press(*({"+": "plus", "-": "minus"}[key] for key in keys))
    await desk.until(lambda: "holds until" in desk.text or "bad" in desk.text)


async def test_five_presses_make_one_quote_and_one_charge(office: Office) -> None:
    """D5: presses are gathered into one quote; `c` `y` sends one confirmation; what was said is charged."""
    async with office.at_work() as desk:
        await draft(desk, "+++++")
        assert desk.wire.calls("POST") == ["POST /v1/quotes"]
        assert "EUR 11.00 now   5 seats × EUR 6.00 × 11/30 days, to 30 Nov" in desk.text
        assert (await overview_of(office)).seats.paid == 37
        await desk.press("c")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("y")
        assert result(desk) == "Done: 42 seats, EUR 11.00 charged, 3 users became active."
        assert [call.rsplit("/", 1)[-1] for call in desk.wire.calls("POST")] == ["quotes", "confirm"]
        assert "40 of 42 taken · 2 free" in desk.text
    async with office.client() as client:
        newest = (await client.invoices()).items[0]
        assert newest.total.amount == 1100
        assert [payment.amount.amount for payment in newest.payments] == [1100]


async def test_enter_alone_never_confirms(office: Office) -> None:
    """The focus is on Cancel: Enter closes the dialog and nothing is sent."""
    async with office.at_work() as desk:
        await draft(desk, "+")
        await desk.press("c", "enter")
        assert not isinstance(desk.app.screen, Confirm)
        assert not [call for call in desk.wire.calls("POST") if "confirm" in call]
        assert "holds until" in desk.text


async def test_c_typed_at_once_waits_for_the_price(office: Office) -> None:
    """`+ c` faster than the network opens the dialog when the price is here, instead of being lost."""
    async with office.at_work() as desk:
        await desk.pilot.press("plus", "c")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        assert "Pay EUR 2.20" in desk.text


async def test_a_change_made_elsewhere_is_priced_again_and_said(office: Office) -> None:
    """A draft on an old state is asked again, with a word about why."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await draft(desk, "+++++++++")
        await other.confirm((await other.quote(Change(seats=40))).id, key="elsewhere")
        await desk.until(lambda: "The subscription has changed meanwhile" in desk.text and "6 seats ×" in desk.text)


async def test_a_draft_that_has_become_impossible_says_why(office: Office) -> None:
    """Somebody pays for all users meanwhile: fewer seats than users are refused in full words, also at 80 columns."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await draft(desk, "+")
        await other.confirm((await other.quote(Change(seats=40))).id, key="elsewhere")
        await desk.until(lambda: "remove 2 of them" in desk.text)
        refusal = desk.lines[-4:-2]
        assert "more seats" in " ".join(refusal)
        assert "…" not in "".join(refusal)


def fresh_quote(desk: Desk) -> bool:
    """Whether the dialog is open and takes a yes."""
    return isinstance(desk.app.screen, Confirm) and desk.app.screen.is_ready


async def test_a_stale_quote_charges_nothing_and_shows_what_moved(office: Office) -> None:
    """D5: confirmed on an old state, the answer is what changed and a fresh price, which `y` then pays."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await draft(desk, "+++")
        await desk.press("c")
        await other.confirm((await other.quote(Change(seats=39))).id, key="elsewhere")
        await desk.pilot.press("y")
        await desk.until(lambda: "Nothing was charged" in desk.words and "Pay EUR 2.20" in desk.text)
        assert "now 39" in desk.words
        assert (await overview_of(office)).seats.paid == 39
        await desk.until(lambda: fresh_quote(desk))
        await desk.press("y")
        await desk.until(lambda: result(desk).startswith("Done: 40 seats, EUR 2.20 charged"))


async def test_a_price_that_comes_while_keys_are_typed_is_not_confirmed_by_them(office: Office) -> None:
    """`y` typed ahead of a price nobody has seen does nothing, and says so."""
    async with office.at_work() as desk:
        await desk.pilot.press("plus", "c")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("y")
        assert "read it first" in desk.text
        assert not [call for call in desk.wire.calls("POST") if "confirm" in call]
        await desk.until(lambda: fresh_quote(desk))
        assert "read it first" not in desk.text


async def test_an_expired_price_is_asked_again(office: Office) -> None:
    """D5: after fifteen minutes nothing is charged; the new price is shown instead, and `y` pays that."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await draft(desk, "+")
        await other.set_clock(ClockBody(advance="PT16M"))
        await desk.press("c", "y")
        await desk.until(lambda: "The price had expired. Nothing was charged." in desk.words)
        assert (await overview_of(office)).seats.paid == 37
        await desk.until(lambda: fresh_quote(desk))
        await desk.press("y")
        await desk.until(lambda: result(desk).startswith("Done: 38 seats"))


async def test_a_refused_payment_changes_nothing_and_can_be_tried_again(office: Office) -> None:
    """D5: 402 leaves the seats and the draft as they were; trying again is another payment."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await other.set_payments(PaymentsBody(next="decline"))
        await draft(desk, "+")
        await desk.press("c", "y")
        await desk.until(lambda: "Nothing was charged" in desk.words)
        assert "refused" in desk.words
        assert (await overview_of(office)).seats.paid == 37
        await desk.until(lambda: fresh_quote(desk))
        await desk.press("y")
        await desk.until(lambda: result(desk).startswith("Done: 38 seats, EUR 2.20 charged"))
        keys = [key for path, key in ((path, key) for _, path, key in desk.wire.sent) if path.endswith("confirm")]
        assert len(keys) == len(set(keys)) == 2


async def test_a_change_made_while_the_dialog_is_open_is_said_in_it(office: Office) -> None:
    """The open dialog takes the fresh price and says what moved, instead of keeping one that is no longer good."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await draft(desk, "+++")
        await desk.press("c")
        assert "Pay EUR 6.60" in desk.text
        await other.confirm((await other.quote(Change(seats=39))).id, key="elsewhere")
        await desk.until(lambda: "Pay EUR 2.20" in desk.text)
        assert "The subscription has changed meanwhile. Seats: 37, now 39" in desk.words
        await desk.until(lambda: fresh_quote(desk))
        await desk.press("y")
        await desk.until(lambda: result(desk).startswith("Done: 40 seats, EUR 2.20 charged"))


async def test_a_change_that_has_come_true_elsewhere_closes_the_dialog(office: Office) -> None:
    """Somebody did the same meanwhile: nothing is left to confirm, and that is said."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await draft(desk, "++")
        await desk.press("c")
        await other.confirm((await other.quote(Change(seats=39))).id, key="elsewhere")
        await desk.until(lambda: not isinstance(desk.app.screen, Confirm))
        assert "39 seats already" in result(desk)


async def test_the_dialog_counts_down_and_asks_again_at_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long the price holds is told each second; at its end a fresh one is asked for by itself."""
    now = [1000.0]
    monkeypatch.setattr(quote_dialog, "monotonic", lambda: now[0])
    async with office.at_work() as desk:
        await draft(desk, "+")
        await desk.press("c")
        assert "holds 15:00" in desk.text
        now[0] += 61
        await desk.until(lambda: "holds 13:59" in desk.text)
        now[0] += 900
        await desk.until(lambda: "The price had expired" in desk.words and "holds 15:00" in desk.text)
        assert desk.wire.calls("POST") == ["POST /v1/quotes"] * 2


async def test_a_lost_answer_is_found_out_and_charged_once(office: Office) -> None:
    """D30: the answer got lost, so the same key is sent again; then the server is asked what became of it."""
    async with office.at_work() as desk:
        await draft(desk, "+")
        desk.wire.losing = "/confirm"
        await desk.press("c", "y")
        await desk.until(lambda: "The answer was lost, but it was done: EUR 2.20 was charged once." in desk.words)
        keys = {key for _, path, key in desk.wire.sent if path.endswith("/confirm")}
        assert len(keys) == 1
        desk.wire.losing = ""
        await desk.until(lambda: "of 38 taken" in desk.text)
        assert "No pending change" in desk.text
    async with office.client() as client:
        assert [each.total.amount for each in (await client.invoices()).items[:1]] == [220]
        assert (await client.overview()).seats.paid == 38


async def test_a_command_that_never_arrived_keeps_its_key(office: Office) -> None:
    """D30: nobody knows what became of it, so asking for the same again repeats the key."""
    async with office.at_work() as desk:
        await draft(desk, "+")
        desk.wire.failing = "/confirm"
        await desk.press("c", "y")
        await desk.until(lambda: "it was not done: nothing was charged" in desk.words)
        desk.wire.failing = ""
        await desk.press("c", "y")
        await desk.until(lambda: result(desk).startswith("Done: 38 seats, EUR 2.20 charged"))
        assert len({key for _, path, key in desk.wire.sent if path.endswith("/confirm")}) == 1


async def test_fewer_seats_than_users_are_refused_with_the_number_that_must_go(shared: Office) -> None:
    """D8: the refusal says how many users must go first, where the price would have been."""
    async with shared.at_work() as desk:
        await desk.press("minus")
        await desk.until(lambda: "4" in desk.text and "remove" in desk.text.lower())
        await desk.press("c")
        assert not isinstance(desk.app.screen, Confirm)


async def test_fewer_seats_wait_for_the_renewal_and_can_be_taken_back(office: Office) -> None:
    """D8: scheduled, said with its day, and undone by going up again, at no cost either way."""
    async with office.at_work() as desk:
        await draft(desk, "+++++")
        await desk.press("c", "y")
        await desk.until(lambda: "of 42 taken" in desk.text)
        await draft(desk, "-")
        await desk.press("c", "y")
        await desk.until(lambda: result(desk) == "Done: 41 seats from 1 Dec, nothing charged.")
        await desk.until(lambda: "41 seats from 1 Dec" in desk.text)
        await draft(desk, "+")
        await desk.press("c", "y")
        await desk.until(lambda: result(desk) == "Done: 42 seats, nothing charged.")


async def test_the_number_can_be_typed(office: Office) -> None:
    """`e`, digits, Enter: the total itself; letters and areas' keys are text meanwhile."""
    async with office.at_work() as desk:
        await desk.pilot.press("e", "5", "0", "enter")
        await desk.until(lambda: "holds until" in desk.text)
        assert "EUR 28.60 now   13 seats" in desk.text


async def test_a_draft_can_be_thrown_away(shared: Office) -> None:
    """`d`, or Esc: as if nothing had been pressed, and nothing was sent but the question."""
    async with shared.at_work() as desk:
        await draft(desk, "+")
        await desk.press("d")
        assert "No pending change" in desk.text
        await draft(desk, "+")
        await desk.press("escape")
        assert "No pending change" in desk.text
        assert set(desk.wire.calls("POST")) == {"POST /v1/quotes"}


async def test_leaving_with_a_draft_asks(shared: Office) -> None:
    """ctrl+q quits at once when nothing is unfinished, and asks when a draft is."""
    async with shared.at_work() as desk:
        await draft(desk, "+")
        await desk.press("ctrl+q")
        assert isinstance(desk.app.screen, Confirm)
        assert "a pending change to 38 seats" in desk.words
        await desk.press("escape")
        assert desk.app.is_running


async def test_leaving_is_asked_once_also_from_a_dialog(shared: Office) -> None:
    """ctrl+q works before paying too: the question comes on top, and not twice."""
    async with shared.at_work() as desk:
        await draft(desk, "+")
        await desk.press("c", "ctrl+q", "ctrl+q")
        assert "Leave Headcount?" in desk.text
        await desk.press("escape")
        assert "Confirm modifications" in desk.text
        assert "Leave Headcount?" not in desk.text


@pytest.mark.parametrize("role", [Role.VIEWER])
async def test_a_role_that_may_not_pay_is_told_before_it_tries(shared: Office, role: Role) -> None:
    """D28: the viewer may see prices but not confirm them."""
    async with shared.at_work(role) as desk:
        await draft(desk, "+")
        await desk.press("c")
        assert result(desk) == "Your role (viewer) may see prices but not confirm them."
        assert "confirm" not in desk.lines[-1]
        assert "d discard" in desk.lines[-1]


async def test_an_admin_above_the_limit_is_refused_by_the_server(shared: Office) -> None:
    """D28: what is paid now and what the renewal charges more count against an admin's monthly spending limit."""
    async with shared.at_work(Role.ADMIN) as desk:
        await desk.press("e", "5", "0", "0", "0", "enter")
        await desk.until(lambda: "holds until" in desk.text)
        await desk.press("c", *"5000", "y")
        await desk.until(lambda: "Your limit is EUR 10,000.00 a month" in result(desk))
        assert "An owner can raise it, or do this: Ada Marlowe" in desk.words
        assert (await overview_of(shared)).seats.paid == 37


async def test_a_slip_of_the_keyboard_in_the_seat_field_costs_nothing(office: Office) -> None:
    """Out of range is refused at the field, with the limit; many more than there are want their number typed."""
    async with office.at_work() as desk:
        await desk.press("e", *"9999999", "enter")
        assert "At most 1,000,000." in desk.text
        assert "9999999" in desk.text
        await desk.press("escape")
        assert desk.wire.calls("POST") == []
        await desk.press("e", *"370", "enter")
        await desk.until(lambda: "holds until" in desk.text)
        await desk.press("c", "y")
        assert "370 seats is more than twice the 37 there are" in desk.words
        assert "Type the number first: 370" in desk.words
        await desk.press(*"37", "y")
        assert "Type the number first: 370" in desk.words
        assert not [call for call in desk.wire.calls("POST") if "confirm" in call]
        await desk.press("0", "y")
        await desk.until(lambda: result(desk).startswith("Done: 370 seats"))


async def test_a_read_only_profile_sends_nothing(shared: Office) -> None:
    """READ-ONLY is a word in the top row, and no change leaves the machine."""
    async with shared.at_work(read_only=True) as desk:
        assert "READ-ONLY" in desk.lines[1]
        await desk.press("plus")
        await desk.until(lambda: "read-only" in desk.text.lower().split("seats", 1)[1])
        assert not desk.wire.calls("POST")


async def test_what_others_do_shows_by_itself(office: Office) -> None:
    """Live: somebody adds a user, and the counts and the latest events follow without a key."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await other.add_user(NewUser(email="nova@tidewheel.example", first_name="Nova", last_name="Lind"))
        await desk.until(lambda: "4 NOT PAID" in desk.text and "added Nova Lind" in desk.text)
        assert "2 Users 41" in desk.lines[0]


async def test_a_cut_line_keeps_the_data_with_its_time_and_comes_back(office: Office) -> None:
    """Offline the data stays, the state says so, and a fresh overview comes when the line is back."""
    async with office.at_work() as desk:
        desk.wire.cut = True
        await desk.press("R")
        await desk.until(lambda: "reconnecting" in desk.lines[1] and "as of" in desk.lines[1])
        assert "37 of 37 taken" in desk.text
        desk.wire.cut = False
        await desk.press("R")
        await desk.until(lambda: "● live" in desk.lines[1])


async def test_the_palette_shows_words_alone(shared: Office) -> None:
    """`:` asks for a command without a picture that a terminal may draw as wide as it likes."""
    async with shared.at_work() as desk:
        await desk.pilot.press("colon")
        await desk.until(lambda: "Search for commands" in desk.text)
        assert "🔎" not in desk.text
