"""Writing the settings file: what a hand wrote in it stays as it was, remarks, order and blanks included."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import tomli_w
import tomlkit
from tomlkit.items import Table

from tui.runtime.settings import SettingsError

__all__ = ["replace_file", "with_profile"]

_PRIVATE, _OWNER = 0o600, 0o700


def with_profile(content: bytes, name: str, profile: dict[str, Any]) -> bytes:
    """The file with a profile in it, instead of an older one of that name; its other lines are not touched.

    Raises:
        SettingsError: the file is written in a way that can't be added to; what to write by hand is said.
    """
    fresh = tomli_w.dumps({"profiles": {name: profile}})
    if not content.strip():
        return fresh.encode()
    text = content.decode("utf-8-sig")
    wanted = tomllib.loads(text)
    wanted.setdefault("profiles", {})[name] = profile
    edited = _edited(text, name, profile) if name in tomllib.loads(text).get("profiles", {}) else _added(text, fresh)
    if tomllib.loads(edited) != wanted:
        message = f"The settings file can't be added to as it is written. Write into it by hand:\n{fresh}"
        raise SettingsError(message)
    return edited.encode()


def _added(text: str, fresh: str) -> str:
    """A new profile stands at the end."""
    ended = text if text.endswith("\n") else f"{text}\n"
    both = f"{ended}\n{fresh}"
    try:
        tomllib.loads(both)
    except tomllib.TOMLDecodeError:  # its profiles are written on one line
        document = tomlkit.parse(text)
        document["profiles"].update(tomllib.loads(fresh)["profiles"])
        return tomlkit.dumps(document)
    return both


def _edited(text: str, name: str, profile: dict[str, Any]) -> str:
    document = tomlkit.parse(text)
    table: Any = document["profiles"][name]
    for key in [key for key in table if key not in profile]:
        del table[key]
    for key, value in profile.items():
        if table.get(key) == value:
            continue
        if isinstance(value, dict) and isinstance(table.get(key), Table):
            table[key].update(value)
        elif isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            table[key] = inline
        else:
            table[key] = value
    return tomlkit.dumps(document)


def replace_file(path: Path, content: bytes) -> None:
    """Write by rename, so that a full disk leaves the old file. Others can't read it from the first byte on.

    What only the owner may do stays as it was; a link stays one, and what it leads to is replaced.
    """
    target = path.resolve()
    mode = stat.S_IMODE(target.stat().st_mode) & _OWNER if target.exists() else _PRIVATE
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
