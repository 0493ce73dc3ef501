"""What the screens of all areas have in common: the rows around the body, and how errors and results are said."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from tui.widgets.app_bar import AppBar, Frame
from tui.widgets.bars import ActionBar, KeyBar
from tui.widgets.host import glyphs_of
from tui.widgets.panel import TooSmall
from tui.widgets.table.table import VirtualTable

__all__ = ["AreaScreen"]


class AreaScreen(Screen[None]):
    """A screen with the app's rows on top, a body, one row for actions and one for keys.

    Subclasses set `AREA` (an id of `commands.TITLES`), `BINDINGS = bindings(AREA)` and implement `body`; a screen that
    is opened from an area names that as `UNDER`. The app around may have the attributes `frame` (a `Frame`), `glyphs`
    and `user_keys`.
    """

    AREA: ClassVar[str] = ""
    UNDER: ClassVar[str] = ""
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (80, "-usual"), (110, "-wide")]  # noqa: RUF012 - as Textual types it
    VERTICAL_BREAKPOINTS = [(0, "-cramped"), (15, "-short"), (32, "-tall")]  # noqa: RUF012 - as Textual types it
    DEFAULT_CSS = """
    AreaScreen {
        background: $background; layout: vertical; overflow: hidden;
        &.-tiny > *, &.-cramped > * { display: none; }
        &.-tiny > TooSmall, &.-cramped > TooSmall { display: block; }
        &.-usual > AppBar, &.-wide > AppBar { height: 2; }
    }
    """

    class NewsSeen(Message):
        """Somebody has closed the line that tells what needs attention."""

    paused = False
    """Whether another screen is in front."""
    said_about = ""
    """What the result is about that may be over before the line is gone."""

    def compose(self) -> ComposeResult:
        """The rows around the body."""
        yield AppBar(self.UNDER or self.AREA, self._frame())
        yield from self.body()
        yield ActionBar()
        yield KeyBar(self.AREA)
        yield TooSmall()

    def body(self) -> Iterable[Widget]:
        """The widgets between the row on top and the two at the bottom."""
        return ()

    def _frame(self) -> Frame:
        found = getattr(self.app, "frame", None)
        return found if isinstance(found, Frame) else Frame()

    @property
    def action_bar(self) -> ActionBar:
        """The row for what is marked, prompts and results."""
        return self.query_one(ActionBar)

    @property
    def has_rows(self) -> bool:
        """Whether its rows are there: not before it is mounted, nor once it is gone."""
        return self.query_one_optional(ActionBar) is not None

    @property
    def key_bar(self) -> KeyBar:
        """The row of keys."""
        return self.query_one(KeyBar)

    def absent_commands(self) -> frozenset[str]:
        """Ids of the commands there is no word of, neither in the palette nor in the help. For subclasses."""
        return frozenset()

    def why_absent(self) -> str:
        """Why commands are absent that other plans have, for palette and help; else empty. For subclasses."""
        return ""

    def show_frame(self, frame: Frame) -> None:
        """Counts, connection or names have changed; under a dialog of its own the row is in sight too."""
        if self.has_rows and (not self.paused or self.app.screen_stack[0] is self):
            self.query_one(AppBar).show(frame)
            self.action_bar.show_news(frame.news)

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """Say what has happened, until the next result or `clear_result`.

        With `about`, the id of a thing that waits for somebody, only until that is over.
        """
        self.said_about = about
        if self.has_rows:
            self.action_bar.show_result(text, tone)
        elif not self.is_mounted:
            self.call_later(partial(self.show_result, text, tone, about=about))

    def show_error(self, error: BaseException | str) -> None:
        """Say what failed, in the error's own words (what, why, what to do, the request id)."""
        text = str(error) or type(error).__name__
        self.show_result(f"{glyphs_of(self).bad} {text}", "bad")

    def clear_result(self) -> None:
        """Back to what the action row says otherwise."""
        self.said_about = ""
        if self.has_rows:
            self.action_bar.clear_result()

    def pause(self) -> None:
        """Another screen is in front: stop timers and whatever else would repaint. For subclasses."""

    def resume(self) -> None:
        """This screen is in front again. For subclasses."""

    def on_screen_suspend(self) -> None:
        """Another screen is in front."""
        self.paused = True
        self.pause()

    def on_screen_resume(self) -> None:
        """In front, at first or again: facts of the top row may have changed meanwhile."""
        again, self.paused = self.paused, False
        self.show_frame(self._frame())
        if again:
            self.resume()

    def go_back(self) -> bool:
        """q: back to the screen this one was opened from; False where there is none. For subclasses."""
        return False

    def close_something(self) -> bool:
        """Esc: close what is open on this screen; False when nothing was."""
        if self.action_bar.result:
            self.clear_result()
            return True
        if self.action_bar.news:
            self.post_message(self.NewsSeen())
            return True
        return False

    def cancel_something(self) -> bool:
        """ctrl+c: stop what this screen alone knows how to stop; False when there is nothing. For subclasses."""
        return False

    def refresh_view(self) -> None:
        """Ask the server for this view again, without what others have dealt with."""
        for table in self.query(VirtualTable):
            table.reload(fresh=True)

    def action_refresh_view(self) -> None:
        """`r`."""
        self.refresh_view()
