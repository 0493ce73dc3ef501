"""`headcount users`: the users as a list or a file, and the empty file to fill in."""

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CANCELLED, DONE, FAILED, USAGE
from cli.lists import Listed, gathered, how_many, print_list, tell_rest
from cli.output import agreed, can_ask, say
from cli.tables import print_table
from client.api import Client
from contract.exports import ExportQuery, Language, TemplateQuery
from contract.imports import SheetFormat
from contract.users import User, UserSource, UsersQuery, UserStatus
from server.platform.streams import code_stands
from tui.presentation.day_spans import DaySpanError, day_span
from tui.presentation.language import language_of
from tui.presentation.text import clean
from tui.presentation.wording import count, zone_of

__all__ = ["export", "filters", "list_all", "place", "saved", "tell_saved", "template"]

Save = Callable[[Client, Path, bool], Awaitable[int]]
"""Saves a file at a place, replacing what is there or not; answers a number about it."""

_STANDARD_OUTPUT = "-"


def template(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Save the empty file to fill in."""
    query = TemplateQuery(format=_format(options), language=_language(options))
    into = place(options, f"users-template.{query.format.value}")

    async def save(client: Client, path: Path, replace: bool) -> int:  # noqa: FBT001 - the shape of Save
        return await client.save_users_template(path, query, replace=replace)

    saved(chosen(options, flags), save, into, force=options.force)
    return tell_saved(options, into, "the template", None)


def export(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Save the users that the filters let through."""
    query = ExportQuery(format=_format(options), language=_language(options), **filters(options))
    into = place(options, f"users-{dt.datetime.now().astimezone():%Y-%m-%d}.{query.format.value}")

    async def save(client: Client, path: Path, replace: bool) -> int:  # noqa: FBT001 - the shape of Save
        return await client.export_users(path, query, replace=replace)

    rows = saved(chosen(options, flags), save, into, force=options.force)
    return tell_saved(options, into, count(rows, "user"), rows)


def list_all(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Users by name, as many as were asked for."""
    query = UsersQuery(**filters(options))

    async def first(client: Client) -> tuple[Listed[User], dt.tzinfo]:
        zone = zone_of(await client.overview())
        return await gathered(client, client.users, query, how_many(options)), zone

    users, zone = call(chosen(options, flags), first)
    if options.json:
        print_list(users)
        return DONE
    rows = [
        (each.name, each.email, each.position, each.status, each.source, f"{each.added_at.astimezone(zone):%F}")
        for each in users.items
    ]
    print_table(("name", "e-mail", "position", "status", "source", "added"), rows)
    tell_rest(users)
    return DONE


def filters(options: argparse.Namespace) -> dict[str, Any]:
    """The filters that were said, as fields of a query.

    Raises:
        Stop: the days are none.
    """
    fields: dict[str, Any] = {"search": options.search}
    fields["status"] = UserStatus(options.status) if options.status else None
    fields["source"] = UserSource(options.source) if options.source else None
    if options.added is not None:
        try:
            fields["added_from"], fields["added_before"] = day_span(options.added)
        except DaySpanError as error:
            message = f"--added {error}."
            raise Stop(message, USAGE) from error
    return {name: value for name, value in fields.items() if value}


def _format(options: argparse.Namespace) -> SheetFormat:
    """What was asked for, else what the file's name ends with, else CSV."""
    if options.format:
        return SheetFormat(options.format)
    return SheetFormat.XLSX if (options.output or "").lower().endswith(".xlsx") else SheetFormat.CSV


def _language(options: argparse.Namespace) -> Language:
    return Language(options.language) if options.language else language_of(os.environ)


def place(options: argparse.Namespace, usual: str) -> Path | None:
    """Where it goes; None for standard output."""
    return None if options.output == _STANDARD_OUTPUT else Path(options.output or usual).expanduser()


def saved(target: Target, save: Save, into: Path | None, *, force: bool) -> int:
    """Save it; a file that is there is replaced only when that was said, or is said now.

    Raises:
        Stop: it was not.
    """
    if into is not None:
        replace = force or (os.path.lexists(into) and _replaces(into))
        return call(target, lambda client: save(client, into, replace))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "users")
        number = call(target, lambda client: save(client, path, True))  # noqa: FBT003 - the shape of Save
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    return number


def _replaces(into: Path) -> bool:
    named = clean(str(into), 200)
    if into.is_dir():
        message = f"{named} is a folder."
        raise Stop(message, USAGE)
    if not can_ask():
        message = f"{named} already exists. Use --force to replace it."
        raise Stop(message, FAILED)
    if not agreed(f"{named} already exists. Replace it?"):
        message = "Nothing was changed."
        raise Stop(message, CANCELLED)
    return True


def tell_saved(options: argparse.Namespace, into: Path | None, what: str, rows: int | None) -> int:
    """Say what was saved and where, unless it went to the standard output; answers the exit code."""
    if into is None:
        return DONE
    if options.json:
        code_stands()
        print(json.dumps({"file": str(into)} | ({} if rows is None else {"rows": rows})))
        return DONE
    return say(f"Saved {what} in {clean(str(into), 500)}.", DONE)
