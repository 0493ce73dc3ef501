"""Which encoding a file is in, when nothing proves it: the likely ones, each with the names as they come out in it."""

from contract.imports import Import, ImportEncoding
from screens.imports.line_choice import LineChoice
from tui.presentation.lines import keys_line
from tui.presentation.text import clean, fit
from tui.presentation.tones import Line, Piece

__all__ = ["Encodings"]

_NAME = 20


class Encodings(LineChoice[str]):
    """Answers the encoding that was chosen; choosing the one in use says that its names are right."""

    HANG = _NAME + 2

    def __init__(self, current: Import) -> None:
        super().__init__("Encoding", current.file_name)
        self._current = current
        self._offers = current.encodings
        names = [each.encoding for each in self._offers]
        self._at = names.index(current.encoding) if current.encoding in names else 0

    # What it says.

    def _above(self) -> list[Line]:
        proof = "Nothing in the file proves how its letters are encoded. " if self._current.encoding_guessed else ""
        return ["", f"{proof}Choose the line where the names are right.", ""]

    def _below(self) -> list[Line]:
        return ["", keys_line([("j k", "moves"), ("Enter", "reads the file like this"), ("Esc", "closes")])]

    def _lines(self) -> list[Line]:
        return [self._line(at, each) for at, each in enumerate(self._offers)]

    def _line(self, at: int, offer: ImportEncoding) -> Line:
        here = at == self._at
        names = " · ".join(clean(name, 40) for name in offer.names) or "no names"
        pieces: list[Piece] = [
            ("▸ " if here else "  ", "accent"),
            (fit(clean(offer.name, _NAME), _NAME), "strong" if here else ""),
            (names, "" if here else "dim"),
        ]
        return pieces

    def action_choose(self) -> None:
        """Enter: read it like this."""
        self.dismiss(self._offers[self._at].encoding if self._offers else None)
