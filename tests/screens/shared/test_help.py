"""The help says which keys work here, and nothing else."""

from fake_rows import text_of
from gallery import Gallery, Users

from screens.shared.help import Help


async def test_help_shows_the_keys_of_this_screen_as_the_user_chose_them() -> None:
    """A remapped command shows its new key, one that is off says so, other areas are left out."""
    app = Gallery(Users())
    async with app.run_test(size=(80, 60)) as pilot:
        app.user_keys = {"users.remove": "delete", "users.undo": "<ignore>"}
        app.push_screen(Help("users"))
        await pilot.pause()
        seen = "\n".join(text_of(app))
        assert "del           Remove the marked users." in seen
        assert "(off)         Undo the last addition or removal." in seen
        assert "Every command by name." in seen
        assert "Accept the marked requests" not in seen
        await pilot.press("question_mark")
        assert not isinstance(app.screen, Help)


async def test_help_scrolls_when_it_is_long() -> None:
    """At 24 rows the last line is reached with G."""
    app = Gallery(Users())
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Help("users"))
        await pilot.pause()
        assert "Quit; asks only" not in "\n".join(text_of(app))
        await pilot.press("G")
        await pilot.pause()
        assert "Quit; asks only" in "\n".join(text_of(app))
