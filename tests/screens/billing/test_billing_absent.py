"""Where the Billing area is not: on a contract, and while the plan is not known."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from answers import make_overview, make_subscription
from harness import Desk, Wire, settled
from made_books import CONTRACT, MadeBooks, made_app, usual

from contract.subscription import PlanKind, SeatCounts
from screens.shared.help import Help

_MONEY = re.compile(r"pay|paid|invoic|billing|price|charge|cost|EUR", re.IGNORECASE)


@asynccontextmanager
async def at(books: MadeBooks, folder: Path) -> AsyncIterator[Desk]:
    """The app over these books."""
    app = made_app(books, folder)
    async with app.run_test(size=(120, 40)) as pilot:
        if not books.held:
            await settled(pilot)
        yield Desk(app, pilot, Wire(""))


async def press(desk: Desk, *keys: str) -> None:
    """Press, and wait; these books are not on a wire that could be watched."""
    await desk.pilot.press(*keys)
    await settled(desk.pilot)


def contract() -> MadeBooks:
    """A subscription set by a contract."""
    seats = SeatCounts(paid=36, used=36, free=0, not_paid=0, high_water=36, at_renewal=36)
    subscription = make_subscription(plan="contract", unit_price=None, next_payment=None, users_not_paid=0)
    return MadeBooks(overview=make_overview(plan=CONTRACT, seats=seats, subscription=subscription))


async def test_a_contract_has_no_such_area(tmp_path: Path) -> None:
    """D12: not in the bar, not behind its key, not between the others."""
    async with at(contract(), tmp_path) as desk:
        assert "Billing" not in desk.lines[0]
        await press(desk, "6")
        assert desk.app.current_mode == "overview"
        assert "This area is not part of your plan." in desk.text
        await press(desk, "left_square_bracket")
        assert desk.app.current_mode == "activity"
        await press(desk, "right_square_bracket")
        assert desk.app.current_mode == "overview"


async def test_a_contract_has_no_word_of_it_in_help_and_palette(tmp_path: Path) -> None:
    """Neither the command nor any other about paying."""
    async with at(contract(), tmp_path) as desk:
        commands = list(desk.app.get_system_commands(desk.app.screen))
        assert commands
        assert [each for each in commands if _MONEY.search(f"{each.title} {each.help}")] == []
        for key in ("1", "2", "3"):
            await press(desk, key, "question_mark")
            assert isinstance(desk.app.screen, Help)
            await press(desk, "G")
            assert [line for line in desk.lines if _MONEY.search(line)] == []
            await press(desk, "escape")


async def test_the_area_is_left_when_the_plan_becomes_a_contract(tmp_path: Path) -> None:
    """Whoever is there when it happens is taken to the overview."""
    books = usual()
    async with at(books, tmp_path) as desk:
        await press(desk, "6")
        assert desk.app.current_mode == "billing"
        books.overview = contract().overview
        await press(desk, "R")
        await desk.until(lambda: desk.app.current_mode == "overview")
        assert "Billing" not in desk.lines[0]


async def test_before_the_plan_is_known_the_area_waits(tmp_path: Path) -> None:
    """The bar does not show what might not be there; the key says that it is on its way."""
    books = usual()
    books.held = "/v1/overview"
    async with at(books, tmp_path) as desk:
        await desk.pilot.press("6")
        await desk.pilot.pause()
        assert "Billing" not in desk.lines[0]
        assert "Still connecting" in desk.text


@pytest.mark.parametrize("held", ["/v1/invoices"])
async def test_what_is_on_its_way_says_so(tmp_path: Path, held: str) -> None:
    """Loading is a sentence of its own."""
    books = usual()
    async with at(books, tmp_path) as desk:
        books.held = held
        await desk.pilot.press("6")
        await desk.until(lambda: "Loading invoices…" in desk.text)


async def test_other_plans_have_it(tmp_path: Path) -> None:
    """Between Transfers and the first, under its own number."""
    async with at(usual(), tmp_path) as desk:
        assert desk.app.session.overview is not None
        assert desk.app.session.overview.plan.kind is PlanKind.PAID
        assert "5 Codes 6 Billing" in " ".join(desk.lines[0].split())
        await press(desk, "left_square_bracket", "left_square_bracket")
        assert desk.app.current_mode == "billing"
