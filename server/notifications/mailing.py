"""Sending what is in the outbox of the e-mail: at once, one after the other, each at least once with one message id.

A letter is read in one transaction, handed in at the mail server with none open, and marked in another. Whoever dies in
between leaves it in the outbox, and it is handed in again under the same `Message-ID`.
"""

import datetime as dt
import logging

from server.domain.transfers import RESEND_PAUSE
from server.languages import ready
from server.notifications.letters import UnsendableError, compose
from server.notifications.schedule import LETTERS, MAIL_SERVER, next_attempt
from server.notifications.smtp import LaterError, Line, LineError, RefusedError
from server.notifications.waiting import seconds_until, wait
from server.platform.services import Services
from server.settings import MailSettings
from server.store import outbound_mail
from server.store.types import AnyRow

log = logging.getLogger("headcount.server")

AT_ONCE = 50
"""So many letters are handed in over one connection."""


async def send(services: Services, settings: MailSettings) -> None:
    """As long as the server runs, hand in what is due, then sleep until there is more.

    Nothing is handed in while that could not be noted: it would be handed in again and again.
    """
    sender = _Sender(services, settings)
    with services.notices.listen(outbound_mail.MAIL) as bell:
        while not services.notices.closed:
            bell.clear()
            try:
                pause = await sender.round()
            except Exception:
                log.exception("mail could not be sent; it is tried again later")
                pause = services.settings.chores
            await wait(bell, pause)


class _Sender:
    """`_left_alone` is until when the mail server is not asked, after so many times in a row without success."""

    def __init__(self, services: Services, settings: MailSettings) -> None:
        self._services = services
        self._settings = settings
        self._silent = 0
        self._left_alone: dt.datetime | None = None

    async def round(self) -> float | None:
        """Hand in what is due; answers the seconds until there is more to do, None for as long as nobody rings."""
        now = self._services.clock.machine()
        if self._left_alone is not None and now < self._left_alone:
            return seconds_until(self._left_alone, now)
        self._left_alone = None
        with self._services.database.read() as connection:
            due = outbound_mail.due(connection, now, AT_ONCE)
            following = outbound_mail.next_moment(connection)
        if not due:
            return None if following is None else seconds_until(following, now)
        if not self._services.heartbeat.alive():
            return self._services.settings.chores
        await ready()
        line = Line(self._settings)
        try:
            for letter in due:
                if not await self._one(letter, line):
                    break
        finally:
            await line.close()
        return 0

    async def _one(self, letter: AnyRow, line: Line) -> bool:
        """Whether the mail server can be talked to. A letter that breaks something of ours holds up no other."""
        try:
            with self._services.database.read() as connection:
                message = compose(connection, letter, self._settings, self._services.clock.now())
                last = (
                    outbound_mail.last_to_address(connection, letter) if letter.kind in outbound_mail.ASKING else None
                )
            if message is None:
                await self._finish(letter, outbound_mail.DROPPED)
                return True
            if last is not None and self._services.clock.machine() < last + RESEND_PAUSE:
                await self._postpone(letter, last + RESEND_PAUSE)
                return True
            await line.send(message)
        except (RefusedError, UnsendableError) as error:
            await self._give_up(letter, str(error))
        except LaterError as error:
            await self._put_off(letter, str(error))
        except LineError as error:
            await self._put_off(letter, str(error))
            self._leave_alone(str(error))
            return False
        except Exception:
            log.exception("letter %s could not be handed in", letter.id)
            await self._put_off(letter, "the server failed at it: its log says why")
        else:
            await self._finish(letter, outbound_mail.SENT)
            self._silent = 0
        return True

    def _leave_alone(self, why: str) -> None:
        seconds = MAIL_SERVER[min(self._silent, len(MAIL_SERVER) - 1)]
        if not self._silent:
            log.warning("the mail server can't be used: %s", why)
        self._silent += 1
        self._left_alone = self._services.clock.machine() + dt.timedelta(seconds=seconds)

    async def _postpone(self, letter: AnyRow, until: dt.datetime) -> None:
        """Nobody is written to more than once an hour, however often a request is cancelled and sent anew (D23)."""
        async with self._services.database.writing() as connection:
            outbound_mail.postpone(connection, letter.id, until)

    async def _put_off(self, letter: AnyRow, why: str) -> None:
        until = next_attempt(letter.attempts + 1, LETTERS, self._services.clock.machine())
        if until is None:
            await self._give_up(letter, why)
            return
        async with self._services.database.writing() as connection:
            outbound_mail.put_off(connection, letter.id, until, why)

    async def _give_up(self, letter: AnyRow, why: str) -> None:
        log.error("letter %s is given up: %s (headcount server mails lists them)", letter.id, why)
        await self._finish(letter, outbound_mail.FAILED, why)

    async def _finish(self, letter: AnyRow, state: str, error: str = "") -> None:
        async with self._services.database.writing() as connection:
            outbound_mail.finish(connection, letter.id, state, self._services.clock.machine(), error=error)
