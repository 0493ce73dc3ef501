"""One typed settings object. Precedence: flag, environment, file, default; every value knows where it came from."""

import os
import stat
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from client.profile import Profile

_PREFIX = "HEADCOUNT_"
_TRUE = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


ProfileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
"""Names files, too, so no slashes."""


class SettingsError(Exception):
    """The settings can't be used; the message names the file, the key, and what to do."""


class Screen(BaseModel):
    """How the app looks and behaves in a terminal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ascii: bool = False
    mouse: bool = True
    slow: bool = False
    theme: Literal["auto", "dark", "ansi"] = "auto"


class AttentionKind(StrEnum):
    """What somebody should look at, the most urgent first."""

    PAYMENTS = "payments"
    SEATS = "seats"
    EXPIRING = "expiring"
    REQUESTS = "requests"
    ANSWERS = "answers"
    CODES = "codes"


class Attention(BaseModel):
    """What is said at once wherever one is, and whether the terminal rings for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bell: bool = False
    notify: frozenset[AttentionKind] = frozenset(AttentionKind)


class Settings(BaseModel):
    """Everything a user may set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str = ""
    screen: Screen = Screen()
    attention: Attention = Attention()
    keys: dict[str, str] = Field(default_factory=dict)
    profiles: dict[ProfileName, Profile] = Field(default_factory=dict)

    def chosen_profile(self) -> tuple[str, Profile] | None:
        """The profile to open: the one named, or the only one there is.

        Raises:
            SettingsError: when the named one does not exist, or several do and none is named.
        """
        names = ", ".join(sorted(self.profiles))
        if self.profile:
            if self.profile not in self.profiles:
                message = f"There is no profile {self.profile!r}. You have: {names or 'none yet; see headcount login'}."
                raise SettingsError(message)
            return self.profile, self.profiles[self.profile]
        if len(self.profiles) > 1:
            message = f'Several profiles are configured ({names}). Say which with --profile, or set profile = "…".'
            raise SettingsError(message)
        return next(iter(self.profiles.items()), None)


def read_file(path: Path) -> dict[str, Any]:
    """The settings file as plain data; empty when there is none.

    Raises:
        SettingsError: when it is not TOML, or others can read a token in it.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}."
        raise SettingsError(message) from error
    try:
        data = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not valid TOML: {error}."
        raise SettingsError(message) from error
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and _names_a_secret(data):
        message = f"{path} says how to get a token and others can read it. Run: chmod 600 {path}"
        raise SettingsError(message)
    return data


def _names_a_secret(data: Mapping[str, Any]) -> bool:
    profiles = data.get("profiles")
    return isinstance(profiles, dict) and any(
        isinstance(profile, dict) and any(key.startswith("token") for key in profile) for profile in profiles.values()
    )


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings that `HEADCOUNT_…` variables make: `…PROFILE`, `…BELL`, and one for each setting of the screen.

    Raises:
        SettingsError: when a switch is neither on nor off.
    """
    data: dict[str, Any] = {}
    if profile := environ.get(f"{_PREFIX}PROFILE"):
        data["profile"] = profile
    settings = [("screen", name, field.annotation is bool) for name, field in Screen.model_fields.items()]
    for section, name, is_switch in (*settings, ("attention", "bell", True)):
        value = environ.get(f"{_PREFIX}{name.upper()}")
        if value is None:
            continue
        if is_switch and value.lower() not in _TRUE:
            message = f"{_PREFIX}{name.upper()}={value!r} is neither on nor off. Use 1 or 0."
            raise SettingsError(message)
        data.setdefault(section, {})[name] = _TRUE[value.lower()] if is_switch else value
    return data


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = _merged(out[key], value) if both else value
    return out


def load(path: Path, *, environ: Mapping[str, str] = os.environ, flags: Mapping[str, Any] | None = None) -> Settings:
    """Read the file, then let the environment and the flags decide.

    Raises:
        SettingsError: with one line for everything that is wrong.
    """
    data = _merged(_merged(read_file(path), from_environment(environ)), flags or {})
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise SettingsError(_explained(path, error)) from error


def _explained(path: Path, error: ValidationError) -> str:
    lines = [f"{path} has settings that can't be used:"]
    for each in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in each["loc"])
        unknown = each["type"] == "extra_forbidden"
        lines.append(f"  {where}: {'there is no such setting' if unknown else each['msg']}")
    return "\n".join(lines)


def origin(key: str, path: Path, *, environ: Mapping[str, str], flags: Mapping[str, Any]) -> str:
    """Where the value of a setting such as `screen.ascii` comes from, in a word for `headcount info`."""
    sources = (("flag", flags), ("environment", from_environment(environ)), (str(path), read_file(path)))
    for name, data in sources:
        found: Any = data
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if found is not None:
            return name
    return "default"
