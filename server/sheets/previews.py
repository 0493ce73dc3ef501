"""Names as they come out in each encoding that a file may be in: whoever knows these people sees which one is right."""

import csv
from collections.abc import Sequence

from server.sheets.csv import CommaFile
from server.sheets.sheet import Field, Reading, Sheet

SHOWN = 3
"""Names that are shown."""

_NAMES = (Field.FULL_NAME, Field.FIRST_NAME, Field.LAST_NAME)


def readings(sheet: Sheet, source: CommaFile) -> tuple[Reading, ...]:
    """The encodings to choose from, each with the names of the same people; empty where there is proof.

    First come names that have other letters than ASCII's, those first that tell most of the encodings apart.
    """
    encoding = source.encoding
    if not encoding.likely:
        return ()
    people: dict[str, bytes] = {}
    for line in encoding.lines:
        cells = _cells(line, encoding.name, sheet)
        if tuple(cells) != sheet.header:
            people.setdefault(_name(cells, sheet), line)
    told = {name: len({line.decode(codec, "replace") for codec in encoding.likely}) for name, line in people.items()}
    chosen = sorted(people, key=lambda name: (name.isascii(), -told[name]))[:SHOWN]
    plain = dict.fromkeys(name for row in sheet.sample if (name := _name(row, sheet)) and name.isascii())
    found = []
    for codec in encoding.likely:
        names = [_name(_cells(people[name], codec, sheet), sheet) for name in chosen]
        found.append(Reading(codec, tuple([*names, *plain][:SHOWN])))
    return tuple(found)


def _cells(line: bytes, codec: str, sheet: Sheet) -> Sequence[str]:
    """A line's cells; one that is a part of a longer cell comes out as what it is."""
    text = line.decode(codec, "replace").strip("\r\n")
    try:
        return next(csv.reader([text], delimiter=sheet.delimiter, skipinitialspace=True), [])
    except csv.Error:
        return [text]


def _name(cells: Sequence[str], sheet: Sheet) -> str:
    """The name in a row; where that has no other letters than ASCII's, the first cell that has some instead."""
    places = [sheet.mapping[field] for field in _NAMES if field in sheet.mapping]
    name = " ".join(cells[place].strip() for place in places if place < len(cells)).strip()
    other = next((cell.strip() for cell in cells if not cell.isascii()), "")
    return (other if name.isascii() and other else name)[:80]
