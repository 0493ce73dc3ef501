"""What was charged, what was refused and what is to come, told in key presses over the real server."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import NOW, Desk, Office, serving

from contract.people import Role
from contract.quotes import Change
from contract.sandbox import ClockBody, PaymentsBody
from contract.subscription import SubscriptionStatus
from screens.shared.confirm import Confirm
from screens.shared.detail import Detail
from tui.widgets.bar_chart import BarChart


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of the story's own."""
    with serving(tmp_path) as found:
        yield found


async def buy(office: Office, change: Change, *, key: str = "story-0001") -> None:
    """A colleague confirms a change, as far as the bank lets them."""
    async with office.client(Role.OWNER) as client:
        quote = await client.quote(change)
        await client.confirm(quote.id, key=key)


async def refuse_renewal(office: Office) -> None:
    """The first of December comes, and the renewal is refused."""
    async with office.client(Role.OWNER) as client:
        await client.set_payments(PaymentsBody(next="decline"))
        await client.set_clock(ClockBody(now=dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)))


async def status(office: Office) -> SubscriptionStatus:
    """Where the subscription stands."""
    async with office.client() as client:
        return (await client.subscription()).status


def first_row(desk: Desk) -> str:
    """What the first row of the table says."""
    row = desk.table.pages.row(0)
    return "  ".join(row.cells) if row else ""


async def test_invoices_are_read_and_recomputed(office: Office) -> None:
    """6 lists them, newest first, with n of m; Enter writes out every sum and says that it adds up."""
    async with office.at_work() as desk:
        await desk.press("6")
        assert "1 of 20" in desk.text
        assert "2 seats added" in first_row(desk)
        await desk.press("enter")
        assert isinstance(desk.app.screen, Detail)
        assert "2 × EUR 6.00 × 29/30 days = EUR 11.60 exactly" in desk.text
        assert "✓ Every line adds up, and nothing was changed since it was sealed." in desk.text
        assert desk.wire.calls("POST") == []


async def test_a_new_invoice_comes_by_itself(office: Office) -> None:
    """What a colleague pays stands on top without a key."""
    async with office.at_work(area="billing") as desk:
        await buy(office, Change(seats=40))
        await desk.until(lambda: "3 seats added" in first_row(desk))
        await desk.settled()
        assert "of 21" in desk.text


async def test_a_change_of_the_plan_says_what_it_gives_back(office: Office) -> None:
    """D10: one line credits what was paid, by the numbers of its invoices; the other charges the new price."""
    await buy(office, Change(plan="enterprise"))
    async with office.at_work(area="billing", size=(120, 40)) as desk:
        await desk.until(lambda: "change to Enterprise" in first_row(desk))
        await desk.until(lambda: "Every line adds up" in desk.text)
        words = " ".join(desk.text.replace("│", " ").split())
        assert "refunds what INV-000" in words
        assert "inv_" not in words


async def test_a_refused_payment_is_listed_with_its_reason(office: Office) -> None:
    """D5: nothing was charged and nothing changed; Payments says so, and y copies the id that support asks for."""
    async with office.client(Role.OWNER) as client:
        await client.set_payments(PaymentsBody(next="decline"))
        quote = await client.quote(Change(seats=50))
        with pytest.raises(Exception, match="declin"):
            await client.confirm(quote.id, key="story-0001")
    async with office.at_work(area="billing") as desk:
        await desk.press("tab")
        assert "! refused" in first_row(desk)
        assert "a change: The sandbox was told to decline it" in first_row(desk)
        await desk.press("y")
        assert "pay_" in desk.lines[-2]
        await desk.press("enter")
        assert "Nothing was charged, and the change it was for was not made." in desk.words


