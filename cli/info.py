"""`headcount info` and `check-config`: which files are used, where each setting comes from, and all that is wrong."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.exit_codes import DONE, USAGE
from cli.output import say
from client import credentials
from client.address import parse_address
from client.errors import HeadcountError
from client.profile import Profile
from client.proxies import proxy_for, why_direct
from tui.presentation.text import clean
from tui.runtime.paths import Paths, find
from tui.runtime.settings import AttentionKind, Mistake, Screen, Survey, origin, survey, unknown_variables

__all__ = ["check_config", "info"]


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
    return _tell([*found.mistakes, *unknown_variables(os.environ)])


def check_config(_: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Everything that is wrong with the settings, all at once: exit code 0 when nothing is, else 2."""
    paths = find(os.environ)
    found = survey(paths.config_file, flags=flags)
    wrong = [*found.mistakes, *unknown_variables(os.environ), *_of_keys(found, paths), *_of_profiles(found, paths)]
    if not wrong:
        there = "" if paths.config_file.exists() else " There is no file: these are the defaults."
        print(f"{paths.config_file}: everything in it can be used.{there}")
    return _tell(wrong)


def _tell(wrong: list[Mistake]) -> int:
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


def _of_keys(found: Survey, paths: Paths) -> Iterator[Mistake]:
    """What can't be used of `[keys]`. That takes the app's commands, so they are only loaded where there are keys."""
    if not found.settings.keys:
        return
    from cli.open import wrong_keys

    for line, reason in wrong_keys(found.settings, paths.config_file.read_text("utf-8", errors="replace")):
        yield Mistake(("keys",), str(paths.config_file), line, reason)


def _of_profiles(found: Survey, paths: Paths) -> Iterator[Mistake]:
    """Files that profiles name and that can't be used. No token command is run."""
    for name, profile in found.settings.profiles.items():
        for setting in ("ca_bundle", "client_cert", "client_key"):
            path: Path | None = getattr(profile, setting)
            if path is not None and not os.access(path.expanduser(), os.R_OK):
                yield _of(found, paths, (name, setting), f"{path} can't be read.")
        if profile.token_file is not None:
            try:
                credentials.from_file(profile.token_file)
            except HeadcountError as error:
                yield _of(found, paths, (name, "token_file"), error.message)
        try:
            proxy_for(parse_address(profile.url), profile.proxy, os.environ)
        except HeadcountError as error:
            yield _of(found, paths, (name, "proxy"), error.message)


def _of(found: Survey, paths: Paths, key: tuple[str, str], reason: str) -> Mistake:
    return Mistake(("profiles", *key), str(paths.config_file), found.line_of(("profiles", *key)), reason)
