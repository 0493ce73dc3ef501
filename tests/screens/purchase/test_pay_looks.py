"""How the Pay dialog and the panel of what needs attention look."""

from pathlib import Path
from typing import Any

import pytest
from harness import Desk
from looks import SIZES, Story, look

from contract.sandbox import ClockBody, PaymentsBody
from screens.purchase import quote_dialog


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for which a price holds does not run while it is drawn."""
    monkeypatch.setattr(quote_dialog, "monotonic", lambda: 0.0)


async def opened(desk: Desk) -> None:
    """The dialog with its price."""
    await desk.press("P")
    await desk.until(lambda: "3 of 3 marked" in desk.text and " now   " in desk.text)


async def unmarked(desk: Desk) -> None:
    """One taken out again."""
    await opened(desk)
    await desk.press("space")
    await desk.until(lambda: "2 of 3 marked" in desk.text and "EUR 4.40 now" in desk.text)


async def asked(desk: Desk) -> None:
    """The dialog that names everybody."""
    await opened(desk)
    await desk.press("c")


@pytest.mark.parametrize("size", [*SIZES, (60, 15)])
def test_paying_for_who_is_not_paid(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Each with a price, one taken out, the sum below, and what happens otherwise."""
    assert look(snap_compare, tmp_path, size, unmarked)


@pytest.mark.parametrize("size", SIZES)
def test_asking_before_paying_for_users(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """Everybody by name with the price, the total, and the renewal that would have them anyway."""
    assert look(snap_compare, tmp_path, size, asked, keys=("2",))


def late(days: int) -> Story:
    """A story in which every payment is refused for so many days."""

    async def story(desk: Desk) -> None:
        """The owner's sandbox: others renew their own subscriptions in it too."""
        client = desk.app.session.client
        await client.set_payments(PaymentsBody(next="decline", times=100))
        await client.set_clock(ClockBody(advance=f"P{days}D"))
        await desk.until(lambda: "pays now" in desk.text)
        await desk.settled()

    return story


@pytest.mark.parametrize("size", SIZES)
def test_past_due(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """D13: what is overdue, when it is asked for again, and when access is lost."""
    assert look(snap_compare, tmp_path, size, late(11))


@pytest.mark.parametrize("size", SIZES)
def test_suspended(snap_compare: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    """D13: since when nobody has access, and until what is paid."""
    assert look(snap_compare, tmp_path, size, late(19))


def test_the_list_of_users_while_suspended(snap_compare: Any, tmp_path: Path) -> None:
    """Above users who are called active it says that nobody can use the service, and why."""

    async def story(desk: Desk) -> None:
        """Suspended, then the list."""
        await late(19)(desk)
        await desk.press("2")

    assert look(snap_compare, tmp_path, (80, 24), story)
