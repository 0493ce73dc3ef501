"""How the Billing area looks: three sides, what was refused, given back, overdue, and what is to come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import looks
import pytest
from answers import eur, make_forecast, make_overview
from harness import settled
from made_books import DECEMBER, FREE, MadeBooks, made_app, past_due, usual
from textual.pilot import Pilot

from tui.terminal.preflight import Terminal

SIZES = [*looks.SIZES, (60, 15)]


Look = Callable[..., bool]


@pytest.fixture
def look(snap_compare: Any, tmp_path: Path) -> Look:
    """Compare how the app over some books looks after some keys, from the Billing area on."""

    def compare(books: MadeBooks, size: tuple[int, int], *keys: str, **options: Any) -> bool:
        app = made_app(books, tmp_path, **options)
        same = snap_compare(app, terminal_size=size, run_before=lambda pilot: _go(pilot, keys))
        assert app.return_code == 0
        return bool(same)

    return compare


async def _go(pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    """To the Billing area, and on."""
    await settled(pilot)
    for key in ("6", *keys):
        await pilot.press(key)
        await settled(pilot)
    await pilot.pause(0.3)


@pytest.mark.parametrize("size", SIZES)
def test_invoices(look: Look, size: tuple[int, int]) -> None:
    """Newest first, with the total at the right edge; a plan change gives more back than it charges."""
    assert look(usual(), size)


@pytest.mark.parametrize("size", looks.SIZES)
def test_an_invoice_in_full(look: Look, size: tuple[int, int]) -> None:
    """Each sum written out, what it gives back, what was kept, and that it adds up."""
    assert look(usual(), size, "enter")


def test_a_rounded_sum(look: Look) -> None:
    """What was rounded says from what, and how."""
    assert look(usual(), (120, 40), "j")


@pytest.mark.parametrize("size", looks.SIZES)
def test_payments(look: Look, size: tuple[int, int]) -> None:
    """Refused ones say why."""
    assert look(usual(), size, "tab", "j")


@pytest.mark.parametrize("size", SIZES)
def test_forecast(look: Look, size: tuple[int, int]) -> None:
    """The next date in a sentence, where the credit goes, and twelve payments as columns and as rows."""
    assert look(usual(), size, "shift+tab")


@pytest.mark.parametrize("size", SIZES)
def test_past_due(look: Look, size: tuple[int, int]) -> None:
    """What is overdue, when it is tried again, when access is lost, and the key that pays."""
    assert look(past_due(), size)


def test_the_open_invoice(look: Look) -> None:
    """Every try with its reason, and the key that pays."""
    assert look(past_due(), (80, 24), "enter")


@pytest.mark.parametrize("side", [(), ("tab",), ("tab", "tab")])
def test_nothing_there(look: Look, side: tuple[str, ...]) -> None:
    """A free plan has nothing to pay, and says so on every side."""
    books = MadeBooks(overview=make_overview(plan=FREE), forecast=make_forecast(0))
    assert look(books, (80, 24), *side)


def test_it_ends(look: Look) -> None:
    """Cancelled: nothing more will be charged, and the day on which access ends."""
    books = usual()
    books.forecast = make_forecast(0, ends=DECEMBER)
    assert look(books, (80, 24), "shift+tab")


def test_something_does_not_add_up(look: Look) -> None:
    """Which sum it is, and by how much."""
    books = usual()
    wrong = books.invoices[1].model_copy(update={"tax": eur(300), "total": eur(1837), "amount_paid": eur(1837)})
    books.invoices = [wrong, *books.invoices[2:]]
    assert look(books, (120, 40))


def test_sixteen_colours(look: Look) -> None:
    """With the terminal's own colours the parts of the chart are still told apart."""
    assert look(usual(), (80, 24), "shift+tab", theme="ansi")


def test_no_colour(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without colour as well."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert look(usual(), (80, 24), "shift+tab", terminal=Terminal(no_color=True))


def test_ascii(look: Look) -> None:
    """In ASCII signs."""
    assert look(usual(), (80, 24), "shift+tab", terminal=Terminal(ascii_only=True))
