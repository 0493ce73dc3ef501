"""What the real app derives from: Textual, made fit for terminals as sysadmins have them."""

from typing import TypeVar

from tui.terminal.safe_app import SafeApp

__all__ = ["TerminalApp"]

Result = TypeVar("Result")


class TerminalApp(SafeApp[Result]):
    """An app that is safe and quick on any terminal; start it by `run_safely`, test it by `run_test` as any other."""
