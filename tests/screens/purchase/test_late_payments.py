"""Stories of payments whose outcome is not known at first: it is found out, and nothing is charged twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Desk, Office, serving

from contract.billing import PaymentStatus
from contract.people import Role
from contract.sandbox import ClockBody, PaymentsBody
from screens.shared.area_screen import AreaScreen


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


async def buy_one_seat(desk: Desk) -> None:
    """One more, confirmed."""
    await desk.press("plus")
    await desk.until(lambda: "holds until" in desk.text)
    await desk.press("c", "y")


async def test_a_payment_that_is_answered_late_is_asked_about_again(office: Office) -> None:
    """The app repeats the request with its key by itself, and says once what was charged."""
    async with office.at_work(Role.OWNER) as desk, office.client(Role.OWNER) as client:
        before = len((await client.payments()).items)
        await client.set_payments(PaymentsBody(next="late"))
        await buy_one_seat(desk)
        await desk.until(lambda: result(desk) == "Done: 38 seats, EUR 2.20 charged, 1 user became active.")
        confirmed = [call for call in desk.wire.calls("POST") if call.endswith("/confirm")]
        assert len(confirmed) > 1
        assert len(set(desk.wire.keys(confirmed[0].removeprefix("POST ")))) == 1
        assert len((await client.payments()).items) == before + 1


async def test_a_gateway_that_is_gone_for_long(office: Office) -> None:
    """Nothing is said to be charged or not while nobody knows; once the server knows, it is told here."""
    async with office.at_work(Role.OWNER) as desk, office.client(Role.OWNER) as client:
        before = len((await client.payments()).items)
        await client.set_payments(PaymentsBody(next="unreachable", times=100))
        await buy_one_seat(desk)
        await desk.until(lambda: "is still in progress" in result(desk))
        assert result(desk) == "The payment of EUR 2.20 is still in progress; the outcome will be shown here."
        await client.set_payments(PaymentsBody(next="accept"))
        await client.set_clock(ClockBody(advance="PT5M"))
        await desk.until(lambda: "it was done" in result(desk))
        assert result(desk) == "The answer was lost, but it was done: EUR 2.20 was charged once."
        payments = (await client.payments()).items
        assert (len(payments), payments[0].status) == (before + 1, PaymentStatus.SUCCEEDED)
        assert "38 of 38 taken" in desk.text
