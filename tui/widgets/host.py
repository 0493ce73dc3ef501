"""What widgets read from the app around them; each has a default, so that a widget also works alone in a test."""

from collections.abc import Mapping

from textual.widget import Widget

__all__ = ["user_keys_of"]


def user_keys_of(widget: Widget) -> Mapping[str, str]:
    """The keys the user has chosen, by command id: the app's attribute `user_keys`."""
    found = getattr(widget.app, "user_keys", None)
    return found if isinstance(found, Mapping) else {}
