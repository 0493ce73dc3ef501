"""Where Headcount keeps its files: the XDG base directories, on every system."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_NAME = "headcount"


class Paths(NamedTuple):
    """The folders in use. None of them needs to exist yet."""

    config: Path
    data: Path
    state: Path
    runtime: Path | None

    @property
    def config_file(self) -> Path:
        """The settings of this user."""
        return self.config / "config.toml"

    @property
    def demo(self) -> Path:
        """The sample organisation of `headcount demo`."""
        return self.data / "demo"


def find(environ: Mapping[str, str]) -> Paths:
    """The folders this environment names, each with its default under the home folder."""
    home = Path(environ.get("HOME") or Path.home())

    def base(variable: str, default: str) -> Path:
        named = environ.get(variable, "")
        return Path(named) if named.startswith("/") else home / default

    runtime = environ.get("XDG_RUNTIME_DIR", "")
    return Paths(
        config=base("XDG_CONFIG_HOME", ".config") / _NAME,
        data=base("XDG_DATA_HOME", ".local/share") / _NAME,
        state=base("XDG_STATE_HOME", ".local/state") / _NAME,
        runtime=Path(runtime) if runtime.startswith("/") else None,
    )


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, and refuse one that others already can.

    Raises:
        PermissionError: when it belongs to somebody else or is a link.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink():
        message = f"{path} is a link; Headcount keeps secrets only in a real folder"
        raise PermissionError(message)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path
