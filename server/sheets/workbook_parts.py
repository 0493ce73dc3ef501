"""The XML parts of a workbook, read as they are inflated: no tree is built, so memory does not follow the file.

Declarations of entities are refused by the parser (`defusedxml`) before anything is made of them.
"""

import datetime as dt
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple
from xml.sax.handler import ContentHandler

from server.sheets.sheet import MAX_CELL, SheetFault, UnreadableSheet
from server.sheets.values import DATE, FORMULA, PERCENTAGE, TIME, error, truth, value_in

MAX_COLUMNS = 256
"""Columns behind these are not read."""

LAST_ROW = 1_048_576
"""The last row a workbook can have."""

MAX_TEXTS = 1_000_000
"""Different texts in one workbook."""

MOST_TEXT = 32 << 20
"""Bytes of all of them in UTF-8."""

MAX_ELEMENTS = 100_000
"""Elements of a part that is read as a whole: styles, relations."""

MAX_FORMAT = 1000
"""Characters of a number format that are looked at."""

MAX_STRAY = 200_000
"""Elements of a sheet that are no part of a row."""

_BLOCK = 1 << 16
_OF_A_ROW = frozenset({"v", "f", "is", "t", "r", "rPr", "rFont", "sz", "color", "family", "b", "i", "u", "scheme"}) | {
    "rPh",
    "phoneticPr",
}
_DATES = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_TIMES = frozenset({*range(18, 22), *range(45, 48)})
_PERCENTAGES = frozenset({9, 10})
"""Number formats that every workbook has."""

