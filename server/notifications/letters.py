"""From a letter's row to the message that leaves (RFC 5322), or to nothing when it is out of date."""

import datetime as dt
import json
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from contract.mailbox import NotAnAddressError, mailbox
from contract.transfers import TransferState
from server.languages import ENGLISH, known
from server.languages.voice import Voice
from server.notifications import wording
from server.notifications.kinds import ASKING, DECIDED, OF_REQUESTS, LetterKind
from server.notifications.rendering import Words, as_html, as_text
from server.settings import MailSettings
from server.store import outbound_mail, ownership, users
from server.store.types import AnyRow, Connection

_LONGEST_LINE = 900
"""Characters that a line of a letter may have on its way (RFC 5322 allows 998)."""

_STATES = {
    LetterKind.ACCEPTED: TransferState.ACCEPTED,
    LetterKind.DECLINED: TransferState.DECLINED,
    LetterKind.EXPIRED: TransferState.EXPIRED,
}


class UnsendableError(Exception):
    """No mail server could deliver this; the message says why."""


def compose(connection: Connection, letter: AnyRow, mail: MailSettings, now: dt.datetime) -> EmailMessage | None:
    """The message of a letter as things stand now.

    None when something has happened since that makes it untrue (a request was sent again, answered, taken back or
    reopened; a link to sign in is too old; who joined has left): a letter must not tell what is not so any more, nor
    carry a link that opens nothing.

    Raises:
        UnsendableError: the address is none.
    """
    kind = LetterKind(letter.kind)
    about = _about_request if kind in OF_REQUESTS else _by_itself
    found = about(connection, letter, mail, now)
    return None if found is None else message_of(letter, found[1], found[0], mail)


def _by_itself(
    connection: Connection, letter: AnyRow, mail: MailSettings, now: dt.datetime
) -> tuple[str, Words] | None:
    kind = LetterKind(letter.kind)
    late = now >= letter.created_at + wording.SIGN_IN_FOR
    if kind is LetterKind.SIGN_IN and late:
        return None
    details = json.loads(letter.details)
    if not _STILL.get(kind, _always)(connection, details):
        return None
    facts = wording.Facts(
        voice=_voice(connection, letter, letter.recipient),
        to=letter.recipient,
        public_url=mail.public_url,
        created_at=letter.created_at,
        link="" if kind is LetterKind.OWNER_INVITED and late else letter.link,
        details=details,
    )
    return letter.recipient, wording.by_itself(kind, facts)


def _still_listed(connection: Connection, details: dict[str, str]) -> bool:
    return users.of_account(connection, details["subscription_id"], details["account_id"]) is not None


def _still_offered(connection: Connection, details: dict[str, str]) -> bool:
    return bool(ownership.one(connection, details["offer_id"]).state == TransferState.PENDING.value)


def _always(_: Connection, __: dict[str, str]) -> bool:
    return True


_STILL = {LetterKind.JOINED: _still_listed, LetterKind.OWNERSHIP_OFFERED: _still_offered}
"""What must still be so for a letter to leave."""


def _about_request(
    connection: Connection, letter: AnyRow, mail: MailSettings, now: dt.datetime
) -> tuple[str, Words] | None:
    row = outbound_mail.about(connection, letter.transfer_id)
    kind = LetterKind(letter.kind)
    if row is None or row.version != letter.transfer_version or row.state != _STATES.get(kind, TransferState.PENDING):
        return None
    if kind is LetterKind.REOPENED and not _knows_of_a_decision(connection, letter):
        return None
    if kind is LetterKind.REMINDER and now >= row.expires_at:
        return None
    to = row.email if kind in ASKING or kind is LetterKind.REMINDER else row.asker
    voice = _voice(connection, letter, to)
    if kind in ASKING:
        return to, wording.asking(voice, row, f"{mail.public_url}{wording.PAGE}?link={letter.link}")
    if kind is LetterKind.REMINDER:
        return to, wording.reminding(voice, row, mail.public_url)
    return to, wording.ending(voice, kind, row, mail.public_url)


def _voice(connection: Connection, letter: AnyRow, to: str) -> Voice:
    """The receiver's language, else the one it was asked for in, else that of the organisation's owner."""
    spoken = (
        outbound_mail.language_of(connection, to)
        or letter.language
        or outbound_mail.language_of_owner(connection, letter.organisation_id)
    )
    return Voice(known(spoken) or ENGLISH)


def _knows_of_a_decision(connection: Connection, letter: AnyRow) -> bool:
    return outbound_mail.was_told(connection, letter.transfer_id, [each.value for each in DECIDED])


def message_of(letter: AnyRow, words: Words, recipient: str, mail: MailSettings) -> EmailMessage:
    """A letter as it leaves, both parts of the same words.

    Always 7-bit, unless the part of an address before the @ is not ASCII: then all of it is UTF-8 (RFC 6531).
    """
    address = _deliverable(recipient)
    message = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    sender = _deliverable(mail.sender)
    message["From"] = Address("Headcount", addr_spec=sender)
    message["To"] = Address("", *address.rsplit("@", 1))
    message["Subject"] = words.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    text, html = as_text(words), as_html(words)
    message.set_content(text, cte=_encoding(text))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    message["Content-Language"] = words.language
    return message


def _encoding(text: str) -> str:
    """How a part travels: as it is where that is possible, so that a link can be copied out of the bare letter."""
    plain = text.isascii() and all(len(line) <= _LONGEST_LINE for line in text.splitlines())
    return "7bit" if plain else "quoted-printable"


def _deliverable(address: str) -> str:
    """An address with its domain as the name service knows it."""
    try:
        found = mailbox(address)
    except NotAnAddressError as error:
        message = f"this is not an address that mail can be sent to: {error}"
        raise UnsendableError(message) from error
    return f"{found.email.rpartition('@')[0]}@{found.key.rpartition('@')[2]}"
