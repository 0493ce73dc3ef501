"""From a letter's row to the message that leaves (RFC 5322), or to nothing when it is out of date."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from contract.events import EventKind
from contract.mailbox import NotAnAddressError, mailbox
from contract.transfers import TransferState
from server.notifications import wording
from server.notifications.enqueue import DECIDED, WITH_LINK
from server.platform.text import made_safe
from server.settings import MailSettings
from server.store import outbound_mail
from server.store.types import AnyRow, Connection

_STATES = {
    EventKind.TRANSFER_ACCEPTED: TransferState.ACCEPTED,
    EventKind.TRANSFER_DECLINED: TransferState.DECLINED,
    EventKind.TRANSFER_EXPIRED: TransferState.EXPIRED,
}
_FOOT = "-- \nThis is an automatic message from Headcount; replies are not read.\n"


class UnsendableError(Exception):
    """No mail server could deliver this; the message says why."""


def compose(connection: Connection, letter: AnyRow, mail: MailSettings) -> EmailMessage | None:
    """The message of a letter as things stand now.

    None when something has happened to the request since (it was sent again, answered, taken back, reopened): a letter
    must not tell what is not so any more, nor carry a link that opens nothing.

    Raises:
        UnsendableError: the address is none.
    """
    row = outbound_mail.about(connection, letter.transfer_id)
    kind = EventKind(letter.kind)
    if row is None or row.version != letter.transfer_version or row.state != _STATES.get(kind, TransferState.PENDING):
        return None
    if kind is EventKind.TRANSFER_REOPENED and not _knows_of_a_decision(connection, letter):
        return None
    if kind in WITH_LINK:
        words = wording.asking(row, f"{mail.public_url}{wording.PAGE}?link={letter.link}")
        return _message(letter, words, row.email, mail)
    return _message(letter, wording.ending(kind, row, mail.public_url), row.asker, mail)


def _knows_of_a_decision(connection: Connection, letter: AnyRow) -> bool:
    return outbound_mail.was_told(connection, letter.transfer_id, [each.value for each in DECIDED])


def _message(letter: AnyRow, words: wording.Words, recipient: str, mail: MailSettings) -> EmailMessage:
    """Always 7-bit, unless the part of an address before the @ is not ASCII: then all of it is UTF-8 (RFC 6531)."""
    address = _deliverable(recipient)
    message = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    sender = _deliverable(mail.sender)
    message["From"] = Address("Headcount", addr_spec=sender)
    message["To"] = Address("", *address.rsplit("@", 1))
    message["Subject"] = made_safe(words.subject)
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{words.text}\n{_FOOT}", cte="quoted-printable")
    return message


def _deliverable(address: str) -> str:
    """An address with its domain as the name service knows it."""
    try:
        found = mailbox(address)
    except NotAnAddressError as error:
        message = f"this is not an address that mail can be sent to: {error}"
        raise UnsendableError(message) from error
    return f"{found.email.rpartition('@')[0]}@{found.key.rpartition('@')[2]}"
