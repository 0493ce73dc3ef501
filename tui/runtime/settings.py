"""One typed settings object. Precedence: flag, environment, file, default; every value knows where it came from."""

import copy
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from client.profile import Profile, Timeouts
from contract.field_words import in_words, nearest, place, suggested
from contract.toml_words import TomlError, line_of, read_toml

_PREFIX = "HEADCOUNT_"
_OTHER_VARIABLES = ("HEADCOUNT_PLAIN_OUTPUT", "HEADCOUNT_SMTP_PASSWORD")
"""What the terminal and the server look at."""

_NO_SECRETS = "This file is not for secrets: use token_file (a file with chmod 600), token_env or token_command."
_CERTIFICATES = "Certificates are always checked: name your own authority's as ca_bundle."
_PROFILES = "Profiles are written as [profiles.NAME]."
_INSTEAD: dict[tuple[str, str], str] = {
    **{("profile", name): _NO_SECRETS for name in ("token", "password", "secret", "api_key", "key", "bearer")},
    **{("profile", name): _CERTIFICATES for name in ("verify", "insecure", "verify_ssl", "tls_verify", "ssl_verify")},
    **{("profile", name): "Use ca_bundle." for name in ("ca", "ca_file", "cafile", "cacert", "ca_cert", "ca_path")},
    **{("profile", name): "Use client_cert." for name in ("cert", "certificate", "client_certificate")},
    **{("profile", name): "Use url." for name in ("host", "server", "address", "base_url", "endpoint", "socket")},
    **{("profile", name): "Use proxy." for name in ("https_proxy", "http_proxy", "proxy_url")},
    **{("profile", name): "Use timeouts.connect, .read or .total." for name in ("timeout", "connect_timeout")},
    ("profile", "no_proxy"): 'Use proxy = "none", or NO_PROXY in the environment.',
    ("profile", "color"): "Use colour.",
    ("profile", "limit"): 'Use spending_limit, such as "EUR 500.00".',
    **{("", name): _PROFILES for name in ("servers", "server", "accounts", "account")},
    **{("", name): "Use profile." for name in ("default", "default_profile", "current_profile", "use")},
}
"""What to write instead of what people write after other programs: by (kind of section, name)."""

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
        name = _chosen(self.profile, tuple(self.profiles))
        return None if name is None else (name, self.profiles[name])


def _chosen(wanted: str, names: tuple[str, ...]) -> str | None:
    """The name of the profile to use, as `Settings.chosen_profile`."""
    listed = ", ".join(sorted(names))
    if wanted and wanted not in names:
        have = listed or "none yet; see headcount login"
        message = f"There is no profile {wanted!r}.{suggested(wanted, names)} You have: {have}."
        raise SettingsError(message)
    if not wanted and len(names) > 1:
        message = f'Several profiles are configured ({listed}). Say which with --profile, or set profile = "…".'
        raise SettingsError(message)
    return wanted or next(iter(names), None)


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
        data = read_toml(content)
    except TomlError as error:
        message = f"{path}, line {error.line}: {error.reason}."
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

    A switch that is neither on nor off stays what was written: the model refuses it.
    """
    data: dict[str, Any] = {}
    for name, (section, key, is_switch) in _variables().items():
        value = environ.get(name)
        if value is None or (not section and not value):
            continue
        read = _TRUE.get(value.lower(), value) if is_switch else value
        (data.setdefault(section, {}) if section else data)[key] = read
    return data


def _variables() -> dict[str, tuple[str, str, bool]]:
    """Section, key and whether it is a switch, of each variable."""
    settings = [("screen", name, field.annotation is bool) for name, field in Screen.model_fields.items()]
    return {
        f"{_PREFIX}{name.upper()}": (section, name, is_switch)
        for section, name, is_switch in (("", "profile", False), *settings, ("attention", "bell", True))
    }


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = _merged(out[key], value) if both else value
    return out


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where in the settings, in which file or variable, in which line (or 0), and why."""

    key: tuple[str | int, ...]
    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        """`config.toml, line 3: screen.theem: Unknown setting. Did you mean theme?`."""
        where = f"{self.source}, line {self.line}" if self.line else self.source
        name = "" if self.source.startswith(_PREFIX) else place(self.key)
        return ": ".join(filter(None, (where, name, self.reason)))