async def test_what_is_overdue_is_paid_with_two_keys(office: Office) -> None:
    """D13: a line on top says what, until when, and the key; o asks, y pays, and it is gone from everywhere."""
    await refuse_renewal(office)
    async with office.at_work(area="billing") as desk:
        assert "! EUR 240.00 is overdue. Tried again on 2 Dec (tomorrow)" in desk.text
        assert "access is lost on 8 Dec" in desk.words
        assert "! open" in first_row(desk)
        await desk.press("o")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("escape")
        assert await status(office) is SubscriptionStatus.PAST_DUE
        await desk.press("o")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm) and desk.app.screen.is_ready)
        await desk.press("y")
        await desk.until(lambda: "Done" in desk.text and "overdue" not in desk.text)
        await desk.settled()
        assert "✓ paid" in first_row(desk)
        await desk.press("o")
        assert "Nothing is overdue." in desk.text
    assert await status(office) is SubscriptionStatus.ACTIVE


async def test_a_viewer_reads_and_does_not_pay(office: Office) -> None:
    """The key is not offered, and says why when it is pressed."""
    await refuse_renewal(office)
    async with office.at_work(Role.VIEWER, area="billing") as desk:
        assert "is overdue" in desk.text
        assert "pays it now" not in desk.text
        assert "pay overdue" not in desk.text
        await desk.press("o")
        assert "Your role (viewer) may" in desk.text
        await desk.press("enter")
        assert "Every line adds up" in desk.text
        assert desk.wire.calls("POST") == []


async def test_what_is_to_come_follows_what_is_done(office: Office) -> None:
    """The next date in a sentence; a chart whose column follows the cursor; more seats show at once."""
    async with office.at_work(area="billing") as desk:
        await desk.press("shift+tab")
        assert "EUR 240.00 on 1 Dec (in 11 days) for 40 seats, if nothing changes." in desk.text
        assert desk.table.total == 12
        chart = desk.app.screen.query_one(BarChart)
        assert chart.display
        await desk.press("j", "enter")
        assert "40 × EUR 6.00 = EUR 240.00 exactly" in desk.text
        await desk.press("escape")
        await buy(office, Change(seats=50))
        await desk.until(lambda: "EUR 300.00 on 1 Dec (in 11 days) for 50 seats" in desk.text)


async def test_a_cancelled_subscription_says_when_it_ends(office: Office) -> None:
    """D12: nothing more is charged, and the day on which access ends."""
    async with office.at_work(area="billing") as desk:
        await desk.press("shift+tab")
        await buy(office, Change(cancel=True))
        await desk.until(lambda: "! Cancelled: nothing more is charged; access ends on 1 Dec" in desk.text)
        assert not desk.app.screen.query_one(BarChart).display


async def test_what_could_not_be_loaded_is_tried_again_with_r(office: Office) -> None:
    """The reason and the key stand where the rows would be."""
    async with office.at_work(area="billing") as desk:
        desk.wire.failing = "/v1/payments"
        await desk.press("tab")
        assert "The payments could not be loaded" in desk.words
        assert "r tries again" in desk.words
        desk.wire.failing = ""
        await desk.press("r")
        assert "1 of 20" in desk.text


async def test_nothing_is_marked_sorted_or_filtered(office: Office) -> None:
    """These keys belong to lists whose rows can be changed; / says so, the others do nothing."""
    async with office.at_work(area="billing") as desk:
        desk.wire.sent.clear()
        await desk.press("space", "asterisk", "V", "s", "S")
        assert desk.table.mark_count == 0
        assert desk.wire.calls() == []
        await desk.press("slash")
        assert "No filter here" in desk.text
        await desk.press("escape", "y")
        assert "INV-00020" in desk.lines[-2]


async def test_hostile_names_are_shown_as_signs(tmp_path: Path) -> None:
    """A user who is paid for has their name in the line, whatever it is made of."""
    with serving(tmp_path, now=NOW, hostile=["\x1b]0;owned\x07[bold]Eve[/bold]"]) as office:
        await buy(office, Change(pay_users="all"))
        async with office.at_work(area="billing") as desk:
            await desk.until(lambda: "seats for" in first_row(desk) or "a seat for" in first_row(desk))
            await desk.press("enter")
            assert "\x1b" not in desk.text
            assert "Every line adds up" in desk.text or "below" in desk.text
