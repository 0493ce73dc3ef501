"""What screens have in common."""

from dataclasses import replace

from fake_rows import text_of
from gallery import FRAME, Gallery, Overview, Users
from textual.pilot import Pilot

from screens.shared.help import Help
from tui.widgets.app_bar import link_line


async def settled(screen: Users, pilot: Pilot[None]) -> None:
    """Wait until the table has what it asked for."""
    while screen.table.busy:
        await pilot.pause()


async def test_a_screen_behind_another_is_paused_and_catches_up() -> None:
    """Behind a dialog nothing is repainted; in front again the top row tells the present state."""
    app = Gallery(Overview())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen = app.first
        assert isinstance(screen, Overview)
        app.push_screen(Help("overview"))
        await pilot.pause()
        seen = [screen.paused]
        app.frame = replace(FRAME, link=link_line(retry="in 4 s", as_of="14:02"))
        screen.show_frame(app.frame)
        await pilot.press("escape")
        await pilot.pause()
        assert [*seen, screen.paused] == [True, False]
        assert "○ reconnecting in 4 s  as of 14:02" in text_of(app)[1]


async def test_r_asks_again_for_the_view() -> None:
    """The table's rows are asked for once more."""
    screen = Users()
    async with Gallery(screen).run_test(size=(80, 24)) as pilot:
        await settled(screen, pilot)
        before = len(screen.source.asked)
        await pilot.press("r")
        await settled(screen, pilot)
        assert len(screen.source.asked) == before + 1