_NOT_A_DATE = re.compile(r'\[[^\]]*\]|"[^"]*"|[\\_*].')
_DAY_LETTER = re.compile("[dy]", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_TIME_LETTER = re.compile("[hs]", re.IGNORECASE)
_MONTH_LETTER = re.compile("m", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 - workbooks know no zones


class SharedTexts:
    """The texts that cells share, one behind the other: a million short strings of their own take ten times as much."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return len(self._bytes) + len(self._ends) * self._ends.itemsize

    def add(self, text: str) -> None:
        """One more.

        Raises:
            UnreadableSheet: they are too many, or too long together.
        """
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))
        if len(self) > MAX_TEXTS or len(self._bytes) > MOST_TEXT:
            raise UnreadableSheet(SheetFault.TOO_LARGE, "The workbook has too many texts. Save the sheet as CSV UTF-8.")

    def text(self, place: int) -> str:
        """The text of this place; IndexError where there is none."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._bytes[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")


class Shown(NamedTuple):
    """What cells need to be shown: the texts they share, which styles show no plain number, and what day 0 is."""

    texts: SharedTexts
    styles: Mapping[int, str]
    epoch: dt.datetime


class Part(ContentHandler):
    """A part: `opened` and `closed` are called for its elements, whatever their prefix; `text` is what is taken.

    Readings above the characters (`rPh`) are never taken.
    """

    TAKEN: frozenset[str] = frozenset()
    """Elements whose text is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._taking = self._in_reading = False
        self._pieces: list[str] = []
        self._length = 0

    def opened(self, tag: str, attributes: Any) -> None:
        """An element begins. For subclasses."""

    def closed(self, tag: str) -> None:
        """An element ends. For subclasses."""

    @property
    def text(self) -> str:
        """What was taken since `forget`; a little more than a cell may hold at the most."""
        return "".join(self._pieces)

    def forget(self) -> None:
        """Take anew."""
        self._pieces, self._length = [], 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
        """Called by the parser."""
        tag = name.rpartition(":")[2] if ":" in name else name
        self._in_reading = self._in_reading or tag == "rPh"
        self._taking = tag in self.TAKEN and not self._in_reading
        self.opened(tag, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Called by the parser."""
        tag = name.rpartition(":")[2] if ":" in name else name
        self._taking = False
        self._in_reading = self._in_reading and tag != "rPh"
        self.closed(tag)

    def characters(self, content: str) -> None:
        """Called by the parser."""
        if self._taking and self._length <= MAX_CELL:
            self._pieces.append(content[: MAX_CELL + 1])
            self._length += len(content)


def feed(file: IO[bytes], part: Part) -> Iterator[None]:
    """Read a part; comes back after every block, so that what was found can be taken out."""
    from defusedxml.sax import make_parser

    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(part)
    while block := file.read(_BLOCK):
        parser.feed(block)
        yield
    parser.close()
    yield


class Elements(Part):
    """The attributes of all elements of a small part, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def opened(self, tag: str, attributes: Any) -> None:
        """Keep it; prefixes of attributes are dropped."""
        if len(self.found) >= MAX_ELEMENTS:
            raise UnreadableSheet(
                SheetFault.TOO_LARGE, "The workbook has too much besides the rows. Save it as CSV UTF-8."
            )
        self.found.append((tag, {name.rpartition(":")[2]: value for name, value in attributes.items()}))


class Texts(Part):
    """The texts that cells share."""

    TAKEN = frozenset({"t"})

    def __init__(self) -> None:
        super().__init__()
        self.texts = SharedTexts()

    def closed(self, tag: str) -> None:
        """A text is complete."""
        if tag == "si":
            self.texts.add(unescaped(self.text))
            self.forget()


class Rows(Part):
    """The rows of a sheet; whoever feeds it takes them out of `rows`."""

    TAKEN = frozenset({"v", "t"})

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.rows: list[tuple[int, list[str], dict[int, str]]] = []
        self._shown = shown
        self._number = 0
        self._stray = 0
        self._cells: list[str] = []
        self._marks: dict[int, str] = {}
        self._column = 0
        self._type = "n"
        self._style = 0
        self._has_formula = self._has_value = False

    def opened(self, tag: str, attributes: Any) -> None:
        """A row or a cell begins."""
        if tag == "c":
            self.forget()
            reference = attributes.get("r")
            self._column = _column(reference) if reference else self._column + 1
            self._type, self._style = attributes.get("t", "n"), int(attributes.get("s") or 0)
            self._has_formula = self._has_value = False
        elif tag == "row":
            self._number = max(self._number + 1, int(attributes.get("r") or 0))
            self._cells, self._marks, self._column = [], {}, 0
        elif tag == "f":
            self._has_formula = True
        elif tag == "v":
            self._has_value = True
        elif tag not in _OF_A_ROW:
            self._stray += 1
            if self._stray > MAX_STRAY:
                raise UnreadableSheet(
                    SheetFault.TOO_LARGE, "The workbook has too much besides the rows. Save it as CSV UTF-8."
                )

    def closed(self, tag: str) -> None:
        """A cell or a row is complete."""
        if tag == "c":
            self._keep_cell()
        elif tag == "row" and self._number <= LAST_ROW and (self._marks or any(map(str.strip, self._cells))):
            self.rows.append((self._number, self._cells, self._marks))
            self._cells, self._marks = [], {}

    def _keep_cell(self) -> None:
        text, mark = "", ""
        if self._length:
            text, mark = self._value(self.text)
        elif self._has_formula and not (self._type == "str" and self._has_value):
            mark = FORMULA
        if self._column > MAX_COLUMNS:
            text, mark = "", mark or text
        if self._column > 0 and mark:
            self._marks[self._column - 1] = mark
        if 0 < self._column <= MAX_COLUMNS and (text or mark):
            self._cells += [""] * (self._column - len(self._cells))
            self._cells[self._column - 1] = text

    def _value(self, text: str) -> tuple[str, str]:
        """A cell as a person reads it, whole numbers without a point, and what it is where it is no text."""
        if self._type == "n":
            return self._number_shown(text)
        if self._type == "b":
            shown = "TRUE" if text.strip() == "1" else "FALSE"
            return shown, truth(shown)
        if self._type == "e":
            return text, error(text)
        shown = self._shown.texts.text(int(text)) if self._type == "s" else unescaped(text)
        return shown, DATE if self._type == "d" else value_in(shown)

    def _number_shown(self, text: str) -> tuple[str, str]:
        mark = self._shown.styles.get(self._style, "")
        if not mark:
            return text if text.isdigit() else _short(float(text)), ""
        number = float(text)
        if mark == PERCENTAGE:
            return f"{_short(number * 100)}%", mark
        if mark == TIME:
            minutes, seconds = divmod(round(number * 86_400), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}", mark
        try:
            moment = self._shown.epoch + dt.timedelta(days=number)
        except OverflowError:
            return _short(number), mark
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ", "seconds"), mark


def _short(number: float) -> str:
    return str(int(number)) if number.is_integer() else format(number, ".15g")


def _column(reference: str) -> int:
    """`C7` is 3."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number


def unescaped(text: str) -> str:
    """Characters that XML can't hold are written as `_xHHHH_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def number_styles(elements: Sequence[tuple[str, dict[str, str]]]) -> dict[int, str]:
    """What the cell styles show that show no plain number, by their place, from the part of styles."""
    own = {each.get("numFmtId"): _shows(each.get("formatCode", "")) for tag, each in elements if tag == "numFmt"}
    tags = [tag for tag, _ in elements]
    begin = tags.index("cellXfs") if "cellXfs" in tags else len(tags)
    end = tags.index("cellStyles") if "cellStyles" in tags else len(tags)
    formats = [each.get("numFmtId", "0") for tag, each in elements[begin:end] if tag == "xf"]
    found = {place: own[name] if name in own else _built_in(int(name)) for place, name in enumerate(formats)}
    return {place: shows for place, shows in found.items() if shows}


def _built_in(number: int) -> str:
    kinds = ((DATE, _DATES), (TIME, _TIMES), (PERCENTAGE, _PERCENTAGES))
    return next((shows for shows, numbers in kinds if number in numbers), "")


def _shows(code: str) -> str:
    """What a number format shows, whatever stands in it quoted or in brackets."""
    code = code[:MAX_FORMAT]
    plain = _NOT_A_DATE.sub("", code)
    if _DAY_LETTER.search(plain):
        return DATE
    if _TIME_LETTER.search(plain) or _ELAPSED.search(code):
        return TIME
    if _MONTH_LETTER.search(plain):
        return DATE
    return PERCENTAGE if "%" in plain else ""


def epoch(elements: Sequence[tuple[str, dict[str, str]]]) -> dt.datetime:
    """Day 0, from the part of the workbook: old programs on one kind of computer began later."""
    late = any(tag == "workbookPr" and each.get("date1904") in {"1", "true"} for tag, each in elements)
    return _EPOCH_1904 if late else _EPOCH
