"""`headcount users import`: plan a file of people, show the plan and its price, apply it, save the rows that failed.

Exit codes: 0 every row is on the list, 1 some rows failed, 2 the columns are not known, the encoding is a guess that
nobody confirmed, or nobody can be asked,
4 it stopped before its end, 130 stopped by ctrl+c.
"""

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CANCELLED, CONFLICT, DONE, FAILED, USAGE
from cli.joining import Agreed, check_asking, may_buy, prepared, settled, wanted_choice
from cli.output import say
from cli.progress import Progress
from cli.tables import print_json
from client.api import Client
from contract.encodings import ENCODINGS, codec_named
from contract.encodings import said as encoding_said
from contract.imports import (
    Import,
    ImportCounts,
    ImportField,
    ImportMapping,
    ImportRow,
    ImportRowsQuery,
    ImportStatus,
    ImportStop,
    SheetFormat,
)
from contract.users import BatchMode
from tui.presentation.additions import Addition, import_addition
from tui.presentation.limit_words import check_lines
from tui.presentation.seat_choice import Choice
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.wording import count
from tui.runtime.import_rows import first_rows

__all__ = ["import_users", "summary"]

NAMED = 20
"""How many of the rows are named before they are imported."""

_REMARKS = 5
"""Rows whose remark is printed; the app and the API have them all."""
_VERDICTS = {
    "create": "new to your organisation",
    "add_member": "members of your organisation",
    "already_user": "already on the list",
    "duplicate_in_file": "twice in the file",
    "invalid": "wrong",
    "needs_transfer": "with an account outside your organisation: they need a transfer request",
    "over_limit": "above the contract's user limit",
}