@dataclass(frozen=True, slots=True)
class Survey:
    """The settings as far as they can be used, the names of all profiles, and everything that is wrong."""

    settings: Settings
    names: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    text: str = field(default="", repr=False)

    def line_of(self, key: tuple[str | int, ...]) -> int:
        """The line of the file where a setting stands, or what it belongs to; 0 when it comes from elsewhere."""
        return line_of(self.text, key)

    def chosen_profile(self) -> tuple[str, Profile] | None:
        """The profile that a command uses: the one named, or the only one there is. Only what it needs has to be right.

        Raises:
            SettingsError: it does not exist, can't be used, or several do and none is named.
        """
        self._stop(lambda key: key in {(), ("profiles",), ("profile",)})
        # A name at the top that is written wrong may have been the one that chooses.
        top = [str(each) for each in self.mistakes if len(each.key) == 1]
        try:
            name = _chosen(self.settings.profile, self.names)
        except SettingsError as error:
            raise SettingsError("\n".join([str(error), *top])) from None
        if name is None:
            if top:
                raise SettingsError("\n".join(top))
            return None
        self._stop(lambda key: key[:2] == ("profiles", name))
        return name, self.settings.profiles[name]

    def for_app(self, profile: str | None) -> Settings:
        """The settings for the app on a profile, or on the demo (None): what is wrong in other profiles does not count.

        Raises:
            SettingsError: with one line for everything that is wrong.
        """
        counts = {("profiles",)} | ({("profiles", profile)} if profile else set())
        self._stop(lambda key: key[:1] != ("profiles",) or key[:2] in counts)
        return self.settings

    def all(self) -> Settings:
        """All of the settings, every one of them right.

        Raises:
            SettingsError: with one line for everything that is wrong.
        """
        self._stop(lambda _: True)
        return self.settings

    def _stop(self, concerns: Callable[[tuple[str | int, ...]], bool]) -> None:
        if wrong := [each for each in self.mistakes if concerns(each.key)]:
            raise SettingsError("\n".join(map(str, wrong)))


def survey(path: Path, *, environ: Mapping[str, str] = os.environ, flags: Mapping[str, Any] | None = None) -> Survey:
    """Read the file, then let the environment and the flags decide; what is wrong is left out, and told."""
    mistakes: list[Mistake] = []
    try:
        written = read_file(path)
    except SettingsError as error:
        written = {}
        mistakes.append(Mistake((), "", 0, str(error)))
    text = path.read_text("utf-8", errors="replace") if written else ""
    said = from_environment(environ)
    data = copy.deepcopy(_merged(_merged(written, said), flags or {}))
    names = tuple(data["profiles"]) if isinstance(data.get("profiles"), dict) else ()
    while True:
        try:
            settings = Settings.model_validate(data)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                mistakes.append(_mistake(each, path, text, said))
                _leave_out(data, each["loc"])
        else:
            mistakes.sort(key=lambda each: each.line)
            return Survey(settings, names, tuple(dict.fromkeys(mistakes)), text)


def load(path: Path, *, environ: Mapping[str, str] = os.environ, flags: Mapping[str, Any] | None = None) -> Settings:
    """All of the settings, every one of them right.

    Raises:
        SettingsError: with one line for everything that is wrong.
    """
    return survey(path, environ=environ, flags=flags).all()


def unknown_variables(environ: Mapping[str, str]) -> list[Mistake]:
    """Variables that look like ours and mean nothing, with the nearest that does."""
    known = [*_variables(), *_OTHER_VARIABLES]
    return [
        Mistake((name,), name, 0, f"Unknown variable.{suggested(name, known)}")
        for name in sorted(environ)
        if name.startswith(_PREFIX) and name not in known
    ]


def _mistake(found: ErrorDetails, path: Path, text: str, said: Mapping[str, Any]) -> Mistake:
    key = tuple(each for each in found["loc"] if each != "[key]")
    reason = in_words(found)
    if found["type"] == "extra_forbidden":
        reason = _unknown_setting(key)
    elif key == ("profile",) and isinstance(found["input"], dict):
        reason = _PROFILES
    elif found["type"] == "missing":
        reason = f"{key[-1]} is missing."
    for name, (section, own, is_switch) in _variables().items():
        above: Any = said.get(section, {}) if section else said
        if key == tuple(filter(None, (section, own))) and own in above:
            return Mistake(key, name, 0, "Write 1 or 0." if is_switch else reason)
    return Mistake(key, str(path), line_of(text, key), reason)


def _unknown_setting(key: tuple[str | int, ...]) -> str:
    """What to write instead of a setting that there is none of."""
    *above, last = map(str, key)
    kind = "profile" if above[:1] == ["profiles"] else ""
    if instead := _INSTEAD.get((kind, last.casefold().replace("-", "_"))):
        return f"Unknown setting. {instead}"
    models: dict[str, type[BaseModel]] = {"": Settings, "screen": Screen, "attention": Attention, "profile": Profile}
    model = models.get(kind or ".".join(above))
    if len(above) > len(("profiles", "a")) or model is None:
        model = Timeouts
    if near := nearest(last, model.model_fields):
        return f"Unknown setting. Did you mean {near}?"
    others: dict[str, type[BaseModel]] = {"[screen]": Screen, "[attention]": Attention, "a [profiles.NAME]": Profile}
    for section, other in others.items():
        if other is not model and (near := nearest(last, other.model_fields)):
            return f"Unknown setting here. {near} belongs in {section}."
    return "Unknown setting."


def _leave_out(data: dict[str, Any], location: tuple[str | int, ...]) -> None:
    """Take away what is wrong; a profile as a whole, since nobody wants half of one."""
    deepest = 2
    *above, last = [each for each in location if each != "[key]"][:deepest]
    holder: Any = data
    for name in above:
        holder = holder.get(name, {})
    holder.pop(last, None)


def origin(key: str, path: Path, *, environ: Mapping[str, str], flags: Mapping[str, Any]) -> str:
    """Where the value of a setting such as `screen.ascii` comes from, in a word for `headcount info`."""
    try:
        written = read_file(path)
    except SettingsError:
        written = {}
    for name, data in (("flag", flags), ("environment", from_environment(environ)), (str(path), written)):
        found: Any = data
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if found is not None:
            return name
    return "default"
