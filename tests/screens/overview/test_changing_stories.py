"""Stories of the Overview's larger changes: another plan, another cycle, the end and what comes after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import pay_first_period
from harness import NOW, Desk, Office, overview_of, serving

from contract.people import Role
from contract.quotes import Change
from contract.sandbox import PaymentsBody
from contract.subscription import BillingCycle, SubscriptionStatus
from screens.purchase.plan_picker import TermsDialog
from screens.shared.area_screen import AreaScreen
from screens.shared.confirm import Confirm
from server.catalogue import default_catalogue
from server.operations.provisioning import Founding, found
from server.store.types import Connection


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office for stories that change nothing."""
    with serving(tmp_path_factory.mktemp("changing")) as office:
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


async def run(desk: Desk, action: str) -> None:
    """Give a command that has no key, as the palette does."""
    await desk.app.run_action(action, desk.app.screen)
    await desk.settled()


async def yes(desk: Desk) -> None:
    """Read what the dialog says, then confirm it."""
    await desk.until(lambda: isinstance(desk.app.screen, Confirm) and desk.app.screen.is_ready)
    await desk.press("y")


async def test_every_plan_is_shown_with_its_price_or_its_reason(shared: Office) -> None:
    """D10: what may be chosen costs something now and at the renewal; the rest says why not, and whom to write to."""
    async with shared.at_work(size=(120, 40)) as desk:
        await desk.press("p")
        await desk.until(lambda: "EUR 81.40 now EUR 480.00 from 1 Dec, each month" in desk.words)
        assert "From Business to Professional goes through the vendor: write to" in desk.words
        assert desk.text.count("sales@vendor.example") == 3
        assert "Business · monthly EUR 6.00 per seat and month current" in desk.words
        assert desk.wire.calls("POST") == ["POST /v1/quotes"] * 2


