"""What `python -m server` does, one function a command; each answers the exit code."""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.catalogue import catalogue_of
from server.operator.saying import shown_once
from server.platform.clock import utc_now
from server.serving import listeners
from server.settings import DatabaseInUseError, RefusedValueError, ServerSettings, SettingsError, sqlite_path
from server.store.database import Database, opened

if TYPE_CHECKING:
    from server.operations.backup import Copied
    from server.store.holder import Holder


def run(options: argparse.Namespace) -> int:
    """Serve until a signal."""
    if options.now and not options.sandbox:
        message = "--now needs --sandbox: a real server's clock is the machine's"
        raise RefusedValueError(message)
    from server.notifications.options import mail_settings
    from server.oidc.options import issuers
    from server.serving.network_options import UNIX, public_url, trusted_proxies
    from server.serving.server import serve

    settings = ServerSettings(
        database=options.db,
        sandbox=options.sandbox,
        now=options.now,
        max_connections=options.max_connections,
        trusted_proxies=trusted_proxies(options),
        trust_unix=UNIX in options.trusted_proxy,
        public_url=public_url(options),
        mail=mail_settings(options),
        webhook_networks=tuple(options.webhook_network),
        issuers=issuers(options),
        self_service=None if options.self_service is None else options.self_service == "on",
    )
    catalogue = catalogue_of(options.catalogue)
    return serve(
        settings,
        _listener(options),
        catalogue=catalogue,
        exit_with_parent=options.exit_with_parent,
        operator=_operator(options),
    )


def demo(options: argparse.Namespace) -> int:
    """Serve the sample organisation on the parent's socket, and stop with the parent."""
    from server.seed.opening import open_demo
    from server.serving.server import serve

    open_demo(options.db, options.token_file, options.now)
    settings = ServerSettings(database=options.db, sandbox=True, now=options.now)
    listener = listeners.unix(options.uds) if options.uds else listeners.inherited(options.fd)
    return serve(settings, listener, exit_with_parent=True)


def migrate(options: argparse.Namespace) -> int:
    """Bring the database up to date."""
    from server.store.schema import HEAD, upgrade

    database = Database(options.db)
    try:
        database.open(migrate=False)
        before = upgrade(database.engine)
    except DatabaseInUseError:
        return _migrated(options, database.holder, HEAD)
    finally:
        database.close()
    _say(f"at {HEAD}" if before == HEAD else f"from {before or 'nothing'} to {HEAD}")
    return 0


def _migrated(options: argparse.Namespace, holder: "Holder", head: str) -> int:
    """A server brings its database up to date when it starts, so there is nothing to do for one of this version."""
    from server.store.schema import current_revision

    with opened(options.db, read_only=True) as database, database.read() as connection:
        at = current_revision(connection)
    if at == head:
        _say(f"at {head}: {holder.named} has the database open, and brought it there when it started")
        return 0
    _say(f"{holder.named} is of another version, at {at}: start this version's server in its place, which does it")
    return 1


def verify(options: argparse.Namespace) -> int:
    """Print what is wrong, one line a finding; works beside a running server, unless a loss is to be accepted."""
    from server.operations import anchor_check
    from server.operations.verify import everything
    from server.store.mailboxes import doubtful
    from server.store.schema import HEAD, current_revision

    if options.accept_loss:
        return _accept_loss(options)
    where = anchor_check.anchor_for(sqlite_path(options.db), options.anchor)
    known = anchor_check.read_anchor(where)
    with opened(options.db, read_only=True) as database, database.read() as connection:
        against = anchor_check.against(connection, known, where)
        findings = _told(chain(everything(connection), against.findings), quietly=options.json)
        asked = not findings and current_revision(connection) == HEAD
        notes = [*against.notes, *(doubtful(connection) if asked else ())]
    for note in notes:
        _say(f"note: {note}")
    if against.findings:
        _say(_WHAT_NOW)
    if options.json:
        _write_json({"findings": findings, "notes": notes})
    _say(_count(len(findings), "finding") if findings else "everything is as it should be")
    return 1 if findings else 0


_WHAT_NOW = (
    "the database is not what its anchor says: restore a backup that is (headcount server restore), or accept\n"
    "the loss, which the history will note: headcount server verify --accept-loss"
)


def _accept_loss(options: argparse.Namespace) -> int:
    from server.operations.anchor_check import accept_loss

    accepted = accept_loss(options.db)
    if options.json:
        _write_json({"accepted": accepted})
    else:
        _told(accepted)
    _say("accepted: the server will start, and the history says so" if accepted else "nothing is missing")
    return 0


