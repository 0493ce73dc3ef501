"""The file somebody means by what is typed or pasted, what a path may go on with, and why a file can't be sent."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from contract.imports import MAX_FILE
from tui.presentation.text import clean

__all__ = ["MOST_SHOWN", "Place", "common", "completions", "meant", "size_words", "why_not"]

MOST_SHOWN = 8
"""The most completions that are offered at once."""
_MOST_READ = 20_000
_MEGA = 1024 * 1024
_KILO = 1024
_SHEETS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".tab")


@dataclass(frozen=True, slots=True)
class Place:
    """A file or a folder that may be meant. `typed` is what stands in the field when it is taken."""

    path: Path
    typed: str
    is_folder: bool = False
    size: int = 0

    @property
    def label(self) -> str:
        """Its name, safe to show, a folder with a slash."""
        return clean(self.path.name, 60) + ("/" if self.is_folder else "")


def meant(typed: str) -> Path:
    """The path behind what was typed, dropped or pasted: `~`, quotes, `file://` and a shell's backslashes."""
    text = typed.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(urlsplit(text).path)
    path = _expanded(text)
    if "\\" in text and not os.path.lexists(path):
        plain = _expanded("".join(_unescaped(text)))
        return plain if os.path.lexists(plain) else path
    return path


def _unescaped(text: str) -> Sequence[str]:
    kept: list[str] = []
    escaped = False
    for char in text:
        if char == "\\" and not escaped:
            escaped = True
        else:
            kept.append(char)
            escaped = False
    return kept


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # of a user that does not exist
        return Path(text)


def completions(typed: str) -> list[Place]:
    """What the path may go on with: folders and files, those that look like sheets first.

    Hidden ones only when a dot was typed, and nothing when the folder can't be read.
    """
    folder_text, slash, begun = typed.rpartition("/")
    if typed == "~":
        return [Place(_expanded("~"), "~/", is_folder=True)]
    folder = _expanded(folder_text + slash) if slash else Path()
    found: list[Place] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_READ:
                    break
                if _begins(entry.name, begun):
                    found.append(_place(entry, f"{folder_text}{slash}"))
    except OSError:
        return []
    return sorted(found, key=_rank)


def _begins(name: str, begun: str) -> bool:
    return name.casefold().startswith(begun.casefold()) and (begun.startswith(".") or not name.startswith("."))


def _place(entry: "os.DirEntry[str]", before: str) -> Place:
    try:
        is_folder, size = entry.is_dir(), entry.stat().st_size
    except OSError:
        is_folder, size = False, 0
    slash = "/" if is_folder else ""
    return Place(Path(entry.path), f"{before}{entry.name}{slash}", is_folder, size)


def _rank(place: Place) -> tuple[int, str]:
    is_sheet = place.path.suffix.lower() in _SHEETS
    return 0 if is_sheet and not place.is_folder else 1 if place.is_folder else 2, place.path.name.casefold()


def common(places: Sequence[Place], typed: str) -> str:
    """What all of them begin with, when that is more than was typed and can be shown as it is."""
    first, last = (
        min((place.typed for place in places), default=typed),
        max((each.typed for each in places), default=""),
    )
    alike = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    shared = first[:alike]
    return shared if len(shared) >= len(typed) and clean(shared, 4096) == shared else typed


def size_words(size: int) -> str:
    """`3 B`, `12 KB`, `1.5 MB`."""
    if size < _KILO:
        return f"{size:,} B"
    return f"{size / _KILO:,.0f} KB" if size < _MEGA else f"{size / _MEGA:,.1f} MB"


def why_not(path: Path) -> str:
    """Why this file can't be imported, as a sentence; empty when it can be sent."""
    name = clean(path.name or str(path), 80)
    try:
        found = path.stat()
    except FileNotFoundError:
        return _not_there(path, name)
    except (OSError, ValueError) as error:
        return f"{name} can't be opened: {clean(getattr(error, 'strerror', '') or str(error), 80)}."
    return _unfit(found, name) or ("" if os.access(path, os.R_OK) else f"{name} can't be read: permission denied.")


def _unfit(found: os.stat_result, name: str) -> str:
    if stat.S_ISDIR(found.st_mode):
        return f"{name} is a folder. Tab shows what is in it."
    if not stat.S_ISREG(found.st_mode):
        return f"{name} is a device or a pipe, not a file."
    if not found.st_size:
        return f"{name} is empty."
    if found.st_size > MAX_FILE:
        return f"{name} has {size_words(found.st_size)}; at most {size_words(MAX_FILE)}. Split it into several files."
    return ""


def _not_there(path: Path, name: str) -> str:
    if path.is_symlink():
        return f"{name} points to a file that does not exist."
    parent = path.parent
    return f"There is no {name}." if parent.is_dir() else f"There is no folder {clean(str(parent), 80)}."
