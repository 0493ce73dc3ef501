"""`headcount info`: which files are used, and where each setting comes from."""

import os
import sys
from typing import Any

from tui.runtime.paths import find
from tui.runtime.settings import AttentionKind, Screen, SettingsError, load, origin


def info(flags: dict[str, Any]) -> int:
    """Print every path and setting; settings that can't be used are told, with exit code 2."""
    paths = find(os.environ)
    print(f"settings   {paths.config_file}{'' if paths.config_file.exists() else '  (not there yet)'}")
    print(f"demo data  {paths.demo}")
    print(f"state      {paths.state}")
    try:
        settings = load(paths.config_file, flags=flags)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2

    def told(key: str, value: object) -> None:
        came_from = origin(key, paths.config_file, environ=os.environ, flags=flags)
        print(f"{key:<16} {value!s:<10} {came_from}")

    told("profile", settings.profile or "-")
    for name in Screen.model_fields:
        told(f"screen.{name}", getattr(settings.screen, name))
    told("attention.bell", settings.attention.bell)
    chosen = [kind.value for kind in AttentionKind if kind in settings.attention.notify]
    told("attention.notify", " ".join(chosen) or "-")
    for name, profile in settings.profiles.items():
        print(f"profiles.{name}: {profile.url}")
    return 0
