"""The last fence before the terminal: what no cell may carry, whatever widget drew it."""

import re
from typing import Final

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui.presentation.text import to_ascii

__all__ = ["AsciiOnly", "ControlFence"]

_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


class ControlFence(LineFilter):
    """Puts `�` for control, bidirectional, unseen and surrogate characters, and drops hyperlinks.

    Strings from outside are made safe by `tui.presentation.text.clean` where they enter; this is for the one that was
    forgotten.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments, harmless, each as wide as before."""
        if not any(style is not None and style.link for _, style, _ in segments) and not any(
            _FORBIDDEN.search(text) for text, _, _ in segments
        ):
            return segments
        return [Segment(_harmless(text), _without_link(style)) for text, style, _ in segments]


class AsciiOnly(LineFilter):
    """Shows everything in ASCII, borders and scroll bars of any widget included."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments in ASCII, each as wide as before."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


def _harmless(text: str) -> str:
    """`text` without what is forbidden, and as wide: of clusters that only a joiner made narrow the head remains."""
    if not _FORBIDDEN.search(text):
        return text
    return "".join(_harmless_cluster(text[start:end], width) for start, end, width in split_graphemes(text)[0])


def _harmless_cluster(cluster: str, width: int) -> str:
    shown = _FORBIDDEN.sub(_replacement, cluster)
    if cell_len(shown) == width:
        return shown
    return cluster[0] if cell_len(cluster[0]) == width else "�" * width


def _replacement(match: re.Match[str]) -> str:
    return "�" * cell_len(match[0])


def _without_link(style: Style | None) -> Style | None:
    return style if style is None or not style.link else style.update_link(None)
