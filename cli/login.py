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

from client.errors import HeadcountError, NotAuthenticated, NoToken, Unreachable
from client.profile import Profile, open_client
from contract.people import Me
from tui.paths import Paths, find, private_folder
from tui.settings import SettingsError, read_file
from tui.text import clean

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def login(options: argparse.Namespace) -> int:
    """Ask for what is missing, check the token against the server, write profile and token (0600). The exit code."""
    paths = find(os.environ)
    if not _NAME.fullmatch(options.name):
        return _say("A profile's name is made of a-z, 0-9, - and _.", 2)
    try:
        known = read_file(paths.config_file)
        source = _token_source(options, paths)
        profile = Profile.model_validate({"url": options.url, **source})
        me = asyncio.run(_who(profile))
    except SettingsError as error:
        return _say(str(error), 2)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        return _say(f"This profile can't be used: {problems}", 2)
    except HeadcountError as error:
        return _say(f"{clean(error.message)} {error.advice}", _exit_code(error))
    _write(paths.config_file, known, options.name, {"url": options.url, **{k: str(v) for k, v in source.items()}})
    who = f"{clean(me.account.name)} ({me.role.value}) of {clean(me.organisation.name)}"
    return _say(f"Signed in as {who}. Profile {options.name} is in {paths.config_file}. Open it with: headcount", 0)


async def _who(profile: Profile) -> Me:
    async with open_client(profile) as client:
        return await client.me()


def _token_source(options: argparse.Namespace, paths: Paths) -> dict[str, Any]:
    """Where the token is; one that is typed goes to a file of its own."""
    for name in ("token_env", "token_command", "token_file"):
        if value := getattr(options, name):
            return {name: value}
    token = getpass.getpass("Token (hc_…, not shown): ").strip()
    path = private_folder(paths.config) / f"{options.name}.token"
    _replace(path, token.encode() + b"\n")
    return {"token_file": path}


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


def _exit_code(error: HeadcountError) -> int:
    if isinstance(error, NotAuthenticated | NoToken):
        return 3
    return 6 if isinstance(error, Unreachable) else 1


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code
