"""Whom a command without a screen talks to, and how what goes wrong becomes a sentence and an exit code."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from cli.demo import where_it_runs
from cli.exit_codes import DONE, FAILED, USAGE, exit_code
from cli.output import say
from client.api import Client
from client.errors import HeadcountError, Invalid
from client.journal import Journal
from client.profile import Profile, open_client
from contract import field_words
from contract.problems import ProblemCode
from server.platform.streams import code_stands
from tui.presentation.remedies import advice
from tui.presentation.text import clean
from tui.runtime.paths import find, private_folder
from tui.runtime.settings import SettingsError, survey

__all__ = ["Stop", "Target", "call", "chosen", "guarded", "tell_unanswered", "told"]

T = TypeVar("T")

_ASK_THE_VENDOR = frozenset(
    {ProblemCode.SET_BY_CONTRACT, ProblemCode.REDUCTION_NEEDS_CONTACT, ProblemCode.SOLD_BY_HAND}
)
_NO_PROFILE = "No profile is configured yet. Make one with: headcount login --url https://…"
_NO_DEMO = "No demo is running. Start it in another terminal with: headcount demo"


class Stop(Exception):  # noqa: N818 - it ends a command, whether or not that is an error
    """The command ends here: a sentence for a person and an exit code for a program."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.message, self.code = message, code


@dataclass(frozen=True, slots=True)
class Target:
    """One server and who one is there; `name` is the profile's."""

    name: str
    profile: Profile


def chosen(options: argparse.Namespace, flags: dict[str, Any], *, or_demo: bool = False) -> Target:
    """The profile, or the demo that runs in another terminal: for `--demo`, or with `or_demo` when there is no profile.

    Raises:
        Stop: there is no such thing; what to do is said.
        SettingsError: the settings can't be used.
    """
    paths = find(os.environ)
    profile = None if options.demo else survey(paths.config_file, flags=flags).chosen_profile()
    if profile is not None:
        return Target(*profile)
    if not options.demo and not or_demo:
        raise Stop(_NO_PROFILE, USAGE)
    running = where_it_runs(paths)
    if running is None:
        raise Stop(_NO_DEMO if options.demo else f"{_NO_PROFILE}\n{_NO_DEMO}", USAGE)
    address, token_file = running
    return Target("demo", Profile(url=f"unix://{address}", token_file=token_file))


def call(
    target: Target, action: Callable[[Client], Awaitable[T]], *, noted: bool = False, deed: bool | None = None
) -> T:
    """What an action with a client comes to; `noted` commands are on disk before their first byte leaves.

    Once a `deed` is done (every noted command is one, unless it only prepares), no output can make it a failure.

    Raises:
        HeadcountError: what the client raises.
        Stop: this machine has no place to note a command.
    """

    async def connected() -> T:
        async with open_client(
            target.profile, name=target.name, journal=_journal(target.name) if noted else None
        ) as client:
            return await action(client)

    answer = asyncio.run(connected())
    if noted if deed is None else deed:
        code_stands()
    return answer


def _journal(name: str) -> Journal:
    """The one the app uses, so that either tells what became of the other's commands."""
    try:
        return Journal(private_folder(private_folder(find(os.environ).state) / "unanswered" / name))
    except OSError as error:
        message = f"Headcount can't write to its state folder: {error}."
        raise Stop(message, FAILED) from error


def guarded(command: Callable[[], int]) -> int:
    """Run a command; what stops it is said on standard error. The exit code."""
    try:
        return command()
    except Stop as stop:
        return say(stop.message, stop.code)
    except SettingsError as error:
        return say(str(error), USAGE)
    except ValidationError as error:
        return say(clean(field_words.told(error), 500), USAGE)
    except HeadcountError as error:
        return say(told(error), exit_code(error))


def told(error: HeadcountError) -> str:
    """What went wrong and what to do, made safe to show; whom to write to where the server names somebody."""
    said = clean(error.message, 500)
    contact = clean(str(error.data.get("contact") or ""), 120)
    if error.code in _ASK_THE_VENDOR and contact:
        bare = said.rstrip(".")
        return f"{bare}." if contact in said else f"{bare}. Write to {contact}."
    if isinstance(error, Invalid) and error.fields:
        return clean(" ".join(f"{_name(field.pointer)}: {field.detail}" for field in error.fields), 500)
    ended = said if said.endswith((".", "!", "?", "…")) else f"{said}."
    return f"{ended} {clean(advice(error, on_screen=False), 500)}"


def _name(pointer: str) -> str:
    """What a field is called where nothing is marked: its pointer without the slashes."""
    return pointer.strip("/").replace("/", ".") or "request"


async def tell_unanswered(client: Client, target: Target) -> None:
    """Say what became of earlier commands without an answer, where this profile may have sent some."""
    from tui.runtime.recovery import aftermath, left_over

    if not target.profile.read_only:
        for said in await aftermath(client, await left_over(client)):
            say(said, DONE)
