"""Paying for users who are NOT PAID, in key presses over the real server: one payment, for exactly who was shown."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import NOW, Desk, Office, serving
from sqlalchemy import Connection

from contract.people import Role
from contract.quotes import Change
from contract.sandbox import ClockBody, PaymentsBody
from contract.users import NewUser, User, UserBatch, UserSort, UsersQuery, UserStatus
from screens.purchase.pay import PayScreen
from screens.shared.area_screen import AreaScreen
from screens.shared.confirm import Confirm
from server.catalogue import default_catalogue
from server.operations.provisioning import Founding, found
from server.platform.transaction import Unit
from server.users.adding import become_accounts
from server.users.seat_assignment import Listing, list_users


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of the story's own: 37 seats, all taken, and three users NOT PAID eleven days before the renewal."""
    with serving(tmp_path) as found:
        yield found


async def unpaid(office: Office) -> list[User]:
    """Who is NOT PAID now, longest waiting first."""
    async with office.client() as client:
        query = UsersQuery(status=UserStatus.NOT_PAID, sort=UserSort.ADDED_AT, limit=500)
        return list((await client.users(query)).items)


async def charged(office: Office) -> list[int]:
    """The amounts taken since the renewal, newest first."""
    async with office.client() as client:
        return [invoice.amount_paid.amount for invoice in (await client.invoices()).items if invoice.quote_id]


def result(desk: Desk) -> str:
    """What the row above the keys says."""
    screen = desk.app.screen_stack[0]
    assert isinstance(screen, AreaScreen)
    return screen.action_bar.result


def words(desk: Desk) -> str:
    """What the screen says, without the frames that break its sentences."""
    return " ".join(desk.text.replace("│", " ").split())


def ready(desk: Desk) -> bool:
    """Whether the dialog in front has been there long enough to be answered."""
    return isinstance(desk.app.screen, Confirm) and desk.app.screen.is_ready


async def opened(desk: Desk, *, marked: str = "3 of 3 marked") -> None:
    """P, and the price is there."""
    await desk.press("P")
    await desk.until(lambda: marked in desk.text and " now   " in desk.text)


async def summary(desk: Desk) -> None:
    """On to the dialog that names everybody."""
    await desk.press("c")
    assert isinstance(desk.app.screen, Confirm)


async def test_everybody_is_paid_for_with_one_payment(office: Office) -> None:
    """D15: P shows the unpaid with the price of each; c names them all; y charges once, and they are active."""
    waiting = await unpaid(office)
    before = await charged(office)
    async with office.at_work(area="users") as desk:
        await opened(desk)
        assert all(user.email in desk.text for user in waiting)
        assert "EUR 6.60 now   3 users, each EUR 6.00 × 11/30 days, to 30 Nov" in desk.text
        assert "Or wait: they become active with the payment of 1 Dec, which has EUR 18.00 for them" in words(desk)
        await summary(desk)
        assert all(user.name in words(desk) and user.email in words(desk) for user in waiting)
        assert "Pay EUR 6.60" in desk.text
        assert "EUR 18.00 for them either way" in words(desk)
        await desk.press("y")
        await desk.until(lambda: result(desk) == "Done: 3 users became active, EUR 6.60 charged.")
        assert len([call for call in desk.wire.calls("POST") if call.endswith("/confirm")]) == 1
        await desk.until(lambda: "NOT PAID" not in desk.text)
    assert await unpaid(office) == []
    assert [*await charged(office)][: len(await charged(office)) - len(before)] == [660]


async def test_unmarking_changes_the_sum_and_who_is_paid(office: Office) -> None:
    """Space takes one out; when the marks have settled the sum is a fresh one of the server's."""
    waiting = await unpaid(office)
    async with office.at_work(area="users") as desk:
        await opened(desk)
        await desk.press("space")
        await desk.until(lambda: "2 of 3 marked" in desk.text and "EUR 4.40 now" in desk.text)
        await desk.press("backslash")
        await desk.until(lambda: "Nobody is marked" in desk.text)
        await desk.press("c")
        assert isinstance(desk.app.screen, PayScreen)
        await desk.press("space")
        await desk.until(lambda: "1 of 3 marked" in desk.text and "EUR 2.20 now" in desk.text)
        await summary(desk)
        await desk.press("y")
        await desk.until(lambda: "1 user became active, EUR 2.20 charged" in result(desk))
    assert len(await unpaid(office)) == len(waiting) - 1


def in_front(desk: Desk) -> type:
    """What kind of screen is in front."""
    return type(desk.app.screen)


async def test_back_from_the_summary_the_same_are_marked(office: Office) -> None:
    """Esc in the summary goes back to the list with its marks, and from there out; nothing is charged on the way."""
    async with office.at_work(area="users") as desk:
        await opened(desk)
        await desk.press("space")
        await desk.until(lambda: "2 of 3 marked" in desk.text and "EUR 4.40 now" in desk.text)
        await summary(desk)
        assert "[ Back ]" in desk.text
        await desk.press("escape")
        assert in_front(desk) is PayScreen
        await desk.until(lambda: "2 of 3 marked" in desk.text and "EUR 4.40 now" in desk.text)
        await summary(desk)
        await desk.press("escape", "escape")
        assert in_front(desk) not in {PayScreen, Confirm}
        await opened(desk)
        assert not [call for call in desk.wire.calls("POST") if call.endswith("/confirm")]


