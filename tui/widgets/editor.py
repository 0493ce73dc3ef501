"""One line of text being typed. Pure: keys in, text and caret out."""

from dataclasses import dataclass

from tui.presentation.text import cells, clean, cluster_end, cluster_start
from tui.presentation.tones import Piece

__all__ = ["Editor"]

_SHOWN = 12
"""The most characters that one of a text becomes when it is made harmless."""


@dataclass(slots=True)
class Editor:
    """Text and where the caret stands in it. `digits` lets only digits in; `limit` is in characters.

    What does not fit is refused as a whole, never cut: `refused` says why, until the next key.
    """

    text: str = ""
    caret: int = 0
    digits: bool = False
    limit: int = 200
    refused: str = ""

    def set(self, text: str) -> None:
        """Another text, with the caret at its end."""
        self.refused = ""
        self.text = text
        self.caret = len(text)

    def insert(self, text: str) -> bool:
        """Put text in at the caret: one line, harmless; True when something changed, else `refused` may say why."""
        self.refused = ""
        if self.digits and not (text.isascii() and text.isdigit()):
            self.refused = "Digits only." if text else ""
            return False
        if len(text) > self.limit:
            self.refused = self._too_long(len(text))
            return False
        # a mark belongs to the letter before it, as which it is judged with it
        start = cluster_start(self.text, self.caret - 1) if self.caret else 0
        letter = self.text[start : self.caret]
        added = clean(letter + text, limit=_SHOWN * (len(text) + len(letter))) if text else letter
        if len(added) > max(0, self.limit - len(self.text) + len(letter)):
            self.refused = self._too_long(len(self.text) + len(added) - len(letter))
            return False
        self.text = self.text[:start] + added + self.text[self.caret :]
        self.caret = start + len(added)
        return added != letter

    def _too_long(self, length: int) -> str:
        if self.digits:
            return f"At most {self.limit:,} digits."
        said = f"At most {self.limit:,} characters"
        return f"{said}: this would be {length:,}." if length > self.limit + 1 else f"{said}."

    def press(self, key: str, character: str | None) -> bool:
        """Handle a key; False when it means nothing here."""
        self.refused = ""
        edits = {
            "backspace": lambda: self._cut(self.caret - 1, self.caret),
            "delete": lambda: self._cut(self.caret, cluster_end(self.text, self.caret)),
            "ctrl+u": lambda: self._cut(0, self.caret),
            "ctrl+k": lambda: self._cut(self.caret, len(self.text)),
            "ctrl+w": lambda: self._cut(self._word_start(), self.caret),
            "left": lambda: self._to(cluster_start(self.text, self.caret - 1)),
            "right": lambda: self._to(cluster_end(self.text, self.caret)),
            "home": lambda: self._to(0),
            "end": lambda: self._to(len(self.text)),
            "ctrl+e": lambda: self._to(len(self.text)),
        }
        if key in edits:
            edits[key]()
            return True
        if character is not None and character.isprintable():
            self.insert(character)
            return True
        return False

    def _cut(self, start: int, end: int) -> None:
        start = max(0, start)
        self.text = self.text[:start] + self.text[end:]
        self.caret = start

    def _to(self, place: int) -> None:
        self.caret = max(0, min(place, len(self.text)))

    def _word_start(self) -> int:
        before = self.text[: self.caret].rstrip()
        return before.rfind(" ") + 1

    def pieces(self, width: int) -> list[Piece]:
        """The part of the text around the caret that fits into `width` cells, the caret in reverse."""
        start = 0
        while start < self.caret and cells(self.text[start : self.caret]) >= width:
            start = cluster_end(self.text, start)
        end = cluster_end(self.text, self.caret)
        under = self.text[self.caret : end] or " "
        return [self.text[start : self.caret], (under, "reverse"), self.text[end:]]
