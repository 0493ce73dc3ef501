"""A screen that is none, for what a screen has: it keeps what is said, and its dialogs are answered by hand."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

from answers import make_overview
from textual.screen import ModalScreen

from client.api import Client
from tui.runtime.session import Session


class Host:
    """What a purchase needs, over the client it is given."""

    def __init__(self, client: object) -> None:
        self.client = cast("Client", client)
        self.session = Session(self.client, "test", overview=make_overview())
        self.in_front = True
        self.said: list[str] = []
        self.dialogs: list[ModalScreen[Any]] = []
        self._then: list[Callable[[Any], object]] = []
        self._groups: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def show_result(self, text: str, tone: str = "ok", *, about: str = "") -> None:
        """Kept."""
        del tone, about
        self.said.append(text)

    def show_error(self, error: BaseException | str) -> None:
        """Kept too."""
        self.said.append(str(error))

    def clear_result(self) -> None:
        """Nothing is said."""

    def run(self, work: Callable[[], Coroutine[object, object, None]], *, group: str, exclusive: bool = False) -> None:
        """A task; the one before it in its group is cancelled when it is exclusive."""
        if exclusive and group in self._groups:
            self._groups[group].cancel()

        async def doing() -> None:
            await work()

        self._groups[group] = task = asyncio.create_task(doing())
        self._tasks.append(task)

    def open_dialog(self, dialog: ModalScreen[Any], then: Callable[[Any], object]) -> None:
        """It is in front now."""
        assert self.in_front
        self.in_front = False
        self.dialogs.append(dialog)
        self._then.append(then)

    def close_dialog(self, dialog: ModalScreen[bool]) -> None:
        """As if Esc were pressed."""
        assert dialog is self.dialogs[-1]
        self.answer(yes=False)

    def answer(self, *, yes: object) -> None:
        """`y` or Esc in the dialog that is open, or what a form answers."""
        assert not self.in_front
        self.in_front = True
        self._then[-1](yes)

    async def settled(self) -> None:
        """Until nothing more happens by itself."""
        for _ in range(20):
            await asyncio.sleep(0)
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()
