"""What stories about e-mail share: a real SMTP server on this machine that does what it is told."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from notifications_desk import until
from sqlalchemy import text as sql

from server.settings import MailSettings, Security

DATA = Path(__file__).parent / "data"
PUBLIC = "https://seats.example.org"


@dataclass(frozen=True)
class Letter:
    """One letter as the mail server got it."""

    sender: str
    receiver: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """It, parsed."""
        found = message_from_bytes(self.raw, policy=SMTPUTF8)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """What it says, its lines as they were before they were folded for the way."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The same as HTML."""
        return self._part("html")

    def _part(self, which: Literal["plain", "html"]) -> str:
        part = self.message.get_body((which,))
        assert isinstance(part, EmailMessage)
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def link(self) -> str:
        """The first address in it."""
        return next(word for word in self.text.split() if word.startswith(("https://", "http://")))


@dataclass
class Office:
    """What the mail server was offered and took; `on_receiver` and `on_letter` say what it answers to either."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    offered: list[Letter] = field(default_factory=list)
    on_receiver: Callable[[str], str] = lambda _: "250 OK"
    on_letter: Callable[[Letter], str] = lambda _: "250 OK"
    sessions: int = 0
    signed_in: list[tuple[bytes, bytes]] = field(default_factory=list)
    slow: float = 0.0

    def settings(self, **more: Any) -> MailSettings:
        """How to reach it."""
        values = {"host": "127.0.0.1", "port": self.port, "security": Security.NONE, "sender": "seats@example.org"}
        return MailSettings(**{**values, "public_url": PUBLIC, "step": 5.0, **more})

    async def handle_EHLO(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count who says hello."""
        del server, envelope
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a receiver, or not."""
        del server, session, options
        answer = self.on_receiver(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a letter, or not; `die` cuts the connection once it has all of it."""
        del session
        content = envelope.original_content or b""
        letter = Letter(str(envelope.mail_from), envelope.rcpt_tos[0], content)
        self.offered.append(letter)
        answer = self.on_letter(letter)
        await asyncio.sleep(self.slow)
        if answer == "die":
            transport: Any = server.transport
            transport.abort()
            return "421 gone"
        if answer.startswith("2"):
            self.letters.append(letter)
        return answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
        """Let `seats` in with `s3cret`."""
        del server, session, envelope, how
        assert isinstance(data, LoginPassword)
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=(data.login, data.password) == (b"seats", b"s3cret"))


class _Controller(Controller):
    """One whose SMTP server says what it can do."""

    def __init__(self, office: Office, how: dict[str, Any], context: ssl.SSLContext | None) -> None:
        super().__init__(office, hostname="127.0.0.1", port=0, ssl_context=context)
        self._how = how

    def factory(self) -> SMTP:
        """One conversation."""
        return SMTP(self.handler, **self._how)

    def _trigger_server(self) -> None:
        """Greet it once, at the port that is known only now."""
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's own


@contextlib.contextmanager
def mail_server(
    *, utf8: bool = True, starttls: bool = False, tls: bool = False, authenticated: bool = False
) -> Iterator[Office]:
    """Such a server, running in a thread of its own."""
    office = Office()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "notifications_server.pem")
    how: dict[str, Any] = {"enable_SMTPUTF8": utf8, "timeout": 10}
    if starttls:
        how |= {"tls_context": context, "require_starttls": True}
    if authenticated:
        how |= {"authenticator": office.authenticate, "auth_required": starttls, "auth_require_tls": starttls}
    controller = _Controller(office, how, context if tls else None)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()


def _rows(house: Any, query: str) -> list[tuple[Any, ...]]:
    """What a query of a server's own database finds."""
    with house.server.services.database.read() as connection:
        return [tuple(row) for row in connection.execute(sql(query))]


def outbox(house: Any, state: str) -> list[tuple[int, str]]:
    """Attempts and last error of the letters in a state, in their order."""
    found = _rows(house, "SELECT state, attempts, error FROM letters ORDER BY number")
    return [(attempts, error) for each, attempts, error in found if each == state]


async def sent(house: Any, post: Office, number: int) -> None:
    """Wait until so many letters are at the mail server, and noted as sent: only then may time pass."""
    await until(lambda: len(post.letters) == number and len(outbox(house, "sent")) == number)


def tried(house: Any) -> int:
    """How often the first letter that waits was tried; -1 for none."""
    return next((attempts for attempts, _ in outbox(house, "waiting")), -1)


def links_kept(house: Any) -> list[tuple[Any, ...]]:
    """Finished letters that still have their link."""
    return _rows(house, "SELECT id FROM letters WHERE state <> 'waiting' AND link <> ''")


def letters_kept(house: Any) -> int:
    """How many letters there are."""
    return len(_rows(house, "SELECT 1 FROM letters"))
