"""Data as people read it in a terminal and programs through a pipe: aligned columns, or one JSON object a line."""

import json
from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from tui.presentation.text import cells, clean, fit

__all__ = ["as_json", "print_json", "print_table"]

_GAP = "  "


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Iterable[int] = ()) -> None:
    """Columns as wide as their widest cell; those whose numbers are in `right` end at the same place."""
    shown = [[clean(cell) for cell in row] for row in (head, *rows)]
    widths = [max(cells(row[column]) for row in shown) for column in range(len(head))]
    ends = frozenset(right)
    for row in shown:
        columns = (
            fit(cell, widths[column], align="right" if column in ends else "left") for column, cell in enumerate(row)
        )
        print(_GAP.join(columns).rstrip())


def as_json(model: BaseModel) -> str:
    """One line of it: characters beyond ASCII are escaped, so that nothing of it can reach a terminal as control."""
    return json.dumps(model.model_dump(mode="json"))


def print_json(*models: BaseModel) -> None:
    """One JSON object a line."""
    for model in models:
        print(as_json(model))
