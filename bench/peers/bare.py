"""The peer: a bare Textual app with one table of so many rows, given as its argument."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Bare(App[None]):
    """One table, six columns, nothing else."""

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it and put the cursor into it."""
        table = self.query_one(DataTable)
        table.add_columns("Name", "E-mail", "Position", "Status", "Source", "Added")
        rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100
        for number in range(1, rows + 1):
            name = f"Person {number:05}"
            table.add_row(name, f"person.{number}@example.com", "Engineer", "active", "import", "2025-11-01")
        table.focus()


if __name__ == "__main__":
    Bare().run()
