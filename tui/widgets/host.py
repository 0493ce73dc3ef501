"""What widgets read from the app around them; each has a default, so that a widget also works alone in a test."""

from collections.abc import Mapping

from textual.widget import Widget

from tui.presentation.glyphs import UNICODE, Glyphs

__all__ = ["glyphs_of", "user_keys_of"]


def user_keys_of(widget: Widget) -> Mapping[str, str]:
    """The keys the user has chosen, by command id: the app's attribute `user_keys`."""
    found = getattr(widget.app, "user_keys", None)
    return found if isinstance(found, Mapping) else {}


def glyphs_of(widget: Widget) -> Glyphs:
    """The set of signs the user has chosen: the app's attribute `glyphs`, or Unicode when it has none."""
    found = getattr(widget.app, "glyphs", UNICODE)
    return found if isinstance(found, Glyphs) else UNICODE
