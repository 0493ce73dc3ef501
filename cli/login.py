"""`headcount login`: make a profile, prove that it works, and write it so that people can read it."""

import argparse
import asyncio
import getpass
import os
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cli.connection import told
from cli.exit_codes import DONE, USAGE, exit_code
from cli.output import read_line, say
from client.errors import HeadcountError
from client.profile import Profile, open_client
from contract import field_words
from contract.people import Me
from tui.presentation.text import clean
from tui.runtime.paths import Paths, find, private_folder
from tui.runtime.settings import SettingsError, read_file
from tui.runtime.settings_file import replace_file, with_profile
from tui.terminal.key_gate import typed_in

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SOURCES = ("token_env", "token_command", "token_file")
_NOTHING_GIVEN = "No token was given: type it, pipe it in, or use --token-env, --token-command or --token-file."


def login(options: argparse.Namespace) -> int:
    """Ask for what is missing, check the token against the server, write profile and token (0600). The exit code.

    Until the server has accepted the token nothing that worked before is replaced.
    """
    paths = find(os.environ)
    if not _NAME.fullmatch(options.name):
        return say("A profile's name is made of a-z, 0-9, - and _.", USAGE)
    try:
        known = read_file(paths.config_file)
        source = _named_source(options)
        typed = "" if source else _typed_token()
        if not source and not typed:
            return say(_NOTHING_GIVEN, USAGE)
        before = {name: each for name, each in _before(known, options.name).items() if name not in _SOURCES}
        wanted = {**before, "url": options.url, **_way(options, before)}
        proven = _proven(wanted | source, options.name) if source else _proven_and_kept(options, wanted, typed, paths)
        me, profile = proven
        _write(paths.config_file, options.name, profile)
    except SettingsError as error:
        return say(str(error), USAGE)
    except ValidationError as error:
        return say(f"This profile can't be used: {clean(field_words.told(error), 500)}", USAGE)
    except HeadcountError as error:
        return say(told(error), exit_code(error))
    where = f"({me.role.value}) of {clean(me.organisation_name)}" if me.organisation else "of no organisation"
    who = f"{clean(me.account.name)} {where}"
    named = "" if options.name == "default" else f" --profile {options.name}"
    said = f"Signed in as {who}. Profile {options.name} is in {paths.config_file}. Open it: headcount{named}"
    return say(said, DONE)


def _before(known: dict[str, Any], name: str) -> dict[str, Any]:
    """What the profile said until now; it goes on to say what this command doesn't."""
    profiles = known.get("profiles")
    found = profiles.get(name) if isinstance(profiles, dict) else None
    return dict(found) if isinstance(found, dict) else {}


def _way(options: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    """How to reach the server, as far as that was said; files by their full path."""
    files = {"ca_bundle": options.ca, "client_cert": options.client_cert, "client_key": options.client_key}
    way: dict[str, Any] = {
        name: str(Path(path).expanduser().absolute()) for name, path in files.items() if path is not None
    }
    if options.proxy is not None:
        way["proxy"] = options.proxy
    seconds = {name: getattr(options, f"{name}_timeout") for name in ("connect", "read", "total")}
    given = {name: _number(value) for name, value in seconds.items() if value is not None}
    return way | ({"timeouts": {**before.get("timeouts", {}), **given}} if given else {})


def _number(text: str) -> float | str:
    """Seconds as a number; what is none is left to the profile, which says so."""
    try:
        return float(text)
    except ValueError:
        return text


def _proven(profile: dict[str, Any], name: str) -> tuple[Me, dict[str, Any]]:
    """Who one is with this profile, and the profile."""
    return asyncio.run(_who(Profile.model_validate(profile), name)), profile


def _proven_and_kept(
    options: argparse.Namespace, profile: dict[str, Any], typed: str, paths: Paths
) -> tuple[Me, dict[str, Any]]:
    """The same for a token that was typed: it gets a file of its own, in the place of an older one once it works."""
    path = private_folder(paths.config) / f"{options.name}.token"
    candidate = path.with_suffix(".candidate")
    try:
        replace_file(candidate, typed.encode() + b"\n")
        me, _ = _proven(profile | {"token_file": str(candidate)}, options.name)
        candidate.replace(path)
    finally:
        candidate.unlink(missing_ok=True)
    return me, profile | {"token_file": str(path)}


async def _who(profile: Profile, name: str) -> Me:
    async with open_client(profile, name=name) as client:
        return await client.me()


def _named_source(options: argparse.Namespace) -> dict[str, str]:
    """Where the token is, as was said; a file by its full path, since the app is opened from anywhere."""
    if options.token_file:
        return {"token_file": str(Path(options.token_file).expanduser().absolute())}
    return {name: value for name in ("token_env", "token_command") if (value := getattr(options, name))}


def _typed_token() -> str:
    """What is typed unseen, or comes through a pipe; empty when there is nothing."""
    if not sys.stdin.isatty():
        return read_line() or ""
    try:
        return typed_in(getpass.getpass("Token (hc_…, not shown): ")).strip()
    except EOFError:
        return ""


def _write(path: Path, name: str, profile: dict[str, Any]) -> None:
    private_folder(path.parent)
    content = path.read_bytes() if path.exists() else b""
    replace_file(path, with_profile(content, name, profile))
