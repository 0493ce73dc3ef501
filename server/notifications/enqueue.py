"""Which letters are written, noted in the transaction of what they tell about."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from contract.events import EventKind
from contract.transfers import Direction, Transfer
from server.languages import known
from server.notifications.kinds import ASKING, DECIDED, LetterKind
from server.platform.ids import new_id
from server.platform.transaction import Unit
from server.store import outbound_mail
from server.store.types import Connection

TO_WHO_WANTS_IN = DECIDED | {LetterKind.REOPENED}
TO_ASKER = {Direction.OUTGOING: TO_WHO_WANTS_IN | {LetterKind.EXPIRED}, Direction.INCOMING: TO_WHO_WANTS_IN}
"""Who wants in hears of no end that nobody decided: a request that found no organisation ends the same way (D25)."""

_LETTERS = {kind: LetterKind(kind.value) for kind in EventKind if kind.value in set(LetterKind)}
"""The letter that tells of an event."""


def post(
    connection: Connection,
    kind: LetterKind,
    to: str,
    now: dt.datetime,
    *,
    link: str = "",
    language: str = "",
    organisation_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Have a letter sent to an address once this transaction is committed; nothing when this server sends no mail.

    `link` is the path and query that it leads to, which is forgotten once it has left: `/sign-in/confirm?link=SECRET`.
    `language` is the one in which it was asked for; the receiver's own comes first. `details` are told in it
    (`LetterKind` says which), `organisation_id` is the organisation in whose name it is written, if any.
    """
    if not outbound_mail.are_sent(connection):
        return
    row = {
        "id": new_id("let"),
        "organisation_id": organisation_id,
        "transfer_id": None,
        "transfer_version": 0,
        "kind": kind.value,
        "recipient": to,
        "language": known(language),
        "details": json.dumps(dict(details or {}), ensure_ascii=False),
        "link": link,
        "created_at": now,
    }
    outbound_mail.add(connection, [row], first=kind is LetterKind.SIGN_IN)


def note(unit: Unit, kind: EventKind, transfer: Transfer, link: str = "") -> None:
    """Have a letter written with the events of this unit: to the person asked with the link, to the asker of the end.

    Nothing when this server sends no mail. Who is asked for an organisation sees it there.
    """
    letter = _LETTERS.get(kind)
    asked = letter in ASKING and transfer.direction is Direction.OUTGOING
    told = asked or letter in TO_ASKER[transfer.direction]
    if letter is not None and told and outbound_mail.are_sent(unit.connection):
        unit.letters.append(_row(unit, letter, transfer, link if asked else ""))


def _row(unit: Unit, kind: LetterKind, transfer: Transfer, link: str) -> dict[str, Any]:
    return {
        "id": new_id("let"),
        "organisation_id": unit.organisation_id,
        "transfer_id": transfer.id,
        "kind": kind.value,
        "transfer_version": transfer.version,
        "link": link,
        "created_at": unit.now,
    }
