"""What the real app derives from: Textual, made fit for terminals as sysadmins have them."""

from pathlib import Path
from typing import Any, TypeVar

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.diff_display import DiffDisplay
from tui.terminal.driver import PATIENCE, TerminalDriver
from tui.terminal.first_frame import FirstFrame
from tui.terminal.key_order import KeyOrder
from tui.terminal.preflight import Terminal
from tui.terminal.safe_app import SafeApp

__all__ = ["TerminalApp"]

Result = TypeVar("Result")


class TerminalApp(KeyOrder[Result], DiffDisplay[Result], SafeApp[Result]):
    """An app that is safe and quick on any terminal; start it by `run_safely`, test it by `run_test` as any other.

    Args:
        terminal: what `preflight` found; the default is a good terminal.
        state_dir: folder for the log of internal errors.
        first_frame: what is painted on the terminal already, if anything.
    """

    def __init__(
        self,
        terminal: Terminal | None = None,
        state_dir: Path = Path(),
        *,
        first_frame: FirstFrame | None = None,
        **textual: Any,
    ) -> None:
        super().__init__(terminal, state_dir, **textual)
        self.erases_with_background = self.terminal.erases_with_background
        self._first_frame = first_frame

    def run_safely(self, tty_attributes: list[Any] | None = None) -> int:
        """As `SafeApp.run_safely`; the terminal's settings are those from before the first frame."""
        frame = self._first_frame
        return super().run_safely(frame.attributes if frame and tty_attributes is None else tty_attributes)

    def get_driver_class(self) -> type[Driver]:
        """Our own driver wherever Textual would take the one it derives from."""
        chosen = super().get_driver_class()
        return TerminalDriver if chosen is LinuxDriver else chosen

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:  # noqa: FBT001 - Textual's signature
        driver = super()._build_driver(headless=headless, inline=inline, mouse=mouse, size=size)
        if isinstance(driver, TerminalDriver):
            driver.first_frame = self._first_frame
            driver.on_terminal_changed = self._terminal_changed
            self.hold_frames()
            if self._first_frame is not None:
                self.take_over(self._first_frame)
        return driver

    async def _ready(self) -> None:
        """Textual's hook, called once the app is mounted."""
        await super()._ready()
        self.call_after_refresh(self._open)
        self.set_timer(PATIENCE, self._open)

    def _open(self) -> None:
        """Show frames and take keys: from now on there is something to see and something focused."""
        self.release_frames()
        if isinstance(self._driver, TerminalDriver):
            self._driver.accept_keys()

    def _terminal_changed(self) -> None:
        """Draw everything again, soon; may be called in a signal handler."""
        self.forget_screen()
        if self._loop is not None and self._running:
            self._loop.call_soon_threadsafe(self._draw_again)

    def _draw_again(self) -> None:
        if self._running and self._screen_stack:
            self.screen.refresh()
