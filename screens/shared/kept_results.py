"""A list that keeps what became of the last command, item by item, until it is dismissed or saved."""

import asyncio
from collections.abc import Sequence

from textual import work

from client.errors import HeadcountError
from client.saved_files import save_table
from screens.shared.results_panel import Ledger, Table
from screens.shared.save_file import Place, SaveFile
from screens.shared.watched_list import WatchedList
from tui.input.commands import key_names, keys_of
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.tones import Line
from tui.presentation.wording import count
from tui.widgets.host import user_keys_of
from tui.widgets.table.data import Row

__all__ = ["KeptResults"]


class KeptResults(WatchedList):
    """What `J`, `K` and `w` do. Its body has a `Ledger`."""

    @property
    def ledger(self) -> Ledger:
        """What became of the last command."""
        return self.query_one(Ledger)

    def show_ledger(
        self, title: str, lines: Sequence[Line], *, failed: bool, hint: str = "", table: Table = ()
    ) -> None:
        """Results row by row, until Esc; `table` is what is saved of them."""
        self.clear_result()
        save = key_names(keys_of("list.results_save", user_keys_of(self))[:1])
        hints = [hint, f"{save} saves" if save else "", "Esc closes"]
        self.ledger.show(title, lines, failed=failed, hint=" · ".join(filter(None, hints)), table=table)

    def keep_marked(self, failed: Sequence[Row]) -> None:
        """Only what failed stays marked, if anything was marked at all."""
        table = self.table
        if table.mark_count:
            table.marks.clear()
            table.marks.add([row for row in failed if not table.gone(row)], table.asked)
            table.redraw()
            self.show_marks()

    def action_results(self, step: int) -> None:
        """J and K: other results."""
        self.ledger.scroll_lines(step)

    def action_save_results(self) -> None:
        """w: the results as a file."""
        table = self.ledger.table
        if not self.ledger.is_open:
            self.show_result("No results to save: they come after a command.", "dim")
        elif self.app.screen is self:
            about = f"{count(len(table) - 1, 'row')}: what became of each."
            overview = self.session.overview
            now = overview.as_of if overview else self.session.now()
            name = f"results-{now:%Y-%m-%d-%H%M}.csv"

            def decided(place: Place | None) -> None:
                if place:
                    self._save_results(place, table)

            self.app.push_screen(SaveFile("Save the results", name, about, text_only=True), decided)

    @work(group="question", exit_on_error=False)
    async def _save_results(self, place: Place, table: Table) -> None:
        try:
            await asyncio.to_thread(save_table, place.path, table, replace=place.replace)
        except HeadcountError as error:
            self.show_error(told(error))
        else:
            self.show_result(f"Saved {count(len(table) - 1, 'row')} in {clean(str(place.path), 200)}.")
