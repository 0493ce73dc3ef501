"""Where Headcount keeps its files: the XDG base directories, on every system."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = "headcount"
_CONFIG_FILE = "config.toml"


class Paths:
    """The folders in use. None of them needs to exist yet."""

    def __init__(self, *, config: "Path", data: "Path", state: "Path", runtime: "Path | None") -> None:
        self.config = config
        self.data = data
        self.state = state
        self.runtime = runtime

    @property
    def config_file(self) -> "Path":
        """The settings of this user."""
        return self.config / _CONFIG_FILE

    @property
    def demo(self) -> "Path":
        """The sample organisation of `headcount demo`."""
        return self.data / "demo"


def config_file(environ: "Mapping[str, str]") -> str:
    """`find(environ).config_file`, for who is in too much of a hurry to import pathlib."""
    return os.path.join(_base(environ, "XDG_CONFIG_HOME", ".config"), _NAME, _CONFIG_FILE)  # noqa: PTH118 - see above


def find(environ: "Mapping[str, str]") -> Paths:
    """The folders this environment names, each with its default under the home folder."""
    from pathlib import Path

    runtime = environ.get("XDG_RUNTIME_DIR", "")
    return Paths(
        config=Path(_base(environ, "XDG_CONFIG_HOME", ".config"), _NAME),
        data=Path(_base(environ, "XDG_DATA_HOME", ".local/share"), _NAME),
        state=Path(_base(environ, "XDG_STATE_HOME", ".local/state"), _NAME),
        runtime=Path(runtime) if runtime.startswith("/") else None,
    )


def _base(environ: "Mapping[str, str]", variable: str, default: str) -> str:
    named = environ.get(variable, "")
    if named.startswith("/"):
        return named
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - see above
    return os.path.join(home, default)  # noqa: PTH118 - see above


def private_folder(path: "Path") -> "Path":
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
