"""Values that a spreadsheet program puts into cells and nobody is called: errors, TRUE, dates, times, percentages."""

import re

__all__ = ["DATE", "FORMULA", "PERCENTAGE", "TIME", "cell_name", "error", "truth", "value_in"]

DATE, TIME, PERCENTAGE = "a date", "a time of day", "a percentage"
FORMULA = "a formula without a value"

_VALUES = (
    (re.compile(r"#(?:[¿¡]?[A-ZÉ0-9/_]+[!?]|N/A|N/D|NV|#+)|Err:\d+"), "the error {}"),
    (re.compile("TRUE|FALSE"), "the value {}"),
    (re.compile(r"[-+]?\d+(?:[.,]\d+)?[ \u00a0\u202f]?%"), PERCENTAGE),
    (re.compile(r"\d{1,4}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"), TIME),
    (re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|\d{1,2}([./-])\d{1,2}\1\d{2,4}"), DATE),
)
_FIRST = frozenset("#ETF+-0123456789")
_LONGEST = 40


def value_in(text: str) -> str:
    """What a text is instead of a name, in words (`a date`, `the error #N/A`); empty when it may be one."""
    if text[:1] not in _FIRST or len(text) > _LONGEST:
        return ""
    return next((words.format(text) for pattern, words in _VALUES if pattern.fullmatch(text)), "")


def error(text: str) -> str:
    """An error, in words."""
    return f"the error {text}"


def truth(text: str) -> str:
    """TRUE or FALSE, in words."""
    return f"the value {text}"


def cell_name(place: int, row: int) -> str:
    """The name of a cell in a workbook: column 1 (from 0) of row 7 is `B7`."""
    letters, number = "", place + 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
