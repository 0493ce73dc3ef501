"""`headcount login`: make a profile, prove that it works, and write it so that people can read it."""

import argparse
import asyncio
import getpass
import os
import re
import sys
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from cli.exit_codes import exit_code
from cli.output import read_line, say
from client.errors import HeadcountError
from client.profile import Profile, open_client
from contract.people import Me
from tui.presentation.text import clean
from tui.runtime.paths import Paths, find, private_folder
from tui.runtime.settings import SettingsError, read_file
from tui.terminal.key_gate import typed_in

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NOTHING_GIVEN = "No token was given: type it, pipe it in, or use --token-env, --token-command or --token-file."


def login(options: argparse.Namespace) -> int:
    """Ask for what is missing, check the token against the server, write profile and token (0600). The exit code.

    Until the server has accepted the token nothing that worked before is replaced.
    """
    paths = find(os.environ)
    if not _NAME.fullmatch(options.name):
        return say("A profile's name is made of a-z, 0-9, - and _.", 2)
    try:
        known = read_file(paths.config_file)
        source = _named_source(options)
        typed = "" if source else _typed_token()
        if not source and not typed:
            return say(_NOTHING_GIVEN, 2)
        me, source = _proven(options.url, source) if source else _proven_and_kept(options, typed, paths)
    except SettingsError as error:
        return say(str(error), 2)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {_reason(each['msg'])}" for each in error.errors())
        return say(f"This profile can't be used: {problems}", 2)
    except HeadcountError as error:
        return say(f"{clean(error.message)} {error.advice}", exit_code(error))
    _write(paths.config_file, known, options.name, {"url": options.url, **source})
    where = f"({me.role.value}) of {clean(me.organisation_name)}" if me.organisation else "of no organisation"
    who = f"{clean(me.account.name)} {where}"
    named = "" if options.name == "default" else f" --profile {options.name}"
    return say(f"Signed in as {who}. Profile {options.name} is in {paths.config_file}. Open it: headcount{named}", 0)


def _proven(url: str, source: dict[str, str]) -> tuple[Me, dict[str, str]]:
    """Who this token makes one, and where it is."""
    return asyncio.run(_who(Profile.model_validate({"url": url, **source}))), source


def _proven_and_kept(options: argparse.Namespace, typed: str, paths: Paths) -> tuple[Me, dict[str, str]]:
    """The same for a token that was typed: it gets a file of its own, in the place of an older one once it works."""
    path = private_folder(paths.config) / f"{options.name}.token"
    candidate = path.with_suffix(".candidate")
    try:
        _replace(candidate, typed.encode() + b"\n")
        me, _ = _proven(options.url, {"token_file": str(candidate)})
        candidate.replace(path)
    finally:
        candidate.unlink(missing_ok=True)
    return me, {"token_file": str(path)}


async def _who(profile: Profile) -> Me:
    async with open_client(profile) as client:
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


def _reason(message: str) -> str:
    """A reason without the library's own words before it."""
    return message.removeprefix("Value error, ")


def _write(path: Path, known: dict[str, Any], name: str, profile: dict[str, str]) -> None:
    private_folder(path.parent)
    profiles = {**known.get("profiles", {}), name: profile}
    _replace(path, tomli_w.dumps({**known, "profiles": profiles}).encode())


def _replace(path: Path, content: bytes) -> None:
    """Write by rename, so that a full disk leaves the old file; 0600 from the first byte."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
