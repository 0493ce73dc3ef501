"""What becomes of the lines when a list is asked for again: what somebody else dealt with stays in sight. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from tui.widgets.table.data import PAGE, Gone, Pages, Row

__all__ = ["LINGER", "carried", "sought"]

LINGER = 60.0
"""Seconds after which a row that is gone does not outlive another reload."""

_FARTHEST = 3
"""The most pages that are read only to find the cursor's row again."""


def carried(old: Pages, new: Pages, lines: Iterable[int], why: Callable[[Row], str], *, now: float) -> tuple[Gone, ...]:
    """The rows of these lines of the old list that are in the new one no longer, for a reason: each where it stood.

    `why` gives the reason, an empty one for rows that just go. Each stays below the row that stood above it.
    """
    below: list[tuple[int, Gone]] = []
    leading: list[Gone] = []
    place: int | None = None
    for index in lines:
        row = old.row(index)
        if row is None:
            continue
        there = new.find(row.id)
        if there is not None:
            place = there
            below += [(place, each) for each in leading]
            leading.clear()
            place += 1
        elif gone := _gone(old, index, row, why, now):
            if place is None:
                leading.append(gone)
            else:
                below.append((place, gone))
    below += [(min(old.place(each.index), new.total), each) for each in leading]
    below.sort(key=lambda each: each[0])
    return tuple(replace(gone, index=place + before) for before, (place, gone) in enumerate(below))


def _gone(old: Pages, index: int, row: Row, why: Callable[[Row], str], now: float) -> Gone | None:
    known = old.gone_at(index)
    if known is not None:
        return known if now - known.since < LINGER else None
    reason = why(row)
    return Gone(index, row, reason, now) if reason else None


def sought(old: Pages, new: Pages, row_id: str, index: int) -> list[int]:
    """The pages to read before the new list is shown, since a row is not in what is here of it.

    As many rows as came or went may have moved it; farther than a few pages it is not looked for.
    """
    moved = new.total - old.total
    if not moved or new.find(row_id) is not None:
        return []
    here = old.place(index)
    last = max(0, new.total - 1)
    first, end = sorted((min(here, last), max(0, min(here + moved, last))))
    numbers = sorted(range(first // PAGE, end // PAGE + 1), key=lambda number: abs(number - here // PAGE))
    return numbers[:_FARTHEST]
