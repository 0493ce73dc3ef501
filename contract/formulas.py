"""Text that a spreadsheet program would take for a formula: an apostrophe before it keeps it a text.

Reading takes the apostrophe off again. Text that has apostrophes before such a character gets one more, so that every
text comes back as it was.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_SUSPECT = frozenset("'=+-@\t\r\n")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """The text as a spreadsheet program may safely see it."""
    return f"'{text}" if text[:1] in _SUSPECT and _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that was meant."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text