async def test_marks_in_the_list_choose_who_is_paid_for(office: Office) -> None:
    """The marked who need no payment are counted and left out; the others stay NOT PAID."""
    waiting = await unpaid(office)
    async with office.at_work(area="users") as desk:
        await desk.press("slash")
        await desk.type("status:not_paid")
        await desk.press("enter", "space")
        name = desk.table.marks.chosen.copy()
        await desk.press("escape", "g", "space")
        assert desk.table.mark_count == 2
        await opened(desk, marked="1 of 1 marked")
        assert "1 of the 2 marked is not NOT PAID and left out." in desk.text
        await summary(desk)
        await desk.press("y")
        await desk.until(lambda: "1 user became active" in result(desk))
        assert not set(name) & set(desk.table.marks.chosen)
    assert {user.id for user in waiting} - {user.id for user in await unpaid(office)} == set(name)


async def test_marks_that_need_no_payment_open_nothing(office: Office) -> None:
    """There is nobody to pay for among them."""
    async with office.at_work(area="users") as desk:
        await desk.press("space", "P")
        assert result(desk) == "None of these users is NOT PAID."
        assert not isinstance(desk.app.screen, PayScreen)


async def test_somebody_removed_meanwhile_is_named_and_nothing_is_charged(office: Office) -> None:
    """What is paid is exactly who was shown: the price is stale, says who has gone, and only then can be paid."""
    waiting = await unpaid(office)
    before = await charged(office)
    async with office.at_work(area="users") as desk, office.client(Role.OWNER) as other:
        await opened(desk)
        await summary(desk)
        desk.app.session.listeners.overview = lambda _: None
        await other.remove_user(waiting[0].id)
        await desk.press("y")
        await desk.until(lambda: waiting[0].name in words(desk) and "Nothing was charged" in words(desk))
        assert await charged(office) == before
        await desk.until(lambda: ready(desk))
        await desk.press("y")
        await desk.until(lambda: "2 users became active, EUR 4.40 charged" in result(desk))
    assert await unpaid(office) == []


async def test_a_marked_user_paid_for_elsewhere_is_left_out(office: Office) -> None:
    """In the list of the dialog too: it is said by name, and the sum is that of the others."""
    waiting = await unpaid(office)
    async with office.at_work(area="users") as desk, office.client(Role.OWNER) as other:
        await desk.press("slash")
        await desk.type("status:not_paid")
        await desk.press("enter", "space", "space")
        marked = list(desk.table.marks.chosen)
        await opened(desk, marked="2 of 2 marked")
        gone = next(user for user in waiting if user.id == marked[0])
        await other.confirm((await other.quote(Change(pay_users=(gone.id,)))).id, key="elsewhere")
        await desk.until(lambda: "is no longer NOT PAID and left out." in words(desk) and "EUR 2.20 now" in desk.text)
        assert gone.first_name in words(desk)


async def test_somebody_who_comes_meanwhile_is_shown_before_being_paid_for(office: Office) -> None:
    """Live: a new user NOT PAID stands in the list with a price, and the sum has grown."""
    async with office.at_work(area="users") as desk, office.client(Role.ADMIN) as other:
        await opened(desk)
        await other.add_user(NewUser(email="nova@tidewheel.example", first_name="Nova", last_name="Lind"))
        await desk.until(lambda: "4 of 4 marked" in desk.text and "EUR 8.80 now" in desk.text)
        await desk.until(lambda: any("Nova Lind" in line and "EUR 2.20" in line for line in desk.lines))


async def test_others_change_the_list_while_the_summary_is_open(office: Office) -> None:
    """What the overview says meanwhile has nothing to do with seats for who is added: the summary stays."""
    async with office.at_work(area="users") as desk, office.client(Role.ADMIN) as other:
        await opened(desk)
        await summary(desk)
        await other.add_user(NewUser(email="nova@tidewheel.example", first_name="Nova", last_name="Lind"))
        await desk.until(
            lambda: desk.app.session.overview is not None and desk.app.session.overview.seats.not_paid == 4
        )
        assert isinstance(desk.app.screen, Confirm)


async def test_a_refused_payment_changes_nothing(office: Office) -> None:
    """D5: they stay NOT PAID, and it can be tried again."""
    async with office.at_work(area="users") as desk, office.client(Role.OWNER) as other:
        await other.set_payments(PaymentsBody(next="decline"))
        await opened(desk)
        await summary(desk)
        await desk.press("y")
        await desk.until(lambda: "Nothing was charged" in words(desk))
        assert len(await unpaid(office)) == 3


