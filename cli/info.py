"""`headcount info`: which files are used, where each setting comes from, and what of them can't be used."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from cli.exit_codes import DONE, USAGE
from cli.output import say
from client.address import parse_address
from client.errors import HeadcountError
from client.profile import Profile
from client.proxies import proxy_for, why_direct
from tui.presentation.text import clean
from tui.runtime.paths import find
from tui.runtime.settings import AttentionKind, Mistake, Screen, origin, survey, unknown_variables

__all__ = ["info", "tell"]


def info(flags: dict[str, Any]) -> int:
    """Print every path and setting, and below them what can't be used, with exit code 2."""
    paths = find(os.environ)
    print(f"settings   {paths.config_file}{'' if paths.config_file.exists() else '  (not there yet)'}")
    print(f"demo data  {paths.demo}")
    print(f"state      {paths.state}")
    found = survey(paths.config_file, flags=flags)
    settings = found.settings

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
        print(f"profiles.{name}: {profile.url}, {_way(profile)}")
    for name in found.names:
        if name not in settings.profiles:
            print(f"profiles.{clean(name, 60)}: can't be used")
    sys.stdout.flush()
    return tell([*found.mistakes, *unknown_variables(os.environ)])


def tell(wrong: Sequence[Mistake]) -> int:
    """Say what is wrong, a line each; the exit code."""
    for each in wrong:
        say(clean(str(each), 500), USAGE)
    return USAGE if wrong else DONE


def _way(profile: Profile) -> str:
    """How a server is reached: by which proxy and who named it, or by none and why."""
    address = parse_address(profile.url)
    try:
        proxy = proxy_for(address, profile.proxy, os.environ)
    except HeadcountError as error:
        return f"no proxy can be used: {clean(error.message, 200)}"
    if proxy is not None:
        return f"by the proxy {proxy.shown} ({proxy.source})"
    if profile.proxy is not None:
        return "by no proxy (proxy of the profile)"
    why = why_direct(address, os.environ)
    return f"by no proxy ({why})" if why else "by no proxy"
