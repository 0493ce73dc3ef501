"""`headcount login`: make a profile, prove that it works, and write it so that people can read it.

On a terminal one signs in by a browser; programs give a token.
"""

import argparse
import asyncio
import datetime as dt
import getpass
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cli.connection import told
from cli.device_sign_in import forget, sign_in
from cli.exit_codes import CANCELLED, DONE, USAGE, exit_code
from cli.output import can_ask, read_line, say
from client.errors import HeadcountError, NoDeviceSignIn
from client.profile import Profile, open_client
from contract import field_words
from contract.people import Me
from tui.presentation.text import clean, to_ascii
from tui.runtime.paths import Paths, find, private_folder
from tui.runtime.settings import SettingsError, read_file
from tui.runtime.settings_file import replace_file, with_profile
from tui.terminal.key_gate import typed_in

_LONGEST_NAME = 40
_NAME = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{_LONGEST_NAME - 1}}}")
_USUAL = "default"
_SOURCES = ("token_env", "token_command", "token_file")
_WAY = ("proxy", "ca_bundle", "client_cert", "client_key", "timeouts")
_NOTHING_GIVEN = (
    "No token was given, and this is not a terminal where a code could be shown: pipe the token in, or use "
    "--token-env, --token-command or --token-file."
)
_NOT_SHOWN = "This is not a terminal where a code could be shown: use --token-env, --token-command or --token-file."


class _Proven(NamedTuple):
    """A profile that works, what it is called, and who one is with it; until when, where that is known."""

    name: str
    profile: dict[str, Any]
    me: Me
    until: dt.datetime | None = None


def login(options: argparse.Namespace) -> int:
    """Sign in, check that it works, write profile and token (0600). The exit code.

    Until the server has accepted the token nothing that worked before is replaced.
    """
    paths = find(os.environ)
    if options.name and not _NAME.fullmatch(options.name):
        return say("A profile's name is made of a-z, 0-9, - and _.", USAGE)
    try:
        known = read_file(paths.config_file)
        proven = _signed_in(options, known, paths)
        if isinstance(proven, int):
            return proven
        _write(paths.config_file, proven.name, proven.profile)
    except SettingsError as error:
        return say(str(error), USAGE)
    except ValidationError as error:
        return say(f"This profile can't be used: {clean(field_words.told(error), 500)}", USAGE)
    except HeadcountError as error:
        return say(told(error), exit_code(error))
    return say(_said(proven, paths, alone=not set(_profiles(known)) - {proven.name}), DONE)


def _said(proven: _Proven, paths: Paths, *, alone: bool) -> str:
    me, name = proven.me, proven.name
    where = f"({me.role.value}) of {clean(me.organisation_name)}" if me.organisation else "of no organisation"
    until = f" until {proven.until:%Y-%m-%d}" if proven.until else ""
    named = "" if alone or name == _USUAL else f" --profile {name}"
    who = f"Signed in as {clean(me.account.name)} {where}{until}."
    return f"{who} Profile {name} is in {paths.config_file}. Open it: headcount{named}"


def _signed_in(options: argparse.Namespace, known: dict[str, Any], paths: Paths) -> _Proven | int:
    """By a token that was given, typed or piped in, or by browser; an exit code when nobody is."""
    source = _named_source(options)
    asked = sys.stdin.isatty()
    if not source and asked and not options.token_prompt:
        if not can_ask():
            return say(_NOT_SHOWN, USAGE)
        try:
            return _by_browser(options, known, paths)
        except NoDeviceSignIn as error:
            said = clean(error.message, 500)
            say(f"{said}\nSign in with a token instead: ask the person who runs the server for one.", DONE)
    typed = "" if source else _typed_token()
    if not source and not typed:
        return say(_NOTHING_GIVEN, USAGE)
    name = options.name or _USUAL
    profile = _wanted(options, _before(known, name)) | source
    if source:
        return _Proven(name, profile, asyncio.run(_who(Profile.model_validate(profile), name)))
    return _kept(profile, typed, paths, lambda _: name)


def _by_browser(options: argparse.Namespace, known: dict[str, Any], paths: Paths) -> _Proven | int:
    """By a code that is confirmed in a browser. The profile is called after the organisation."""
    same = [each for each, profile in _profiles(known).items() if profile.get("url") == options.url]
    like = options.name or (same[0] if len(same) == 1 else "")
    before = _before(known, like)
    way = _wanted(options, {name: each for name, each in before.items() if name in _WAY})
    nobody = Profile.model_validate(way)
    try:
        token = sign_in(nobody, organisation=options.organisation or "", read_only=options.read_only)
    except KeyboardInterrupt:
        return CANCELLED
    if token is None:
        return say("You are not signed in.", CANCELLED)

    def named(me: Me) -> str:
        return options.name or _free_name(me, options.url, known)

    try:
        found = _kept(way, token.access_token, paths, named)
    except BaseException:
        forget(nobody, token.access_token)
        raise
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=token.expires_in) if token.expires_in else None
    own = _wanted(options, _before(known, found.name)) | found.profile
    return found._replace(profile=own, until=until)


def _free_name(me: Me, url: str, known: dict[str, Any]) -> str:
    """A profile's name after the organisation; one that leads elsewhere, or has a token of its own, is left alone."""
    letters = re.sub(r"[^a-z0-9]+", "-", to_ascii(me.organisation_name).lower()).strip("-")
    base = letters[: _LONGEST_NAME - 4].strip("-") or _USUAL
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, 1000))
    return next(each for each in names if _may_replace(_profiles(known).get(each), url))


def _may_replace(profile: dict[str, Any] | None, url: str) -> bool:
    if profile is None:
        return True
    return profile.get("url") == url and not {"token_env", "token_command"} & set(profile)


def _profiles(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = known.get("profiles")
    return {name: each for name, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}


def _wanted(options: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    """The profile without its token: what it said before, and what this command says."""
    kept = {name: each for name, each in before.items() if name not in _SOURCES}
    read_only = {"read_only": True} if options.read_only else {}
    return {**kept, "url": options.url, **_way(options, before), **read_only}


def _before(known: dict[str, Any], name: str) -> dict[str, Any]:
    """What the profile said until now; it goes on to say what this command doesn't."""
    return dict(_profiles(known).get(name, {}))


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


def _kept(profile: dict[str, Any], token: str, paths: Paths, name_of: Callable[[Me], str]) -> _Proven:
    """Prove a token; it gets a file of its own, in the place of an older one once it works."""
    folder = private_folder(paths.config)
    candidate = folder / f"{os.getpid()}.candidate"
    try:
        replace_file(candidate, token.encode() + b"\n")
        me = asyncio.run(_who(Profile.model_validate(profile | {"token_file": str(candidate)}), ""))
        name = name_of(me)
        path = folder / f"{name}.token"
        candidate.replace(path)
    finally:
        candidate.unlink(missing_ok=True)
    return _Proven(name, profile | {"token_file": str(path)}, me)


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