async def test_only_what_is_allowed_can_be_chosen(shared: Office) -> None:
    """The cursor knows the allowed plans alone, Enter opens the dialog of that one, and nothing is confirmed by it."""
    async with shared.at_work() as desk:
        await desk.press("p", "k", "k", "k", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        assert "Business → Enterprise" in desk.text
        await desk.press("enter")
        assert not isinstance(desk.app.screen, Confirm | TermsDialog)
        assert not [call for call in desk.wire.calls("POST") if "confirm" in call]


async def test_another_plan_is_credited_charged_and_so_at_once(office: Office) -> None:
    """D10: the rest of the old price comes back, the rest of the new is charged, and the panel follows."""
    async with office.at_work() as desk:
        await desk.press("p", "enter")
        await desk.until(lambda: "credited for the rest of Business, 11/30 days" in desk.words)
        await yes(desk)
        await desk.until(lambda: result(desk) == "Done: Enterprise, monthly, 37 seats, EUR 81.40 charged.")
        await desk.until(lambda: "Enterprise · monthly" in desk.text)
    assert (await overview_of(office)).subscription.plan == "enterprise"


async def test_the_billing_cycle_goes_from_monthly_to_annual_with_the_drafted_seats(office: Office) -> None:
    """D10: a new annual period from today; the seats that are drafted go along and are drafted no longer."""
    async with office.at_work() as desk:
        await desk.press("plus", "plus", "plus", "plus")
        await desk.until(lambda: "holds until" in desk.text)
        await desk.press("b")
        await desk.until(
            lambda: "With 41 seats, as in your pending change." in desk.words and "from 20 Nov 2027" in desk.words
        )
        await desk.press("enter")
        await desk.until(lambda: "Seats 37 → 41" in desk.words)
        await yes(desk)
        await desk.until(lambda: result(desk).startswith("Done: Business, annual, 41 seats, EUR 2,378.60 charged"))
        await desk.until(lambda: "No pending change" in desk.text)
        await desk.press("b")
        await desk.until(lambda: "Only the vendor can change annual billing to monthly" in desk.words)
    assert (await overview_of(office)).subscription.billing_cycle is BillingCycle.ANNUAL


async def test_a_price_of_another_state_is_asked_again_when_it_is_chosen(office: Office) -> None:
    """The list was priced before somebody else's change: the dialog shows what it costs now."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await desk.press("p")
        await desk.until(lambda: "EUR 81.40 now" in desk.text)
        await other.confirm((await other.quote(Change(seats=39))).id, key="elsewhere")
        overview = desk.app.session
        await desk.until(lambda: overview.overview is not None and overview.overview.seats.paid == 39)
        await desk.press("enter")
        await desk.until(lambda: "39 seats of Enterprise" in desk.words)
        assert "Pay EUR 85.80" in desk.text


async def test_what_may_be_chosen_follows_a_change_made_elsewhere(office: Office) -> None:
    """D5: while the list is open another has paid for all users: the prices are those of now, and so it says."""
    async with office.at_work(size=(120, 40)) as desk, office.client(Role.OWNER) as other:
        await desk.press("p", "j")
        await desk.until(lambda: "EUR 81.40 now" in desk.words and "EUR 4,718.60 now" in desk.words)
        await other.confirm((await other.quote(Change(seats=40))).id, key="elsewhere")
        await desk.until(lambda: "The subscription has changed meanwhile" in desk.words)
        await desk.until(lambda: "EUR 88.00 now" in desk.words and "EUR 4,712.00 now" in desk.words)
        assert "> Enterprise · annual" in desk.words
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        assert "Pay EUR 4,712.00" in desk.words


async def test_the_end_is_cancelled_resumed_and_started_again(office: Office) -> None:
    """D12: at the period's end and not before; it can be taken back, and after the end it starts anew."""
    async with office.at_work() as desk:
        await run(desk, "end")
        await desk.until(lambda: "The subscription ends on 1 Dec 2026" in desk.words)
        assert "> [ Keep it ]" in desk.text
        await yes(desk)
        await desk.until(lambda: result(desk).startswith("Done: it ends on 1 Dec"))
        await desk.until(lambda: desk.app.session.overview.subscription.cancel_at_period_end)  # type: ignore[union-attr]
        await run(desk, "resume")
        await yes(desk)
        await desk.until(lambda: "continues and renews on 1 Dec" in result(desk))
        await run(desk, "end")
        await yes(desk)
        await desk.until(lambda: result(desk).startswith("Done: it ends on 1 Dec"))
        await run(desk, "advance('P1M')")
        await desk.until(lambda: "It is 2026-12-20 in the sandbox now" in result(desk))
        await desk.until(
            lambda: desk.app.session.overview.subscription.status is SubscriptionStatus.ENDED  # type: ignore[union-attr]
        )
        await desk.press("p")
        await desk.until(lambda: "Start again" in desk.text and "from 20 Jan 2027" in desk.words)
        await desk.press("j", "enter")
        await yes(desk)
        await desk.until(lambda: result(desk).startswith("Done: Business, monthly, 40 seats, EUR 240.00 charged"))
    assert (await overview_of(office)).subscription.status is SubscriptionStatus.ACTIVE


async def test_what_is_overdue_can_be_paid_at_once(office: Office) -> None:
    """D13: a refused renewal is past due; `o` pays it, and the subscription is active again."""
    async with office.at_work() as desk, office.client(Role.OWNER) as other:
        await desk.press("o")
        assert result(desk) == "Nothing is overdue."
        await other.set_payments(PaymentsBody(next="decline"))
        await run(desk, "advance('P11D')")
        await desk.until(lambda: "past due" in desk.text)
        assert "o overdue…" in desk.lines[23]
        await desk.press("plus")
        assert result(desk) == "A payment is overdue: o pays it, then the seats can be changed."
        await desk.press("o")
        await desk.until(lambda: "The payment that was refused is made now" in desk.words)
        await yes(desk)
        await desk.until(lambda: result(desk).startswith("Done: the subscription is active again, EUR 240.00 charged"))


async def test_the_next_payment_can_be_declined_on_purpose(office: Office) -> None:
    """A sandbox lets one see a refusal before it hurts, and the same dialog takes the next try."""
    async with office.at_work() as desk:
        await run(desk, "decline")
        assert result(desk) == "The sandbox declines the next payment."
        await desk.press("plus")
        await desk.until(lambda: "holds until" in desk.text)
        await desk.press("c", "y")
        await desk.until(lambda: "Nothing was charged" in desk.words)
        await yes(desk)
        await desk.until(lambda: result(desk).startswith("Done: 38 seats"))


async def test_only_the_owner_ends_it(shared: Office) -> None:
    """D28: others are told who may, before anything is asked."""
    async with shared.at_work(Role.BILLING) as desk:
        await run(desk, "end")
        assert result(desk) == "Your role (billing) can't cancel the subscription: only the owner may."
        await run(desk, "resume")
        assert "not cancelled" in result(desk)
        assert not desk.wire.calls("POST")


async def test_a_viewer_sees_prices_and_confirms_none(shared: Office) -> None:
    """D28: who may ask but not pay sees what each plan costs, and is told at Enter."""
    async with shared.at_work(Role.VIEWER) as desk:
        await desk.press("p")
        await desk.until(lambda: "EUR 81.40 now" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "may see prices but not confirm them" in result(desk))


async def test_the_palette_has_the_sandbox_only_for_its_owner(shared: Office) -> None:
    """What cannot be done is not offered by name."""
    async with shared.at_work() as desk:
        names = [command.title for command in desk.app.get_system_commands(desk.app.screen)]
        assert "Sandbox: a month later" in names
        assert "cancel the subscription…" in names
    async with shared.at_work(Role.ADMIN) as desk:
        names = [command.title for command in desk.app.get_system_commands(desk.app.screen)]
        assert not [name for name in names if name.startswith("Sandbox")]


async def test_on_a_contract_nothing_is_said_about_paying(tmp_path: Path) -> None:
    """A contract sets it all: the keys say so with the address, and no other word of paying is on the screen."""
    with serving(tmp_path, plan="contract") as office:
        async with office.at_work() as desk:
            for key in ("p", "b", "P", "o", "c", "plus", "minus", "e"):
                await desk.press(key)
                assert result(desk) == "This is set by your contract; write to sales@vendor.example."
            await desk.press("escape")
            for word in ("eur ", "pay", "paid", "price", "plan…", "cycle…", "confirm"):
                assert word not in desk.text.lower()
            names = [command.title for command in desk.app.get_system_commands(desk.app.screen)]
            assert not {"plan…", "cycle…", "pay…", "overdue…", "cancel the subscription…"} & set(names)
            assert not desk.wire.calls("POST")


async def test_seats_that_follow_the_users_are_not_drafted(tmp_path: Path) -> None:
    """D14: + and - say what to do instead; a cheaper plan keeps the rest as credit and says so everywhere."""

    def invoiced(connection: Connection) -> str:
        wanted = Founding(organisation="Tidewheel", owner="ada@tidewheel.example", plan="professional", seats=3)
        made = found(connection, wanted, default_catalogue(), NOW)
        pay_first_period(connection, made, default_catalogue())
        return made.token

    with serving(tmp_path, seed=invoiced) as office:
        async with office.at_work(size=(120, 40)) as desk:
            await desk.press("plus")
            assert result(desk) == "On Professional seats follow the users: 2 opens them, n adds one, d removes."
            assert "seats" not in desk.lines[39]
            await desk.press("p", "enter")
            await desk.until(lambda: "kept as credit for the next payments" in desk.words)
            assert "EUR 0.00 now" in desk.words
            await yes(desk)
            await desk.until(lambda: "Done: Business, monthly" in result(desk))
            assert "kept as credit" in result(desk)


async def test_professional_has_one_cycle_and_says_so(tmp_path: Path) -> None:
    """A cycle that is not offered is shown with that reason."""
    with serving(tmp_path, plan="professional") as office:
        async with office.at_work() as desk:
            await desk.press("b")
            await desk.until(lambda: "Professional is not offered annual" in desk.words)
            await desk.press("enter")
            assert isinstance(desk.app.screen, TermsDialog)
            await desk.press("escape")
            assert not desk.wire.calls("POST")


async def test_the_free_plan_is_left_with_p(tmp_path: Path) -> None:
    """D10, D12: nothing renews and no seats are offered there; a new period starts today on the plan that is chosen."""
    with serving(tmp_path, plan="non-commercial") as office:
        async with office.at_work(size=(120, 40)) as desk:
            chooses = "Non-commercial has no seats to pay for: p chooses a plan that has them."
            assert "Price free, nothing is due" in desk.words
            assert chooses in desk.words
            assert not {"Renews", "monthly", "cycle…", "- seats"} & set(desk.words.split())
            assert desk.lines[39].split() == ["p", "plan…", "?", "help"]
            await desk.press("plus")
            assert result(desk) == chooses
            await desk.press("b")
            assert result(desk) == "Non-commercial is free: p chooses another plan, and how it is billed."
            assert not desk.wire.calls("POST")
            await run(desk, "start")
            await desk.until(lambda: "Business · annual" in desk.words and "from 20 Dec" in desk.words)
            await desk.press("j", "enter")
            await desk.until(lambda: "Non-commercial → Business" in desk.text)
            await yes(desk)
            await desk.until(lambda: "Done: Business, monthly" in result(desk))
