"""The user's own keys: checked before Textual sees them, since Textual drops what it does not understand in silence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

from textual.keys import Keys, format_key

from tui.input.command_table import COMMANDS, OFF, Command
from tui.input.commands import BY_ID, key_names, keys_of

__all__ = ["Complaint", "Keymap", "read_keymap"]

_NAMES = frozenset(str(key.value) for key in Keys if not str(key.value).startswith("<"))
_MODIFIERS = frozenset({"ctrl", "shift", "alt"})
_WORDS = {"pgdn": "pagedown", "pgup": "pageup", "esc": "escape", "return": "enter", "del": "delete", "spc": "space"}
_UNUSABLE = {
    "ctrl+h": "is Backspace to a terminal",
    "ctrl+i": "is Tab to a terminal",
    "ctrl+m": "is Enter to a terminal",
    "ctrl+left_square_bracket": "is Esc to a terminal",
    "ctrl+j": "is Enter to many terminals",
    "ctrl+a": "is reserved by screen",
    "ctrl+b": "is reserved by tmux",
    "ctrl+enter": "does not arrive over SSH",
    "shift+enter": "does not arrive over SSH",
    "backspace": "is for text only",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One entry that was left out: its line in the file (0: unknown), that line's text, and what is wrong."""

    line: int
    text: str
    reason: str

    def __str__(self) -> str:
        """`line 12: users.remvoe = "d"  There is no command …`."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.text}  {self.reason}"


@dataclass(frozen=True, slots=True)
class Keymap:
    """What remains after the check: keys by command id, as Textual's `set_keymap` takes them, and the complaints."""

    keys: Mapping[str, str]
    complaints: tuple[Complaint, ...] = ()


def read_keymap(entries: Mapping[str, str], source: str = "") -> Keymap:
    """Check the `[keys]` of a settings file whose text is `source`.

    A value is one key or several with commas between (`d`, `ctrl+d,delete`, `/`); an empty one switches the command
    off. An entry that is wrong or clashes is left out, so that its command keeps its usual keys.
    """
    keys: dict[str, str] = {}
    complaints: list[Complaint] = []
    for command_id, value in entries.items():
        named, reason = _normalised(command_id, value)
        if reason:
            complaints.append(_complaint(command_id, value, source, reason))
        else:
            keys[command_id] = named
    for command_id, reason in _clashes(keys):
        complaints.append(_complaint(command_id, entries[command_id], source, reason))
        del keys[command_id]
    return Keymap(keys, tuple(complaints))


def _complaint(command_id: str, value: str, source: str, reason: str) -> Complaint:
    for number, line in enumerate(source.splitlines(), 1):
        name = line.partition("=")[0].strip().replace('"', "").replace("'", "")
        if name in {command_id, f"keys.{command_id}"}:
            return Complaint(number, line.strip(), reason)
    return Complaint(0, f'"{command_id}" = "{value}"', reason)


def _normalised(command_id: str, value: str) -> tuple[str, str]:
    """The keys in Textual's names, or why not."""
    if command_id not in BY_ID:
        near = get_close_matches(command_id, BY_ID, 1)
        return "", f"There is no command {command_id}." + (f" Did you mean {near[0]}?" if near else "")
    if not value.strip():
        return OFF, ""
    names: list[str] = []
    for part in _split(value):
        name, reason = _key(part)
        if reason:
            return "", reason
        names.append(name)
    return ",".join(names), ""


def _split(value: str) -> list[str]:
    return ["comma"] if value.strip() == "," else [part.strip() for part in value.split(",") if part.strip()]


def _key(written: str) -> tuple[str, str]:
    """One key in Textual's name, or why it can't be one."""
    if len(written) == 1:
        return _character(written), ""
    *modifiers, last = written.split("+") if not written.endswith("+") else [*written[:-2].split("+"), "plus"]
    last = _WORDS.get(last.lower(), last if len(last) == 1 else last.lower())
    name = "+".join([*(each.lower() for each in modifiers), _character(last) if len(last) == 1 else last])
    if name in _UNUSABLE:
        return "", f"{written} {_UNUSABLE[name]}."
    known = last in _NAMES or len(last) == 1 or format_key(last) != last
    if known and set(modifiers) <= _MODIFIERS:
        return name, ""
    near = get_close_matches(name, [*_NAMES, *(f"ctrl+{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")], 1)
    return "", f"{written} is not a key." + (f" Did you mean {near[0]}?" if near else "")


def _character(character: str) -> str:
    """Textual's name for a single character."""
    if character.isalnum():
        return character
    for command in COMMANDS:
        for key in command.keys.split(","):
            if key_names([key]) == character:
                return key
    return _by_character().get(character, character)


def _by_character() -> dict[str, str]:
    names = "comma,full_stop,semicolon,equals_sign,at,number_sign,dollar_sign,percent_sign,ampersand,underscore"
    names += ",exclamation_mark,quotation_mark,apostrophe,left_parenthesis,right_parenthesis,less_than_sign"
    names += (
        ",greater_than_sign,circumflex_accent,grave_accent,left_curly_bracket,vertical_line,right_curly_bracket,tilde"
    )
    return {format_key(name): name for name in names.split(",")}


def _together(one: Command, other: Command) -> bool:
    """Whether two commands are alive on the same screen."""
    if "dialog" in {one.scope, other.scope}:
        return one.scope == other.scope
    return not set(one.areas).isdisjoint(other.areas)


def _clashes(keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The user's entries that have to go, one after the other, until no key has two meanings on one screen."""
    left = dict(keys)
    while found := _first_clash(left):
        yield found
        del left[found[0]]


def _first_clash(keys: Mapping[str, str]) -> tuple[str, str] | None:
    if not keys:
        return None
    used = {command.id: frozenset(keys_of(command.id, keys)) for command in COMMANDS}
    for one, other in combinations(COMMANDS, 2):
        mine = other if other.id in keys else one
        theirs = one if mine is other else other
        both = used[one.id] & used[other.id]
        if mine.id not in keys or not both:
            continue
        shown = key_names(sorted(both))
        if _together(one, other):
            return mine.id, f"{shown} is already {theirs.id} ({theirs.help.rstrip('.')})."
        if "dialog.yes" in {one.id, other.id} and (one.asks or other.asks):
            opener = one.id if one.asks else other.id
            return mine.id, f"{shown} would both open a dialog ({opener}) and confirm it."
    return None
