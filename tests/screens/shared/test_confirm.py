"""Nothing dangerous happens on one key, on Enter alone, or on the key that opened the dialog."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fake_rows import text_of
from gallery import ACCEPT, REMOVE, Gallery, Users
from textual.pilot import Pilot

from tui.presentation.confirmation import Summary


@asynccontextmanager
async def asking(summary: Summary, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Gallery, Pilot[None]]]:
    """The dialog, open."""
    app = Gallery(Users())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.ask(summary)
        await pilot.pause()
        yield app, pilot


async def test_the_confirming_key_confirms() -> None:
    """`y` does it."""
    async with asking(ACCEPT) as (app, pilot):
        await pilot.press("y")
        assert app.answers == [True]


async def test_enter_alone_never_confirms() -> None:
    """The focus is on Cancel, which says so in text."""
    async with asking(ACCEPT) as (app, pilot):
        assert "> [ Cancel ]" in "\n".join(text_of(app))
        await pilot.press("enter")
        assert app.answers == [False]


async def test_the_button_confirms_when_the_focus_was_moved_to_it() -> None:
    """Tab, then Enter: two keys, on purpose."""
    async with asking(ACCEPT) as (app, pilot):
        await pilot.press("tab")
        await pilot.pause()
        assert "> [ Accept 7 ]" in "\n".join(text_of(app))
        await pilot.press("enter")
        assert app.answers == [True]


async def test_escape_and_q_cancel() -> None:
    """Both close it, and nothing happens."""
    for key in ("escape", "q"):
        async with asking(ACCEPT) as (app, pilot):
            await pilot.press(key)
            assert app.answers == [False]


async def test_the_opening_key_pressed_again_does_nothing() -> None:
    """A held `a` opens one dialog and confirms nothing."""
    async with asking(ACCEPT) as (app, pilot):
        await pilot.press("a", "a", "a")
        assert app.answers == []


async def test_a_confirming_key_that_also_opens_is_not_accepted() -> None:
    """Should the same key do both, only the button is left, and the dialog says so."""
    async with asking(replace(ACCEPT, opener="dialog.yes")) as (app, pilot):
        await pilot.press("y")
        await pilot.pause()
        assert app.answers == []
        assert "The same key opened this" in "\n".join(text_of(app))


async def test_another_confirming_key_may_be_chosen() -> None:
    """The user's own key is shown and works, the old one does not."""
    app = Gallery(Users())
    async with app.run_test(size=(80, 24)) as pilot:
        app.user_keys = {"dialog.yes": "o"}
        app.set_keymap(app.user_keys)
        app.ask(ACCEPT)
        await pilot.pause()
        assert "o Accept 7" in "\n".join(text_of(app))
        await pilot.press("y")
        assert app.answers == []
        await pilot.press("o")
        assert app.answers == [True]


async def test_removing_many_asks_for_the_number() -> None:
    """`y` is refused until the number stands there, and digits do nothing else."""
    async with asking(REMOVE) as (app, pilot):
        await pilot.press("y")
        await pilot.pause()
        assert app.answers == []
        assert "Type the number first: 23" in "\n".join(text_of(app))
        await pilot.press("2", "4", "backspace", "3", "y")
        assert app.answers == [True]


async def test_every_object_can_be_read_by_scrolling() -> None:
    """The list scrolls while what it costs and the buttons stay; all names are reached."""
    async with asking(REMOVE) as (app, pilot):
        seen = "\n".join(text_of(app))
        for _ in range(4):
            await pilot.press("pagedown")
            await pilot.pause()
            seen += "\n".join(text_of(app))
        assert [number for number in range(1, 24) if f"person.{number}@example.com" not in seen] == []
        assert "[ Remove 23 ]" in "\n".join(text_of(app))


async def test_names_are_shown_literally() -> None:
    """A name is text: no markup, no control characters."""
    async with asking(replace(ACCEPT, title="[/]", items=["[@click=app.quit]Bob[/]\x1b[2J"])) as (app, _):
        seen = "\n".join(text_of(app))
        assert "[@click=app.quit]Bob[/]␛[2J" in seen
        assert " [/] " in seen


async def test_it_is_usable_at_sixty_by_fifteen() -> None:
    """In the smallest terminal the buttons stay, and everything else is reached by scrolling."""
    for summary in (ACCEPT, REMOVE):
        async with asking(summary, (60, 15)) as (app, pilot):
            seen = ""
            for _ in range(12):
                page = "\n".join(text_of(app))
                assert "> [ Cancel ]" in page
                assert f"y {summary.verb}" in page
                seen += page
                await pilot.press("pagedown")
                await pilot.pause()
            for part in (summary.items[0], summary.items[-1], summary.final.split()[-1], "18.00" * (summary is ACCEPT)):
                assert str(part) in seen
