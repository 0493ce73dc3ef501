"""A table one only reads: what was issued or is expected is neither marked, sorted nor narrowed."""

from collections.abc import Callable, Sequence

from tui.presentation.text import clean
from tui.widgets.table.columns import Column
from tui.widgets.table.data import Row, WindowSource
from tui.widgets.table.remote_list import say
from tui.widgets.table.table import VirtualTable

__all__ = ["Register"]

_NOT_HERE = frozenset({"mark", "mark_all", "mark_none", "mark_range", "sort", "reverse"})


class Register(VirtualTable):
    """Rows in the server's own order, to be read, opened and copied; `name_of` is what `y` copies of a row."""

    def __init__(
        self,
        source: WindowSource,
        columns: Sequence[Column],
        *,
        noun: str,
        empty: str,
        name_of: Callable[[Row], str],
        describe: Callable[[Exception], str] = say,
    ) -> None:
        super().__init__(source, columns, noun=noun, empty=empty, describe=describe)
        self._name_of = name_of

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the keys that mark and sort."""
        return action not in _NOT_HERE and super().check_action(action, parameters)

    def action_copy_cell(self) -> None:
        """Copy what names the row."""
        if self.row is not None:
            self.post_message(self.CopyAsked(self, clean(self._name_of(self.row))))