async def test_y_pays_only_where_everybody_is_named(office: Office) -> None:
    """In the list it says so instead of copying or paying; Enter goes on; Esc leaves without a word sent."""
    async with office.at_work(area="users") as desk:
        await opened(desk)
        await desk.press("y")
        assert "Press c to see the summary" in desk.text
        await desk.press("enter")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("escape")
        assert not [call for call in desk.wire.calls("POST") if call.endswith("/confirm")]
    assert len(await unpaid(office)) == 3


@pytest.mark.parametrize("role", [Role.VIEWER])
async def test_who_may_not_pay_is_told(office: Office, role: Role) -> None:
    """D28: a viewer has no key for it, and is told why when it is pressed."""
    async with office.at_work(role, area="users") as desk:
        assert "pay" not in desk.lines[-1]
        await desk.press("P")
        assert result(desk) == "Your role (viewer) may see prices but not confirm them."


async def test_hundreds_are_paid_for_together(office: Office) -> None:
    """More than one page: the list is a window, the sum is of all of them, and one taken out is not paid for."""
    async with office.client() as client:
        await client.batch_users(UserBatch(add=tuple(NewUser(email=f"u{n}@many.example") for n in range(600))))
    async with office.at_work(area="users") as desk:
        await opened(desk, marked="603 of 603 marked")
        assert "603 users, each EUR 6.00" in desk.text
        await desk.press("G")
        await desk.until(lambda: "u599@many.example" in desk.text)
        await desk.press("space")
        await desk.until(lambda: "602 of 603 marked" in desk.text and "EUR 1,324.40 now" in desk.text)
        await summary(desk)
        assert "Type 639 to continue" in desk.text
        await desk.press(*"639", "y")
        await desk.until(lambda: "602 users became active, EUR 1,324.40 charged" in result(desk))
    (left,) = await unpaid(office)
    assert left.email == "u599@many.example"


async def test_the_overview_says_what_it_costs_and_pays_too(office: Office) -> None:
    """The amount beside P is what the dialog asks for; afterwards nobody waits and nothing is said of it."""
    async with office.at_work() as desk:
        assert "! 3 NOT PAID  P pay EUR 6.60 now" in desk.text
        await opened(desk)
        await summary(desk)
        await desk.press("y")
        await desk.until(lambda: "3 users became active, EUR 6.60 charged" in result(desk))
        await desk.until(lambda: "NOT PAID" not in desk.text)
        await desk.press("P")
        assert result(desk) == "Nobody is NOT PAID: nothing to pay for."


async def test_a_suspended_subscription_is_paid_before_its_users(office: Office) -> None:
    """D13: who waits can't be paid for alone; o pays the renewal, and everybody has access again."""
    async with office.at_work(area="users", size=(120, 40)) as desk, office.client(Role.OWNER) as other:
        await other.set_payments(PaymentsBody(next="decline", times=100))
        await other.set_clock(ClockBody(advance="P19D"))
        await desk.until(lambda: "Nobody can use the service: suspended since 8 Dec." in desk.text)
        await desk.press("g")
        await desk.until(lambda: "× inactive · suspended" in desk.text)
        await desk.press("P")
        assert "The renewal comes first" in result(desk)
        await other.set_payments(PaymentsBody(next="accept"))
        await desk.press("1", "o")
        await desk.until(lambda: ready(desk))
        await desk.press("y")
        await desk.until(lambda: "active again" in result(desk))
        await desk.press("2")
        await desk.until(lambda: "Nobody can use" not in desk.text and "! NOT PAID" not in desk.text)


def crowd(connection: Connection) -> str:
    """A subscription with one seat and 10,050 users."""
    wanted = Founding(organisation="Crowd", owner="olga@crowd.example", seats=1)
    founded = found(connection, wanted, default_catalogue(), NOW)
    unit = Unit(
        connection=connection,
        organisation_id=founded.organisation_id,
        subscription_id=founded.subscription_id,
        now=NOW,
    )
    addresses = [f"u{number:05}@crowd.example" for number in range(10_051)]
    listings = [Listing(account_id="", email=each, email_key=each) for each in addresses]
    list_users(unit, become_accounts(unit, listings))
    unit.record()
    return founded.token


async def test_one_payment_takes_ten_thousand(tmp_path: Path) -> None:
    """Of 10,050 unpaid those who wait longest are offered, the rest is said, and the summary names everybody."""
    with serving(tmp_path, seed=crowd) as office:
        async with office.at_work(area="users") as desk:
            overview = desk.app.session.overview
            assert overview is not None
            paid = overview.seats.paid
            await opened(desk, marked="10,000 of 10,000 marked")
            assert "10,050 users are NOT PAID; one payment takes 10,000: those who wait longest." in words(desk)
            await desk.press("G")
            await desk.until(lambda: "u10000@crowd.example" in desk.text)
            await summary(desk)
            assert "10,000 users NOT PAID until now become active" in words(desk)
            await desk.press(*str(paid + 10_000), "y")
            await desk.until(lambda: "10,000 users became active" in result(desk))
            await desk.press("P")
            await desk.until(lambda: "50 of 50 marked" in desk.text)