def import_users(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Plan a file, or take up an import that stands still, and apply it once that was agreed to. The exit code."""
    if bool(options.file) == bool(options.resume):
        message = "Name the file to import, or use --resume with the id of an import that stopped."
        raise Stop(message, USAGE)
    check_asking(options)
    if options.fitting:
        options.mode = BatchMode.UNTIL_FULL.value
    mapping = _mapping(options.map) if options.map else None
    options.encoding = _encoding(options.encoding) if options.encoding else ""
    options.file = Path(options.file).expanduser() if options.file else None
    options.rejected = _place(options.rejected) if options.rejected else None
    target = chosen(options, flags)
    planned = call(target, lambda client: _planned(client, options, mapping), noted=True, deed=False)
    _tell("\n".join(summary(planned)))
    if planned.remarked:
        _tell("\n".join(call(target, lambda client: _remarks(client, planned))))
    if planned.status is ImportStatus.NEEDS_MAPPING:
        return _end(options, planned, USAGE)
    if planned.encoding_guessed and options.yes and not options.dry_run:
        say(_unconfirmed(planned), USAGE)
        return _end(options, planned, USAGE)
    agreed = _agreed(options, target, planned) if planned.remaining else Agreed(Choice.ALL)
    if options.dry_run:
        call(target, lambda client: _save_rejected(client, options, planned))
        return _end(options, planned, _code(planned) if isinstance(agreed, Agreed) else max(agreed, _code(planned)))
    if isinstance(agreed, int):
        if agreed == CONFLICT:
            _tell(_go_on(planned))
        return _end(options, planned, agreed)
    if agreed.bought:
        _tell(agreed.bought)
    found, code = call(target, lambda client: _applied(client, options, planned), noted=True)
    return _end(options, found, code)


def summary(planned: Import) -> list[str]:
    """What the file is, and what becomes of its rows, as lines of plain text."""
    guess = " as a guess" if planned.encoding_guessed else ""
    how = ", ".join(part for part in (planned.kind.upper(), encoding_said(planned.encoding) + guess) if part)
    said = [f"{clean(planned.file_name, 120)} ({how}): {count(planned.rows, 'row')}"]
    if planned.status is ImportStatus.NEEDS_MAPPING:
        return [said[0].rpartition(":")[0] + ":", *_guess(planned), *_columns(planned)]
    said += [*_guess(planned), *(clean(each, 300) for each in planned.remarks)]
    said += [f"{getattr(planned.counts, name):>9,}  {word}" for name, word in _VERDICTS.items() if _of(planned, name)]
    return [*said, *map(plain, check_lines(planned.spending))]


def _guess(planned: Import) -> list[str]:
    """Of a guessed encoding, that it is one, and the same names in those that are likely."""
    if not planned.encoding_guessed:
        return []
    offers = sorted(planned.encodings, key=lambda each: each.encoding != planned.encoding)
    lines = [f"{clean(each.name, 30):>18}  {', '.join(clean(name, 40) for name in each.names)}" for each in offers]
    return ["The encoding is a guess. The same names in each likely encoding, the guess first:", *lines]


def _unconfirmed(planned: Import) -> str:
    name = _option(encoding_said(planned.encoding))
    return (
        "Not imported: the encoding is a guess. Choose the line above where the names are right, and name its encoding "
        f"with --encoding.\nContinue with: headcount users import --resume {planned.id} --encoding {name} --yes"
    )


def _option(name: str) -> str:
    """An encoding's name as it is typed."""
    return name.lower().replace(" ", "-")


async def _remarks(client: Client, planned: Import) -> list[str]:
    """What was read otherwise than it stands in the file: how many rows, and the first of them."""
    page = await client.import_rows(planned.id, ImportRowsQuery(remarked=True, limit=_REMARKS))
    said = [f"{planned.remarked:>9,}  read otherwise than in the file:"]
    said += [f"{'':11}row {row.number:,}, {clean(row.cells.email, 80)}: {clean(row.remark, 200)}" for row in page.items]
    more = planned.remarked - len(page.items)
    return [*said, f"{'':11}and {count(more, 'other row')}"] if more > 0 else said


def _of(planned: Import, name: str) -> int:
    return int(getattr(planned.counts, name))


def _columns(planned: Import) -> list[str]:
    said = ["The columns are not clear. Name them with --map, such as --map email=2,last_name=1:"]
    for column in planned.columns:
        sample = ", ".join(clean(each, 30) for each in column.sample[:2] if each)
        said.append(f"{column.number:>4}  {clean(column.header, 30) or '(no header)'}: {sample}")
    return said


def _mapping(text: str) -> ImportMapping:
    """`email=2,last_name=1` as a mapping."""
    pairs = [part.partition("=") for part in text.split(",")]
    numbers = {name.strip(): number.strip() for name, _, number in pairs}
    known = ", ".join(field.value for field in ImportField)
    if not all(name in set(ImportField) and number.isdecimal() for name, number in numbers.items()):
        message = f"--map takes columns by number, such as email=2,last_name=1. There are: {known}."
        raise Stop(message, USAGE)
    return ImportMapping.model_validate({name: int(number) for name, number in numbers.items()})


def _encoding(name: str) -> str:
    """The encoding of this name."""
    if codec := codec_named(name):
        return codec
    known = ", ".join(map(_option, ENCODINGS.values()))
    message = f"--encoding does not know {clean(name, 60)}. There are: {known}."
    raise Stop(message, USAGE)


async def _planned(client: Client, options: argparse.Namespace, mapping: ImportMapping | None) -> Import:
    """The plan of the file, or of the import that is to go on; with other columns, made anew."""
    if options.resume:
        found = await client.an_import(options.resume)
        if options.encoding and (found.encoding_guessed or options.encoding != codec_named(found.encoding)):
            found = await client.choose_encoding(found.id, options.encoding)
        found = await client.map_import(found.id, mapping) if mapping else found
    else:
        found = await client.plan_import(options.file, mapping=mapping, encoding=options.encoding)
    if found.status is ImportStatus.PLANNING:
        async for now in client.follow_import(found.id):
            found = now
    return found


def _place(name: str) -> Path:
    """Where the rows go that fail; nothing that is there is replaced."""
    path = Path(name).expanduser()
    if os.path.lexists(path):
        message = f"{clean(str(path), 300)} already exists: give --rejected another name."
        raise Stop(message, USAGE)
    return path


def _agreed(options: argparse.Namespace, target: Target, planned: Import) -> Agreed | int:
    """The summary of every way in, and its answer: yes, or the exit code."""

    async def asked(client: Client) -> Addition[ImportRow]:
        overview, rows = await client.overview(), await first_rows(client, planned.id, NAMED)
        buying = may_buy(target, overview.me)
        return await prepared(client, import_addition(planned, rows, overview, back="", may_buy=buying))

    question = call(target, asked)
    return settled(options, target, question, wanted_choice(options), beside=True)


async def _applied(client: Client, options: argparse.Namespace, planned: Import) -> tuple[Import, int]:
    """Apply it and say how far it is; ctrl+c stops it between two chunks."""
    found = planned
    with Progress(planned.applied + planned.remaining) as progress:
        try:
            if planned.status is not ImportStatus.APPLYING:
                found = await client.apply_import(
                    planned.id,
                    version=planned.version,
                    mode=BatchMode(options.mode),
                    ask=options.ask,
                    encoding=planned.encoding if planned.encoding_guessed else None,
                )
            async for now in client.follow_import(planned.id):
                found = now
                progress.done(now.applied)
        except asyncio.CancelledError:
            found = await client.stop_import(planned.id)
            if found.status is ImportStatus.STOPPED:
                _tell(f"\n{_stopped(found)}")
                return found, CANCELLED
    await _save_rejected(client, options, found)
    _tell(_stopped(found) if found.status is ImportStatus.STOPPED else f"{count(found.applied, 'user')} imported.")
    return found, _code(found)


def _stopped(found: Import) -> str:
    why = {
        ImportStop.FULL: "no free seats left",
        ImportStop.INTERRUPTED: "the server was interrupted",
        ImportStop.REFUSED: clean(found.stopped_detail, 300).rstrip("."),
        ImportStop.ASKED: "as you asked",
    }
    reason = why.get(found.stopped_because or ImportStop.ASKED, "")
    done = f"{found.applied:,} of {count(found.applied + found.remaining, 'user')} imported"
    return f"Stopped, {reason}: {done}. {_go_on(found)}"


def _go_on(found: Import) -> str:
    return f"Continue with: headcount users import --resume {found.id}"


async def _save_rejected(client: Client, options: argparse.Namespace, found: Import) -> None:
    if not options.rejected or not found.counts.rejected:
        return
    kind = SheetFormat.XLSX if options.rejected.suffix.lower() == ".xlsx" else SheetFormat.CSV
    await client.save_rejected_rows(found.id, options.rejected, kind)
    _tell(f"{count(found.counts.rejected, 'row')} with reasons saved in {clean(str(options.rejected), 300)}.")


def _code(found: Import) -> int:
    if found.status is ImportStatus.STOPPED:
        return CONFLICT
    counts: ImportCounts = found.counts
    return FAILED if counts.rejected else DONE


def _end(options: argparse.Namespace, found: Import, code: int) -> int:
    if options.json:
        print_json(found)
    return code


def _tell(text: str) -> None:
    say(text, DONE)