def backup(options: argparse.Namespace) -> int:
    """Copy the database to a file and verify it; works beside a running server."""
    from server.operations import backup as copies

    made = copies.backup(options.db, options.to, overwrite=options.overwrite, with_findings=options.with_findings)
    return _copied(options, made, "no copy was kept; --with-findings keeps it all the same")


def restore(options: argparse.Namespace) -> int:
    """Verify a copy and put it in the place of the database; the server must not be running."""
    from server.operations import backup as copies

    made = copies.restore(options.copy, options.to, overwrite=options.overwrite, with_findings=options.with_findings)
    if made.aside:
        _say(f"what was there is kept as {made.aside}")
    code = _copied(options, made, "nothing was changed; --with-findings restores it all the same")
    if made.lost:
        _say("the server will not start before that is accepted: headcount server verify --accept-loss")
    return code


def _copied(options: argparse.Namespace, made: "Copied", refusal: str) -> int:
    _told([*made.findings, *made.lost], quietly=options.json)
    if options.json:
        _write_json(
            {
                "file": str(made.file) if made.file else None,
                "organisations": made.organisations,
                "events": made.events,
                "findings": made.findings,
                "lost": made.lost,
                "kept": str(made.aside) if made.aside else None,
            }
        )
    if made.findings:
        _say(_count(len(made.findings), "finding") + ("" if made.file else f": {refusal}"))
    if made.file:
        what = f"{_count(made.organisations, 'organisation')}, {_count(made.events, 'event')}"
        _say(f"{made.file}: {what}" + ("" if made.findings else ", verified"))
    return 1 if made.findings else 0


def _told(findings: Iterable[str], *, quietly: bool = False) -> list[str]:
    """Write each finding as it is found; answers them all."""
    found = []
    for finding in findings:
        found.append(finding)
        if not quietly:
            sys.stdout.write(finding + "\n")
    return found


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _write_json(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")


def check_prices(options: argparse.Namespace) -> int:
    """Print what differs from a file of worked prices, one line a finding; needs no database."""
    from server.operations.check_prices import check_prices as check
    from server.operations.check_prices import shown
    from server.operations.price_file import PriceFileError

    try:
        report = check(options.file)
    except PriceFileError as error:
        _say(shown(f"headcount server: {error}"))
        return 2
    sys.stdout.writelines(f"{finding}\n" for finding in report.findings)
    for sentence in report.summary:
        _say(sentence)
    return 1 if report.findings else 0


def check_oidc(options: argparse.Namespace) -> int:
    """Print what each provider answers, or why nobody could sign in with it."""
    import asyncio
    import os

    from server.oidc.checking import check
    from server.oidc.options import read
    from server.serving.network_options import public_url

    found = read(options.file, os.environ, sandbox=options.sandbox)
    base = public_url(options) or "https://PUBLIC-URL"
    checked = asyncio.run(check(found, base, sandbox=options.sandbox))
    for each in checked:
        _say(each.line)
    wrong = sum(not each.good for each in checked)
    _say(_count(wrong, "finding") if wrong else "people can be sent to every provider")
    return 1 if wrong else 0


def seed(options: argparse.Namespace) -> int:
    """Add users to a new organisation by the fastest way there is; prints its owner's token."""
    from server.seed.bulk_users import seed_crowd

    with _nobody_serves(options.db) as database:
        start = time.perf_counter()
        with database.write() as connection:
            token = seed_crowd(connection, options.organisation, options.users, utc_now())
            shown_once(token, "nobody was added")
    took = time.perf_counter() - start
    _say(f"{options.users} users in {took:.1f} s ({options.users / took:,.0f} a second)")
    return 0


@contextmanager
def _nobody_serves(url: str) -> Iterator[Database]:
    """A database for a command that rebuilds its indexes.

    Raises:
        SettingsError: a server has it open.
    """
    try:
        with opened(url) as database:
            yield database
    except DatabaseInUseError as error:
        message = f"{error}; seed fills one for measurements: give it another with --db"
        raise SettingsError(message) from error


def _operator(options: argparse.Namespace) -> Path | None:
    from server.operator.door import NO_SOCKET, usual_path

    if options.operator_socket == NO_SOCKET:
        return None
    return Path(options.operator_socket) if options.operator_socket else usual_path(options.db)


def _listener(options: argparse.Namespace) -> listeners.Listener:
    if options.fd is not None:
        return listeners.inherited(options.fd)
    if options.uds is not None:
        return listeners.unix(options.uds)
    if not listeners.is_loopback(options.host):
        _say(f"warning: {options.host} is reachable from outside, and tokens travel in the clear without TLS in front")
    return listeners.tcp(options.host, options.port)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
