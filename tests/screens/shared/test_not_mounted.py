"""Nothing touches what is not mounted: what is said to a dialog or an area too early or too late is kept or let go."""

from collections.abc import Callable

import pytest
from textual.app import App
from textual.screen import ModalScreen

from screens.codes.dialogs import CodeDetail, HandOut
from screens.purchase.quote_dialog import QuoteDialog, monotonic
from screens.shared.area_screen import AreaScreen
from screens.shared.confirm import Confirm
from screens.shared.form import Field, Form, FormScreen
from tui.presentation.confirmation import Summary
from tui.widgets.table.data import Row

FIRST, SECOND = Summary("Remove?", "Remove"), Summary("Remove them all?", "Remove 2", lines=["Two of them."])
ROW = Row("1", ("SPRING", "on"), 1)


class Sheet(FormScreen[None]):
    """A form of one field."""

    def form(self) -> Form:
        """It."""
        return Form("A form", [Field("one", "One")])


def quoted() -> QuoteDialog:
    """About a price that holds for a minute."""
    return QuoteDialog(FIRST, monotonic() + 60, lambda _: None, seen=True)


Case = tuple[Callable[[], ModalScreen[object]], Callable[[ModalScreen[object]], object], str]
CASES: dict[str, Case] = {
    "confirm": (lambda: Confirm(FIRST), lambda it: it.show_summary(SECOND), "Two of them."),  # type: ignore[attr-defined, dict-item, return-value]
    "quote": (quoted, lambda it: it.show_quote(SECOND, monotonic() + 9), "Two of them."),  # type: ignore[attr-defined, dict-item]
    "code": (lambda: CodeDetail(ROW, ["old"], ()), lambda it: it.show(ROW, ["new line"], ()), "new line"),  # type: ignore[attr-defined, dict-item, return-value]
    "form": (Sheet, lambda it: it.sheet.show(above=["said early"]), "said early"),  # type: ignore[attr-defined, dict-item]
}


def text_of(app: App[None]) -> str:
    """What stands on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.mark.parametrize(("make", "say", "seen"), CASES.values(), ids=CASES)
async def test_what_is_said_to_a_dialog_too_early_is_shown_and_too_late_is_nothing(
    make: Callable[[], ModalScreen[object]], say: Callable[[ModalScreen[object]], object], seen: str
) -> None:
    """Before it is mounted, right after it was opened, and when it is gone: no dialog looks for what is not there."""
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        for wait in (False, True):
            dialog = make()
            opened = app.push_screen(dialog)
            if wait:
                await opened
            say(dialog)
            await pilot.pause()
            assert seen in text_of(app)
            dialog.dismiss(None)
            say(dialog)
            await pilot.pause()
            say(dialog)


async def test_a_message_that_was_copied_after_it_was_closed_is_nothing() -> None:
    """The clipboard's answer comes late."""
    app: App[None] = App()
    async with app.run_test() as pilot:
        dialog = HandOut("SPRING", "Use SPRING.", copy_now=True)
        app.push_screen(dialog)
        await pilot.pause()
        dialog.dismiss(None)
        dialog.action_yes()
        await pilot.pause(0.1)


class Empty(AreaScreen):
    """An area with nothing in it."""

    AREA = "users"


async def test_a_result_told_to_an_area_that_is_just_opening_is_shown_there() -> None:
    """Before its rows are there it is kept; a question what it says, or clearing it, is no error."""
    app: App[None] = App()
    async with app.run_test(size=(80, 24)) as pilot:
        area = Empty()
        app.push_screen(area)
        assert not area.has_rows
        area.clear_result()
        area.show_result("Said early.")
        await pilot.pause()
        assert "Said early." in text_of(app)
        app.pop_screen()
        await pilot.pause()
        area.show_result("Said late.")
        area.show_error("Said late.")
        area.clear_result()
