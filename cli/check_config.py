"""`headcount check-config`: everything that is wrong with the settings, all at once."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.info import tell
from client import credentials
from client.address import parse_address
from client.errors import HeadcountError
from client.proxies import proxy_for
from tui.runtime.paths import Paths, find
from tui.runtime.settings import Mistake, Survey, survey, unknown_variables

__all__ = ["check_config"]


def check_config(_: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Everything that is wrong with the settings, all at once: exit code 0 when nothing is, else 2."""
    paths = find(os.environ)
    found = survey(paths.config_file, flags=flags)
    wrong = [*found.mistakes, *unknown_variables(os.environ), *_of_keys(found, paths), *_of_profiles(found, paths)]
    if not wrong:
        there = "" if paths.config_file.exists() else " There is no file: these are the defaults."
        print(f"{paths.config_file}: everything in it can be used.{there}")
    return tell(wrong)


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
