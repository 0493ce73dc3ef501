"""What the table of commands means: bindings, the key bar, the help and the palette."""

from collections.abc import Iterable, Mapping
from functools import cache

from textual.binding import Binding
from textual.keys import format_key

from tui.input.areas import LISTS
from tui.input.command_table import COMMANDS, OFF, Command

__all__ = [
    "BILLED",
    "BY_ID",
    "CHANGING",
    "SANDBOX",
    "SUBSCRIPTION",
    "bindings",
    "for_area",
    "key_names",
    "keys_of",
    "scopes_of",
]

BILLED = frozenset({"app.billing", "overview.pay", "overview.decline_next", "users.pay"})
"""Ids of the commands that a contract has no use for: they are named nowhere then, neither key nor word."""

SANDBOX = frozenset({"overview.month_later", "overview.day_later", "overview.decline_next"})
"""Ids of the commands that only a sandbox has."""

_TERMS = ("more", "fewer", "type", "confirm", "discard", "pay", "pay_overdue", "plan", "cycle")
_LIFE = ("cancel", "resume", "start")
SUBSCRIPTION = frozenset(f"overview.{verb}" for verb in (*_TERMS, *_LIFE))
"""Ids of the commands that change what is subscribed to: a contract settles that elsewhere."""

_AT_ONCE = (
    *("users.undo", "transfers.undo", "transfers.resend", "profile.undo", "codes.switch", "imports.stop"),
    *SANDBOX,
    "dialog.yes",
)
CHANGING = frozenset(_AT_ONCE) | {command.id for command in COMMANDS if command.asks}
"""Ids of the commands that change something, at once or after the dialog they open."""

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
"""The same by id."""


def scopes_of(area: str) -> tuple[str, ...]:
    """The scopes whose bindings are alive at the same time on an area's screen."""
    return ("app", "table", "list", area) if area in LISTS else ("app", area)


def for_area(area: str) -> tuple[Command, ...]:
    """What may be done on an area's screen: its own commands first, then those it shares."""
    own = [command for command in COMMANDS if command.scope == area]
    shared = [command for command in COMMANDS if area in command.areas and command.scope != area]
    return (*own, *shared)


def bindings(*scopes: str) -> list[Binding]:
    """Textual's bindings for the commands of some scopes, each with its id so that a keymap may move it."""
    return [
        Binding(
            command.keys,
            command.action,
            command.label,
            show=command.show,
            id=command.id,
            priority=command.priority,
            tooltip=command.help,
            system=command.scope == "app",
        )
        for command in COMMANDS
        if command.scope in scopes
    ]


def keys_of(command_id: str, user_keys: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The keys of a command after the user's own choice, as Textual names them; none if it is switched off."""
    keys = (user_keys or {}).get(command_id) or BY_ID[command_id].keys
    return tuple(key for key in keys.split(",") if key != OFF)


_SHOWN = {
    "asterisk": "*",
    "backslash": "\\",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "question_mark": "?",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "enter": "Enter",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "f1": "F1",
}


@cache
def _shown(key: str) -> str:
    if key in _SHOWN:
        return _SHOWN[key]
    return format_key(key) if len(key) > 1 and "+" not in key else key


def key_names(keys: Iterable[str]) -> str:
    """Keys as people read them, with blanks between: `j ↓`."""
    return " ".join(_shown(key) for key in keys)
