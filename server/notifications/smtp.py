"""Handing letters in at a mail server: one connection for many, in a thread, never longer than it may take.

Outcome of one letter:
  (nothing raised)  the mail server has it
  RefusedError      it will never take this letter (5xx to its receiver or content): no use trying again
  LaterError        it may take it later (4xx)
  LineError         the mail server can't be talked to now, which is not the letter's fault
"""

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTPUTF8

from server.platform.text import made_safe
from server.settings import MailSettings, Security

_CLOSING = 421
_PERMANENT = 500
_LONGEST_REPLY = 200


class MailError(Exception):
    """A letter did not leave; the message says why, in one line without secrets."""


class RefusedError(MailError):
    """The mail server will never take this letter."""


class LaterError(MailError):
    """The mail server does not take this letter now."""


class LineError(MailError):
    """The mail server can't be talked to now."""


class Line:
    """A connection to the mail server, made with the first letter. After a `LineError` it is only good for closing."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._given_up = False
        self._running: asyncio.Future[None] | None = None

    async def send(self, message: EmailMessage) -> None:
        """Hand one letter in.

        Raises:
            MailError: it did not leave, or nobody knows whether it did (`LineError`).
        """
        try:
            async with asyncio.timeout(self._settings.patience):
                await self._run(lambda: self._hand_in(message))
        except TimeoutError as error:
            self._cut()
            what = f"the mail server took longer than {self._settings.patience:g} s"
            raise LineError(what) from error
        except asyncio.CancelledError:
            self._cut()
            raise

    async def close(self) -> None:
        """Say goodbye, but do not wait long for it."""
        if self._given_up:
            if self._running is None or self._running.done():
                self._hang_up()
            return
        if self._smtp is None:
            return
        try:
            async with asyncio.timeout(1):
                await self._run(self._say_goodbye)
        except TimeoutError:
            self._cut()
        except asyncio.CancelledError:
            self._cut()
            raise

    async def _run(self, work: Callable[[], object]) -> None:
        """Wait for some work; cut off, a moment longer, so that its thread has closed what it opened."""
        running = self._running = _in_thread(work)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            self._cut()
            await asyncio.wait({running}, timeout=0.5)
            raise

    def _say_goodbye(self) -> None:
        """Closing is up to the thread that talks, as everything about the connection but breaking it off."""
        try:
            if self._smtp is not None:
                with suppress(smtplib.SMTPException, OSError, ValueError):
                    self._smtp.quit()
        finally:
            self._hang_up()

    def _cut(self) -> None:
        """Break the connection off under the thread that talks on it, which then ends."""
        self._given_up = True
        sock = getattr(self._smtp, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _hand_in(self, message: EmailMessage) -> None:
        try:
            smtp = self._connected()
            if not self._given_up:
                _send(smtp, message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise self._about_letter(code, reply) from error
        except smtplib.SMTPDataError as error:
            raise self._about_letter(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPSenderRefused as error:
            self._hang_up()
            what = f"it refuses our sender: {_reply(error.smtp_code, error.smtp_error)}"
            raise LineError(what) from error
        except smtplib.SMTPResponseException as error:
            self._hang_up()
            raise LineError(_reply(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:  # the last when TLS is cut under the thread
            self._hang_up()
            what = f"{type(error).__name__}: {_one_line(str(error))}"
            raise LineError(what) from error
        finally:
            if self._given_up:
                self._hang_up()

    def _about_letter(self, code: int, reply: bytes | str) -> MailError:
        """What a mail server's no means; afterwards it is asked on a new connection."""
        self._hang_up()
        kind = LineError if code == _CLOSING else RefusedError if code >= _PERMANENT else LaterError
        return kind(_reply(code, reply))

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            settings = self._settings
            smtp = self._smtp = _open(settings)
            if settings.security is Security.STARTTLS:
                smtp.starttls(context=_trusted(settings))
            smtp.ehlo()
            if settings.username:
                smtp.login(settings.username, settings.password.get_secret_value())
        return self._smtp

    def _hang_up(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _in_thread(work: Callable[[], object]) -> "asyncio.Future[None]":
    """What becomes of some work in a thread of its own, which nobody has to wait for when the server stops."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def note(error: BaseException | None) -> None:
        if not ended.done():
            ended.set_exception(error) if error else ended.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except Exception as raised:  # noqa: BLE001 - it is raised again where the work is awaited
            error = raised
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(note, error)

    threading.Thread(target=run, name="mail", daemon=True).start()
    return ended


def _open(settings: MailSettings) -> smtplib.SMTP:
    if settings.security is Security.TLS:
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.step, context=_trusted(settings))
    return smtplib.SMTP(settings.host, settings.port, timeout=settings.step)


def _trusted(settings: MailSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


def _send(smtp: smtplib.SMTP, message: EmailMessage) -> None:
    sender, receiver = (str(message[name].addresses[0].addr_spec) for name in ("From", "To"))
    options: tuple[str, ...] = ()
    if message.policy is SMTPUTF8 or not receiver.isascii():
        if not smtp.has_extn("smtputf8"):
            what = "the mail server can't send to addresses with other letters than ASCII before the @ (no SMTPUTF8)"
            raise RefusedError(what)
        options = ("SMTPUTF8", "BODY=8BITMIME")
    smtp.sendmail(sender, [receiver], message.as_bytes(), options)


def _reply(code: int, reply: bytes | str) -> str:
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {_one_line(said)}"


def _one_line(said: str) -> str:
    return made_safe(said)[:_LONGEST_REPLY]
