"""Which letters are written, noted in the transaction of what they tell about."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from contract.events import EventKind
from contract.people import Role
from contract.transfers import Direction, Transfer
from contract.users import User
from server.http.masking import sees_codes
from server.languages import known
from server.notifications.kinds import ASKING, DECIDED, LetterKind
from server.platform.ids import new_id
from server.platform.transaction import Unit
from server.store import organisations, outbound_mail, wishes
from server.store.types import AnyRow, Connection

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


def note_joined(unit: Unit, account_id: str, email: str) -> None:
    """Tell somebody that they are a user of this organisation's subscription now."""
    details = {
        "organisation": organisations.name_of(unit.connection, unit.organisation_id),
        "subscription_id": unit.subscription_id,
        "account_id": account_id,
    }
    where = unit.organisation_id
    post(unit.connection, LetterKind.JOINED, email, unit.now, organisation_id=where, details=details)


def note_code_used(unit: Unit, code: AnyRow, user: User) -> None:
    """Tell who wishes it, and is shown codes, who has used one; `code` is the code as it is now."""
    roles = [role for role in Role if sees_codes(role)]
    details = {
        "organisation": organisations.name_of(unit.connection, unit.organisation_id),
        "code": code.code,
        "who": user.name,
        "email": user.email,
        "left": None if code.max_uses is None else max(0, code.max_uses - code.uses),
    }
    where = unit.organisation_id
    for address in wishes.who_wishes_code_uses(unit.connection, where, roles):
        post(unit.connection, LetterKind.CODE_USED, address, unit.now, organisation_id=where, details=details)


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
